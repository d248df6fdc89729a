"""Two clerks at the catalogue's pages: found, written, warned, tried; nobody's text is lost."""

import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Server
from playwright.sync_api import Browser, Page, expect
from test_a_clerk_corrects_a_fee import WORD, StaffClient
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser

CODE = "2.000635"
TABLET: Any = {"width": 1024, "height": 768}
MARKUP = "<img src=x onerror=\"document.title='broken in'\">"


@pytest.fixture(scope="module")
def staff(server: Server, data_dir: Path) -> StaffClient:
    StaffClient(server, data_dir, "minh", "editor")
    return StaffClient(server, data_dir, "lan", "editor")


def opened(browser: Browser, server: Server, name: str, path: str) -> Page:
    """The page after a log-in that began with its address."""
    page = browser.new_context(viewport=TABLET).new_page()
    page.set_default_timeout(30_000)
    page.goto(server.url + path)
    page.locator("#name").fill(name)
    page.locator("#password").fill(WORD)
    page.keyboard.press("Enter")
    page.locator(".desk-title").wait_for()
    page.get_by_test_id("total" if "?q=" in path else "state").wait_for()
    return page


def test_a_list_is_found_by_keyboard_and_sent_as_a_link(
    browser: Browser, server: Server, staff: StaffClient
) -> None:
    page = opened(browser, server, "lan", "/console/catalogue?q=khai+sinh&lang=vi")
    expect(page.get_by_test_id("search")).to_have_value("khai sinh")
    assert serious(page) == []
    page.get_by_test_id("search").fill("trich luc ho tich")
    expect(page.get_by_role("link", name="Cấp bản sao Trích lục hộ tịch")).to_be_visible()
    page.wait_for_url("**q=trich+luc+ho+tich**")
    page.get_by_test_id("search").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/catalogue/{CODE}?lang=vi")
    page.context.close()


def test_two_clerks_write_and_nothing_is_lost(
    browser: Browser, server: Server, staff: StaffClient
) -> None:
    path = f"/console/catalogue/{CODE}?lang=vi"
    lan = opened(browser, server, "lan", path)
    expect(lan.get_by_test_id("state")).to_contain_text("không có thay đổi")
    minh = opened(browser, server, "minh", path)
    expect(minh.get_by_test_id("others")).to_contain_text("lan", timeout=30_000)

    lan.get_by_test_id("fee_vnd-amount_vnd").first.fill("4321")
    expect(lan.get_by_test_id("state")).to_contain_text("chưa lưu")
    lan.keyboard.press("Control+s")
    expect(lan.get_by_test_id("state")).to_contain_text("Bản 2, không có thay đổi", timeout=30_000)

    minh.get_by_test_id("fee_vnd-amount_vnd").first.fill("9999")
    minh.get_by_test_id("source_date-source_date").fill("2026-11")
    aliases = minh.get_by_test_id("aliases")
    aliases.fill(f"{aliases.input_value()}\nlàm giấy khai sinh\n{MARKUP}")
    expect(minh.get_by_test_id("concerns")).to_contain_text("1.001193", timeout=30_000)
    minh.get_by_test_id("save").click()
    expect(minh.get_by_test_id("conflict")).to_contain_text("4.321 đồng", timeout=30_000)
    expect(minh.get_by_test_id("conflict")).to_contain_text("9.999 đồng")
    assert serious(minh) == []
    minh.get_by_test_id("mine-fee_vnd").click()
    expect(minh.get_by_test_id("mine-fee_vnd")).to_have_count(0)
    assert staff.call("GET", f"/procedures/{CODE}")["version"] == 2

    # The page is lost before it was saved: this browser still has the text.
    minh.wait_for_function(
        f"(localStorage.getItem('letan-entry-{CODE}') || '').includes('onerror')"
        f" && JSON.parse(localStorage.getItem('letan-entry-{CODE}')).version === 2"
    )
    minh.on("dialog", lambda dialog: dialog.accept())
    minh.reload()
    minh.get_by_test_id("keep").click()
    expect(minh.get_by_test_id("aliases")).to_have_value(re.compile("onerror"), timeout=30_000)
    expect(minh.get_by_test_id("fee_vnd-amount_vnd").first).to_have_value("9999")
    minh.get_by_test_id("save").click()
    expect(minh.get_by_test_id("state")).to_contain_text("Bản 3, không có thay đổi", timeout=30_000)
    saved = staff.call("GET", f"/procedures/{CODE}")
    assert saved["fee_vnd"][0]["amount_vnd"] == 9999
    assert saved["aliases"][-1] == MARKUP
    minh.get_by_test_id("history").click()
    expect(minh.get_by_test_id("versions")).to_contain_text(MARKUP)
    assert "broken in" not in minh.title()

    minh.get_by_test_id("restore-1").click()
    minh.get_by_test_id("sure-yes").click()
    expect(minh.get_by_test_id("state")).to_contain_text("Bản 4, không có thay đổi", timeout=30_000)
    assert MARKUP not in staff.call("GET", f"/procedures/{CODE}")["aliases"]
    for page in (lan, minh):
        page.context.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_live_and_draft_are_asked_heard_and_read_in_english(
    browser: Browser, server: Server, staff: StaffClient
) -> None:
    page = opened(browser, server, "lan", f"/console/catalogue/{CODE}?lang=en")
    page.get_by_test_id("fee_vnd-amount_vnd").first.fill("7654")
    expect(page.get_by_test_id("state")).to_contain_text("unsaved")
    page.get_by_test_id("question").fill("lệ phí trích lục khai sinh bao nhiêu")
    page.keyboard.press("Enter")
    answers = page.get_by_test_id("answer")
    expect(answers.nth(1)).to_contain_text("7.654", timeout=90_000)
    expect(answers.nth(0)).not_to_contain_text("7.654")
    page.get_by_test_id("speak-facts").click()
    page.wait_for_function("window.deskSpoke > 0")
    assert serious(page) == []
    page.get_by_test_id("leave").click()
    expect(page.get_by_role("dialog")).to_contain_text("Life events")
    assert serious(page) == []
    page.context.close()
