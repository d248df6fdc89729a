"""Makes the pictures of `docs/screenshots/` from a running server: states × screens.

    ./letan run                                       # in another terminal
    .venv/bin/python docs/screenshots.py http://127.0.0.1:8080 [--all] [--token FILE]

`--all` also keeps the pictures that the documentation does not show (in `var/screenshots/`);
`--token` names the file of the operator's token and makes the pictures of the console instead.
"""

import argparse
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SCREENS = {"portrait": (1080, 1920), "landscape": (1920, 1080), "phone": (390, 844)}
SHOWN = {
    "kiosk-attract-landscape",
    "kiosk-listening-portrait",
    "kiosk-answer-portrait",
    "kiosk-answer-landscape",
    "kiosk-answer-phone",
    "kiosk-checklist-portrait",
    "kiosk-guiding-landscape",
    "board-landscape",
    "card-phone",
}
CONSOLE = {
    "console-catalogue": "catalogue?q=khai+sinh",
    "console-procedure": "catalogue/1.001193",
    "console-releases": "releases",
    "console-centre": "centre",
}
TABLET = (1024, 768)
MOST_BYTES = 250_000
QUESTION = "Đăng ký khai sinh cần giấy tờ gì?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="address of the running server")
    parser.add_argument("--all", action="store_true", help="keep every picture")
    parser.add_argument("--token", type=Path, help="the operator's token: the console's pages")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
            ],
        )
        if options.token is not None:
            for name, picture in console(browser, options.url, options.token.read_text().strip()):
                save(picture, ROOT / "docs" / "screenshots" / f"{name}.png")
        for screen, (width, height) in SCREENS.items() if options.token is None else ():
            for name, picture in pictures(browser, options.url, screen, width, height):
                if name in SHOWN:
                    save(picture, ROOT / "docs" / "screenshots" / f"{name}.png")
                if options.all:
                    save(picture, ROOT / "var" / "screenshots" / f"{name}.png")
        browser.close()


def pictures(
    browser: Browser, url: str, screen: str, width: int, height: int
) -> Iterator[tuple[str, bytes]]:
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(f"{url}/kiosk")
    page.wait_for_selector("html[data-ready='true']", timeout=120_000)
    for state, go in STATES.items():
        go(page)
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(900)
        yield f"kiosk-{state}-{screen}", page.screenshot()
    page.get_by_test_id("reset").click()
    page.goto(f"{url}/display")
    page.wait_for_selector(".board-counter")
    page.wait_for_timeout(500)
    yield f"board-{screen}", page.screenshot()
    page.goto(f"{url}/p/1.001193")
    page.wait_for_selector(".papers")
    yield f"card-{screen}", page.screenshot()
    context.close()


def console(browser: Browser, url: str, token: str) -> Iterator[tuple[str, bytes]]:
    """Pages of the staff on a tablet, as the operator sees them."""
    width, height = TABLET
    page = browser.new_page(viewport={"width": width, "height": height}, locale="vi-VN")
    page.goto(f"{url}/console/login?lang=vi")
    page.locator("summary").click()
    page.locator("#token").fill(token)
    page.get_by_role("button", name="Vào bằng mã").click()
    for name, path in CONSOLE.items():
        page.goto(f"{url}/console/{path}{'&' if '?' in path else '?'}lang=vi")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)
        yield name, page.screenshot()
    page.close()


def attract(page: Page) -> None:
    page.wait_for_selector(".errand")


def listening(page: Page) -> None:
    page.get_by_test_id("mic").click()
    page.wait_for_selector("html[data-listening='true']")


def answer(page: Page) -> None:
    page.locator(".listening").get_by_text("Thôi").click()
    ask(page, QUESTION)
    page.wait_for_selector(".card")


def phone(page: Page) -> None:
    act(page, "Gửi về điện thoại")
    page.wait_for_selector(".qr")


def checklist(page: Page) -> None:
    page.keyboard.press("Escape")
    act(page, "Tôi còn thiếu giấy gì?")
    page.wait_for_selector(".paper-question")


def missing(page: Page) -> None:
    answers = ("Có", "Chưa", "Có", "Không rõ")
    number = 0
    while page.locator(".paper-question").count():
        before = page.locator(".paper-question").inner_text()
        page.locator(".have-row").get_by_text(answers[number % 4], exact=True).click()
        page.wait_for_function(
            "(before) => document.querySelector('.paper-question')?.innerText !== before"
            " && !document.querySelector('.said-waiting')",
            arg=before,
        )
        number += 1


def guiding(page: Page) -> None:
    ask(page, "dẫn tôi đến quầy 3")
    page.wait_for_selector(".guiding")
    page.wait_for_timeout(4000)


def stopped(page: Page) -> None:
    page.get_by_test_id("stop").click()
    page.wait_for_selector(".panel-stop")


def arrived(page: Page) -> None:
    page.locator(".panel-stop").get_by_role("button", name="Đi tiếp").click()
    page.wait_for_selector(".has-arrived", timeout=90_000)


def goodbye(page: Page) -> None:
    page.locator("main").get_by_text("Xong rồi").click()


def ask(page: Page, text: str) -> None:
    page.get_by_test_id("ask-input").fill(text)
    page.get_by_test_id("ask-send").click()


def act(page: Page, label: str) -> None:
    """Press an action; the telephone keeps some of them behind "Thêm"."""
    more = page.locator(".btn-more")
    wanted = page.locator(".actions").get_by_text(label)
    if more.is_visible() and not wanted.is_visible():
        more.click()
    wanted.click()


STATES: dict[str, Callable[[Page], None]] = {
    "attract": attract,
    "listening": listening,
    "answer": answer,
    "phone": phone,
    "checklist": checklist,
    "missing": missing,
    "guiding": guiding,
    "stopped": stopped,
    "arrived": arrived,
    "goodbye": goodbye,
}


def save(picture: bytes, path: Path) -> None:
    """A palette picture, as small as it must be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (128, 64, 32):
        image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < MOST_BYTES:
            return


if __name__ == "__main__":
    main()
