"""A question with markup, judged with the keyboard alone and taken back; figures in both forms."""

import json
from pathlib import Path

import pytest
from conftest import Server
from playwright.sync_api import BrowserContext, Page, expect
from test_a_clerk_corrects_a_fee import WORD, StaffClient
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=document.title='owned'> nuôi kỳ lân bảy màu"
CODE = "1.001193"


@pytest.fixture(scope="module")
def clerk(server: Server, data_dir: Path) -> StaffClient:
    return StaffClient(server, data_dir, "hopthu", "editor")


@pytest.fixture
def page(context: BrowserContext, server: Server, clerk: StaffClient) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1024, "height": 768})
    page.set_default_timeout(30_000)
    page.goto(server.url + "/console/login?lang=vi")
    page.locator("#name").fill("hopthu")
    page.locator("#password").fill(WORD)
    page.get_by_role("button", name="Vào", exact=True).click()
    return page


def say(server: Server, text: str) -> None:
    opened = json.loads(server.request("POST", "/api/v1/conversations", b"{}"))
    body = json.dumps({"text": text}).encode()
    server.request("POST", f"/api/v1/conversations/{opened['id']}/messages", body)
    down = json.dumps({"payload": "feedback:down"}).encode()
    server.request("POST", f"/api/v1/conversations/{opened['id']}/messages", down)


def examples(server: Server, clerk: StaffClient) -> list[str]:
    found = clerk.call("GET", f"/procedures/{CODE}")
    return list(found["examples"])


def test_with_the_keyboard_alone(page: Page, server: Server, clerk: StaffClient) -> None:
    say(server, EVIL)
    page.goto(server.url + "/console/inbox?lang=vi&q=ky+lan")
    expect(page.get_by_test_id("inbox-asked")).to_have_text(EVIL)
    expect(page.locator(".inbox-question img, .inbox-list img")).to_have_count(0)
    assert serious(page) == []
    page.keyboard.press("o")
    other = page.get_by_test_id("inbox-other")
    expect(other).to_be_focused()
    page.keyboard.type(CODE)
    offer = page.get_by_test_id(f"inbox-accept-{CODE}").last
    expect(offer).to_be_visible()
    offer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("inbox-empty")).to_be_visible()
    assert EVIL in examples(server, clerk)
    page.keyboard.press("z")
    expect(page.get_by_test_id("inbox-asked")).to_have_text(EVIL)
    assert EVIL not in examples(server, clerk)
    page.keyboard.press("i")
    page.keyboard.press("2")
    expect(page.get_by_test_id("inbox-empty")).to_be_visible()
    assert "owned" not in page.title()


def test_figures_are_drawn_told_and_downloaded(page: Page, server: Server) -> None:
    say(server, "đăng ký khai sinh cần giấy tờ gì")
    page.goto(server.url + "/console/figures?lang=vi")
    expect(page.get_by_test_id("sentence-turns")).to_contain_text("câu hỏi của")
    expect(page.get_by_test_id("figures-turns")).to_be_visible()
    assert serious(page) == []
    for name in ("csv", "xlsx"):
        with page.expect_download() as download:
            page.get_by_test_id(f"figures-{name}").click()
        assert download.value.suggested_filename.endswith(f".{name}")
