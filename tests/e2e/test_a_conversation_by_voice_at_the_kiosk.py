"""A visitor and the kiosk talk: question and follow-up, speaking over the answer, a lost line."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Server, launch, open_kiosk
from fake_microphone import espeak, recording
from playwright.sync_api import Browser, Page, Playwright, Route, expect

pytestmark = pytest.mark.browser

# What the page does with sound and with its voice line, told to the test.
_WATCH = """
window.told = [];
window.lines = [];
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(url) {
    super(url);
    if (!String(url).includes("/api/v1/voice/")) return;
    lines.push(this);
    this.addEventListener("message", ({ data }) => {
      if (typeof data === "string") told.push({ ...JSON.parse(data), at: performance.now() });
    });
  }
  send(data) {
    if (typeof data === "string") told.push({ sent: JSON.parse(data), at: performance.now() });
    super.send(data);
  }
};
new PerformanceObserver((list) => {
  for (const { name, startTime, detail } of list.getEntries())
    told.push({ mark: name, at: startTime, detail });
}).observe({ entryTypes: ["mark"] });
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const tracks = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  tracks.push(...stream.getTracks());
  return stream;
};
window.microphones = () => tracks.filter((track) => track.readyState === "live").length;
window.of = (type) => told.filter((one) => one.type === type);
window.marks = (name) => told.filter((one) => one.mark === name);
"""

Visit = Callable[..., Page]


def _hands_free(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "hands_free": True})


@pytest.fixture
def visit(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Visit]:
    """A kiosk before which somebody says what the recording holds; `hands_free` as the setting."""
    browsers: list[Browser] = []
    problems: list[str] = []

    def begin(*pieces: object, hands_free: bool = False) -> Page:
        path = recording(tmp_path / "visitor.wav", *pieces)
        browser = launch(playwright, f"--use-file-for-fake-audio-capture={path}%noloop")
        browsers.append(browser)
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.add_init_script(_WATCH)
        if hands_free:
            page.route(re.compile("/api/v1/conversations$"), _hands_free)
        open_kiosk(page, server)
        page.get_by_test_id("mic").click()
        return page

    yield begin
    for browser in browsers:
        browser.close()
    assert problems == []


@pytest.fixture(scope="module")
def sentence() -> Callable[[str], object]:
    recipes = json.loads((ROOT / "tests/speech/recipes.json").read_text(encoding="utf-8"))

    def say(purpose: str) -> object:
        return espeak(next(one for one in recipes["recipes"] if one["purpose"] == purpose))

    return say


def test_every_turn_is_heard_on_one_line_and_answered_aloud(
    visit: Visit, sentence: Callable[[str], object]
) -> None:
    page = visit(1.0, sentence("marriage registration"), 9.0)
    page.wait_for_function("() => marks('voice.began').length > 0", timeout=60_000)
    assert page.evaluate("microphones()") == 0
    expect(page.get_by_test_id("transcript")).to_contain_text("đăng ký")
    expect(page.locator("html")).to_have_attribute("data-speaking", "true")
    page.wait_for_selector(".sentence.is-read")
    # Read again by the page itself, which the server's own interruption does not end.
    page.get_by_text("Đọc lại").click()
    page.wait_for_function("() => of('interrupted').length > 0")
    expect(page.locator("html")).to_have_attribute("data-speaking", "true")
    page.wait_for_selector(".sentence.is-read")
    # A press on the microphone: silence at once, and the second turn without a second notice.
    page.get_by_test_id("mic").click()
    expect(page.locator("html")).to_have_attribute("data-speaking", "false")
    page.wait_for_selector("html[data-listening='true']")
    page.wait_for_function("() => of('reply').length > 1", timeout=60_000)
    page.wait_for_function("() => marks('voice.began').length > 1")
    assert page.evaluate("lines.length") == 1
    assert page.evaluate("told.filter((one) => one.sent?.type === 'start').length") == 2


def test_hands_free_whoever_speaks_over_the_answer_is_listened_to(
    visit: Visit, sentence: Callable[[str], object]
) -> None:
    page = visit(
        1.0, sentence("marriage registration"), 4.5, sentence("birth registration"), 30.0,
        hands_free=True,
    )  # fmt: skip
    page.wait_for_function("() => marks('voice.began').length > 0", timeout=60_000)
    assert page.evaluate("microphones()") == 1
    expect(page.locator("#voice-strip")).to_contain_text("Micro đang mở")
    page.wait_for_function("() => of('interrupted').length > 0", timeout=30_000)
    page.wait_for_function("() => marks('voice.silent').length > 0")
    expect(page.get_by_test_id("transcript")).to_contain_text("khai sinh", timeout=30_000)
    page.wait_for_function("() => of('reply').length > 1")
    page.wait_for_function("() => marks('voice.began').some(({ at }) => at > of('reply')[1].at)")
    # The button closes what it has opened; the answer goes on.
    page.get_by_test_id("mic").click()
    assert page.evaluate("microphones()") == 0
    expect(page.locator("#voice-strip")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("data-speaking", "true")


def test_a_lost_line_is_found_again_and_nothing_said_is_lost(
    visit: Visit, sentence: Callable[[str], object]
) -> None:
    page = visit(1.5, sentence("marriage registration"), 9.0)
    page.wait_for_selector("html[data-listening='true']")
    page.evaluate("lines.at(-1).close()")
    expect(page.locator("#voice-strip")).to_contain_text("đang nối lại")
    page.wait_for_function("() => of('ready').length > 1 || of('reply').length > 0", timeout=60_000)
    expect(page.locator("#voice-strip")).to_be_hidden()
    page.wait_for_selector("[data-state='answer'] .said-lines", timeout=60_000)
    expect(page.get_by_test_id("transcript")).to_contain_text("đăng ký")
    # In the middle of the answer: the rest is read all the same.
    page.wait_for_function("() => marks('voice.began').length > 0")
    page.evaluate("lines.at(-1).close()")
    first = page.locator(".sentence.is-read").first.get_attribute("id")
    page.wait_for_function(
        "(first) => document.querySelector('.sentence.is-read')?.id > first", arg=first
    )


def test_letting_go_of_a_button_that_was_held_ends_the_turn(
    visit: Visit, sentence: Callable[[str], object]
) -> None:
    page = visit(0.5, sentence("marriage registration, short"), 9.0)
    page.wait_for_selector("[data-state='answer'] .said-lines", timeout=60_000)
    mic = page.get_by_test_id("mic")
    mic.hover()
    page.mouse.down()
    page.wait_for_function("() => told.some((one) => one.sent?.mode === 'hold')")
    page.wait_for_function(
        "() => of('partial').at(-1).at > told.findLast((one) => one.sent?.mode).at"
    )
    page.wait_for_function("() => of('partial').at(-1).text.split(' ').length > 3")
    assert page.evaluate("told.some((one) => one.sent?.type === 'stop')") is False
    page.mouse.up()
    page.wait_for_function("() => told.some((one) => one.sent?.type === 'stop')")
    page.wait_for_function("() => of('reply').length > 1", timeout=60_000)
    assert page.evaluate("microphones()") == 0


def test_a_stop_word_is_the_red_button(visit: Visit, server: Server) -> None:
    page = visit(20.0)
    page.wait_for_selector("html[data-listening='true']")
    # As the server says it: eSpeak's "dừng lại" is not understood every time.
    page.evaluate(
        """() => lines.at(-1).dispatchEvent(new MessageEvent("message",
          { data: JSON.stringify({ type: "stop", text: "dừng lại" }) }))"""
    )
    expect(page.get_by_role("alertdialog")).to_contain_text("Robot đã dừng")
    assert json.loads(server.request("GET", "/api/v1/robots/robot-1"))["stopped"] is True


def test_what_could_not_be_heard_is_said_and_typing_is_offered(visit: Visit) -> None:
    page = visit(20.0)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("chưa nghe thấy gì", timeout=60_000)
    expect(page.locator("html")).to_have_attribute("data-speaking", "true")
    assert page.evaluate("microphones()") == 0
    assert page.evaluate("of('rejected').map(({ reason }) => reason)") == ["silence"]
    alert.get_by_text("Gõ câu hỏi", exact=True).click()
    expect(page.get_by_test_id("ask-input")).to_be_focused()


def test_behind_another_window_nobody_is_listened_to(visit: Visit) -> None:
    page = visit(20.0)
    page.wait_for_selector("html[data-listening='true']")
    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { value: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert page.evaluate("microphones()") == 0
    expect(page.locator("#voice-strip")).to_contain_text("Em đã tắt micro")
