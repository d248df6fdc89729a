"""The page of `/simulator/zalo` in a real browser: bubbles, buttons, voice notes, two languages."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from desk_fixtures import publish_release
from playwright.async_api import Page, async_playwright, expect
from zalo_events import with_zalo

from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def phone(settings: Settings) -> AsyncIterator[Page]:
    """The page, open; fails on errors in it."""
    app = create_app(with_zalo(settings, simulator=True))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    background = Background(app)
    path = shutil.which("chromium")
    async with background.running(robots=False, speech=False), async_playwright() as playwright:
        await background.wait_engine(30)
        serving = asyncio.create_task(server.serve())
        browser = await playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else 0)
        while not server.started:
            await asyncio.to_thread(lambda: None)
        port = server.servers[0].sockets[0].getsockname()[1]
        page.set_default_timeout(20_000)
        await page.goto(f"http://127.0.0.1:{port}/simulator/zalo")
        try:
            yield page
            assert problems == []
        finally:
            await browser.close()
            server.should_exit = server.force_exit = True
            await serving


async def test_a_conversation_on_the_page(ward: tuple[Settings, Path]) -> None:
    await publish_release(ward[0], "first")
    async with phone(ward[0]) as page:
        theirs = page.locator(".bubble.theirs")
        await page.get_by_label("Gửi loại khác").click()
        await page.get_by_role("button", name="Quan tâm").click()
        await expect(theirs.last).to_contain_text("Anh/chị cần làm thủ tục gì", timeout=20_000)
        await expect(theirs.first).to_contain_text("không phải người")

        staff = theirs.last.get_by_role("button", name="Gặp cán bộ")
        box = await staff.bounding_box()
        assert box is not None
        assert box["height"] >= 44, "a finger hits it"
        await staff.click()
        await expect(theirs.last).to_contain_text("staff", timeout=20_000)

        await page.get_by_label("Nhập tin nhắn").fill("<b>hai</b> dòng")
        await page.keyboard.press("Enter")
        await expect(theirs.last).to_contain_text("<b>hai</b> dòng", timeout=20_000)
        assert await page.locator(".chat b").count() == 0, "a text is text"

        await page.locator("#picker").set_input_files(
            {"name": "a.aac", "mimeType": "audio/aac", "buffer": b"<!doctype html>"}
        )
        await expect(page.locator(".bubble.mine audio")).to_have_count(1)
        await expect(theirs.last).to_contain_text("không phải đoạn ghi âm", timeout=30_000)

        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, "nothing runs over the edge"
        await page.get_by_role("link", name="English").click()
        await expect(page.get_by_label("Write a message")).to_be_visible()
        await expect(theirs.first).to_contain_text("không phải người", timeout=20_000)
