"""The one way in: a message of any channel becomes a stored reply.

A reply is stored before it is answered, so what was answered survives a crash, and the same
message id gets the same reply again. Turns of one conversation run one after another.
"""

import asyncio
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.exc import IntegrityError

from assistant.conversation import repository
from assistant.conversation.effects import Effects
from assistant.conversation.errors import (
    conversation_closed,
    conversation_unknown,
    kiosk_mismatch,
    kiosk_token_missing,
    message_id_conflict,
)
from assistant.conversation.locks import ConversationLocks
from assistant.conversation.own_replies import only_two_languages, rephrase, thanks_for_comment
from assistant.conversation.schemas import nothing_understood
from assistant.conversation.stop_words import is_stop
from assistant.conversation.turns import (
    Channel,
    Conversation,
    Message,
    Reply,
    Turn,
    body_of,
    codes_of,
    intent_of,
    stored_message,
)
from assistant.conversation.wording import clean, has_words, say
from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import Engine
from assistant.errors import Language, LetanError
from assistant.inbox.repository import keep_sent
from assistant.kiosks.service import kiosk_unknown
from assistant.metrics import Metrics
from assistant.security import Principal
from assistant.settings import Settings
from assistant.storage.database import Database
from safeguards.emergencies import Cry, advice, heard, near
from safeguards.wording import in_other_letters

log = structlog.get_logger(__name__)

