"""VietASR through its own library: what remains when its model cannot be read (`viet_asr`).

Constraints found by measurement (see docs/speech.md): one session an utterance, because a session
forgets all but its last segments and fails for good after 201 s of audio; a session used from two
threads, or after its pipeline is freed, corrupts or crashes the process; speech at sample 0 loses
its first word; the rate is never taken from outside, because a rate of 0 hangs for ever.

The library gives no confidence. Ours is an agreement: the same audio is decoded twice, the second
time half a model chunk later. Vietnamese speech gives the same words both times, other languages
and babble do not.
"""

import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from rapidfuzz.distance import Levenshtein

from speech.engines import SAMPLE_RATE, Capabilities, Partial, RecognitionSession, Transcript
from speech.errors import unavailable

PACKAGE = "viet-asr"
LEAD_SILENCE_S = 0.3
"""Silence put before every utterance: without it the first word is lost at sample 0."""
SECOND_LEAD_S = 0.5
"""Of the second decoding: 0.2 s later is half of the model's chunk of 0.4 s."""
LAGGING = 0.7
"""From this share of real time on, decoding twice would make people wait: the second stops."""


def load(options: Mapping[str, Any]) -> "LibraryVietAsr":
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
    return LibraryVietAsr(pipeline)


class LibraryVietAsr:
    """The engine. All calls come from one thread: the service's executor."""

    name = "viet_asr"
    languages: tuple[str, ...] = ("vi",)
    capabilities = Capabilities(partials="revised", confidence=True, max_utterance_s=15.0)

    def __init__(self, pipeline: Any) -> None:
        self.version = version(PACKAGE)
        self._pipeline = pipeline
        self._open: set[LibrarySession] = set()

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        session = LibrarySession(lambda: self._pipeline.stream(SAMPLE_RATE), self._open)
        self._open.add(session)
        return session

    def close(self) -> None:
        # The library frees a session through its pipeline: sessions go first, or it crashes.
        for session in list(self._open):
            session.close()
        self._pipeline.close()


class LibrarySession:
    """One utterance, decoded twice."""

    def __init__(self, stream: Callable[[], Any], registry: "set[LibrarySession]") -> None:
        self._registry = registry
        self._text = ""
        self._samples = 0
        self._seconds = 0.0
        self._first: Any = stream()
        self._second: Any = stream()
        self._first.accept(_silence(LEAD_SILENCE_S))
        self._second.accept(_silence(SECOND_LEAD_S))

    def accept(self, pcm: bytes) -> Partial | None:
        room = int(LibraryVietAsr.capabilities.max_utterance_s * SAMPLE_RATE) - self._samples
        pcm = pcm[: 2 * room]
        if not pcm or self._first is None:
            return None
        started = time.perf_counter()
        self._samples += len(pcm) // 2
        self._first.accept(pcm)
        if self._second is not None:
            self._second.accept(pcm)
        text = _clean(self._first.partial().text)
        self._seconds += time.perf_counter() - started
        self._drop_second_when_lagging()
        if text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        confidence = None
        if self._first is not None:
            started = time.perf_counter()
            self._text = _clean(self._first.final().text)
            if self._second is not None and self._text:
                confidence = agreement(self._text, _clean(self._second.final().text))
            self._seconds += time.perf_counter() - started
            self.close()
        return Transcript(
            self._text,
            confidence=confidence,
            audio_s=self._samples / SAMPLE_RATE,
            decode_ms=1000 * self._seconds,
        )

    def close(self) -> None:
        first, self._first = self._first, None
        self._registry.discard(self)
        if first is not None:
            first.close()
        self._drop_second()

    def _drop_second_when_lagging(self) -> None:
        audio_s = self._samples / SAMPLE_RATE
        if audio_s > 1.0 and self._seconds > LAGGING * audio_s:
            self._drop_second()

    def _drop_second(self) -> None:
        second, self._second = self._second, None
        if second is not None:
            second.close()


def agreement(first: str, second: str) -> float:
    """0..1: how alike two transcripts are, letter by letter, accents aside."""
    return round(Levenshtein.normalized_similarity(_folded(first), _folded(second)), 3)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * SAMPLE_RATE))


def _clean(text: str) -> str:
    """Segments are divided by line feeds; people see one line."""
    return " ".join(text.split())
