"""The main job: ask, follow up, learn what is missing, be led, stop the robot, arrive."""

import re

import pytest
from conftest import ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_documents_then_fee_then_checklist(kiosk: Page) -> None:
    ask(kiosk, "Đăng ký khai sinh cần giấy tờ gì?")
    reply = kiosk.get_by_test_id("reply")
    expect(reply).to_contain_text("chứng sinh")
    expect(kiosk.get_by_test_id("transcript")).to_have_text("Đăng ký khai sinh cần giấy tờ gì?")
    expect(kiosk.locator(".card-name")).to_have_text(re.compile("khai sinh", re.IGNORECASE))
    expect(kiosk.locator(".papers .paper").first).to_be_visible()

    ask(kiosk, "còn lệ phí?")
    expect(reply).to_contain_text(re.compile("lệ phí|miễn phí|đồng", re.IGNORECASE))
    expect(kiosk.locator(".card-name")).to_have_text(re.compile("khai sinh", re.IGNORECASE))

    kiosk.locator(".actions").get_by_text("Tôi còn thiếu giấy gì?").click()
    total = int(re.findall(r"\d+", kiosk.locator(".progress-words").inner_text())[1])
    first = kiosk.locator(".paper-name").inner_text()
    for number in range(1, total + 1):
        expect(kiosk.locator(".progress-words")).to_have_text(f"Giấy {number} trong {total}")
        kiosk.get_by_test_id("choice").filter(has_text="Chưa" if number == 1 else "Có").click()
    expect(kiosk.locator(".checklist-result .card-name")).to_have_text(
        "Anh/chị còn thiếu 1 giấy tờ"
    )
    expect(kiosk.locator(".paper.is-missing .paper-title")).to_have_text(first)


def test_led_to_the_counter_stopped_on_the_way_and_arriving(kiosk: Page) -> None:
    ask(kiosk, "Đăng ký khai sinh cần giấy tờ gì?")
    kiosk.locator(".actions").get_by_text("Dẫn tôi đi").click()
    robot = kiosk.get_by_test_id("robot")
    expect(robot).to_be_visible()
    expect(kiosk.get_by_test_id("map")).to_be_visible()
    start = (robot.get_attribute("data-x"), robot.get_attribute("data-y"))
    kiosk.wait_for_function(
        "([x, y]) => { const d = document.querySelector('[data-testid=robot]').dataset;"
        " return Math.hypot(d.x - x, d.y - y) > 0.3; }",
        arg=[float(start[0] or 0), float(start[1] or 0)],
    )

    kiosk.get_by_test_id("stop").click()
    expect(kiosk.locator(".panel-stop")).to_contain_text("Robot đã dừng")
    expect(kiosk.locator("html")).to_have_attribute("data-robot-stopped", "true")
    kiosk.locator(".panel-stop").get_by_role("button", name="Đi tiếp").click()
    expect(kiosk.locator(".panel-stop")).to_have_count(0)

    kiosk.wait_for_selector(".has-arrived", timeout=90_000)
    expect(kiosk.locator(".guide-title")).to_have_text("Đã đến nơi ạ!")
    expect(kiosk.locator(".guide-place")).to_contain_text("3")


def test_typed_english_is_answered_in_english(kiosk: Page) -> None:
    ask(kiosk, "What documents do I need to register a birth?")
    expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    expect(kiosk.get_by_test_id("reply")).to_contain_text(re.compile("birth", re.IGNORECASE))
    expect(kiosk.locator(".actions")).to_contain_text("Lead me there")
    kiosk.get_by_test_id("language").click()
    expect(kiosk.locator("html")).to_have_attribute("lang", "vi")


def test_enter_sends_and_stop_works_before_any_question(kiosk: Page) -> None:
    for test_id in ("mic", "ask-input", "ask-send", "stop", "language", "reset"):
        expect(kiosk.get_by_test_id(test_id)).to_be_visible()
    with kiosk.expect_response(re.compile(r"/robots/[^/]+/stop$")) as stopped:
        kiosk.get_by_test_id("stop").click()
    assert stopped.value.ok
    expect(kiosk.locator(".panel-stop")).to_contain_text("Robot đã dừng")
    kiosk.locator(".panel-stop").get_by_text("Cho robot chạy tiếp").click()
    expect(kiosk.locator("html")).to_have_attribute("data-robot-stopped", "false")

    kiosk.get_by_test_id("ask-input").fill("xin chào")
    kiosk.get_by_test_id("ask-input").press("Enter")
    expect(kiosk.get_by_test_id("reply")).to_contain_text("máy")


def test_markup_in_a_question_stays_text(kiosk: Page) -> None:
    text = "<img src=x onerror=window.pwned=1> khai sinh"
    ask(kiosk, text)
    expect(kiosk.get_by_test_id("transcript")).to_have_text(text)
    assert kiosk.evaluate("window.pwned") is None
