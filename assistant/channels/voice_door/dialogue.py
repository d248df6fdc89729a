"""What is heard at one microphone becomes replies: the turns."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import structlog

from assistant.catalogue.view import PublishedCatalogue
from assistant.channels.voice_door import events
from assistant.channels.voice_door.deciding import AskBack, Decider, Unclear
from assistant.channels.voice_door.foresight import Foresight
from assistant.channels.voice_door.outbox import Outbox
from assistant.channels.voice_door.playback import Playback
from assistant.conversation.redaction import concealed
from assistant.conversation.service import Conversations
from assistant.conversation.stop_words import is_stop
from assistant.conversation.turns import Conversation, Message, Reply
from assistant.engine.service import Engine
from assistant.errors import Language, LetanError
from assistant.voice import ear
from assistant.voice.audio_queue import Mode
from assistant.voice.barge_in import LEAST_WORDS
from assistant.voice.confirmation import sure_of
from assistant.voice.ear import Ear
from assistant.voice.end_of_turn import patience_of_meaning
from assistant.voice.offers import Offer, offer_of
from assistant.voice.service import Voice
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
    engine: Engine
    catalogue: Callable[[], PublishedCatalogue | None]


class Dialogue:
    """The turns of one connection: idle → listening → deciding → thinking → speaking."""

    def __init__(
        self, desk: Desk, conversation: Conversation, outbox: Outbox, language: Language
    ) -> None:
        self.language = language
        self.mode: Mode = "auto"
        self.speak = True
        self.playback = Playback(desk.voice, outbox, self)
        self._state: events.State = "idle"
        self._conversation = conversation
        self._conversations = desk.conversations
        self._timings = desk.timings
        self._outbox = outbox
        self._clock: TurnClock = desk.timings.begin(language)
        self._foresight = Foresight(desk.engine)
        self._decider = Decider(self._foresight, desk.voice, desk.catalogue)
        self._decider.ask_late = self._ask_late
        self._looking: asyncio.Task[None] | None = None
        self._hearing: Ear | None = None
        self._answering: set[asyncio.Task[None]] = set()
        self._last: asyncio.Task[None] | None = None
        self._away = False
        self._unsaid: dict[str, Any] | None = None
        """A reply that came while the client was away."""
        self._over_speech = False
        """The utterance began while we spoke, and has not been taken for a visitor's so far."""

    def change_language(self, language: Language) -> None:
        """From the next utterance on."""
        self.language = language
        if self._hearing is not None:
            self._hearing.change_language(language)

    async def follow(self, hearing: Ear) -> None:
        """Until the ear is closed."""
        self._hearing = hearing
        async for event in hearing.events():
            match event:
                case ear.Level(dbfs):
                    self._outbox.put(events.Level(dbfs=dbfs))
                case ear.Began():
                    self._began()
                case ear.Words():
                    await self._words(event, hearing)
                case ear.Foreheard():
                    self._look_ahead(event, hearing)
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

    async def offered(self) -> Offer | None:
        """What may be answered to the last reply, whatever channel it was asked at."""
        reply = await self._conversations.last_reply(self._conversation.id)
        if reply is None or reply.get("language") != "vi":
            return None
        return offer_of(reply.get("parts") or ())

    async def cancel(self) -> None:
        """Drop what is being answered and said."""
        self._decider.forget()
        await self._drop_answers()
        self.playback.forget()
        self._end_clock("cancelled")
        self._enter("idle")

    def go_away(self) -> None:
        """The client is gone, perhaps not for long: be quiet, go on thinking."""
        self._away = True
        self.playback.pause()

    async def come_back(self) -> None:
        """It is there again: say what it has not heard."""
        self._away = False
        reply, self._unsaid = self._unsaid, None
        self._outbox.repeat_reply()
        if reply is not None and self.speak:
            await self.playback.say(reply, self._timings.begin(self.language))
        else:
            self.playback.resume()
        self._outbox.put(events.StateChanged(state=self._state))

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._foresight.forget()
        self._decider.forget()
        await self._drop_answers()
        await self.playback.close()
        self._clock.end("cancelled")

    def fail(self, error: LetanError) -> None:
        self._outbox.put(
            events.Error(code=error.code, message=error.text(self.language), field=error.field)
        )

    def speaking_began(self) -> None:
        self._hurry(True)
        self._enter("speaking")

    def speaking_over(self) -> None:
        self._hurry(False)
        self._settle()

    def _hurry(self, wanted: bool) -> None:
        if self._hearing is not None:
            self._hearing.hurry(wanted)

    @property
    def _busy(self) -> bool:
        return self.playback.speaking or bool(self._answering - {_current_task()})

    def _began(self) -> None:
        self._clock.mark("vad_on")
        self._decider.forget()
        self._over_speech = self.playback.speaking
        self._outbox.put(events.SpeechStarted())
        self.playback.lower()
        if not self._busy:
            self._enter("listening")

    def _look_ahead(self, heard: ear.Foreheard, hearing: Ear) -> None:
        """The visitor pauses: is it a whole request? Nothing is answered before the end of it."""
        if self._looking is not None:
            self._looking.cancel()
        text = decent(heard.transcript.text)
        if text and not self._over_speech:
            if self.mode == "hold":  # whoever holds the button still reads the last words
                self._outbox.put(events.Partial(text=concealed(text)))
            self._looking = asyncio.create_task(self._meaning_ahead(text, heard, hearing))

    async def _meaning_ahead(self, text: str, heard: ear.Foreheard, hearing: Ear) -> None:
        meaning = await self._foresight.look(text)
        if meaning is not None:
            hearing.wait(patience_of_meaning(meaning, text, self.language), heard.transcript)
        if meaning is None or not sure_of(meaning):
            self._decider.forehear(heard.transcript, heard.pcm, heard.speech_s, self.language)

    def _ask_late(self, asked: AskBack) -> None:
        """What an unsure sentence was is known only now, and nothing has been said since."""
        self._begin_turn(lambda clock: self._ask_back(asked, clock))

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
        self._final(text, None, self.language)
        self._last = None
        self._begin_turn(lambda clock: self._answer(text, clock))

    async def _heard(self, heard: ear.Utterance) -> None:
        self._clock.mark("speech_end", ago=heard.decode_s + heard.waited_s)
        self._clock.mark("final")
        text = decent(heard.transcript.text)
        log.info(
            "heard", ms=round(1000 * heard.decode_s, 1), waited_ms=round(1000 * heard.waited_s)
        )
        few = len(text.split()) < LEAST_WORDS
        if text and is_stop(text, robot=self._conversation.can_move):
            self._stop(text)
        elif text and await self.playback.is_echo(
            text, heard.pcm, visitor=self.playback.interrupted
        ):
            self._rejected("echo")
        elif self._over_speech and few and not self._decider.waits_for_yes:
            self._rejected("too_short")
        elif len(self._answering) >= MOST_WAITING_TURNS:
            self._rejected("engine")
        else:
            self._begin_turn(self._decided(heard))

    def _begin_turn(self, work: "Callable[[TurnClock], Coroutine[Any, Any, bool]]") -> None:
        clock, self._clock = self._clock, self._timings.begin(self.language)
        task = asyncio.create_task(self._turn(work, clock, self._last), name="spoken turn")
        self._last = task
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _turn(
        self,
        work: "Callable[[TurnClock], Coroutine[Any, Any, bool]]",
        clock: TurnClock,
        before: "asyncio.Task[None] | None",
    ) -> None:
        """One turn after the one before it, up to its reply; a reply that is said goes on."""
        if before is not None and not before.done():
            await asyncio.wait({before})
        said, outcome = False, "cancelled"
        try:
            said = await work(clock)
        except LetanError as error:
            outcome = "error"
            self.fail(error)
        except Exception:  # the border of a turn: the next one may go well
            outcome = "error"
            log.exception("spoken turn failed")
            self.fail(_failed())
        finally:
            if not said:
                clock.end(outcome)
        if not said:
            self._settle()

    def _decided(self, heard: ear.Utterance) -> "Callable[[TurnClock], Coroutine[Any, Any, bool]]":
        async def decided(clock: TurnClock) -> bool:
            decision = await self._decider.decide(heard, self.language, hold=self.mode == "hold")
            if isinstance(decision, Unclear):
                clock.end(f"rejected_{decision.reason}")
                self._reject(decision.reason)
                return self.playback.speaking
            if isinstance(decision, AskBack):
                return await self._ask_back(decision, clock)
            self._final(decision.heard, decision.confidence, decision.language)
            if decision.language != self.language:
                self.change_language(decision.language)
            return await self._answer(decision.text, clock, decision.payload)

        return decided

    async def _ask_back(self, asked: AskBack, clock: TurnClock) -> bool:
        language = asked.reply.language
        self._final(asked.text, asked.confidence, language)
        message = self._message(asked.text or "…", language)
        return await self._tell(
            await self._conversations.ask_back(self._conversation.id, message, asked.reply), clock
        )

    def _final(self, text: str, confidence: float | None, language: Language) -> None:
        self._outbox.put(
            events.Final(text=concealed(text), confidence=confidence, language=language)
        )
        self.playback.hush()
        self._enter("thinking")

    async def _answer(self, text: str, clock: TurnClock, payload: str | None = None) -> bool:
        message = self._message(text, self.language)
        if payload is not None:
            message = replace(message, text=None, payload=payload)
        return await self._tell(
            await self._conversations.handle(self._conversation.id, message), clock
        )

    def _message(self, text: str, language: Language) -> Message:
        return Message(text=text, language=language, message_id=f"v-{uuid4().hex}")

    async def _tell(self, reply: Reply, clock: TurnClock) -> bool:
        """Show the reply, and say it unless something newer was asked meanwhile."""
        clock.mark("understood")
        data = reply.data()
        self._outbox.put_reply(data)
        newest = self._last is _current_task()
        if self._away and newest and self.speak:
            self._unsaid = data
            return False
        if self.speak and newest and await self.playback.say(data, clock):
            return True
        clock.end(reply.outcome)
        return False

    def _rejected(self, reason: events.Reason) -> None:
        self._end_clock(f"rejected_{reason}")
        self._reject(reason)

    def _reject(self, reason: events.Reason) -> None:
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


def _failed() -> LetanError:
    return LetanError(
        "internal_error",
        500,
        "Em gặp lỗi khi trả lời. Anh/chị hỏi lại giúp em.",
        "The answer failed. Please ask again.",
    )


def _current_task() -> "asyncio.Task[Any] | None":
    return asyncio.current_task()