_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""What `secrets.token_urlsafe` makes; PostgreSQL refuses other characters in its own way."""
_RECENT_KEPT = 4096
_TOUCH_EVERY = timedelta(seconds=15)
_HELP_WAITS_SECONDS = 0.5
"""For the database, at most, before a cry for help is answered."""


class Conversations:
    """On `app.state.conversations`."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        engine: Engine,
        effects: Effects,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._engine = engine
        self._effects = effects
        self._metrics = metrics
        self._clock = clock
        self._locks = ConversationLocks()
        self._recent: OrderedDict[str, _Recent] = OrderedDict()
        self._robots = {kiosk.id: kiosk.robot for kiosk in settings.kiosks}
        self._storing: set[asyncio.Task[Reply]] = set()

    async def open(
        self,
        channel: Channel,
        kiosk: str | None = None,
        language: Language | None = None,
        principal: Principal | None = None,
    ) -> Conversation:
        """Begin a conversation; at a kiosk only for the bearer of its (or the operator's) token.

        Raises LetanError `token_missing`, `kiosk_mismatch`, `kiosk_unknown`.
        """
        if kiosk is not None:
            self._check_kiosk(kiosk, principal)
        now = self._clock()
        id_ = secrets.token_urlsafe(16)
        values = {
            "id": id_,
            "channel": channel,
            "kiosk": kiosk,
            "language": language,
            "opened_at": now,
            "last_at": now,
        }
        await self._database.write(partial(repository.add, values=values))
        opened = self._conversation(id_, channel, language, kiosk)
        self._remember(opened, now)
        return opened

    async def handle(self, conversation_id: str, message: Message) -> Reply:
        """Answer one message.

        Raises LetanError `conversation_unknown`, `conversation_closed`, `conversation_busy`,
        `message_id_conflict`, `text_empty`, `text_too_long`, `engine_*`.
        """
        began = time.perf_counter()
        outcome, channel = "error_internal", "unknown"
        try:
            text = None if message.text is None else clean(message.text)
            if message.comment is not None:
                message = replace(message, comment=clean(message.comment, "comment"))
            await self._stop_at_once(conversation_id, text)
            cry = heard(text) if text is not None else None
            try:
                conversation, known = await self._find(conversation_id, message, text)
            except LetanError as error:
                if cry is None or error.code != "database_busy":
                    raise
                conversation, known = Conversation(conversation_id, channel, None, None, None), None
            channel = conversation.channel
            message_id = message.message_id or uuid4().hex
            turn = Turn(conversation, message, text, message_id, began)
            reply = known or await (self._call_for_help(turn, cry) if cry else self._answer(turn))
            outcome = reply.outcome
        except LetanError as error:
            outcome = "busy" if error.code == "conversation_busy" else f"error_{error.code}"
            raise
        finally:
            seconds = time.perf_counter() - began
            self._metrics.turns.labels(channel, outcome).observe(seconds)
            if log.is_enabled_for(20):
                log.info(
                    "turn",
                    conversation=conversation_id[:6],
                    channel=channel,
                    outcome=outcome,
                    ms=round(seconds * 1000, 1),
                )
        return reply

    async def ask_back(self, conversation_id: str, message: Message, question: TurnReply) -> Reply:
        """A question of the channel's own instead of an answer, stored as a turn like any other.

        Raises LetanError `conversation_unknown`, `conversation_closed`, `conversation_busy`.
        """
        began = time.perf_counter()
        text = None if message.text is None else clean(message.text)
        conversation, _ = await self._find(conversation_id, message, text)
        turn = Turn(conversation, message, text, message.message_id or uuid4().hex, began)
        async with self._locks.hold(conversation.id):
            reply = await self._finish(turn, question)
        self._metrics.turns.labels(conversation.channel, reply.outcome).observe(
            time.perf_counter() - began
        )
        return reply

    async def close(self, conversation_id: str) -> None:
        """End a conversation and forget the visitor. Raises LetanError `conversation_unknown`.

        What the engine remembers is erased now, or by the next sweep when it cannot be reached.
        """
        if not _ID.fullmatch(conversation_id):
            raise conversation_unknown()
        now = self._clock()
        self._recent.pop(conversation_id, None)
        async with self._database.session() as session:
            connection = await session.connection()
            if await connection.run_sync(repository.find, conversation_id, "") is None:
                raise conversation_unknown()
            await repository.close(session, conversation_id, now)
        with suppress(LetanError):
            await self.forget(conversation_id)

    async def forget(self, conversation_id: str) -> None:
        """Erase the engine's memory, the stored replies and the link to tickets."""
        await self._engine.forget(conversation_id)
        await self._database.write(partial(keep_sent, conversation=conversation_id))
        await self._effects.forget(conversation_id)
        async with self._database.session() as session:
            await repository.forget(session, conversation_id, self._clock())

    async def erase(self, conversation_ids: Sequence[str]) -> None:
        """Leave nothing of conversations: no turns, no engine's memory, no link to tickets.

        Raises LetanError when the engine cannot be reached; erasing again does no harm.
        """
        for conversation_id in conversation_ids:
            self._recent.pop(conversation_id, None)
            await self._engine.forget(conversation_id)
            await self._effects.forget(conversation_id)
        await self._database.write(partial(repository.erase, conversations=conversation_ids))

    async def overwrite_logs(self) -> bool:
        """After an erasure, for the databases' logs; False when it is to be tried again."""
        both = (self._database.overwrite_log(), self._engine.overwrite_log())
        return all(await asyncio.gather(*both))

    async def find(self, conversation_id: str) -> Conversation:
        """Raises LetanError `conversation_unknown`, `conversation_closed`."""
        found, _ = await self._find(conversation_id, Message(), None)
        return found

    async def last_reply(self, conversation_id: str) -> dict[str, Any] | None:
        """The newest reply, whatever channel it was asked at. Raises LetanError."""
        read = partial(repository.last_reply, conversation=conversation_id)
        found = await self._database.read(read)
        return None if found is None else dict(json.loads(found))

    async def kiosk_of(self, conversation_id: str) -> str | None:
        """The kiosk at which an open conversation takes place. Raises as `find` does."""
        return (await self.find(conversation_id)).kiosk

    def turns_under_way(self) -> int:
        return len(self._locks)

    def _check_kiosk(self, kiosk: str, principal: Principal | None) -> None:
        if principal is None:
            raise kiosk_token_missing()
        if kiosk not in self._robots:
            raise kiosk_unknown(kiosk)
        if principal.kind != "operator" and principal.kiosk_id != kiosk:
            raise kiosk_mismatch()

    def _conversation(
        self, id_: str, channel: str, language: str | None, kiosk: str | None
    ) -> Conversation:
        known: Language | None = "en" if language == "en" else "vi" if language == "vi" else None
        robot = self._robots.get(kiosk) if kiosk is not None else None
        return Conversation(id_, channel, known, kiosk, robot)

    async def _find(
        self, conversation_id: str, message: Message, text: str | None
    ) -> tuple[Conversation, Reply | None]:
        """The open conversation, and the reply when this message id was answered before."""
        recent = self._recent.get(conversation_id)
        if (
            recent is not None
            and message.message_id is None
            and not self._is_idle(recent.conversation.channel, recent.last_at)
        ):
            return recent.conversation, None  # a new message: `add_turn` sees whether it is open
        if not _ID.fullmatch(conversation_id):
            raise conversation_unknown()
        message_id = message.message_id or ""
        row = await self._database.read(
            partial(repository.find, conversation=conversation_id, message_id=message_id)
        )
        if row is None:
            raise conversation_unknown()
        if row.closed_at is not None or self._is_idle(row.channel, row.last_at):
            raise conversation_closed()
        conversation = self._conversation(row.id, row.channel, row.language, row.kiosk)
        self._remember(conversation, row.last_at)
        if row.message is None or row.reply is None:
            return conversation, None
        if row.message != stored_message(message, text):
            raise message_id_conflict()
        return conversation, Reply(row.reply, json.loads(row.reply)["outcome"])

    def _is_idle(self, channel: str, last_at: datetime) -> bool:
        return self._clock() - last_at > self._settings.idle(channel)

    def _remember(
        self, conversation: Conversation, last_at: datetime, language: Language | None = None
    ) -> None:
        self._recent[conversation.id] = _Recent(conversation, last_at, language)
        self._recent.move_to_end(conversation.id)
        if len(self._recent) > _RECENT_KEPT:
            self._recent.popitem(last=False)

    async def _answer(self, turn: Turn) -> Reply:
        if turn.text is not None and is_stop(turn.text, robot=turn.conversation.can_move):
            return await self._stop(turn)
        async with self._locks.hold(turn.conversation.id) as waited:
            if waited and turn.message.message_id is not None:  # behind the same message, maybe
                _, known = await self._find(turn.conversation.id, turn.message, turn.text)
                if known is not None:
                    return known
            own = await self._effects.companion.reply(
                turn.conversation.robot, turn.text, turn.message.payload, self._language(turn)
            )
            if turn.message.comment is not None:
                reply = thanks_for_comment(self._language(turn))
            elif own is not None:
                reply = own
            elif turn.text is not None and not has_words(turn.text):
                reply = rephrase(self._language(turn))
            elif turn.text is not None and in_other_letters(turn.text):
                reply = only_two_languages(turn.message.language or turn.conversation.language)
            else:
                reply = await self._ask(turn)
            return await self._finish(turn, reply)

    async def _finish(self, turn: Turn, reply: TurnReply) -> Reply:
        parts = await self._effects.apply(
            reply.parts,
            conversation=turn.conversation.id,
            message_id=turn.message_id,
            robot=turn.conversation.robot,
            language=reply.language,
            kiosk=turn.conversation.kiosk,
        )
        return await self._store(turn, reply, parts)

    async def _ask(self, turn: Turn) -> TurnReply:
        began = time.perf_counter()
        conversation, message = turn.conversation, turn.message
        reply = await self._engine.turn(
            TurnRequest(
                conversation=conversation.id,
                message_id=turn.message_id,
                text=turn.text,
                payload=message.payload,
                language=message.language or conversation.language,
                context=self._effects.context(conversation.channel, conversation.robot),
            )
        )
        turn.engine_ms = (time.perf_counter() - began) * 1000
        return reply

    async def _stop_at_once(self, conversation_id: str, text: str | None) -> None:
        """The robot has its order before the database is asked anything: it may be locked."""
        recent = self._recent.get(conversation_id)
        robot = recent.conversation.robot if recent is not None else None
        if robot is not None and text is not None and is_stop(text, robot=True):
            await self._effects.stop(robot)

    async def _stop(self, turn: Turn) -> Reply:
        """Nothing is waited for before the robot has its order: no lock, no engine."""
        language = self._language(turn)
        stopped = await self._effects.stop(turn.conversation.robot)
        sentence = "Dạ, em dừng lại ngay." if stopped else "Dạ, em dừng ạ."
        spoken = self._effects.text(say(language, sentence), language)
        parts = [spoken, {"type": "control", "action": "stop", "value": None}]
        reply = TurnReply(language, "stopped", nothing_understood("stop"), parts, None)
        return await self._store(turn, reply, parts)

    async def _call_for_help(self, turn: Turn, cry: Cry) -> Reply:
        """Nothing is waited for: no lock, no engine, and the database only for a moment."""
        log.warning("cry for help", kind=cry.kind, kiosk=turn.conversation.kiosk)
        said = advice(cry, near(self._effects.context(turn.conversation.channel, robot=None)))
        parts = await self._effects.apply(
            [{"type": "text", "text": said}, {"type": "handoff", "reason": "emergency"}],
            conversation=turn.conversation.id,
            message_id=turn.message_id,
            robot=None,
            language=cry.language,
        )
        understood = nothing_understood("talk_to_staff")
        reply = TurnReply(cry.language, "handed_over", understood, parts, None)
        storing = asyncio.create_task(self._store(turn, reply, parts), name="store a cry for help")
        self._storing.add(storing)
        storing.add_done_callback(self._stored)
        await asyncio.wait({storing}, timeout=_HELP_WAITS_SECONDS)
        if storing.done() and storing.exception() is None:
            return storing.result()
        return Reply(body_of(turn, reply, parts), reply.outcome)

    def _stored(self, task: "asyncio.Task[Reply]") -> None:
        self._storing.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("a cry for help was answered, not stored", kind=type(error).__name__)

    def _language(self, turn: Turn) -> Language:
        recent = self._recent.get(turn.conversation.id)
        return (
            turn.message.language
            or (recent.language if recent is not None else None)
            or turn.conversation.language
            or self._settings.language
        )

    async def _store(self, turn: Turn, reply: TurnReply, parts: list[dict[str, Any]]) -> Reply:
        body = body_of(turn, reply, parts)
        now = self._clock()
        understanding = reply.understanding
        values = {
            "conversation": turn.conversation.id,
            "message_id": turn.message_id,
            "message": stored_message(turn.message, turn.text),
            "reply": body,
            "outcome": reply.outcome[:24],
            "intent": intent_of(understanding, parts),
            "confidence": understanding.get("confidence"),
            "procedures": codes_of(understanding),
            "release": self._engine.release,
            "engine_ms": round(turn.engine_ms, 2),
            "total_ms": round((time.perf_counter() - turn.began) * 1000, 2),
            "created_at": now,
        }
        recent = self._recent.get(turn.conversation.id)
        written = recent is not None and now - recent.last_at < _TOUCH_EVERY
        add = partial(repository.add_turn, values=values, seen=None if written else now)
        try:
            if not await self._database.write(add):
                raise conversation_closed()
        except IntegrityError:  # another process answered the same message meanwhile
            _, known = await self._find(turn.conversation.id, turn.message, turn.text)
            if known is None:
                raise
            return known
        last_at = recent.last_at if written and recent is not None else now
        self._remember(turn.conversation, last_at, reply.language)
        return Reply(body, reply.outcome)


@dataclass(frozen=True, slots=True)
class _Recent:
    """An open conversation as this process last saw it."""

    conversation: Conversation
    last_at: datetime
    """As stored; at most `_TOUCH_EVERY` behind the last turn."""
    language: Language | None = None
    """Of the last reply."""
