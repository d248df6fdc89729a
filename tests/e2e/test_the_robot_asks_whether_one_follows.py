"""On the way the robot asks; two big buttons answer, and whoever is old is led more slowly."""

import json

import pytest
from conftest import Server, ask, until
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
_ROBOT = "/api/v1/robots/robot-1"


def mission(server: Server) -> dict[str, object]:
    found: dict[str, object] = json.loads(server.request("GET", _ROBOT))["mission"] or {}
    return found


def led_slowly(page: Page, server: Server, words: str) -> None:
    """From its home on a way of some length, at the pace of an old person, until it asks."""
    server.request("DELETE", f"{_ROBOT}/missions/current")
    server.request("POST", f"{_ROBOT}/missions", b'{"kind": "return"}')
    until(lambda: mission(server).get("state") == "arrived", 60)
    ask(page, words)
    expect(page.locator("body")).to_have_attribute("data-state", "guiding")
    page.get_by_role("button", name="Đi chậm lại").click()
    expect(page.locator(".guiding.is-asked")).to_be_visible(timeout=60_000)
    expect(page.locator(".guide-title")).to_have_text("Dạ, anh/chị còn theo em không ạ?")


def test_a_touch_lets_the_robot_go_on(kiosk: Page, server: Server) -> None:
    led_slowly(kiosk, server, "dẫn tôi đến quầy 1")
    assert mission(server)["pace"] == "elderly"
    kiosk.get_by_role("button", name="Tôi vẫn theo").click()
    expect(kiosk.locator(".guiding.is-asked")).to_have_count(0)
    expect(kiosk.locator(".guiding.has-arrived")).to_be_visible(timeout=60_000)


def test_no_more_ends_the_way(kiosk: Page, server: Server) -> None:
    led_slowly(kiosk, server, "dẫn tôi đến quầy 1")
    kiosk.locator(".guiding").get_by_role("button", name="Thôi, không đi nữa").click()
    expect(kiosk.locator("body")).not_to_have_attribute("data-state", "guiding")
    assert mission(server)["reason"] == "declined"
