"""What is answered to an event: a turn where something is asked, else a sentence of our own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any

import structlog

from assistant.channels.zalo import inbox
from assistant.channels.zalo.choices import Offer, Said, read, tag_of
from assistant.channels.zalo.events import Event
from assistant.channels.zalo.inbox import Citizen, Claimed
from assistant.channels.zalo.messages import Outgoing
from assistant.channels.zalo.rendering import compose
from assistant.channels.zalo.surroundings import Surroundings
from assistant.channels.zalo.voice_notes import (
    Heard,
    NoteProblem,
    VoiceNotes,
    did_i_hear,
    is_recording,
)
from assistant.channels.zalo.welcome import answer_to, introduction
from assistant.channels.zalo.wording import language_of
from assistant.conversation.service import Conversations
from assistant.conversation.turns import Channel, Message, Reply
from assistant.errors import Language, LetanError
from assistant.settings import Settings
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

_OVER = frozenset({"conversation_unknown", "conversation_closed"})
_OWN_FAULT = {"text_empty": "empty", "text_too_long": "too_long"}
"""Errors of what was written, and what the channel says to them."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What is done about an event (`desk.Written`)."""

    bodies: list[str] = field(default_factory=list)
    citizen: dict[str, Any] = field(default_factory=dict)
    outcome: str = "answered"


