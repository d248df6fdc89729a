"""A clerk logs in with a browser, calls a number, stops the robot and lets it run again."""

import json
from pathlib import Path

import pytest
from conftest import TOKEN, Server, until
from playwright.sync_api import BrowserContext, Page, expect
from test_a_clerk_corrects_a_fee import WORD, StaffClient
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser


@pytest.fixture
def console(context: BrowserContext, server: Server) -> Page:
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(server.url + "/console/login?lang=vi")
    page.locator("summary").click()
    page.locator("#token").fill(TOKEN)
    page.get_by_role("button", name="Vào bằng mã").click()
    page.goto(server.url + "/console/?lang=vi")
    expect(page.get_by_role("heading", name="Các quầy")).to_be_visible()
    return page


def stopped(server: Server) -> bool:
    return bool(json.loads(server.request("GET", "/api/v1/robots/robot-1"))["stopped"])


def test_stop_and_resume(console: Page, server: Server) -> None:
    console.get_by_test_id("stop").click()
    expect(console.locator(".desk-need").first).to_contain_text("đã được dừng")
    until(lambda: stopped(server), 5)
    console.get_by_test_id("resume").click()
    expect(console.get_by_test_id("resume")).to_have_count(0)
    until(lambda: not stopped(server), 5)


def test_a_viewer_sees_everything_and_may_do_nothing_but_stop(
    context: BrowserContext, server: Server, data_dir: Path
) -> None:
    StaffClient(server, data_dir, "xem", "viewer")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(server.url + "/console/login?lang=vi")
    page.locator("#name").fill("xem")
    page.locator("#password").fill(WORD)
    page.get_by_role("button", name="Vào", exact=True).click()
    page.goto(server.url + "/console/?lang=vi")
    page.get_by_test_id("call-10").click()
    expect(page.get_by_text("không có quyền làm việc này")).to_be_visible()
    page.get_by_test_id("stop").click()
    until(lambda: stopped(server), 5)
    page.get_by_test_id("resume").click()
    expect(page.get_by_text("robot:command")).to_be_visible()
    assert stopped(server)
    server.request("POST", "/api/v1/robots/robot-1/resume")
    until(lambda: not stopped(server), 5)


def test_nobody_waits_at_a_counter(console: Page) -> None:
    console.get_by_test_id("call-10").click()
    expect(console.get_by_text("Không còn ai chờ ở quầy này.")).to_be_visible()


def test_it_is_in_the_readers_language_and_typeface_and_accessible(
    console: Page, server: Server
) -> None:
    assert serious(console) == []
    font = console.locator(".desk-name").first.evaluate(
        "(node) => getComputedStyle(node).fontFamily"
    )
    assert "Be Vietnam Pro" in font
    console.get_by_text("English").click()
    expect(console.get_by_role("heading", name="Counters")).to_be_visible()
    expect(console.locator("html")).to_have_attribute("lang", "en")
    console.get_by_test_id("log-out").click()
    expect(console.locator("#password")).to_be_visible()
    console.goto(server.url + "/console/")
    expect(console.locator("#password")).to_be_visible()


def test_the_last_spoken_turns_are_a_page_of_their_own(console: Page) -> None:
    console.get_by_role("link", name="Các lượt nói").click()
    expect(console.get_by_role("heading", name="20 lượt nói gần nhất")).to_be_visible()
    expect(console.get_by_test_id("waits")).to_be_visible()
    assert serious(console) == []
    console.get_by_role("link", name="Tổng quan").click()
    expect(console.get_by_role("heading", name="Các quầy")).to_be_visible()
