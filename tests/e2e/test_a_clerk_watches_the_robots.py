"""The console's robots in a browser: followed, stopped by a key, accessible."""

import json

import pytest
from conftest import TOKEN, Server, until
from playwright.sync_api import BrowserContext, Page, expect
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser
_ROBOT = "/api/v1/robots/robot-1"


@pytest.fixture
def robots(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.set_default_timeout(30_000)
    headers, form = {"Origin": server.url}, {"token": TOKEN}
    assert context.request.post(f"{server.url}/console/login", form=form, headers=headers).ok
    page.goto(server.url + "/console/robots?lang=vi")
    expect(page.get_by_test_id("robots-map")).to_be_visible()
    return page


def state(server: Server) -> dict[str, object]:
    found: dict[str, object] = json.loads(server.request("GET", _ROBOT))
    return found


def test_a_mission_is_followed_and_the_escape_key_stops_it(robots: Page, server: Server) -> None:
    assert serious(robots) == [], "at rest"
    order = json.dumps({"kind": "lead", "to": "counter-10"}).encode()
    server.request("POST", f"{_ROBOT}/missions", order)
    expect(robots.get_by_test_id("missions-robot-1")).to_contain_text("đang đi")
    expect(robots.locator("[data-testid=robots-map] polyline")).to_have_count(1)
    robots.locator("body").press("Escape")
    until(lambda: bool(state(server)["stopped"]), 5)
    expect(robots.get_by_test_id("missions-robot-1")).to_contain_text("bị dừng")
    expect(robots.get_by_text("đang dừng theo lệnh").first).to_be_visible()
    expect(robots.get_by_test_id("commands-robot-1")).to_contain_text("đã xác nhận")
    assert serious(robots) == [], "stopped"
    robots.get_by_test_id("resume-robot-1").click()
    until(lambda: not state(server)["stopped"], 5)
    robots.get_by_test_id("home-robot-1").click()
    expect(robots.get_by_test_id("missions-robot-1")).to_contain_text("về chỗ đợi")


def test_the_key_works_without_the_pages_own_connection(robots: Page, server: Server) -> None:
    robots.route("**/_nicegui_ws/**", lambda route: route.abort())
    robots.evaluate("window.socket?.disconnect()")
    robots.locator("body").press("Escape")
    until(lambda: bool(state(server)["stopped"]), 5)
    server.request("POST", f"{_ROBOT}/resume")
