"""The speech services of the application: children of ours, or somebody else's by URI.

The recogniser and the synthesiser run all the time; the recogniser for English only while somebody
needs it, because its model takes 160 MB.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from assistant.processes import ChildProcess
from assistant.settings import ROOT, SpeechSettings
from assistant.voice.errors import speech_unavailable
from speech.client import answers, describe
from speech.errors import SpeechError

log = structlog.get_logger(__name__)

Role = Literal["recogniser", "synthesiser", "recogniser_en"]
ROLES: tuple[Role, ...] = ("recogniser", "synthesiser", "recogniser_en")

LONGEST_SOCKET_PATH = 100
"""Bytes; the system's limit is 107."""
PROBE_SECONDS = 65.0
"""A probe waits for the model to load."""
WATCH_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""A process that says nothing for so long is frozen, or in native code that lets nobody else run:
its own deadline cannot help."""
RESTING_SECONDS = 300.0
"""A service started on demand ends when nobody has needed it for so long."""
START_SECONDS = 20.0
_FRUGAL = {"MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""An engine has one thread: more of them would take time from the desk, more arenas 30 MB each."""
_SOCKETS: dict[Role, str] = {"recogniser": "stt", "synthesiser": "tts", "recogniser_en": "en"}


ServiceState = Literal["stopped", "starting", "ready", "waiting", "unavailable", "resting"]
"""`resting`: starts as soon as somebody needs it."""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How a service is, for the health page and `doctor`."""

    role: Role
    engine: str
    state: ServiceState
    reason: str | None
    """Why it is not ready, in English, with the remedy where one is known."""
    restarts: int


class SpeechService:
    """One service: where it is, and how it is."""

    def __init__(
        self,
        role: Role,
        engine: str,
        uri: str,
        child: ChildProcess | None,
        *,
        on_demand: bool = False,
    ) -> None:
        self.role = role
        self.engine = engine
        self.uri = uri
        self._child = child
        self._problem: str | None = None
        self._on_demand = on_demand
        self.resting_seconds = RESTING_SECONDS
        self.watch_seconds, self.silent_seconds = WATCH_SECONDS, SILENT_SECONDS
        self._watchdog: asyncio.Task[None] | None = None
        self._users = 0
        self._awake = False
        self._changing = asyncio.Lock()
        self._bedtime: asyncio.Task[None] | None = None

    @classmethod
    def build(
        cls, role: Role, settings: SpeechSettings, folder: Path, phrases: Path | None = None
    ) -> "SpeechService":
        """From the settings; the socket of a child of ours is made in ``folder``.

        ``phrases``: the file of what Vietnamese visitors are expected to say.
        """
        engine, external = {
            "recogniser": (settings.recogniser, settings.recogniser_uri),
            "synthesiser": (settings.synthesiser, settings.synthesiser_uri),
            "recogniser_en": (settings.recogniser_en, settings.recogniser_en_uri),
        }[role]
        if external is not None:
            return cls(role, engine, external, None)
        uri = f"unix://{folder / f'{_SOCKETS[role]}-{os.getpid()}.sock'}"
        argv = [sys.executable, "-m", "speech.server", "--uri", uri, "--engine", engine]
        argv += ["--watch-stdin", *engine_options(role, engine, settings, phrases)]
        service = cls(role, engine, uri, None, on_demand=role == "recogniser_en")
        service._child = ChildProcess(role, argv, env=_FRUGAL, cwd=ROOT, ready=service._probe)
        return service

    async def start(self) -> None:
        """Returns at once for a child of ours; an external service is asked who it is.

        A service on demand stays at rest: `in_use` starts it.
        """
        if self._child is None:
            await self._probe_external()
        elif not self._on_demand:
            self._begin(self._child)

    async def close(self) -> None:
        async with self._changing:  # a child that is just being put to rest is waited for
            self._unwatch()
            if self._bedtime is not None:
                self._bedtime.cancel()
            if self._child is not None:
                await self._child.stop()

    async def wait_ready(self, seconds: float) -> bool:
        if self._child is None or self._resting:
            return True
        return await self._child.wait_ready(seconds)

    @asynccontextmanager
    async def in_use(self, seconds: float = START_SECONDS) -> AsyncIterator[str]:
        """The URI of a service that answers, for as long as it is needed.

        A service on demand is started (Whisper: about two seconds) and ends when nobody has needed
        it for a while. Raises LetanError `speech_unavailable` when it lacks something or is not
        ready within ``seconds``.
        """
        self._users += 1
        try:
            await self._wake()
            ready = await self.wait_ready(seconds)
            health = self.health
            if not ready or health.state != "ready":
                raise speech_unavailable(self.role, health.reason or "it does not answer")
            yield self.uri
        finally:
            self._users -= 1
            self._let_rest()

    @property
    def health(self) -> ServiceHealth:
        child = self._child
        state: ServiceState = child.state if child is not None else "ready"
        reason = self._problem
        if self._resting:
            state, reason = "resting", None
        elif child is not None and state != "ready":
            reason = child.failure
        elif reason is not None:
            state = "unavailable"
        return ServiceHealth(
            self.role, self.engine, state, reason, child.restarts if child is not None else 0
        )

    @property
    def _resting(self) -> bool:
        return self._on_demand and not self._awake

    async def _wake(self) -> None:
        async with self._changing:
            if self._bedtime is not None:
                self._bedtime.cancel()
                self._bedtime = None
            if self._resting and self._child is not None:
                self._awake = True
                self._begin(self._child)

    def _let_rest(self) -> None:
        if self._on_demand and self._awake and not self._users:
            if self._bedtime is not None:
                self._bedtime.cancel()
            self._bedtime = asyncio.create_task(self._rest(), name=f"rest {self.role}")

    async def _rest(self) -> None:
        await asyncio.sleep(self.resting_seconds)
        async with self._changing:
            if self._users or self._child is None:
                return
            self._bedtime = None
            self._unwatch()
            await self._child.stop()
            self._awake = False

    def _begin(self, child: ChildProcess) -> None:
        child.start()
        self._unwatch()
        self._watchdog = asyncio.create_task(self._watch(child), name=f"watch {self.role}")

    def _unwatch(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()

    async def _watch(self, child: ChildProcess) -> None:
        """Replaces a process that is ready and yet says nothing."""
        while True:
            await asyncio.sleep(self.watch_seconds)
            asked = child.pid
            if child.state != "ready" or await answers(self.uri, self.silent_seconds):
                continue
            if child.state == "ready" and child.pid == asked:
                log.warning("speech service hangs", role=self.role)
                await child.restart()

    async def _probe(self) -> bool:
        """Ready as soon as it answers, also when its engine lacks something: it then says what."""
        try:
            info = await describe(self.uri, PROBE_SECONDS)
        except SpeechError:
            return False
        programs = [*info.asr, *info.tts]
        missing = [program for program in programs if not program.installed]
        found = missing[0].description if missing else None
        if found is not None and found != self._problem:
            log.warning("speech engine unavailable", role=self.role, reason=found)
        self._problem = found
        return True

    async def _probe_external(self) -> None:
        if not await self._probe():
            self._problem = f"The speech service at {self.uri} does not answer."
            log.warning("speech service does not answer", role=self.role, uri=self.uri)


def roles_of(settings: SpeechSettings) -> tuple[Role, ...]:
    """The services that these settings ask for."""
    wanted = settings.recogniser_en != "none" or settings.recogniser_en_uri is not None
    return ROLES if wanted else ("recogniser", "synthesiser")


def engine_options(
    role: Role, engine: str, settings: SpeechSettings, phrases: Path | None = None
) -> list[str]:
    """What the engine of a role is told on its command line."""
    if role == "synthesiser":
        return ["--voice-vi", settings.voice_vi, "--voice-en", settings.voice_en]
    folders = settings.vosk_folders()
    heard = "en" if role == "recogniser_en" else "vi"
    if role == "recogniser" and "vi" not in folders:
        heard = settings.vosk_language if engine == "vosk" else heard
    model = {"vosk": folders.get(heard), "whisper": settings.whisper_model}.get(engine)
    options = ["--language", heard] if engine in ("vosk", "whisper") else []
    limited = engine == "vosk" and settings.vosk_grammar
    if heard == "en":
        phrases = ROOT / "data" / "lexicon" / "heard_en.json" if engine == "whisper" else None
    if phrases is not None and (engine != "vosk" or limited):
        options += ["--phrases", str(phrases)]
    return [*options, "--model", str(model.expanduser().resolve())] if model else options


def socket_folder(data_dir: Path) -> tuple[Path, bool]:
    """Where sockets go, and whether the folder is a temporary one of ours alone.

    A socket's path has at most 107 bytes, so a deep data folder cannot hold it.
    """
    folder = data_dir.resolve() / "run"
    if len(os.fsencode(folder / "stt-4194304.sock")) <= LONGEST_SOCKET_PATH:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder, False
    return Path(tempfile.mkdtemp(prefix="letan-")), True


def remove_folder(folder: Path) -> None:
    """A temporary socket folder; what still lies in it are our own stale sockets."""
    with suppress(OSError):
        for socket in folder.glob("*.sock"):
            socket.unlink()
        folder.rmdir()
