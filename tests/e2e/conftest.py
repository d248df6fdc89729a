"""A real server on a real release, and a real browser in front of it."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    sync_playwright,
)

from assistant.releases.service import Releases
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "the-operators-token-of-this-test"
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


def until(promise: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition of another process; fails after the deadline."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not promise():
        assert time.monotonic() < end, f"not within {seconds} s: {promise}"
        pause.wait(0.1)


@dataclass(frozen=True)
class Server:
    url: str
    token: str
    log: Path

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """An operator's request."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a published release: the shared one of this run, else one built here."""
    folder = tmp_path_factory.mktemp("data")
    shared = os.environ.get("LETAN_TEST_RELEASE_DIR")
    settings = Settings(data_dir=folder)
    if shared is None:
        from assistant.serve import build_release

        build_release(settings, quiet=True)
        return folder
    source = Path(shared).resolve()
    shutil.copytree(source, folder / "releases" / source.name)

    async def publish() -> None:
        database = Database(settings.database)
        await migrate(database)
        releases = Releases(folder, database)
        await releases.register(source.name, 1)
        await releases.publish(source.name)
        await database.close()

    asyncio.run(publish())
    return folder


@pytest.fixture(scope="session")
def server(data_dir: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = data_dir / "server.log"
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LETAN_")},
        "LETAN_DATA_DIR": str(data_dir),
        "LETAN_OPERATOR_TOKEN": TOKEN,
        "LETAN_CONFIG": "/dev/null",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "assistant.main:create_app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "warning"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
    found = Server(f"http://127.0.0.1:{port}", TOKEN, log)
    try:
        until(lambda: process.poll() is not None or found.is_ready(), 180)
        assert process.poll() is None, log.read_text()
        yield found
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def playwright(server: Server) -> Iterator[Playwright]:
    # Per module: a running Playwright keeps an event loop that asynchronous tests cannot live with.
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


def launch(playwright: Playwright, *args: str) -> Browser:
    path = shutil.which("chromium")
    assert path is not None, "apt-get install chromium"
    return playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_ARGS, *args])


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1080, "height": 1920})
    yield context
    context.close()


@pytest.fixture
def kiosk(context: BrowserContext, server: Server) -> Iterator[Page]:
    """A kiosk that is paired and ready; fails on errors in the page."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_kiosk(page, server)
    yield page
    assert problems == []


def open_kiosk(page: Page, server: Server) -> None:
    """Open the page and wait until questions are answered; the robot forgets its last errand."""
    server.request("POST", "/api/v1/robots/robot-1/stop")
    server.request("POST", "/api/v1/robots/robot-1/resume")
    page.set_default_timeout(30_000)
    page.goto(server.url + "/kiosk")
    page.wait_for_selector("html[data-ready='true']")
    page.wait_for_selector(".errand")


def ask(page: Page, text: str) -> None:
    """Type a question and wait for its answer."""
    page.get_by_test_id("ask-input").fill(text)
    page.get_by_test_id("ask-send").click()
    page.wait_for_function("() => !document.querySelector('.said-waiting')")
    page.get_by_test_id("reply").wait_for()
