"""What Zalo sends, made one: a raw body of either product becomes events of one shape.

Formats: specification of the platform, §3.2, §3.3 (Official Account) and §5 (Bot API). Numbers are
kept as they are written: an id has more digits than a float can hold.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, cast

ZaloChannel = Literal["zalo_oa", "zalo_bot"]
Kind = Literal[
    "text",
    "image",
    "gif",
    "audio",
    "video",
    "file",
    "link",
    "location",
    "sticker",
    "card",
    "follow",
    "chatnow",
    "submit_info",
    "takeover",
    "withdraw",
    "ignored",
]

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MILLISECONDS = re.compile(r"[0-9]{1,17}")
_COORDINATE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")
_MOST_TEXT = 20_000
_MOST_URL = 2_000
_SECONDS_AT_MOST = 100_000_000_000
"""A time below this number is one in seconds, not in milliseconds (it would be before 1973)."""


class BodyUnreadableError(ValueError):
    """The body is not a JSON object (or not UTF-8, or nested beyond reason)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on the platform."""

    channel: ZaloChannel
    key: str
    """What makes it one of its kind: `msg_id`, else a digest of event, user and timestamp."""
    kind: Kind
    citizen: str | None
    """The platform's id of the person to whom an answer goes; None where there is nobody."""
    sent_at: datetime
    name: str = ""
    """The platform's own name of the event, where it is one that we know."""
    text: str | None = None
    media_url: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    anonymous_conversation: str | None = None
    mime: str | None = None
    """As the platform tells it: `pdf`, `audio/aac`; never to be relied on."""
    size: int | None = None
    """Bytes, as told."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @staticmethod
    def from_json(body: str) -> "Event":
        loaded = json.loads(body)
        return Event(**{**loaded, "sent_at": datetime.fromisoformat(loaded["sent_at"])})


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body; numbers as the texts they are written as.

    Raises BodyUnreadableError.
    """
    try:
        loaded = json.loads(
            raw.decode("utf-8"), parse_int=str, parse_float=str, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise BodyUnreadableError(type(error).__name__) from None
    if not isinstance(loaded, dict):
        raise BodyUnreadableError("not an object")
    return loaded


def is_probe(raw: bytes) -> bool:
    """Whether it is what Zalo sends when an address is saved: nothing, or `{}`."""
    return len(raw) <= 64 and raw.strip().replace(b" ", b"") in (b"", b"{}")


def id_of(value: object) -> str | None:
    """A platform's id; None for anything else."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def time_of(value: object) -> datetime | None:
    """Milliseconds (or, of older senders, seconds) since 1970; None for anything else."""
    if not isinstance(value, str) or not _MILLISECONDS.fullmatch(value):
        return None
    number = int(value)
    try:
        return datetime.fromtimestamp(number if number < _SECONDS_AT_MOST else number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def from_oa(body: dict[str, Any], *, anonymous: bool = False) -> Event:
    """The event of an Official Account; what needs no answer or is not understood: `ignored`."""
    name = body.get("event_name")
    sent_at = time_of(body.get("timestamp"))
    read = _OA.get(name) if isinstance(name, str) else None
    if read is None or sent_at is None:
        return _ignored("zalo_oa", sent_at)
    event = read(body, Event("zalo_oa", "", "ignored", None, sent_at, str(name)))
    if event.kind == "ignored" or event.citizen is None:
        return _ignored("zalo_oa", sent_at)
    if event.anonymous_conversation is not None and not anonymous:
        return _ignored("zalo_oa", sent_at)
    key = id_of(_dict(body.get("message")).get("msg_id")) or _digest(
        str(name), event.citizen, str(body.get("timestamp"))
    )
    return replace(event, key=key)


def from_bot(body: dict[str, Any], received_at: datetime) -> list[Event]:
    """The events of a bot: one, or several where the platform sends a list of them."""
    result = body.get("result", body)
    items = result if isinstance(result, list) else [result]
    return [_bot_event(_dict(item), received_at) for item in items[:50]]


def _bot_event(body: dict[str, Any], received_at: datetime) -> Event:
    name = body.get("event_name")
    message = _dict(body.get("message"))
    chat, sender = _dict(message.get("chat")), _dict(message.get("from"))
    kind = _BOT.get(name) if isinstance(name, str) else None
    sent_at = time_of(message.get("date")) or received_at
    citizen = id_of(chat.get("id")) or id_of(sender.get("id"))
    in_group = str(chat.get("chat_type", "PRIVATE")).upper() != "PRIVATE"
    if kind is None or citizen is None or in_group or sender.get("is_bot") is True:
        return _ignored("zalo_bot", sent_at)
    text = _text(message.get("text")) or _text(message.get("caption"))
    urls = (message.get(key) for key in ("voice_url", "photo_url", "photo", "url", "file_url"))
    media = next((url for url in map(_url, urls) if url is not None), None)
    if kind == "text" and text is None:
        return _ignored("zalo_bot", sent_at)
    key = id_of(message.get("message_id")) or _digest(
        str(name), citizen, str(message.get("date")), text or "", media or ""
    )
    return Event("zalo_bot", key, kind, citizen, sent_at, str(name), text, media)


def _ignored(channel: ZaloChannel, sent_at: datetime | None) -> Event:
    return Event(channel, "", "ignored", None, sent_at or datetime.fromtimestamp(0, UTC))


def _message(kind: Kind) -> "_Reader":
    """A message of a person, with what is attached to it."""

    def read(body: dict[str, Any], event: Event) -> Event:
        message = _dict(body.get("message"))
        found = replace(
            event,
            kind=kind,
            citizen=id_of(_dict(body.get("sender")).get("id")),
            text=_text(message.get("text")),
            anonymous_conversation=id_of(message.get("conversation_id"))
            if event.name.startswith("anonymous_")
            else None,
        )
        if event.name.startswith("anonymous_") and found.anonymous_conversation is None:
            return event
        if kind == "text":
            return found if found.text is not None else event
        return _attached(message, found)

    return read


def _attached(message: dict[str, Any], event: Event) -> Event:
    attachments = message.get("attachments")
    first = _dict(attachments[0]) if isinstance(attachments, list) and attachments else {}
    payload = _dict(first.get("payload"))
    event = replace(
        event,
        media_url=_url(payload.get("url")),
        mime=_short(payload.get("type")),
        size=_size(payload.get("size")),
    )
    if event.kind == "location":
        place = _dict(payload.get("coordinates"))
        latitude = _degrees(place.get("latitude"), 90)
        longitude = _degrees(place.get("longitude"), 180)
        if latitude is not None and longitude is not None:
            return replace(event, latitude=latitude, longitude=longitude)
    if event.kind == "link" and '"phone"' in str(payload.get("description") or ""):
        return replace(event, kind="card", text=None)  # somebody else's name and number
    return event


def _managed(kind: Kind, *where: str) -> "_Reader":
    """An event without a message: the person stands in another place of it."""

    def read(body: dict[str, Any], event: Event) -> Event:
        value: object = body
        for name in where:
            value = _dict(value).get(name)
        return replace(event, kind=kind, citizen=id_of(value))

    return read


def _echo(body: dict[str, Any], event: Event) -> Event:
    """What the account itself sent: ours is of no interest, an officer's means: taken over."""
    if not id_of(_dict(body.get("sender")).get("admin_id")):
        return event
    return replace(event, kind="takeover", citizen=id_of(_dict(body.get("recipient")).get("id")))


_Reader = Callable[[dict[str, Any], Event], Event]
_OA: dict[str, _Reader] = {
    **{
        f"user_send_{kind}": _message(kind)
        for kind in cast(
            tuple[Kind, ...],
            ("text", "image", "gif", "audio", "video", "file", "link", "location", "sticker"),
        )
    },
    "user_send_business_card": _message("card"),
    **{
        f"anonymous_send_{kind}": _message(kind)
        for kind in cast(tuple[Kind, ...], ("text", "image", "file", "sticker"))
    },
    **{
        f"oa_send_{name}": _echo
        for name in ("text", "image", "gif", "list", "file", "sticker", "template")
    },
    "follow": _managed("follow", "follower", "id"),
    "user_click_chatnow": _managed("chatnow", "user_id"),
    "user_submit_info": _managed("submit_info", "sender", "id"),
    "user_withdraw": _managed("withdraw", "user_id"),
}
_BOT: dict[str, Kind] = {
    "message.text.received": "text",
    "message.image.received": "image",
    "message.voice.received": "audio",
    "message.sticker.received": "sticker",
    "message.link.received": "link",
    "message.video.received": "video",
    "message.file.received": "file",
    "message.location.received": "location",
    "message.unsupported.received": "file",
}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Without halves of characters, which neither UTF-8 nor a database can hold."""
    if not isinstance(value, str) or not value:
        return None
    return value[:_MOST_TEXT].encode("utf-8", "replace").decode("utf-8")


def _short(value: object) -> str | None:
    return value[:40] if isinstance(value, str) and value.isprintable() else None


def _url(value: object) -> str | None:
    if not isinstance(value, str) or not 8 < len(value) <= _MOST_URL or not value.isprintable():
        return None
    return value if value.startswith(("https://", "http://")) else None


def _size(value: object) -> int | None:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value) else None


def _degrees(value: object, most: float) -> float | None:
    if not isinstance(value, str) or not _COORDINATE.fullmatch(value):
        return None
    return float(value) if abs(float(value)) <= most else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _no_number(name: str) -> str:
    raise ValueError(name)
