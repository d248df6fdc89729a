"""A real server with its real voice, in a thread, and visitors at its voice door."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI

from assistant.main import create_app
from assistant.settings import LimitSettings, Settings, SpeechSettings
from assistant.startup import Background
from speech.audio import read_wav

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "app"))

from desk_fixtures import publish_release  # noqa: E402

BLOCK = 3200
SILENCE = bytes(32_000)
"""A second."""
DEADLINE = 60.0


@dataclass(frozen=True)
class Hall:
    """A running desk."""

    url: str
    app: FastAPI
    children: dict[str, int]
    """Role → process id of a speech service."""
    server: uvicorn.Server
    thread: threading.Thread

    @property
    def voice(self) -> Any:
        return self.app.state.voice

    async def until(self, promise: Callable[[], bool], seconds: float = DEADLINE) -> None:
        """Wait for a condition, looking again whenever other threads have had a turn."""

        async def look() -> None:
            while not promise():
                await asyncio.to_thread(os.sched_yield)

        await asyncio.wait_for(look(), seconds)


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with running(tmp_path_factory.mktemp("hall")) as found:
        yield found


class running:  # noqa: N801
    """`with running(folder) as hall`: everything but robots; the engine says back what it hears.

    ``speech``: settings of the speech services.
    """

    def __init__(self, folder: Path, **speech: Any) -> None:
        script = folder / "engine"
        program = ROOT / "tests" / "engine" / "fault_engine.py"
        script.write_text(
            f'#!/bin/sh\nshift 2\nexport FAULT_FOLDER="{folder}"\n'
            f'exec "{sys.executable}" "{program}" "$@"\n'
        )
        script.chmod(0o755)
        self._settings = Settings(
            data_dir=folder / "var",
            engine_python=script,
            speech=SpeechSettings(**speech),
            limits=LimitSettings(conversations_per_minute=100_000),
        )
        self._ready = threading.Event()
        self._failed: BaseException | None = None

    def __enter__(self) -> Hall:
        app = create_app(self._settings)
        background = Background(app)

        @asynccontextmanager
        async def lifespan(_: object) -> AsyncIterator[None]:
            await publish_release(self._settings, "first")
            async with background.running(robots=False):
                await background.wait_engine(DEADLINE)
                assert await app.state.voice.wait_ready(DEADLINE)
                yield

        app.router.lifespan_context = lifespan
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            ws_max_size=1 << 20,
            loop="asyncio",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()
        end = threading.Event()
        for _ in range(int(10 * DEADLINE)):
            if self._server.started or not self._thread.is_alive():
                break
            end.wait(0.1)
        assert self._server.started, "the server does not start"
        children = {
            role: service._child.pid
            for role, service in app.state.voice._services.items()
            if service._child is not None and service._child.pid is not None
        }
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        return Hall(url, app, children, self._server, self._thread)

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(DEADLINE)


class Visitor:
    """One microphone and one loudspeaker at the voice door."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []

    async def start(self, **more: Any) -> None:
        await self.socket.send_json(
            {"type": "start", "sample_rate": 16_000, "language": "vi", **more}
        )

    async def say(self, pcm: bytes) -> None:
        for at in range(0, len(pcm), BLOCK):
            await self.socket.send_bytes(pcm[at : at + BLOCK])

    async def until(self, *kinds: str) -> dict[str, Any]:
        """The next event of these kinds; everything is in `events`."""
        async with asyncio.timeout(DEADLINE):
            async for message in self.socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                event: dict[str, Any] = json.loads(message.data)
                self.events.append(event)
                if event["type"] in kinds:
                    return event
        raise AssertionError(f"closed after {self.events[-5:]}")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def conversation(http: aiohttp.ClientSession, hall: Hall) -> str:
    async with http.post(f"{hall.url}/api/v1/conversations", json={}) as answer:
        assert answer.status == 201, await answer.text()
        return str((await answer.json())["id"])


@asynccontextmanager
async def visitor(http: aiohttp.ClientSession, hall: Hall, id_: str | None = None):
    id_ = id_ or await conversation(http, hall)
    async with http.ws_connect(f"{hall.url}/api/v1/voice/{id_}", max_msg_size=0) as socket:
        yield Visitor(socket)


def spoken(text: str, voice: str = "vi+f2", rate: int = 140, pitch: int = 45) -> bytes:
    """PCM at 16 kHz with half a second before it and a second of silence after it."""
    argv = ["espeak-ng", "-v", voice, "-s", str(rate), "-p", str(pitch), "--stdin", "--stdout"]
    done = subprocess.run(argv, input=text.encode(), capture_output=True, check=True)
    return SILENCE[:16_000] + read_wav(done.stdout).pcm + SILENCE
