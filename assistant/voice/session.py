"""One utterance: audio in, events out. Native code runs in threads and in the services."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import structlog

from assistant.errors import Language, LetanError
from assistant.voice.errors import of_speech
from assistant.voice.wording import decent
from speech.activity import SileroActivity
from speech.audio import StreamConverter
from speech.client import ANSWER_SECONDS, Recognition
from speech.endpointing import (
    Audio,
    EndpointEvent,
    EndpointSettings,
    SpeechStarted,
    TurnDetector,
    TurnEnded,
    TurnRejected,
)
from speech.engines import Partial, Transcript
from speech.errors import EngineFailedError, ServiceUnreachableError, SpeechError

log = structlog.get_logger(__name__)

MOST_QUEUED_BYTES = 2 * 1024 * 1024
"""More waiting audio than an utterance can hold is dropped and counted."""
NO_AUDIO_SECONDS = 8.0
"""A client that sends nothing for so long is taken as gone."""
LEVEL_EVERY_S = 0.1
PLAUSIBLE = 0.5
"""Confidence below which a sentence is taken as another language or babble. Measured: human
Vietnamese 0.90 to 1.0, English and Korean 0.22 to 0.75 (docs/speech.md)."""

Reason = Literal["silence", "too_short", "noise", "engine"]


@dataclass(frozen=True, slots=True)
class Listening:
    """Audio is expected."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud it is, about ten times a second of audio."""

    dbfs: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The words so far; the next one replaces it."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """What was said."""

    text: str
    confidence: float | None
    decode_s: float
    """From the end of the turn to this event."""
    waited_s: float
    """Silence that passed before the turn was judged over."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Nothing that could be answered."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Failed:
    """Trying again does not help; the error says what does."""

    error: LetanError


VoiceEvent = Listening | Level | Hypothesis | Final | Rejected | Failed


