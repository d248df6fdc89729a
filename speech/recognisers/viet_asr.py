"""VietASR: streaming Vietnamese recognition with the model inside the package; works offline.

Constraints found by measurement (see docs/speech.md): one session an utterance, because a session
forgets all but its last segments and fails for good after 201 s of audio; a session used from two
threads, or after its pipeline is freed, corrupts or crashes the process; speech at sample 0 loses
its first word; the rate is never taken from outside, because a rate of 0 hangs for ever.
"""

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from speech.engines import SAMPLE_RATE, Capabilities, Partial, RecognitionSession, Transcript
from speech.errors import unavailable

PACKAGE = "viet-asr"
LEAD_SILENCE_S = 0.3
"""Silence put before every utterance: without it the first word is lost at sample 0."""


def load(options: Mapping[str, Any]) -> "VietAsr":
    """Loads the model (about 0.5 s, 200 MB). Raises EngineUnavailableError."""
    try:
        import vietasr
    except (ImportError, OSError) as error:
        raise unavailable(
            "viet_asr", f"package {PACKAGE} ({error})", "pip install viet-asr==0.1.0.dev11"
        ) from error
    try:
        pipeline = vietasr.Pipeline.preset("transcribe")
    except RuntimeError as error:
        raise unavailable(
            "viet_asr", f"its model ({error})", "pip install --force-reinstall viet-asr"
        ) from error
    return VietAsr(pipeline)


class VietAsr:
    """The engine. All calls come from one thread: the service's executor."""

    name = "viet_asr"
    languages = ("vi",)
    capabilities = Capabilities(partials="revised", max_utterance_s=15.0)

    def __init__(self, pipeline: Any) -> None:
        self.version = version(PACKAGE)
        self._pipeline = pipeline
        self._open: set[VietAsrSession] = set()

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        session = VietAsrSession(self._pipeline.stream(SAMPLE_RATE), self._open)
        self._open.add(session)
        return session

    def close(self) -> None:
        # The library frees a session through its pipeline: sessions go first, or it crashes.
        for session in list(self._open):
            session.close()
        self._pipeline.close()


class VietAsrSession:
    """One utterance."""

    def __init__(self, stream: Any, registry: "set[VietAsrSession]") -> None:
        self._stream = stream
        self._registry = registry
        self._text = ""
        self._samples = 0
        self._seconds = 0.0
        self._feed(bytes(2 * int(LEAD_SILENCE_S * SAMPLE_RATE)))

    def accept(self, pcm: bytes) -> Partial | None:
        room = int(VietAsr.capabilities.max_utterance_s * SAMPLE_RATE) - self._samples
        pcm = pcm[: 2 * room]
        if not pcm or self._stream is None:
            return None
        self._samples += len(pcm) // 2
        self._feed(pcm)
        text = _clean(self._stream.partial().text)
        if text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        if self._stream is None:
            return Transcript(self._text, audio_s=self._samples / SAMPLE_RATE)
        started = time.perf_counter()
        text = _clean(self._stream.final().text)
        self._seconds += time.perf_counter() - started
        self.close()
        self._text = text
        return Transcript(text, audio_s=self._samples / SAMPLE_RATE, decode_ms=1000 * self._seconds)

    def close(self) -> None:
        stream, self._stream = self._stream, None
        self._registry.discard(self)
        if stream is not None:
            stream.close()

    def _feed(self, pcm: bytes) -> None:
        started = time.perf_counter()
        self._stream.accept(pcm)
        self._seconds += time.perf_counter() - started


def _clean(text: str) -> str:
    """Segments are divided by line feeds; people see one line."""
    return " ".join(text.split())
