"""When a visitor has gone, neither the page nor the browser nor the server still knows them."""

import json
import re
import urllib.error

import pytest
from conftest import Server, ask, open_kiosk
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser
SECRET = "tôi tên Nguyễn Thị Kín muốn đăng ký kết hôn"


def traces(page: Page) -> str:
    return page.evaluate(
        "async () => document.documentElement.outerHTML"
        " + document.getElementById('ask-input').value"
        " + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage})"
        " + document.cookie + JSON.stringify(await indexedDB.databases()) + location.href"
    )


def silence(page: Page) -> None:
    """Nobody touches anything until the page asks; reading aloud does not count as idle."""
    for _ in range(60):
        page.clock.run_for(5_000)
        if page.locator(".panel-idle").is_visible():
            return


def test_reset_wipes_page_storage_and_conversation(kiosk: Page, server: Server) -> None:
    with kiosk.expect_response(re.compile(r"/conversations$")) as opened:
        ask(kiosk, SECRET)
    conversation = opened.value.json()["id"]
    kiosk.locator("#modes").click()
    kiosk.locator(".panel").get_by_text("Chữ to hơn").click()
    assert "Kín" in traces(kiosk)

    with kiosk.expect_response(lambda response: response.request.method == "DELETE") as forgotten:
        kiosk.get_by_test_id("reset").click()
    assert forgotten.value.url.endswith(conversation)
    assert forgotten.value.ok
    expect(kiosk.locator("body")).to_have_attribute("data-state", "attract")
    left = traces(kiosk)
    assert "Kín" not in left
    assert conversation not in left
    assert kiosk.locator("html").get_attribute("data-modes") == ""
    assert set(json.loads(kiosk.evaluate("JSON.stringify({...localStorage})"))) <= {"letan.kiosk"}
    with pytest.raises(urllib.error.HTTPError) as gone:
        server.request("POST", f"/api/v1/conversations/{conversation}/messages", b'{"text": "alo"}')
    assert gone.value.code in (404, 410)


def test_idle_asks_extends_and_then_forgets(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.clock.install()
    open_kiosk(page, server)
    page.evaluate("document.querySelector('#modes').click()")
    page.locator(".panel").get_by_text("Chỉ hiện chữ").click()
    page.locator(".panel").get_by_text("Xong").click()
    ask(page, SECRET)
    silence(page)
    expect(page.locator(".panel-idle")).to_contain_text("Anh/chị còn ở đó không?")
    page.get_by_text("Tôi còn ở đây").click()
    expect(page.locator(".panel-idle")).to_have_count(0)
    expect(page.get_by_test_id("transcript")).to_have_text(SECRET)

    silence(page)
    expect(page.locator(".panel-idle")).to_be_visible()
    page.clock.run_for(17_000)
    expect(page.locator("body")).to_have_attribute("data-state", "attract")
    assert "Kín" not in traces(page)