class VoiceSession:
    """Use as ``async with``; leaving ends everything of it. `feed` never waits.

    Iterate `events` beside feeding; they end with `Final`, `Rejected` or `Failed`, or with
    nothing more after `cancel`.
    """

    def __init__(
        self,
        uri: str,
        language: Language,
        settings: EndpointSettings,
        on_close: Callable[[], None],
    ) -> None:
        self.dropped_bytes = 0
        self._uri = uri
        self._language = language
        self._settings = settings
        self._on_close = on_close
        self._audio: asyncio.Queue[tuple[bytes, int] | None] = asyncio.Queue()
        self._queued = 0
        self._events: asyncio.Queue[VoiceEvent | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._converter: StreamConverter | None = None
        self._detector: TurnDetector | None = None
        self._level_at = 0.0
        self._heard_s = 0.0

    async def __aenter__(self) -> "VoiceSession":
        self._task = asyncio.create_task(self._run(), name="utterance")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cancel()

    def feed(self, pcm: bytes, rate: int) -> None:
        """s16le mono. Wrong rates and odd lengths end the utterance with `Failed`."""
        if self._queued + len(pcm) > MOST_QUEUED_BYTES:
            self.dropped_bytes += len(pcm)
            return
        self._queued += len(pcm)
        self._audio.put_nowait((pcm, rate))

    def stop(self) -> None:
        """The person let go of the button: what was said is recognised now."""
        self._audio.put_nowait(None)

    async def cancel(self) -> None:
        """Ends at once, without a result."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        self._events.put_nowait(None)
        self._on_close()

    async def events(self) -> AsyncIterator[VoiceEvent]:
        while (event := await self._events.get()) is not None:
            yield event
            if isinstance(event, Final | Rejected | Failed):
                return

    async def _run(self) -> None:
        try:
            self._emit(Listening())
            self._detector = await asyncio.to_thread(
                lambda: TurnDetector(SileroActivity(), self._settings)
            )
            started = await self._until_speech()
            if isinstance(started, TurnRejected):
                self._emit(Rejected(started.reason))
                return
            await self._recognise(started)
        except (EngineFailedError, ServiceUnreachableError) as error:
            log.warning("utterance lost", code=error.code, reason=error.log)
            self._emit(Rejected("engine"))
        except SpeechError as error:
            self._emit(Failed(of_speech(error)))
        except Exception:  # the border of the utterance: the visitor is asked to repeat
            log.exception("utterance failed")
            self._emit(Rejected("engine"))

    async def _until_speech(self) -> list[Audio | EndpointEvent] | TurnRejected:
        """The first events of speech: its start and the audio from before it."""
        while True:
            found = await self._next()
            for position, event in enumerate(found):
                if isinstance(event, TurnRejected):
                    return event
                if isinstance(event, SpeechStarted):
                    return found[position:]

    async def _recognise(self, found: list[Audio | EndpointEvent]) -> None:
        seconds = self._settings.cap_s + ANSWER_SECONDS
        async with Recognition(self._uri, self._language, seconds=seconds) as recognition:
            reader = asyncio.create_task(self._read(recognition))
            try:
                ended = None
                while ended is None:
                    if reader.done():
                        reader.result()  # it can only have failed before the end of the audio
                    ended = await self._forward(recognition, found)
                    if ended is None:
                        found = await self._next()
                if isinstance(ended, TurnRejected):
                    self._emit(Rejected(ended.reason))
                    return
                began = time.perf_counter()
                await recognition.end()
                transcript = await self._answer(reader)
                decode_s = time.perf_counter() - began
            finally:
                reader.cancel()
                with suppress(asyncio.CancelledError, SpeechError):
                    await reader
        text = decent(transcript.text)
        if text and not implausible(text, transcript.confidence):
            self._emit(Final(text, transcript.confidence, decode_s, ended.silence_s))
        else:
            self._emit(Rejected("noise"))

    async def _answer(self, reader: "asyncio.Task[Transcript]") -> Transcript:
        try:
            return await asyncio.wait_for(asyncio.shield(reader), ANSWER_SECONDS)
        except TimeoutError as error:
            raise ServiceUnreachableError("speech_unreachable", "", "", "no transcript") from error

    async def _forward(
        self, recognition: Recognition, found: list[Audio | EndpointEvent]
    ) -> TurnEnded | TurnRejected | None:
        for event in found:
            if isinstance(event, Audio):
                await recognition.feed(event.pcm)
            elif isinstance(event, TurnEnded | TurnRejected):
                return event
        return None

    async def _read(self, recognition: Recognition) -> Transcript:
        async for event in recognition.hypotheses():
            if isinstance(event, Transcript):
                return event
            assert isinstance(event, Partial)
            text = decent(event.text)
            if text:
                self._emit(Hypothesis(text))
        raise ServiceUnreachableError("speech_unreachable", "", "", "no transcript")

    async def _next(self) -> list[Audio | EndpointEvent]:
        """The events of the next block of audio."""
        try:
            item = await asyncio.wait_for(self._audio.get(), NO_AUDIO_SECONDS)
        except TimeoutError:
            item = None
        detector = self._detector
        assert detector is not None
        if item is None:
            return await asyncio.to_thread(lambda: list(detector.stop()))
        pcm, rate = item
        self._queued -= len(pcm)
        found = await asyncio.to_thread(self._detect, detector, pcm, rate)
        self._heard_s += len(pcm) / 2 / max(rate, 1)
        if self._heard_s - self._level_at >= LEVEL_EVERY_S:
            self._level_at = self._heard_s
            self._emit(Level(round(detector.level, 1)))
        return found

    def _detect(self, detector: TurnDetector, pcm: bytes, rate: int) -> list[Audio | EndpointEvent]:
        if self._converter is None or self._converter.format[0] != rate:
            self._converter = StreamConverter(rate)
        return list(detector.feed(self._converter.convert(pcm)))

    def _emit(self, event: VoiceEvent) -> None:
        self._events.put_nowait(event)


def implausible(text: str, confidence: float | None) -> bool:
    """Whether it is not answered; one or two words are too little to judge by."""
    return confidence is not None and confidence < PLAUSIBLE and len(text.split()) > 2
