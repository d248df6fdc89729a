"""What is offered to choose from, and which of it a citizen's text takes.

A pressed button comes back as a text that equals its payload, and buttons stay in the chat for
ever: those whose meaning depends on what they stand under carry its mark (`have:yes#1f2e`,
`aspect:fee#1.001193`), so that an old one is never taken for an answer to another question.
Payloads are of a closed list; anybody may type one, and it gives nobody more than its words would.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Literal

from assistant.channels.zalo.messages import Button, Outgoing, OutgoingText
from assistant.channels.zalo.splitting import split
from assistant.channels.zalo.wording import say
from assistant.errors import Language
from assistant.voice.confirmation import agrees

_ALONE = r"repeat|slower|louder|staff|affirm|deny"
_ASPECTS = r"documents|fee|time|place|online|eligibility|steps|result|legal_basis|form"
_PAYLOAD = re.compile(
    rf"(?P<payload>(?P<kind>{_ALONE})|(?P<kind_of>procedure|case|lead|ticket):[A-Za-z0-9._-]{{1,64}}"
    rf"|(?P<fixed>aspect:(?:{_ASPECTS})|checklist:start|condition:(?:yes|no|unsure)"
    r"|have:(?:yes|no|unsure)|language:(?:vi|en)|feedback:(?:up|down)))"
    r"(?:#(?P<tag>[A-Za-z0-9._-]{1,64}))?"
)
"""The closed list of docs/architecture.md, with the mark of the reply that it belongs to."""
_BY_THEMSELVES = frozenset({"procedure", "lead", "ticket", "language", "staff"})
"""Kinds that mean the same whatever was asked meanwhile."""
_ABOUT_A_PROCEDURE = frozenset({"aspect", "checklist"})
_CODE = re.compile(r"[A-Za-z0-9]+[.-][A-Za-z0-9.-]+")
_NUMBER = re.compile(
    r"(?:(?:chon|cau|cai|muc|so|thu|dap an|option|number|no|choose)\s+)*"
    r"(?P<number>\d{1,2})(?:\s+(?:a|nhe|nha|di|em|please))*"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of what is on offer."""

    title: str
    payload: str
    says: str | None = None
    """The words that are answered when it is taken, instead of a payload; "": ask again."""
    about: str | None = None
    """Code of the procedure that it asks more about."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the last reply offers."""

    tag: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()
    """Buttons beside the choices; counted after them."""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def from_json(body: str | None) -> "Offer | None":
        """None for nothing, and for what an older version may have written."""
        try:
            data = json.loads(body or "null")
            return None if data is None else _offer(data)
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True, slots=True)
class Said:
    """What a citizen's text is: words, a button, a button of an earlier question, or "no" to what
    was heard of a voice note."""

    kind: Literal["text", "payload", "stale", "again"]
    value: str


@dataclass(frozen=True, slots=True)
class Composed:
    """What goes out, and what it offers to choose from."""

    messages: tuple[Outgoing, ...]
    offer: Offer | None


def tag_of(message_id: str) -> str:
    """The mark of the reply to a message."""
    return sha256(message_id.encode()).hexdigest()[:4]


def on_the_wire(choice: Choice, tag: str) -> str:
    """The payload as a button carries it: with the mark of its question, or its procedure."""
    kind = choice.payload.partition(":")[0]
    return choice.payload if kind in _BY_THEMSELVES else f"{choice.payload}#{choice.about or tag}"


def read(text: str, offer: Offer | None) -> Said:
    """What a citizen's text takes of what is on offer; everything else is words."""
    written = " ".join(unicodedata.normalize("NFC", text).split())
    pressed = _PAYLOAD.fullmatch(written)
    if pressed is not None:
        return _pressed(pressed, written, offer)
    if offer is None:
        return Said("text", text)
    plain = folded(written)
    number = _NUMBER.fullmatch(plain)
    on_offer = (*offer.choices, *offer.more)
    if number is not None and 1 <= int(number["number"]) <= len(on_offer):
        return _taken(on_offer[int(number["number"]) - 1])
    for choice in on_offer:
        if plain and plain == folded(choice.title):
            return _taken(choice)
    return _agreed(written, offer) or Said("text", text)


