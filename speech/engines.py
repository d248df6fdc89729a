"""What a recogniser and a synthesiser are: Protocols, their data, and the table of engines.

A new engine is one module that implements one Protocol and one line in a table below (or an entry
point in the group ``letan.recognisers`` or ``letan.synthesisers``).
"""

import importlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import entry_points
from typing import Any, Literal, Protocol, runtime_checkable

from speech.errors import unavailable

SAMPLE_RATE = 16_000
"""Hertz; every recogniser and the voice activity detector take 16 kHz mono s16le."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a recogniser can do, as data: callers ask this and never test for a class."""

    partials: Literal["none", "appended", "revised"] = "none"
    """Whether hypotheses come during speech, and whether a later one may change earlier words."""
    grammar: bool = False
    """Whether ``hints`` limit what can be recognised."""
    confidence: bool = False
    word_times: bool = False
    answers: bool = False
    """Whether it tells which of a few expected answers was given (`AnsweredSession`)."""
    max_utterance_s: float = 15.0

    def as_data(self) -> dict[str, Any]:
        """For ``info`` and ``speech models``; `streaming`: words come while somebody speaks."""
        return {"streaming": self.partials != "none", **asdict(self)}


@dataclass(frozen=True, slots=True)
class SpeakingCapabilities:
    """What a synthesiser can do, as data."""

    streaming: bool = False
    """Whether the first sound of a sentence comes before its last one is made."""
    max_characters: int = 5_000
    """Of a text; its sentences are made one after another."""
    rates: tuple[float, float] = (0.5, 2.0)
    """Slowest and fastest pace."""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Maker:
    """Whose work an engine is."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The hypothesis so far."""

    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the start of the utterance."""

    text: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was understood of one utterance; an empty text means that no words were heard."""

    text: str
    confidence: float | None = None
    """0..1, or None where the engine has no honest measure."""
    words: tuple[Word, ...] = ()
    alternatives: tuple[str, ...] = ()
    audio_s: float = 0.0
    decode_ms: float = 0.0
    language: str = ""
    """What it sounded like, an ISO 639-1 code: the session's unless the engine hears another."""
    engine: str = ""
    """Who recognised it; filled in by the service."""
    answer: str = ""
    """The name of the expected answer that it most likely was; empty for none of them."""
    answer_text: str = ""
    """The wording of that answer that explains the sound best."""
    answer_confidence: float = 0.0
    """Probability that this answer was given, 0..1."""


class RecognitionSession(Protocol):
    """One utterance. Not thread-safe: one thread at a time; ``close`` may be called twice."""

    def accept(self, pcm: bytes) -> Partial | None:
        """Takes s16le mono at 16 kHz, even length; gives the hypothesis when it changed."""

    def finish(self) -> Transcript:
        """Ends the utterance."""

    def close(self) -> None:
        """Frees what the session holds."""


@runtime_checkable
class AnsweredSession(RecognitionSession, Protocol):
    """Of an engine whose capabilities name `answers`."""

    def expect(self, answers: Mapping[str, Sequence[str]]) -> None:
        """A question is open: names of its answers and how each is worded (`speech.patterns`).
        To be called before any audio; anything else may be said all the same."""


