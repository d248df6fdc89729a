"""The answers that ask most of a screen: no word is cut, covered, too small or out of reach."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Server, ask, open_kiosk
from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser
FAULTS = Path(__file__).with_name("visual_faults.js").read_text(encoding="utf-8")
SCREENS = [(1080, 1920), (1920, 1080), (390, 844)]
ESSENTIALS = ".fact:nth-child(-n+3) .fact-value, .paper:not([hidden]) .paper-title"

Procedure = dict[str, Any]


def words(value: object) -> int:
    """How many characters a value of the catalogue has, in its longer language."""
    return max(map(len, value.values())) if isinstance(value, dict) else len(str(value or ""))


# Which entries are the longest is found in the catalogue, so that new content is tested as well.
DEMANDS: dict[str, Callable[[Procedure], int]] = {
    "name": lambda one: words(one["name"]),
    "first clause of the name": lambda one: len(re.split("[;,(]", one["name"]["vi"])[0]),
    "fees": lambda one: len(one.get("fees") or []),
    "condition of a fee": lambda one: max(
        [words(fee.get("case")) for fee in one.get("fees") or []], default=0
    ),
    "note on the fee": lambda one: len(one.get("fee_note") or ""),
    "note on the time": lambda one: words((one.get("time") or {}).get("note")),
    "documents": lambda one: len(one.get("documents") or []),
    "title of a document": lambda one: max(
        [len(paper["vi"]) for paper in one.get("documents") or []], default=0
    ),
    "note on a document": lambda one: max(
        [len(paper.get("note") or "") for paper in one.get("documents") or []], default=0
    ),
    "cases": lambda one: len(one.get("cases") or []),
}
ASKED = [
    "Đăng ký khai sinh cần giấy tờ gì?",
    "lệ phí đăng ký kết hôn bao nhiêu",
    "Bố tôi mới mất sáng nay",
    "cứu với có người ngất xỉu",
    "nhà vệ sinh ở đâu",
    "tôi muốn chứng thực",
    "hôm nay giá vàng bao nhiêu",
]


@pytest.fixture(scope="module")
def demanding(server: Server) -> list[str]:
    """Codes of the procedures that are the longest in one respect or another."""
    codes: list[str] = []
    while page := page_of_procedures(server, len(codes)):
        codes += page
    catalogue = [json.loads(server.request("GET", f"/api/v1/procedures/{code}")) for code in codes]
    found = [max(catalogue, key=demand)["code"] for demand in DEMANDS.values()]
    return ["1.001193", *dict.fromkeys(found)]


def page_of_procedures(server: Server, offset: int) -> list[str]:
    answer = json.loads(server.request("GET", f"/api/v1/procedures?limit=100&offset={offset}"))
    found = answer if isinstance(answer, list) else answer["procedures"]
    return [one["code"] for one in found]


def choose(page: Page, code: str) -> None:
    """What a button of the page would send for this procedure."""

    def instead(route: Route) -> None:
        message = json.loads(route.request.post_data or "{}")
        del message["text"]
        route.continue_(post_data=json.dumps({**message, "payload": f"procedure:{code}"}))

    page.route("**/messages", instead, times=1)
    ask(page, "thủ tục này cần giấy tờ gì, bao nhiêu tiền")


def faults(page: Page) -> list[str]:
    page.evaluate("async () => { await document.fonts.ready }")
    # Lists divide themselves into pages when the browser has laid them out.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return page.evaluate(FAULTS)


def in_sight(page: Page) -> list[str]:
    """The figures and the first paper that one would have to scroll for."""
    return page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].slice(0, 4).filter((node) => {
          const box = node.getBoundingClientRect();
          const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
          const top = document.elementsFromPoint(x, y).find((one) => !one.matches(".fact-all"));
          return !(top && (node.contains(top) || top.contains(node)));
        }).map((node) => node.textContent)""",
        ESSENTIALS,
    )


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_the_longest_cards_of_the_catalogue(
    browser: Browser, server: Server, demanding: list[str], width: int, height: int, language: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = open_in(context, server, language)
    found = {"attract": faults(page)}
    for code in demanding:
        choose(page, code)
        found[code] = faults(page)
        if width > 700 or code == "1.001193":
            found[code] += [f"below the fold: {text}" for text in in_sight(page)]
        page.locator(".btn-details").evaluate("(node) => node.click()")
        page.locator(".panel-details").wait_for()
        found[f"{code} details"] = faults(page)
        page.keyboard.press("Escape")
    context.close()
    assert {code: some for code, some in found.items() if some} == {}


@pytest.mark.parametrize(("width", "height"), [*SCREENS, (360, 640)])
def test_every_kind_of_answer(browser: Browser, server: Server, width: int, height: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = open_in(context, server, "vi")
    found = {"attract": faults(page)}
    for question in ASKED:
        ask(page, question)
        found[question] = faults(page)
    ask(page, "Đăng ký khai sinh cần giấy tờ gì?")
    for button in (".asked .btn", ".btn-case", "#modes"):
        page.locator(button).first.evaluate("(node) => node.click()")
        page.locator(".panel").wait_for()
        found[button] = faults(page)
        page.keyboard.press("Escape")
    page.get_by_test_id("ask-input").fill("dẫn tôi đến quầy 3")
    page.get_by_test_id("ask-send").click()
    page.locator(".guiding").wait_for()
    found["guiding"] = faults(page)
    page.get_by_test_id("stop").click()
    page.locator(".panel-stop").get_by_text("Không đi nữa").wait_for()
    found["stopped"] = faults(page)
    context.close()
    assert {state: some for state, some in found.items() if some} == {}


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_what_is_asked_beside_the_papers(
    browser: Browser, server: Server, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = open_in(context, server, "en")
    found = {}
    for question in ("what papers do I need to register a birth", "how much is the fee"):
        ask(page, question)
        found[question] = faults(page)
    page.locator(".fact.is-asked").wait_for()
    context.close()
    assert {state: some for state, some in found.items() if some} == {}


def open_in(context: BrowserContext, server: Server, language: str) -> Page:
    page = context.new_page()
    open_kiosk(page, server)
    if language == "en":
        page.get_by_test_id("language").click()
        page.wait_for_selector("html[lang=en]")
    return page
