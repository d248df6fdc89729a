"""What is heard at one microphone becomes replies: the turns."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import structlog

from assistant.channels.voice_door import events
from assistant.channels.voice_door.outbox import Outbox
from assistant.channels.voice_door.playback import Playback
from assistant.conversation.redaction import concealed
from assistant.conversation.service import Conversations
from assistant.conversation.stop_words import is_stop
from assistant.conversation.turns import Conversation, Message
from assistant.errors import Language, LetanError
from assistant.voice import ear
from assistant.voice.barge_in import LEAST_WORDS
from assistant.voice.ear import Ear
from assistant.voice.service import Voice
from assistant.voice.session import implausible
from assistant.voice.timings import TurnClock, VoiceTimings
from assistant.voice.wording import decent, rejection

log = structlog.get_logger(__name__)

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
        self.playback = Playback(desk.voice, outbox, self)
        self._state: events.State = "idle"
        self._conversation = conversation
        self._conversations = desk.conversations
        self._timings = desk.timings
        self._outbox = outbox
        self._clock: TurnClock = desk.timings.begin(language)
        self._answering: set[asyncio.Task[None]] = set()
        self._last: asyncio.Task[None] | None = None
        self._over_speech = False
        """The utterance began while we spoke, and has not been taken for a visitor's so far."""

    async def follow(self, hearing: Ear) -> None:
        """Until the ear is closed."""
        async for event in hearing.events():
            match event:
                case ear.Level(dbfs):
                    self._outbox.put(events.Level(dbfs=dbfs))
                case ear.Began():
                    self._began()
                case ear.Words():
                    await self._words(event, hearing)
                case ear.Ended():
                    if not self._over_speech:
                        self._enter("deciding")
                case ear.Utterance():
                    await self._heard(event)
                case ear.Unheard(reason):
                    self._rejected(reason)
                case ear.Failed(error):
                    self.fail(error)
                    self._settle()

    def started(self) -> None:
        """A `start` was taken; with the button it means that somebody wants to speak."""
        if self.mode == "hold":
            self.playback.hush()
        if not self._busy:
            self._enter("listening")

    async def cancel(self) -> None:
        """Drop what is being answered and said."""
        await self._drop_answers()
        self.playback.hush()
        self._end_clock("cancelled")
        self._enter("idle")

    async def close(self) -> None:
        await self._drop_answers()
        await self.playback.close()
        self._clock.end("cancelled")

    def fail(self, error: LetanError) -> None:
        self._outbox.put(
            events.Error(code=error.code, message=error.text(self.language), field=error.field)
        )

    def speaking_began(self) -> None:
        self._enter("speaking")

    def speaking_over(self) -> None:
        self._settle()

    @property
    def _busy(self) -> bool:
        return self.playback.speaking or bool(self._answering - {_current_task()})

    def _began(self) -> None:
        self._clock.mark("vad_on")
        self._over_speech = self.playback.speaking
        self._outbox.put(events.SpeechStarted())
        if not self._busy:
            self._enter("listening")

    async def _words(self, words: ear.Words, hearing: Ear) -> None:
        text = decent(words.text)
        if not text:
            return
        self._clock.mark("first_partial")
        if len(text.split()) > 1 and is_stop(text, robot=self._conversation.can_move):
            await hearing.drop()
            self._stop(text)
            return
        if self._over_speech or self.playback.speaking:
            found = await self.playback.overheard(text, words.speech_s, words.recent)
            if found != "visitor":
                return
            self._over_speech = False
            if self.playback.interrupt():
                self._clock.mark("barge_in")
                self._enter("listening")
        self._outbox.put(events.Partial(text=concealed(text)))

    def _stop(self, text: str) -> None:
        """It does not wait for the end of the turn, for the lock or for the engine."""
        self.playback.hush()
        self._outbox.put(events.Stopped(text=concealed(text)))
        self._final(text, None)

    async def _heard(self, heard: ear.Utterance) -> None:
        self._clock.mark("speech_end", ago=heard.decode_s + heard.waited_s)
        self._clock.mark("final")
        text = decent(heard.transcript.text)
        confidence = heard.transcript.confidence
        log.info(
            "heard", ms=round(1000 * heard.decode_s, 1), waited_ms=round(1000 * heard.waited_s)
        )
        if text and is_stop(text, robot=self._conversation.can_move):
            self._stop(text)
        elif text and await self.playback.is_echo(text, heard.pcm):
            self._rejected("echo")
        elif not text or implausible(text, confidence):
            self._rejected("noise")
        elif self._over_speech and len(text.split()) < LEAST_WORDS:
            self._rejected("too_short")
        else:
            self._final(text, confidence)

    def _final(self, text: str, confidence: float | None) -> None:
        self._outbox.put(
            events.Final(text=concealed(text), confidence=confidence, language=self.language)
        )
        self.playback.hush()
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
        outcome, said = "cancelled", False
        try:
            message = Message(text=text, language=self.language, message_id=f"v-{uuid4().hex}")
            reply = await self._conversations.handle(self._conversation.id, message)
            clock.mark("understood")
            outcome = reply.outcome
            said = await self._tell(reply.data(), clock)
        except LetanError as error:
            outcome = "error"
            self.fail(error)
        except Exception:  # the border of a turn: the next one may go well
            outcome = "error"
            log.exception("spoken turn failed")
            self.fail(
                LetanError(
                    "internal",
                    500,
                    "Em gặp lỗi khi trả lời. Anh/chị hỏi lại giúp em.",
                    "The answer failed. Please ask again.",
                )
            )
        finally:
            if not said:
                clock.end(outcome)
        if not said:
            self._settle()

    async def _tell(self, reply: dict[str, Any], clock: TurnClock) -> bool:
        """Show the reply, and say it unless something newer was asked meanwhile."""
        self._outbox.put_json({"type": "reply", **reply})
        if not self.speak or self._last is not _current_task():
            return False
        return await self.playback.say(reply, clock)

    def _rejected(self, reason: events.Reason) -> None:
        self._end_clock(f"rejected_{reason}")
        self._outbox.put(events.Rejected(reason=reason, text=rejection(reason, self.language)))
        if not self.playback.resume():
            self._settle()

    def _settle(self) -> None:
        """When nothing is under way: listen on, or wait for the button."""
        if self._busy:
            self._enter("speaking" if self.playback.speaking else "thinking")
        else:
            self._enter("idle" if self.mode == "hold" else "listening")

    def _enter(self, state: events.State) -> None:
        if state != self._state:
            self._state = state
            self._outbox.put(events.StateChanged(state=state))

    def _end_clock(self, outcome: str) -> None:
        self._clock.end(outcome)
        self._clock = self._timings.begin(self.language)

    async def _drop_answers(self) -> None:
        answering = tuple(self._answering)
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)


def _current_task() -> "asyncio.Task[Any] | None":
    return asyncio.current_task()
