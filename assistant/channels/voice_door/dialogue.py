"""What is heard at one microphone becomes replies, and replies become speech: the turns."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog

from assistant.channels.voice_door import events
from assistant.channels.voice_door.outbox import Outbox
from assistant.conversation.redaction import concealed
from assistant.conversation.service import Conversations
from assistant.conversation.stop_words import is_stop
from assistant.conversation.turns import Conversation, Message
from assistant.errors import Language, LetanError
from assistant.voice import ear
from assistant.voice.ear import Ear
from assistant.voice.service import Voice
from assistant.voice.session import implausible
from assistant.voice.speaker import Line, Speaker
from assistant.voice.timings import TurnClock, VoiceTimings
from assistant.voice.wording import decent, rejection
from speech.spoken_form import sentences

log = structlog.get_logger(__name__)

BARGE_IN_S = 0.3
BARGE_IN_WORDS = 2
MOST_WAITING_TURNS = 3


@dataclass(frozen=True, slots=True)
class Desk:
    """The rooms that answer and speak."""

    conversations: Conversations
    voice: Voice
    timings: VoiceTimings


class Dialogue:
    """The turns of one connection: idle → listening → deciding → thinking → speaking."""

    def __init__(
        self, desk: Desk, conversation: Conversation, outbox: Outbox, language: Language
    ) -> None:
        self.language = language
        self.mode: ear.Mode = "auto"
        self.speak = True
        self.state: events.State = "idle"
        self._conversation = conversation
        self._conversations = desk.conversations
        self._timings = desk.timings
        self._outbox = outbox
        self._clock: TurnClock = desk.timings.begin(language)
        self._answering: set[asyncio.Task[None]] = set()
        self._last: asyncio.Task[None] | None = None
        self._rate = 1.0
        self._said: tuple[TurnClock, str] = (self._clock, "cancelled")
        """Of the reply that is being said: its clock and its outcome."""
        self.speaker = Speaker(desk.voice, self)

    async def follow(self, hearing: Ear) -> None:
        """Until the ear is closed."""
        async for event in hearing.events():
            match event:
                case ear.Level(dbfs):
                    self._outbox.put(events.Level(dbfs=dbfs))
                case ear.Began():
                    self._began()
                case ear.Words(text, speech_s):
                    await self._words(decent(text), speech_s, hearing)
                case ear.Utterance():
                    self._heard(event)
                case ear.Unheard(reason):
                    self._rejected(reason)
                case ear.Failed(error):
                    self.fail(error)
                    self._settle()

    def started(self) -> None:
        """A `start` was taken."""
        if self.mode == "hold":
            self.hush()
        if not self.speaker.speaking and not self._answering:
            self._enter("listening")

    async def cancel(self) -> None:
        """Drop what is being answered and said."""
        answering = tuple(self._answering)
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)
        self.hush()
        self._end_clock("cancelled")
        self._enter("idle")

    async def close(self) -> None:
        for task in tuple(self._answering):
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self.speaker.close()
        self._clock.end("cancelled")

    def hush(self) -> None:
        """Be quiet, tell the client, and do not go on."""
        number = self.speaker.interrupt()
        self.speaker.hush()
        if number is not None:
            self._outbox.put(events.Interrupted(sentence=number))

    def fail(self, error: LetanError) -> None:
        self._outbox.put(
            events.Error(code=error.code, message=error.text(self.language), field=error.field)
        )

    def _began(self) -> None:
        self._clock.mark("vad_on")
        self._outbox.put(events.SpeechStarted())
        if not self.speaker.speaking and not self._answering:
            self._enter("listening")

    async def _words(self, text: str, speech_s: float, hearing: Ear) -> None:
        if not text:
            return
        self._clock.mark("first_partial")
        if len(text.split()) > 1 and is_stop(text, robot=self._conversation.can_move):
            await hearing.drop()
            self._stop(text)
            return
        if self.speaker.speaking:
            if speech_s < BARGE_IN_S or len(text.split()) < BARGE_IN_WORDS:
                return
            number = self.speaker.interrupt()
            if number is not None:
                self._clock.mark("barge_in")
                self._outbox.put(events.Interrupted(sentence=number))
                self._enter("listening")
        self._outbox.put(events.Partial(text=concealed(text)))

    def _stop(self, text: str) -> None:
        """It does not wait for the end of the turn, for the lock or for the engine."""
        self.hush()
        self._outbox.put(events.Stopped(text=concealed(text)))
        self._final(text, None)

    def _heard(self, heard: ear.Utterance) -> None:
        self._clock.mark("speech_end", ago=heard.decode_s + heard.waited_s)
        self._clock.mark("final")
        text = decent(heard.transcript.text)
        confidence = heard.transcript.confidence
        if not text or implausible(text, confidence):
            self._rejected("noise")
            return
        log.info(
            "heard", ms=round(1000 * heard.decode_s, 1), waited_ms=round(1000 * heard.waited_s)
        )
        if is_stop(text, robot=self._conversation.can_move):
            self._stop(text)
        else:
            self._final(text, confidence)

    def _final(self, text: str, confidence: float | None) -> None:
        self._outbox.put(
            events.Final(text=concealed(text), confidence=confidence, language=self.language)
        )
        self.hush()
        if len(self._answering) >= MOST_WAITING_TURNS:
            self._rejected("engine")
            return
        self._enter("thinking")
        clock, self._clock = self._clock, self._timings.begin(self.language)
        task = asyncio.create_task(self._answer(text, clock, self._last), name="spoken turn")
        self._last = task
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(
        self, text: str, clock: TurnClock, before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})
        outcome = "cancelled"
        try:
            message = Message(text=text, language=self.language, message_id=f"v-{uuid4().hex}")
            reply = await self._conversations.handle(self._conversation.id, message)
            clock.mark("understood")
            outcome = reply.outcome
            await self._tell(reply.data(), clock, asyncio.current_task())
        except LetanError as error:
            outcome = "error"
            self.fail(error)
        except Exception:  # the border of a turn: the next one may go well
            outcome = "error"
            log.exception("spoken turn failed")
            self.fail(LetanError("internal", 500, "Em gặp lỗi khi trả lời.", "The answer failed."))
        finally:
            if not self.speaker.speaking:
                clock.end(outcome)
        if not self.speaker.speaking and self._last is asyncio.current_task():
            self._settle()

    async def _tell(self, reply: dict[str, Any], clock: TurnClock, mine: Any) -> None:
        """Show the reply, and say it unless something newer was asked meanwhile."""
        self._outbox.put_json({"type": "reply", **reply})
        if not self.speak or self._last is not mine:
            return
        lines = await asyncio.to_thread(_lines, reply)
        self._said = clock, reply["outcome"]
        self.speaker.say(lines, "en" if reply["language"] == "en" else "vi", self._rate)

    def _rejected(self, reason: events.Reason) -> None:
        self._end_clock(f"rejected_{reason}")
        if self.speaker.interrupted:
            number = self.speaker.resume()
            if number is not None:
                self._outbox.put(events.Resumed(sentence=number))
            self._enter("speaking")
            return
        self._outbox.put(events.Rejected(reason=reason, text=rejection(reason, self.language)))
        self._settle()

    def _settle(self) -> None:
        """Nothing is under way: listen on, or wait for the button."""
        if not self.speaker.speaking and self._answering <= {asyncio.current_task()}:
            self._enter("idle" if self.mode == "hold" else "listening")

    def _enter(self, state: events.State) -> None:
        if state != self.state:
            self.state = state
            self._outbox.put(events.StateChanged(state=state))

    def _end_clock(self, outcome: str) -> None:
        self._clock.end(outcome)
        self._clock = self._timings.begin(self.language)

    # What the speaker tells (assistant.voice.speaker.Listener):

    def sentence_begins(self, number: int, line: Line, rate: int) -> None:
        self._said[0].mark("first_audio")
        self._enter("speaking")
        self._outbox.put(
            events.Audio(rate=rate, sentence=number, text=line.text, part=line.part), of_audio=True
        )

    async def audio(self, pcm: bytes) -> None:
        await self._outbox.put_audio(pcm)

    def sentence_ends(self, number: int, *, last: bool) -> None:
        self._outbox.put(events.AudioEnd(sentence=number, last=last), of_audio=True)

    def take_back(self) -> None:
        self._outbox.take_back_audio()

    def speech_over(self) -> None:
        clock, outcome = self._said
        clock.mark("playback_end")
        clock.end(outcome)
        self._settle()

    def speech_failed(self, error: LetanError) -> None:
        self.fail(error)


def _lines(reply: dict[str, Any]) -> list[Line]:
    texts = [part for part in reply["parts"] if part.get("type") == "text"]
    return [
        Line(sentence, at)
        for at, part in enumerate(texts)
        for sentence in sentences(str(part.get("speech") or part["text"]), str(reply["language"]))
    ]
