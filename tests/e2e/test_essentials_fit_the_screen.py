"""Large type, large targets, nothing essential below the fold, on all three screens."""

import pytest
from conftest import Server, ask, open_kiosk
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SCREENS = [(1080, 1920), (1920, 1080), (390, 844)]

# Visible means: inside the window and not clipped away by an ancestor that hides its overflow.
_MEASURE = """
() => {
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || getComputedStyle(node).visibility === "hidden") return null;
    if (getComputedStyle(node).clipPath !== "none") return null;
    return box;
  };
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement } = walk.currentNode;
    const text = walk.currentNode.textContent.trim();
    if (!text || parentElement.closest("svg, noscript, .visually-hidden")) continue;
    if (!seen(parentElement)) continue;
    texts.push([text, parseFloat(getComputedStyle(parentElement).fontSize)]);
  }
  const targets = [...document.querySelectorAll("button, input")]
    .map((node) => [node.innerText || node.id, seen(node)])
    .filter(([, box]) => box)
    .map(([name, box]) => [name, box.width, box.height, box.left, box.top, box.right, box.bottom]);
  const screen = document.getElementById("screen");
  return { texts, targets, width: innerWidth, height: innerHeight,
           overflow: document.documentElement.scrollWidth > innerWidth,
           scroll: screen.scrollHeight - screen.clientHeight };
}
"""


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_type_and_targets(browser: Browser, server: Server, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    open_kiosk(page, server)
    check(page, "attract")
    ask(page, "Đăng ký khai sinh cần giấy tờ gì?")
    page.evaluate("document.fonts.ready")
    check(page, "answer")
    fits(page, width)
    ask(page, "Bố tôi mới mất sáng nay")
    page.get_by_test_id("life-event").wait_for()
    check(page, "life event")
    reachable(page, [".card-name", ".step:not([hidden]) .btn", ".actions .btn"])
    uncut(page)
    page.get_by_test_id("ask-input").fill("dẫn tôi đến quầy 3")
    page.get_by_test_id("ask-send").click()
    page.wait_for_selector(".guiding")
    check(page, "guiding")
    context.close()


def check(page: Page, state: str) -> None:
    found = page.evaluate(_MEASURE)
    assert not found["overflow"], f"{state}: wider than the window"
    small = [text for text, size in found["texts"] if size < 28]
    assert small == [], f"{state}: text below 28 px"
    for name, w, h, left, top, right, bottom in found["targets"]:
        assert w >= 63.5, f"{state}: {name} is {w:.0f} px wide"
        assert h >= 63.5, f"{state}: {name} is {h:.0f} px high"
        assert left >= -1 and right <= found["width"] + 1, f"{state}: {name} leaves the screen"
        if state != "attract":
            assert top >= -1 and bottom <= found["height"] + 1, f"{state}: {name} below the fold"
    if state != "attract":
        assert found["scroll"] <= 1, f"{state}: {found['scroll']} px to scroll"


def fits(page: Page, width: int) -> None:
    """Every fact, the first papers and the buttons are in the window; nothing covers another."""
    essentials = [".card-name", ".paper:not([hidden]) .paper-title", ".actions .btn"]
    if width > 700:
        essentials.append(".fact-value")
    reachable(page, essentials)
    uncut(page)


def reachable(page: Page, selectors: list[str]) -> None:
    for selector in selectors:
        node = page.locator(selector).first
        box = node.bounding_box()
        assert box is not None, selector
        middle = (box["x"] + box["width"] / 2, box["y"] + min(box["height"], 60) / 2)
        reached = node.evaluate(
            "(node, [x, y]) => { const top = document.elementFromPoint(x, y);"
            " return !!top && (node.contains(top) || top.contains(node)); }",
            list(middle),
        )
        assert reached, f"{selector} is covered or outside"


def uncut(page: Page) -> None:
    cut = page.evaluate(
        "() => [...document.querySelectorAll('.paged')]"
        ".map((list) => list.scrollHeight - list.clientHeight)"
    )
    assert max(cut) <= 1, "a page of papers is cut off"
