"""axe-core finds nothing serious in any state; everything can be reached by keyboard."""

from pathlib import Path

import pytest
from conftest import ROOT, Server, ask
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser
_AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def serious(page: Page) -> list[str]:
    page.evaluate(_AXE)
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    return [
        f"{item['id']}: {[node['target'] for node in item['nodes']]}"
        for item in found
        if item["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious_in_any_state_of_the_kiosk(kiosk: Page) -> None:
    assert serious(kiosk) == [], "attract"
    kiosk.locator("#modes").click()
    kiosk.locator(".panel").get_by_text("Tương phản cao").click()
    assert serious(kiosk) == [], "modes"
    kiosk.locator(".panel").get_by_text("Tương phản cao").click()
    kiosk.locator(".panel").get_by_text("Xong").click()

    kiosk.get_by_test_id("mic").click()
    kiosk.wait_for_selector("html[data-listening='true']")
    assert serious(kiosk) == [], "listening"
    kiosk.locator(".listening").get_by_text("Thôi").click()

    ask(kiosk, "Đăng ký khai sinh cần giấy tờ gì?")
    assert serious(kiosk) == [], "answer"
    kiosk.get_by_text("Không phải?").click()
    assert serious(kiosk) == [], "correction"
    kiosk.keyboard.press("Escape")
    kiosk.locator(".actions").get_by_text("Gửi về điện thoại").click()
    kiosk.wait_for_selector(".qr")
    assert serious(kiosk) == [], "phone"
    kiosk.keyboard.press("Escape")
    kiosk.locator(".actions").get_by_text("Tôi còn thiếu giấy gì?").click()
    kiosk.wait_for_selector(".paper-question")
    assert serious(kiosk) == [], "checklist"
    ask(kiosk, "dẫn tôi đến quầy 3")
    expect(kiosk.locator("body")).to_have_attribute("data-state", "guiding")
    assert serious(kiosk) == [], "guiding"
    kiosk.get_by_test_id("stop").click()
    expect(kiosk.locator(".panel-stop")).to_contain_text("Robot đã dừng")
    assert serious(kiosk) == [], "stopped"
    kiosk.locator(".panel-stop").get_by_text("Không đi nữa").click()
    kiosk.locator("main").get_by_text("Xong rồi").click()
    assert serious(kiosk) == [], "goodbye"


@pytest.mark.parametrize("path", ["/display", "/display?lang=en", "/", "/?lang=en", "/p/1.001193"])
def test_axe_finds_nothing_serious_on_the_other_pages(
    context: BrowserContext, server: Server, path: str
) -> None:
    page = context.new_page()
    page.goto(server.url + path)
    page.wait_for_load_state("networkidle") if "display" not in path else page.wait_for_selector(
        ".board-counter"
    )
    assert serious(page) == []
    assert page.locator("html").get_attribute("lang") == ("en" if "lang=en" in path else "vi")


def test_axe_finds_nothing_serious_in_english(kiosk: Page) -> None:
    kiosk.get_by_test_id("language").click()
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    assert serious(kiosk) == [], "attract"
    ask(kiosk, "What documents do I need to register a birth?")
    assert serious(kiosk) == [], "answer"


def test_high_contrast_reaches_seven_to_one(kiosk: Page) -> None:
    kiosk.locator("#modes").click()
    kiosk.locator(".panel").get_by_text("Tương phản cao").click()
    kiosk.locator(".panel").get_by_text("Xong").click()
    ask(kiosk, "Đăng ký khai sinh cần giấy tờ gì?")
    kiosk.evaluate(_AXE)
    low = kiosk.evaluate(
        "async () => (await axe.run(document, {runOnly: ['color-contrast-enhanced'],"
        " rules: {'color-contrast-enhanced': {enabled: true}}})).violations"
        ".flatMap((rule) => rule.nodes.map((node) => node.html))"
    )
    assert low == []


def test_the_whole_way_is_possible_by_keyboard(kiosk: Page) -> None:
    """Focus order is the order on the screen, and STOP comes last in every state."""
    order = kiosk.evaluate(
        "() => [...document.querySelectorAll('button, input, a')]"
        ".filter((node) => node.offsetParent && !node.disabled)"
        ".map((node) => node.dataset.testid || node.className)"
    )
    assert order[0] == "language"
    assert order[-4:] == ["mic", "ask-input", "ask-send", "stop"]
    kiosk.get_by_test_id("ask-input").focus()
    kiosk.keyboard.type("đăng ký kết hôn cần gì")
    kiosk.keyboard.press("Enter")
    kiosk.wait_for_selector(".card")
    kiosk.wait_for_function("() => !document.querySelector('.said-waiting')")
    button = kiosk.locator(".actions .btn").first
    assert button.inner_text().strip() == "Dẫn tôi đi"
    button.focus()
    outline = button.evaluate("(node) => getComputedStyle(node).outlineWidth")
    assert outline != "0px"
    button.press("Enter")
    kiosk.wait_for_selector(".guiding")


def test_motion_stops_for_those_who_ask_for_it(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(server.url + "/kiosk")
    page.wait_for_selector(".errand")
    assert page.evaluate("document.getAnimations().length") == 0


def test_axe_is_the_locked_one() -> None:
    assert Path(ROOT / "package-lock.json").read_text().count('"node_modules/axe-core"') == 1
