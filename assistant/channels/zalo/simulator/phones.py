"""The phones on the page: what each was sent, in memory and for as long as the process lives."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from assistant.channels.zalo.answers import Answer
from assistant.channels.zalo.delivering import Delivery, Draw
from assistant.channels.zalo.messages import Outgoing, OutgoingMap, OutgoingText
from assistant.channels.zalo.outbox import Claimed
from assistant.channels.zalo.settling import Found

PREFIX = "simulator."
"""Of the ids of these citizens: the platform's own are digits."""
_MOST_PHONES, _MOST_MESSAGES, _MOST_FILES = 50, 300, 40


class Phones:
    """On the page and in the sender alike."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._messages: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
        self._files: OrderedDict[str, bytes] = OrderedDict()
        self._changed = asyncio.Condition()

    def keep(self, body: bytes) -> str:
        """A file (a voice note, a picture); the oldest is forgotten. Its id."""
        id_ = secrets.token_urlsafe(12)
        self._files[id_] = body
        while len(self._files) > _MOST_FILES:
            self._files.popitem(last=False)
        return id_

    def file(self, id_: str) -> bytes | None:
        return self._files.get(id_)

    async def put(self, phone: str, message: dict[str, Any]) -> str:
        """A message of ours; its id."""
        async with self._changed:
            found = self._messages.setdefault(phone, [])
            self._messages.move_to_end(phone)
            number = found[-1]["n"] + 1 if found else 1
            found.append({"n": number, "at": self._clock().isoformat(), **message})
            del found[:-_MOST_MESSAGES]
            while len(self._messages) > _MOST_PHONES:
                self._messages.popitem(last=False)
            self._changed.notify_all()
        return f"simulator-{number}"

    async def after(self, phone: str, number: int, seconds: float) -> list[dict[str, Any]]:
        """What came after a message; waits for the first, so long."""

        def new() -> list[dict[str, Any]]:
            return [one for one in self._messages.get(phone, ()) if one["n"] > number]

        async with self._changed:
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait_for(lambda: bool(new()))
            except TimeoutError:
                return []
            return new()


class PhoneDelivery:
    """The way out to the page; to everybody else the way that there is besides."""

    def __init__(self, phones: Phones, draw: Draw, other: Delivery | None) -> None:
        self._phones = phones
        self._draw = draw
        self._other = other

    async def is_open(self) -> bool:
        return True

    def needs_plain(self, message: Outgoing) -> bool:
        return self._other is not None and self._other.needs_plain(message)

    def plain(self, row: Claimed, message: Outgoing) -> list[OutgoingText] | None:
        return None if self._other is None else self._other.plain(row, message)

    async def send(self, row: Claimed, message: Outgoing) -> Answer:
        if not row.user.startswith(PREFIX):
            return (
                Answer("token", "no token")
                if self._other is None
                else (await self._other.send(row, message))
            )
        id_ = await self._phones.put(row.user, await self._shown(message))
        return Answer("done", "ok", {"message_id": id_, "quota": {"quota_type": "reply"}})

    async def look(self, row: Claimed, message: Outgoing) -> tuple[Found, str | None]:
        if row.user.startswith(PREFIX) or self._other is None:
            return "absent", None
        return await self._other.look(row, message)

    async def _shown(self, message: Outgoing) -> dict[str, Any]:
        if isinstance(message, OutgoingText):
            return {"kind": "text", **asdict(message)}
        png = await self._draw(message) if isinstance(message, OutgoingMap) else None
        if png is None:
            return {"kind": "text", "text": message.caption, "buttons": []}
        return {"kind": "image", "file": self._phones.keep(png), "text": message.caption}
