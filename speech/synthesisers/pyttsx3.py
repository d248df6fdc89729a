"""pyttsx3: whatever voices the operating system has, through a file.

Its faults, each covered here: it returns before the file is complete (we wait for its native
thread, and until the file's size matches its header); it cancels a change of pace that the native
thread has not taken yet (we wait before speaking, too); it loses files when two calls overlap (one
lock; the service has one thread); an unknown voice keeps the old one silently (checked); and it
says things on standard output (which the service never uses for data).
"""

import io
import tempfile
import threading
import time
import wave
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speech.engines import AudioBlock, CancelToken, SpeakingCapabilities, Voice
from speech.errors import engine_failed, unavailable

BASE_WORDS_PER_MINUTE = 160
FILE_DEADLINE_S = 10.0
POLL_S = 0.01


def load(options: Mapping[str, Any]) -> "Pyttsx3":
    """Starts pyttsx3 and lists its voices. Raises EngineUnavailableError."""
    try:
        import pyttsx3
    except ImportError as error:
        raise unavailable("pyttsx3", "package pyttsx3", "pip install pyttsx3==2.99") from error
    try:
        engine = pyttsx3.init()
        found = list(engine.getProperty("voices"))
        engine.runAndWait()  # from now on properties are set at once instead of being queued
    except Exception as error:  # drivers raise whatever their platform raises
        raise unavailable(
            "pyttsx3", f"a speech driver ({error})", "apt-get install espeak-ng libespeak-ng1"
        ) from error
    return Pyttsx3(engine, found)


class Pyttsx3:
    """The engine; every call goes through one lock."""

    name = "pyttsx3"
    capabilities = SpeakingCapabilities()

    def __init__(self, engine: Any, found: list[Any]) -> None:
        self.version = version("pyttsx3")
        self._engine = engine
        self._lock = threading.Lock()
        self._ids = {_short(voice.id): voice.id for voice in found}
        self.voices = tuple(
            Voice(short, short.split("-")[0], str(voice.name))
            for short, voice in ((_short(voice.id), voice) for voice in found)
        )

    def synthesize(
        self, text: str, *, voice: str, rate: float, cancel: CancelToken
    ) -> Iterator[AudioBlock]:
        """See `speech.engines.SpeechSynthesizer`. Raises EngineFailedError."""
        spoken = " ".join(text.encode("utf-8", "ignore").decode("utf-8").split())
        if not spoken:
            return
        if voice.lower() not in self._ids:
            raise engine_failed(self.name, f"no voice {voice!r}")
        with self._lock, _folder(self.name) as folder:
            path = folder / "sentence.wav"
            with redirect_stdout(io.StringIO()):
                self._engine.setProperty("voice", self._ids[voice.lower()])
                self._engine.setProperty("rate", round(BASE_WORDS_PER_MINUTE * rate))
                self._settle()
                self._engine.save_to_file(spoken, str(path))
                self._engine.runAndWait()
                self._settle()
            pcm, sample_rate = self._complete(path, cancel)
        if not cancel.cancelled and pcm:
            yield AudioBlock(pcm, sample_rate)

    def _settle(self) -> None:
        """Waits for the native thread of the eSpeak driver; other drivers have none."""
        native = getattr(self._engine.proxy._module, "_espeak", None)
        if native is not None:
            native.Synchronize()

    def _complete(self, path: Path, cancel: CancelToken) -> tuple[bytes, int]:
        deadline = time.monotonic() + FILE_DEADLINE_S
        while time.monotonic() < deadline and not cancel.cancelled:
            try:
                with wave.open(str(path), "rb") as reader:
                    pcm = reader.readframes(reader.getnframes())
                    whole = reader.getnframes() and len(pcm) == 2 * reader.getnframes()
                    # Busy a moment longer than the file is open: the next rate would be lost.
                    if whole and not self._engine.isBusy():
                        return pcm, reader.getframerate()
            except (FileNotFoundError, EOFError, wave.Error):
                pass
            time.sleep(POLL_S)
        if cancel.cancelled:
            return b"", 0
        raise engine_failed(self.name, "the file was never complete")

    def close(self) -> None:
        """Nothing outlives a sentence."""


@contextmanager
def _folder(engine: str) -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="letan-tts-")
    except OSError as error:
        raise engine_failed(engine, f"no room for its file: {error.strerror}") from error
    with folder as path:
        yield Path(path)


def _short(identifier: str) -> str:
    return str(identifier).rsplit("/", 1)[-1].lower()
