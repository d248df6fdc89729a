"""What a visitor took along on the phone is there without a network; so are the kiosk's hours."""

import json

import pytest
from conftest import Server, open_kiosk
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.browser


def test_card_and_slip_on_the_phone(context: BrowserContext, server: Server) -> None:
    body = json.dumps({"procedure": "1.001193", "have": ["d1"]}).encode()
    slip = json.loads(server.request("POST", "/api/v1/slips", body))
    page = context.new_page()
    page.goto(server.url + slip["path"])
    page.wait_for_selector("html[data-offline='ready']")
    context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_contain_text("khai sinh")
    expect(page.locator(".slip-code")).to_contain_text(slip["short"])
    expect(page.locator(".paper.is-have")).to_have_count(1)
    context.set_offline(False)


def test_kiosk_keeps_hours_and_counters(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    open_kiosk(page, server)
    page.wait_for_selector("html[data-offline='ready']")
    context.set_offline(True)
    page.reload()
    expect(page.locator(".banner-title")).to_contain_text("Máy chủ đang khởi động lại")
    expect(page.locator(".counter").first).to_be_visible()
    expect(page.locator(".errand")).to_have_count(6)
    context.set_offline(False)