class SpeechRecognizer(Protocol):
    """An engine: loaded once in a process, with many sessions."""

    name: str
    version: str
    languages: tuple[str, ...]
    capabilities: Capabilities

    def session(self, *, language: str, hints: Sequence[str] = ()) -> RecognitionSession:
        """A new utterance; ``hints`` are words or phrases to expect."""

    def close(self) -> None:
        """Frees the model; no session may be open."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of a synthesiser."""

    name: str
    language: str
    description: str


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Mono s16le PCM."""

    pcm: bytes
    rate: int


@dataclass(slots=True)
class CancelToken:
    """Tells a running synthesis to stop: a flag, and what to do at the moment it is set."""

    _flag: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _action: Callable[[], None] | None = None

    def cancel(self) -> None:
        with self._lock:
            self._flag.set()
            action, self._action = self._action, None
        if action is not None:
            action()

    @property
    def cancelled(self) -> bool:
        return self._flag.is_set()

    def on_cancel(self, action: Callable[[], None] | None) -> None:
        """Registers (or with None forgets) the action; runs it at once when already cancelled."""
        with self._lock:
            if not self._flag.is_set():
                self._action = action
                return
        if action is not None:
            action()


class SpeechSynthesizer(Protocol):
    """An engine that speaks; called from one thread at a time."""

    name: str
    version: str
    voices: tuple[Voice, ...]
    capabilities: SpeakingCapabilities

    def synthesize(
        self, text: str, *, voice: str, rate: float, cancel: CancelToken
    ) -> Iterator[AudioBlock]:
        """Speaks one sentence; ``rate`` 1.0 is the normal pace, 0.5..2. Ends early on cancel."""

    def close(self) -> None:
        """Ends what is running."""


class VoiceActivity(Protocol):
    """Probability that a frame of 512 samples (32 ms at 16 kHz) holds speech."""

    def probability(self, pcm_512: bytes) -> float: ...

    def reset(self) -> None: ...


RECOGNISERS: Mapping[str, str] = {
    "viet_asr": "speech.recognisers.viet_asr:load",
    "vosk": "speech.recognisers.vosk:load",
    "whisper": "speech.recognisers.whisper:load",
}
SYNTHESISERS: Mapping[str, str] = {
    "espeak": "speech.synthesisers.espeak:load",
    "pyttsx3": "speech.synthesisers.pyttsx3:load",
}

MAKERS: Mapping[str, Maker] = {
    "viet_asr": Maker("vietasr contributors", "https://github.com/dangvansam/viet-asr"),
    "vosk": Maker("Alpha Cephei", "https://alphacephei.com/vosk/"),
    "whisper": Maker("OpenAI, SYSTRAN", "https://github.com/SYSTRAN/faster-whisper"),
    "espeak": Maker("eSpeak NG", "https://github.com/espeak-ng/espeak-ng"),
    "pyttsx3": Maker("Natesh M Bhat", "https://github.com/nateshmbhat/pyttsx3"),
}


def kind_of(name: str) -> Literal["recogniser", "synthesiser"]:
    """Which table an engine is in. Raises EngineUnavailableError for an unknown name."""
    if name in _known(RECOGNISERS, "letan.recognisers"):
        return "recogniser"
    synthesisers = _known(SYNTHESISERS, "letan.synthesisers")
    if name in synthesisers:
        return "synthesiser"
    names = ", ".join(sorted({*_known(RECOGNISERS, "letan.recognisers"), *synthesisers}))
    raise unavailable(name, "bộ máy có tên này / an engine of that name", f"--engine: {names}")


def load_recogniser(name: str, options: Mapping[str, Any]) -> SpeechRecognizer:
    """Loads an engine (up to a second). Raises EngineUnavailableError with the remedy."""
    engine: SpeechRecognizer = _load(_known(RECOGNISERS, "letan.recognisers"), name)(options)
    return engine


def load_synthesiser(name: str, options: Mapping[str, Any]) -> SpeechSynthesizer:
    """Loads an engine. Raises EngineUnavailableError with the remedy."""
    engine: SpeechSynthesizer = _load(_known(SYNTHESISERS, "letan.synthesisers"), name)(options)
    return engine


def _known(table: Mapping[str, str], group: str) -> dict[str, str]:
    return {**{point.name: point.value for point in entry_points(group=group)}, **table}


def _load(table: Mapping[str, str], name: str) -> Callable[[Mapping[str, Any]], Any]:
    if name not in table:
        raise unavailable(name, "an engine of that name", f"choose one of {', '.join(table)}")
    module, _, attribute = table[name].partition(":")
    loader: Callable[[Mapping[str, Any]], Any] = getattr(importlib.import_module(module), attribute)
    return loader