def _pressed(pressed: re.Match[str], written: str, offer: Offer | None) -> Said:
    payload, tag = pressed["payload"], pressed["tag"]
    kind = payload.partition(":")[0]
    on_offer = (*offer.choices, *offer.more) if offer is not None else ()
    found = next((choice for choice in on_offer if choice.payload == payload), None)
    if found is not None and offer is not None and tag in (None, found.about or offer.tag):
        return _taken(found)
    if kind in _BY_THEMSELVES:
        return Said("payload", payload)
    if tag is not None and kind in _ABOUT_A_PROCEDURE and _CODE.fullmatch(tag):
        return Said("payload", f"procedure:{tag}")  # of an earlier answer: all about it again
    if tag is not None and (offer is None or tag != offer.tag):
        return Said("stale", payload)
    # Typed by somebody: the engine knows what it has on offer.
    return Said("text", written.partition("#")[0])


def _agreed(written: str, offer: Offer) -> Said | None:
    """Yes or no to "Em nghe là …, đúng không ạ?"."""
    if not any(choice.says is not None for choice in offer.choices):
        return None
    answer = agrees(written)
    wanted = "affirm" if answer else "deny" if answer is False else None
    found = next((choice for choice in offer.choices if choice.payload == wanted), None)
    return _taken(found) if found is not None else None


def _taken(choice: Choice) -> Said:
    if choice.says is not None:
        return Said("text", choice.says) if choice.says else Said("again", "")
    return Said("payload", choice.payload)


def buttons(offer: Offer, *, numbered: bool) -> tuple[Button, ...]:
    """At most five; those of the choices first."""
    made = [
        Button(f"{number}. {choice.title}" if numbered else choice.title, _wire(choice, offer))
        for number, choice in enumerate(offer.choices, 1)
    ]
    made += [Button(choice.title, _wire(choice, offer)) for choice in offer.more]
    return tuple(replace(one, title=one.title[:100]) for one in made[:5])


def _wire(choice: Choice, offer: Offer) -> str:
    return on_the_wire(choice, offer.tag)


def as_numbered(message: OutgoingText, language: Language) -> list[OutgoingText]:
    """The same without buttons, where the platform has none or refuses them: "1. …" in the text.

    The numbers are those of the offer: `read` understands them.
    """
    if not message.buttons:
        return [message]
    pressed = [button for button in message.buttons if button.payload is not None]
    there = [one for n, one in enumerate(pressed, 1) if one.title.startswith(f"{n}. ")]
    beside = [one for one in pressed if one not in there]
    lines = []
    if there:  # the text lists them already
        lines += [say(language, "• {title}: trả lời “{title}”", title=one.title) for one in beside]
    else:
        lines += [f"{number}. {one.title}" for number, one in enumerate(beside, 1)]
        lines += [_asks_for_number(len(beside), language)] if beside else []
    for button in message.buttons:
        if button.url is not None:
            lines.append(f"{button.title}: {button.url}")
        elif button.phone is not None:
            lines.append(f"{button.title}: {button.phone}")
    text = "\n".join([message.text, "", *lines]) if lines else message.text
    return [OutgoingText(piece) for piece in split(text)]


def _asks_for_number(count: int, language: Language) -> str:
    if count == 1:
        return say(language, "Anh/chị trả lời số 1 để chọn ạ.")
    return say(language, "Anh/chị trả lời bằng số, từ 1 đến {n} ạ.", n=count)


def with_numbers(choices: Sequence[Choice], details: Sequence[str | None]) -> list[str]:
    """The choices as lines of a text."""
    return [
        f"{number}. {choice.title}" + (f" – {detail}" if detail else "")
        for number, (choice, detail) in enumerate(zip(choices, details, strict=True), 1)
    ]


def folded(text: str) -> str:
    """Words without marks, capitals and punctuation."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    kept = "".join(one if one.isalnum() else " " for one in bare if not unicodedata.combining(one))
    return " ".join(kept.split())


def _offer(data: dict[str, object]) -> Offer:
    def choices(name: str) -> tuple[Choice, ...]:
        found = data[name]
        if not isinstance(found, list):
            raise TypeError(name)
        return tuple(Choice(**one) for one in found)

    return Offer(str(data["tag"]), choices("choices"), choices("more"))
