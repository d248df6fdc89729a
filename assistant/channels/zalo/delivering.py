"""How a message gets to a citizen: through the Official Account, or through the bot."""

import unicodedata
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from assistant.channels.zalo import outbox
from assistant.channels.zalo.answers import Answer
from assistant.channels.zalo.bot_client import BotClient
from assistant.channels.zalo.choices import as_numbered
from assistant.channels.zalo.messages import Outgoing, OutgoingMap, OutgoingText
from assistant.channels.zalo.oa_client import OaClient, Receiver, Recent
from assistant.channels.zalo.outbox import Claimed
from assistant.channels.zalo.settling import Found
from assistant.channels.zalo.tokens import Access, Tokens
from assistant.errors import Language
from assistant.storage.database import Database
from assistant.zalo_settings import ZaloSettings

Draw = Callable[[OutgoingMap], Awaitable[bytes | None]]
"""The picture of a way (PNG, at most 1 MB); None where there is none."""

_UPLOAD_KEPT = timedelta(days=6)
_CLOCKS_DIFFER_MS = 120_000
_MOST_TRIES_OF_PICTURE = 3
"""Then the words go without it."""
_NO_TOKEN = Answer("token", "no token")


class Delivery(Protocol):
    """One channel's way out."""

    def is_open(self) -> Awaitable[bool]:
        """Whether it makes sense to try."""
        ...

    def plain(self, row: Claimed, message: Outgoing) -> list[OutgoingText] | None:
        """The message as this channel's plainest texts; None when it is one already."""
        ...

    def needs_plain(self, message: Outgoing) -> bool:
        """Whether the channel cannot take the message as it is."""
        ...

    async def send(self, row: Claimed, message: Outgoing) -> Answer: ...

    async def look(self, row: Claimed, message: Outgoing) -> tuple[Found, str | None]:
        """Whether it was sent already, and the platform's id of it."""
        ...


class OaDelivery:
    """Through openapi, with the token in force at each call."""

    def __init__(
        self,
        settings: ZaloSettings,
        database: Database,
        client: OaClient,
        tokens: Tokens,
        *,
        draw: Draw,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._database = database
        self._client = client
        self._tokens = tokens
        self._draw = draw
        self._clock = clock
        self._uploads: dict[str, tuple[str, datetime]] = {}
        """Pictures that the platform has: its id and since when, by digest."""

    async def is_open(self) -> bool:
        return await self._tokens.access() is not None

    def needs_plain(self, message: Outgoing) -> bool:
        return self._settings.buttons == "numbered" and _has_buttons(message)

    def plain(self, row: Claimed, message: Outgoing) -> list[OutgoingText] | None:
        return _plain(row, message)

    async def send(self, row: Claimed, message: Outgoing) -> Answer:
        access = await self._tokens.access()
        if access is None:
            return _NO_TOKEN
        answer = await self._try(access, row, message)
        if answer.kind != "token":
            return answer
        renewed = await self._tokens.renew(access)
        if renewed is None:
            return answer
        answer = await self._try(renewed, row, message)
        if answer.kind == "token":
            await self._tokens.give_up(renewed, answer.reason)
        return answer

    async def look(self, row: Claimed, message: Outgoing) -> tuple[Found, str | None]:
        access = await self._tokens.access()
        if access is None:
            return "later", None
        answer, recent = await self._client.recent(access.token, row.user)
        if answer.kind == "token":
            renewed = await self._tokens.renew(access)
            if renewed is None:
                return "later", None
            answer, recent = await self._client.recent(renewed.token, row.user)
        if answer.kind in ("refused", "account", "shape", "window", "unreachable_citizen"):
            return "unknown", None
        if answer.kind != "done":
            return "later", None
        known = await self._database.read(lambda c: outbox.known_ids(c, row.citizen))
        earliest = row.created_at.timestamp() * 1000 - _CLOCKS_DIFFER_MS
        for one in recent:
            is_new = one.message_id not in known and one.time_ms >= earliest
            if is_new and _is_same(one, message):
                return "found", one.message_id
        return "absent", None

    async def _try(self, access: Access, row: Claimed, message: Outgoing) -> Answer:
        to = Receiver(row.user, row.anonymous_conversation)
        if isinstance(message, OutgoingText):
            return await self._client.send_text(access.token, to, message)
        caption = OutgoingText(message.caption)
        wanted = to.anonymous_conversation is None and row.attempts < _MOST_TRIES_OF_PICTURE
        png = await self._draw(message) if wanted else None
        if png is None:
            return await self._client.send_text(access.token, to, caption)
        answer = Answer("upload_again", "not uploaded")
        for _ in range(2):
            uploaded = await self._uploaded(access, png)
            if isinstance(uploaded, Answer):
                # Nothing was sent to the citizen yet: unclear only concerns the upload.
                if uploaded.perhaps_sent:
                    return Answer("not_sent", uploaded.reason)
                if uploaded.kind in ("token", "rate", "not_sent"):
                    return uploaded
                return await self._client.send_text(access.token, to, caption)
            answer = await self._client.send_picture(access.token, to, uploaded, message.caption)
            if answer.kind != "upload_again":
                break
            self._uploads.clear()
        return answer

    async def _uploaded(self, access: Access, png: bytes) -> str | Answer:
        digest = sha256(png).hexdigest()
        known = self._uploads.get(digest)
        now = self._clock()
        if known is not None and now - known[1] < _UPLOAD_KEPT:
            return known[0]
        answer = await self._client.upload(access.token, png)
        data = answer.data if isinstance(answer.data, dict) else {}
        id_ = data.get("attachment_id")
        if answer.kind != "done":
            return answer
        if not isinstance(id_, str) or not id_:
            return Answer("upload_again", "no attachment")
        if len(self._uploads) > 500:
            self._uploads.clear()
        self._uploads[digest] = (id_, now)
        return id_


class BotDelivery:
    """Through the Bot API, which has no buttons and shows nothing of what was sent."""

    def __init__(self, client: BotClient) -> None:
        self._client = client

    async def is_open(self) -> bool:
        return self._client.is_configured

    def needs_plain(self, message: Outgoing) -> bool:
        return _has_buttons(message) or isinstance(message, OutgoingMap)

    def plain(self, row: Claimed, message: Outgoing) -> list[OutgoingText] | None:
        return _plain(row, message)

    async def send(self, row: Claimed, message: Outgoing) -> Answer:
        text = message.text if isinstance(message, OutgoingText) else message.caption
        return await self._client.send_text(row.user, text)

    async def look(self, row: Claimed, message: Outgoing) -> tuple[Found, str | None]:
        return "unknown", None


def _has_buttons(message: Outgoing) -> bool:
    return isinstance(message, OutgoingText) and bool(message.buttons)


def _plain(row: Claimed, message: Outgoing) -> list[OutgoingText] | None:
    if isinstance(message, OutgoingMap):
        return [OutgoingText(message.caption)]
    language: Language = "en" if row.language == "en" else "vi"
    return as_numbered(message, language) if message.buttons else None


def _is_same(one: Recent, message: Outgoing) -> bool:
    wanted = message.text if isinstance(message, OutgoingText) else message.caption
    if isinstance(message, OutgoingMap) and one.is_picture and not one.text:
        return True
    return _folded(one.text) == _folded(wanted)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
