"""One microphone for as long as it is open: utterance after utterance, each recognised by itself.

The end of a turn is found in the audio, whose clock is the only one: blocks may come faster or
slower than they were spoken. Native code runs in threads and in the services.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from assistant.errors import Language, LetanError
from assistant.voice.audio_queue import AudioQueue, Setup
from assistant.voice.detector_loan import DetectorLoan
from assistant.voice.end_of_turn import Patience
from assistant.voice.errors import of_speech
from assistant.voice.offers import Offer
from assistant.voice.recognising import ASK_AFTER_S, Pace, Recognising
from assistant.voice.service import Voice
from speech.audio import StreamConverter
from speech.client import ANSWER_SECONDS
from speech.endpointing import (
    Audio,
    EndpointEvent,
    EndpointSettings,
    SpeechStarted,
    TurnDetector,
    TurnEnded,
    TurnRejected,
)
from speech.engines import SAMPLE_RATE, Transcript
from speech.errors import EngineFailedError, ServiceUnreachableError, SpeechError

log = structlog.get_logger(__name__)

NO_AUDIO_SECONDS = 2.0
"""A microphone that falls silent in the middle of an utterance has ended it."""
OFFER_SECONDS = 0.3
LEVEL_EVERY_S = 0.1
RECENT_BYTES = 2 * SAMPLE_RATE
ENOUGH_S = 0.3
"""With less audio than this since the last utterance a "stop" rejects nothing."""

HURRY = bytes(2 * SAMPLE_RATE // 10)
"""VietASR tells words at every 0.4 s of audio. With so much silence before it, that is 0.65 s
after the first sound instead of 0.77: as soon as two words can have been said."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud it is, about ten times a second of audio."""

    dbfs: float


@dataclass(frozen=True, slots=True)
class Began:
    """Somebody began to speak."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words so far; the next ones replace them."""

    text: str
    speech_s: float
    """How long the voice was heard in this turn."""
    recent: bytes
    """The last second up to the last sound of the voice, s16le mono 16 kHz."""


@dataclass(frozen=True, slots=True)
class Foreheard:
    """What an utterance will have been if this pause is its end; `Ear.wait` says how long a pause
    that is. Nothing follows when somebody goes on speaking."""

    transcript: Transcript
    pcm: bytes
    speech_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over; its words are being decided."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, as the recogniser gives it; without words it is noise."""

    transcript: Transcript
    pcm: bytes
    """s16le mono 16 kHz, with what was heard just before; forgotten with the event."""
    speech_s: float
    waited_s: float
    """Silence that passed before the turn was judged over."""
    decode_s: float
    """From the end of the turn to this event."""
    offer: Offer | None = None
    """What was expected to be answered."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nothing that could be recognised."""

    reason: Literal["silence", "too_short", "noise", "engine"]


@dataclass(frozen=True, slots=True)
class Failed:
    """Trying again does not help; the error says what does."""

    error: LetanError


EarEvent = Level | Began | Words | Foreheard | Ended | Utterance | Unheard | Failed