class Replies:
    """The desk's writer."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        conversations: Conversations,
        *,
        around: Callable[[], Surroundings],
        notes: VoiceNotes,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._conversations = conversations
        self._around = around
        self._notes = notes
        self._clock = clock
        self._overwritten = False
        """Nobody knows what the process before has left there."""

    async def write(self, event: Event, claimed: Claimed) -> Answered:
        """Raises LetanError for what may work later."""
        citizen = await self._citizen(event, claimed)
        if citizen.paused_until is not None and citizen.paused_until > self._clock():
            return Answered(outcome="paused")  # an officer is answering
        if event.text and event.kind in ("text", "image", "gif"):
            return await self._text(event.text, event, claimed, citizen)
        if event.media_url and is_recording(event.kind, event.mime, event.media_url):
            return await self._note(event.media_url, event, claimed, citizen)
        return self._told(event.kind, event, claimed, citizen)

    def give_up(self, event: Event, claimed: Claimed) -> Answered:
        composed = answer_to("unanswered", language=self._settings.language, around=self._around())
        return Answered(_bodies(composed.messages), outcome="given_up")

    async def erase(self, claimed: Claimed) -> None:
        """The conversations first: while one of them is left, the citizen is."""
        found = partial(inbox.conversations_of, citizen=claimed.citizen)
        await self._conversations.erase(await self._database.read(found))
        await self._database.write(partial(inbox.erase, claimed=claimed, now=self._clock()))
        self._overwritten = False
        await self.overwrite()

    async def overwrite(self) -> None:
        """What the logs of the databases still hold of the erased; later when somebody reads."""
        if not self._overwritten:
            self._overwritten = await self._conversations.overwrite_logs()

    async def _citizen(self, event: Event, claimed: Claimed) -> Citizen:
        find = partial(inbox.find_citizen, citizen=claimed.citizen)
        found = await self._database.read(find)
        if found is None:  # erased between this event's arrival and now
            known = partial(
                inbox.seen, citizen=claimed.citizen, event=event, now=claimed.received_at
            )
            await self._database.write(known)
            found = await self._database.read(find)
        return found or Citizen(claimed.citizen, None, None, None, None, None)

    async def _text(
        self,
        text: str,
        event: Event,
        claimed: Claimed,
        citizen: Citizen,
        heard: Heard | None = None,
    ) -> Answered:
        """``heard``: the text is what a voice note was understood as."""
        said = read(text, Offer.from_json(citizen.offer))
        if said.kind in ("stale", "again"):
            return self._told(said.kind, event, claimed, citizen)
        try:
            reply = await self._turn(said, claimed, citizen, heard)
        except LetanError as error:
            if error.code not in _OWN_FAULT:
                raise
            return self._told(_OWN_FAULT[error.code], event, claimed, citizen)
        words = said.value if said.kind == "text" else None
        pictures = event.channel == "zalo_oa" and event.anonymous_conversation is None
        return self._replied(
            reply, citizen, None if heard is None else heard.text, words, pictures=pictures
        )

    async def _note(self, url: str, event: Event, claimed: Claimed, citizen: Citizen) -> Answered:
        """A voice note: answered, asked about, or said why not. Raises LetanError."""
        language = language_of(citizen.language or self._settings.language)
        heard = await self._notes.transcribe_note(url, language)
        if isinstance(heard, NoteProblem):
            return self._told(heard.kind, event, claimed, citizen)
        if await self._notes.sure(heard):
            return await self._text(heard.text, event, claimed, citizen, heard)
        first = citizen.greeted_at is None
        asked = did_i_hear(heard, tag_of(inbox.message_id_of(claimed)))
        before = introduction(heard.language, self._around(), short=True) if first else ()
        known = self._known(heard.language, first=first)
        known["offer"] = None if asked.offer is None else asked.offer.to_json()
        return Answered(_bodies((*before, *asked.messages)), known, "clarified")

    async def _turn(
        self, said: Said, claimed: Claimed, citizen: Citizen, heard: Heard | None = None
    ) -> Reply:
        """In the conversation that goes on, or in a new one. Raises LetanError."""
        message_id = inbox.message_id_of(claimed)
        if heard is not None:  # heard once more after a crash, it may have become other words
            message_id = sha256(f"{message_id} {heard.text}".encode()).hexdigest()
        message = Message(
            text=said.value if said.kind == "text" else None,
            payload=said.value if said.kind == "payload" else None,
            language=None if heard is None else heard.language,
            message_id=message_id,
        )
        if citizen.conversation is not None:
            try:
                return await self._conversations.handle(citizen.conversation, message)
            except LetanError as error:
                if error.code not in _OVER:
                    raise
        channel: Channel = "zalo_bot" if claimed.channel == "zalo_bot" else "zalo_oa"
        opened = await self._conversations.open(channel)
        # Known as the citizen's before anything is said in it.
        begin = partial(inbox.begin_conversation, citizen=claimed.citizen, conversation=opened.id)
        await self._database.write(begin)
        return await self._conversations.handle(opened.id, message)

    def _replied(
        self,
        reply: Reply,
        citizen: Citizen,
        heard: str | None = None,
        said: str | None = None,
        *,
        pictures: bool = True,
    ) -> Answered:
        first = citizen.greeted_at is None
        language = language_of(reply.data().get("language"))
        composed = compose(
            reply,
            language=language,
            first_contact=first,
            around=self._around(),
            heard=heard,
            said=said,
            pictures=pictures,
        )
        known = self._known(language, first=first)
        known["offer"] = None if composed.offer is None else composed.offer.to_json()
        return Answered(_bodies(composed.messages), known, reply.outcome)

    def _told(self, kind: str, event: Event, claimed: Claimed, citizen: Citizen) -> Answered:
        """A sentence of the channel; a question that is open stays so."""
        first = citizen.greeted_at is None
        language = language_of(citizen.language or self._settings.language)
        composed = answer_to(
            kind,
            language=language,
            around=self._around(),
            first_contact=first,
            tag=tag_of(inbox.message_id_of(claimed)),
            latitude=event.latitude,
            longitude=event.longitude,
            points=self._settings.zalo.reception_points,
        )
        known = self._known(language, first=first)
        if composed.offer is not None:
            known["offer"] = composed.offer.to_json()
        return Answered(_bodies(composed.messages), known, kind)

    def _known(self, language: Language, *, first: bool) -> dict[str, Any]:
        greeted = {"greeted_at": self._clock()} if first else {}
        return {"language": language, **greeted}


def _bodies(messages: Iterable[Outgoing]) -> list[str]:
    return [message.to_json() for message in messages]
