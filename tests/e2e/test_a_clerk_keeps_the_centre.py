"""A notice goes up and down; a place is moved by keyboard and finger, saved and put back."""

import json
from pathlib import Path

import pytest
from conftest import Server, until
from playwright.sync_api import BrowserContext, Page, expect
from test_a_clerk_corrects_a_fee import WORD, StaffClient
from test_pages_are_accessible import serious

pytestmark = pytest.mark.browser


def log_in(context: BrowserContext, server: Server, name: str, page: str) -> Page:
    """A page of the console as somebody of the staff sees it on a tablet."""
    found = context.new_page()
    found.set_viewport_size({"width": 1024, "height": 768})
    found.set_default_timeout(30_000)
    found.goto(server.url + "/console/login?lang=vi")
    found.locator("#name").fill(name)
    found.locator("#password").fill(WORD)
    found.get_by_role("button", name="Vào", exact=True).click()
    found.wait_for_url("**/console/**")
    found.goto(f"{server.url}/console/{page}?lang=vi")
    found.locator(".desk").wait_for()
    return found


def test_a_notice_and_a_place(context: BrowserContext, server: Server, data_dir: Path) -> None:
    StaffClient(server, data_dir, "sep", "administrator")
    page = log_in(context, server, "sep", "notices")
    words = "Quầy 3 nghỉ chiều nay <b>nhé</b>"

    def shown() -> bool:
        return words in server.request("GET", "/api/v1/board").decode()

    page.get_by_test_id("notice-vi").fill(words)
    page.get_by_test_id("put-up").click()
    expect(page.get_by_test_id("notice").filter(has_text=words)).to_be_visible()
    assert shown()
    assert serious(page) == []
    page.get_by_test_id("take-down").click()
    expect(page.get_by_test_id("ended")).to_contain_text(words)
    assert not shown()

    page.goto(server.url + "/console/centre?lang=vi")
    place = page.get_by_test_id("place-toilet")
    expect(place).to_have_attribute("aria-label", "nhà vệ sinh: x 7.05 m, y 6.00 m, 0°")
    assert serious(page) == []
    place.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("moved")).to_contain_text("6.95")
    circle = place.locator("circle").nth(1).bounding_box()
    assert circle is not None
    x, y = circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 4, y)
    page.mouse.up()
    expect(page.get_by_test_id("moved")).not_to_contain_text("6.95")
    page.get_by_test_id("save-map").click()
    expect(page.get_by_test_id("undo")).to_be_visible()

    def at() -> float:
        places = json.loads(server.request("GET", "/api/v1/centre"))["places"]
        return float(next(each["pose"]["x"] for each in places if each["id"] == "toilet"))

    until(lambda: 6.6 < at() < 6.94, 5)
    page.get_by_test_id("undo").click()
    until(lambda: at() == 7.05, 10)
