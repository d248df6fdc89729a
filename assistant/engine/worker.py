"""One engine process that serves one release, or waits for one."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import structlog

from assistant.engine.client import EngineClient, EngineGoneError, EngineRefusedError
from assistant.processes import ChildProcess, State
from assistant.settings import ROOT, Settings

log = structlog.get_logger(__name__)

_LONGEST_SOCKET = 100
"""Linux takes 107 bytes for the path of a Unix socket."""
_READY_SECONDS = 180.0
STARTS_IN_A_ROW = 3
REFUSED = "ended with exit code 3"
"""How `dialogues.server` ends when it cannot use the release."""
TRACKER_URL = "LETAN_TRACKER_URL"
"""Where `dialogues.server` finds the URL of its store; it may hold a password."""
_numbers = itertools.count(1)


class EngineWorker:
    """Starts `dialogues.server` on a folder and talks to it.

    Without a folder it is a spare: everything is imported, and `give` tells it what to serve.
    """

    def __init__(
        self,
        settings: Settings,
        folder: Path | None,
        release: str,
        on_change: Callable[[State], None],
    ) -> None:
        self.release = release
        self.folder = folder
        self.socket = socket_path(settings.data_dir)
        tracker = tracker_url(settings)
        self.client = EngineClient(self.socket)
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.child = ChildProcess(
            "engine",
            [
                settings.engine_python,
                "-m",
                "dialogues.server",
                "--socket",
                self.socket,
                *(["--spare"] if folder is None else ["--release", folder.resolve()]),
                *_tracker_options(tracker),
                "--watch-stdin",
            ],
            env={TRACKER_URL: tracker},
            cwd=ROOT,
            ready=self._probe,
            ready_seconds=_READY_SECONDS,
            on_change=on_change,
        )

    def start(self) -> None:
        self.child.start()

    def give(self, folder: Path, release: str) -> None:
        """What a spare shall serve; `wait_answering` tells when it does."""
        self.folder, self.release = folder, release

    @property
    def hopeless(self) -> bool:
        """Whether it cannot start, however long one waits."""
        child = self.child
        return child.state == "waiting" and (
            child.failure == REFUSED or child.restarts >= STARTS_IN_A_ROW
        )

    async def wait_answering(self, seconds: float, *, give_up: bool = False) -> bool:
        """Wait until the process that runs *now* answers; False when `seconds` passed first.
        ``give_up``: also when it cannot start.

        After a crash `ChildProcess` may learn of it later than a broken connection tells us, so
        only the engine's own answer counts.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and not (give_up and self.hopeless):
            if await self.child.wait_ready(min(left, 0.5)) and await self._answers():
                return True
            await asyncio.sleep(0.05)
        return False

    @asynccontextmanager
    async def turn_under_way(self) -> AsyncIterator[None]:
        """Keeps `drain` waiting."""
        self._in_flight += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._in_flight -= 1
            if self._in_flight == 0:
                self._idle.set()

    async def drain(self, seconds: float) -> None:
        """Wait until no turn is under way, `seconds` at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def close(self) -> None:
        # At once: the engine waits for open connections before it ends by itself.
        await asyncio.gather(self.child.stop(), self.client.close())
        with suppress(OSError):
            self.socket.unlink(missing_ok=True)

    async def health(self) -> dict[str, Any]:
        """Raises `TimeoutError`, `EngineGoneError`, `EngineRefusedError`."""
        return await self.client.health()

    async def _probe(self) -> bool:
        return await self._answers(waiting=self.folder is None)

    async def _answers(self, *, waiting: bool = False) -> bool:
        """``waiting``: a spare that could be told its release is enough."""
        try:
            status = (await self.client.health()).get("status")
            if status == "spare" and not waiting and self.folder is not None:
                await self.client.load(self.folder.resolve())
        except (TimeoutError, EngineGoneError, EngineRefusedError):
            return False
        return status == "ready" or (waiting and status == "spare")


def socket_path(data_dir: Path) -> Path:
    """A new path for a socket in a folder only this user can enter, short enough for Linux.

    Sockets that dead processes left behind are removed.
    """
    folder = data_dir.resolve() / "run"
    name = f"engine-{os.getpid()}-{next(_numbers)}.sock"
    if len(os.fsencode(folder / name)) > _LONGEST_SOCKET:
        folder = Path(mkdtemp(prefix="letan-", dir="/tmp"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("engine-*-*.sock"):
        owner = old.name.split("-")[1]
        if owner.isdigit() and not Path("/proc", owner).exists():
            old.unlink(missing_ok=True)
    return folder / name


def _tracker_options(url: str) -> list[str]:
    """A URL with a password goes by the environment alone: anybody can read a command line."""
    return ["--tracker", url] if url.startswith("sqlite") else []


def tracker_url(settings: Settings) -> str:
    """Rasa's tracker store: a SQLite file of its own, or the application's PostgreSQL."""
    if settings.database.startswith("sqlite"):
        return f"sqlite:///{settings.data_dir.resolve() / 'tracker.db'}"
    return settings.database