class Ear:
    """Use as ``async with``; iterate `events` beside feeding."""

    def __init__(
        self,
        voice: Voice,
        patience: Patience | None = None,
        lost: Callable[[float], None] | None = None,
        offered: Callable[[], Awaitable[Offer | None]] | None = None,
    ) -> None:
        """``lost``: as in `AudioQueue`; ``offered``: what may be answered to the last reply."""
        self._voice = voice
        self._patience = patience
        self._offered = offered
        self._setup = Setup()
        self._queue = AudioQueue(lost)
        self._events: asyncio.Queue[EarEvent | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._detector: TurnDetector | None = None
        self._loan = DetectorLoan(voice.activities)
        self._converter = StreamConverter(SAMPLE_RATE)
        self._collected = bytearray()
        """The utterance so far."""
        self._fresh = True
        """Nobody has spoken since the last start."""
        self._hurried = False
        self._foreheard: Transcript | None = None
        self._pace = Pace()
        self._heard_s = 0.0
        self._level_at = 0.0

    async def __aenter__(self) -> "Ear":
        self._task = asyncio.create_task(self._run(), name="ear")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end_task()
        self._events.put_nowait(None)
        self._loan.end()

    async def events(self) -> AsyncIterator[EarEvent]:
        while (event := await self._events.get()) is not None:
            yield event

    def set_up(self, setup: Setup) -> None:
        """Rate, language and mode of the audio that follows."""
        self._queue.set_up(setup)

    def change_language(self, language: Language) -> None:
        """Of the next utterance on."""
        self._setup = replace(self._setup, language=language)

    async def feed(self, pcm: bytes) -> None:
        """Whole samples, s16le mono. Waits while much is queued; the oldest is lost in the end."""
        await self._queue.feed(pcm)

    async def hear_out(self, pcm: bytes) -> None:
        """A whole recording, then no more: nothing of it is lost, `events` end with it."""
        await self._queue.hear_out(pcm)

    def stop(self) -> None:
        """The person has finished: what was said is recognised now."""
        self._queue.end()

    def wait(self, seconds: float, foreheard: Transcript) -> None:
        """So long a pause ends the utterance, if nothing was said after ``foreheard``."""
        if self._detector is not None and self._foreheard is foreheard:
            self._detector.endpointer.patience_s = seconds

    def hurry(self, wanted: bool) -> None:
        """Whether the first words of what is said next are wanted as early as can be."""
        self._hurried = wanted

    async def drop(self) -> None:
        """Forget the utterance and whatever waits; listening goes on."""
        await self._end_task()
        self._queue.forget()
        if self._detector is None or self._loan.busy:
            # A thread may still work on it: it is left to that thread.
            self._loan.end()
            self._loan, self._detector = DetectorLoan(self._voice.activities), None
        else:
            self._detector.again(self._settings())
        self._task = asyncio.create_task(self._run(), name="ear")

    async def _end_task(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while not self._queue.over:
            try:
                if self._detector is None:
                    self._detector = await asyncio.to_thread(self._loan.load, self._settings())
                await self._one()
            except (EngineFailedError, ServiceUnreachableError) as error:
                log.warning("utterance lost", code=error.code, reason=error.log)
                self._emit(Unheard("engine"))
            except SpeechError as error:
                self._emit(Failed(of_speech(error)))
            except LetanError as error:
                self._emit(Failed(error))
            except Exception:  # the border of the utterance: the visitor is asked to repeat
                log.exception("utterance failed")
                self._emit(Unheard("engine"))
            if self._detector is None:
                return  # without a detector there is nothing to go on with
            await self._until_quiet()
            self._detector.again(self._settings())
        self._events.put_nowait(None)

    async def _until_quiet(self) -> None:
        """After a failure in the middle: what is still being said is not begun once more."""
        assert self._detector is not None
        endpointer = self._detector.endpointer
        while endpointer.speaking and not endpointer.done and not self._queue.over:
            with suppress(SpeechError):
                await self._next(NO_AUDIO_SECONDS)

    def _settings(self) -> EndpointSettings:
        hold = self._setup.mode == "hold"
        told = self._fresh and not hold
        return EndpointSettings(until_stop=hold, no_speech_s=6.0 if told else float("inf"))

    async def _one(self) -> None:
        """From silence to the transcript of one utterance."""
        found = await self._until_speech()
        if isinstance(found, Unheard):
            self._emit(found)
            return
        self._fresh = False
        self._emit(Began())
        with self._voice.turn():
            heard = await self._recognise(found)
        self._heard_s = self._level_at = 0.0
        self._emit(heard)

    async def _until_speech(self) -> "list[Audio | EndpointEvent] | Unheard":
        """The first events of speech: its start and the audio from before it."""
        rejected: TurnRejected | None = None
        while True:
            found = await self._next(None)
            for position, event in enumerate(found):
                if isinstance(event, SpeechStarted):
                    return found[position:]
                if isinstance(event, TurnRejected):
                    rejected = event
            if rejected is not None:
                assert self._detector is not None
                tell = self._heard_s >= ENOUGH_S and (self._fresh or self._setup.mode == "hold")
                self._fresh, self._heard_s, self._level_at = False, 0.0, 0.0
                if tell or self._queue.over:
                    return Unheard(rejected.reason)
                self._detector.again(self._settings())
                rejected = None

    async def _recognise(self, found: list[Audio | EndpointEvent]) -> Utterance | Unheard:
        language = self._setup.language
        seconds = self._settings().cap_s + ANSWER_SECONDS
        offer = await self._offer(language)
        async with (
            self._voice.recogniser(language) as uri,
            Recognising(
                uri,
                language,
                seconds,
                self._pace,
                answers=offer.patterns if offer is not None else None,
                on_words=lambda text: self._words(text, language),
                on_whole=lambda transcript: self._known(transcript, language),
            ) as recognising,
        ):
            self._collected, ended = recognising.pcm, None
            if self._hurried:
                await recognising.feed(HURRY)
            while True:
                for event in found:
                    if isinstance(event, Audio):
                        await recognising.feed(event.pcm)
                    elif isinstance(event, TurnEnded | TurnRejected):
                        ended = event
                await self._ahead(recognising)
                if ended is not None:
                    break
                recognising.check()
                found = await self._next(NO_AUDIO_SECONDS)
            if isinstance(ended, TurnRejected):
                return Unheard(ended.reason)
            began = time.perf_counter()
            self._foreheard = None
            self._emit(Ended())
            transcript = await recognising.transcript()
            decode_s = time.perf_counter() - began
            pcm = bytes(recognising.pcm)
        return Utterance(transcript, pcm, ended.speech_s, ended.silence_s, decode_s, offer)

    async def _offer(self, language: Language) -> Offer | None:
        """Nobody waits long for it: without it the words alone are looked at."""
        if self._offered is None or language != "vi":
            return None
        try:
            async with asyncio.timeout(OFFER_SECONDS):
                return await self._offered()
        except (LetanError, TimeoutError):
            return None

    async def _ahead(self, recognising: Recognising) -> None:
        """Ask what may soon be wanted, so that nobody has to wait for it."""
        assert self._detector is not None
        endpointer = self._detector.endpointer
        if self._patience is None:
            return
        if endpointer.quiet_s >= ASK_AFTER_S:
            await recognising.ask()
        elif recognising.asked:
            self._foreheard = None
            endpointer.patience_s = endpointer.settings.end_s
            await recognising.go_on()

    def _words(self, text: str, language: Language) -> None:
        assert self._detector is not None
        endpointer = self._detector.endpointer
        if self._patience is not None:
            endpointer.patience_s = self._patience(text, language)
        end = len(self._collected) - round(endpointer.quiet_s * SAMPLE_RATE) * 2
        recent = bytes(self._collected[max(0, end - RECENT_BYTES) : max(0, end)])
        self._emit(Words(text, endpointer.speech_s, recent))

    def _known(self, transcript: Transcript, language: Language) -> None:
        self._foreheard = transcript
        if self._patience is not None:
            self.wait(self._patience(transcript.text, language, known=True), transcript)
        assert self._detector is not None
        speech_s = self._detector.endpointer.speech_s
        self._emit(Foreheard(transcript, bytes(self._collected), speech_s))

    async def _next(self, seconds: float | None) -> list[Audio | EndpointEvent]:
        """The events of the next piece of audio; of the end when none comes within ``seconds``."""
        detector = self._detector
        assert detector is not None
        order = await self._queue.next(seconds)
        if isinstance(order, Setup):
            self._apply(order)
            return []
        if order is None:
            return await asyncio.to_thread(lambda: list(detector.stop()))
        self._heard_s += len(order) / 2 / self._setup.rate
        found = await asyncio.to_thread(self._loan.detect, detector, self._converter, order)
        if self._heard_s - self._level_at >= LEVEL_EVERY_S:
            self._level_at = self._heard_s
            self._emit(Level(round(detector.level, 1)))
        return found

    def _apply(self, setup: Setup) -> None:
        if setup.rate != self._setup.rate:
            self._converter = StreamConverter(setup.rate)
        self._setup = setup
        self._fresh, self._heard_s, self._level_at = True, 0.0, 0.0
        if self._detector is not None and not self._detector.endpointer.speaking:
            self._detector.again(self._settings())

    def _emit(self, event: EarEvent) -> None:
        self._events.put_nowait(event)
