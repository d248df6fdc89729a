"""The two speech services of the application: children of ours, or somebody else's by URI."""

import os
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from assistant.processes import ChildProcess
from assistant.settings import ROOT, SpeechSettings
from speech.client import describe
from speech.errors import SpeechError

log = structlog.get_logger(__name__)

Role = Literal["recogniser", "synthesiser"]

LONGEST_SOCKET_PATH = 100
"""Bytes; the system's limit is 107."""
PROBE_SECONDS = 65.0
"""A probe waits for the model to load."""


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How a service is, for the health page and `doctor`."""

    role: Role
    engine: str
    state: Literal["stopped", "starting", "ready", "waiting", "unavailable"]
    reason: str | None
    """Why it is not ready, in English, with the remedy where one is known."""
    restarts: int


class SpeechService:
    """One service: where it is, and how it is."""

    def __init__(self, role: Role, engine: str, uri: str, child: ChildProcess | None) -> None:
        self.role = role
        self.engine = engine
        self.uri = uri
        self._child = child
        self._problem: str | None = None

    @classmethod
    def build(cls, role: Role, settings: SpeechSettings, folder: Path) -> "SpeechService":
        """From the settings; the socket of a child of ours is made in ``folder``."""
        external = settings.recogniser_uri if role == "recogniser" else settings.synthesiser_uri
        engine = settings.recogniser if role == "recogniser" else settings.synthesiser
        if external is not None:
            return cls(role, engine, external, None)
        socket = folder / f"{'stt' if role == 'recogniser' else 'tts'}-{os.getpid()}.sock"
        uri = f"unix://{socket}"
        argv = [sys.executable, "-m", "speech.server", "--uri", uri, "--engine", engine]
        argv += ["--watch-stdin", "--voice-vi", settings.voice_vi, "--voice-en", settings.voice_en]
        if settings.vosk_model is not None:
            argv += ["--model", str(settings.vosk_model.expanduser().resolve())]
            argv += ["--language", settings.vosk_language]
        service = cls(role, engine, uri, None)
        service._child = ChildProcess(role, argv, cwd=ROOT, ready=service._probe)
        return service

    async def start(self) -> None:
        """Returns at once for a child of ours; an external service is asked who it is."""
        if self._child is not None:
            self._child.start()
            return
        await self._probe_external()

    async def close(self) -> None:
        if self._child is not None:
            await self._child.stop()

    async def wait_ready(self, seconds: float) -> bool:
        return self._child is None or await self._child.wait_ready(seconds)

    async def restart(self) -> None:
        """A child of ours that hangs is replaced; nothing happens to somebody else's."""
        if self._child is not None:
            await self._child.restart()

    @property
    def health(self) -> ServiceHealth:
        child = self._child
        state: Literal["stopped", "starting", "ready", "waiting", "unavailable"]
        state = child.state if child is not None else "ready"
        reason = self._problem
        if child is not None and state != "ready":
            reason = child.failure
        elif reason is not None:
            state = "unavailable"
        return ServiceHealth(
            self.role, self.engine, state, reason, child.restarts if child is not None else 0
        )

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
