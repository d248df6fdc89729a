"""What goes out to a citizen, as it is kept in the outbox until it is sent."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

MOST_CHARACTERS = 2000
"""Of one text, after NFC; a longer one is refused with -210 (zalo.md §4.1)."""
MOST_BUTTONS = 5
MOST_TITLE = 100
MOST_PAYLOAD = 1000


@dataclass(frozen=True, slots=True)
class Button:
    """Exactly one of `payload`, `url` and `phone` is set."""

    title: str
    payload: str | None = None
    """Of the closed list in docs/architecture.md; comes back as the text of the next event."""
    url: str | None = None
    phone: str | None = None
    """As Zalo dials it: 842812345678."""

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.payload, self.url, self.phone)) != 1:
            raise ValueError("a button has exactly one of payload, url and phone")


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A text of at most `MOST_CHARACTERS` characters; buttons only on the last one of a reply."""

    text: str
    buttons: tuple[Button, ...] = ()

    def to_json(self) -> str:
        return json.dumps({"kind": "text", **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        return cls(data["text"], tuple(Button(**button) for button in data["buttons"]))


@dataclass(frozen=True, slots=True)
class OutgoingMap:
    """The way to a place; its picture is drawn when it is sent."""

    to: str
    """A place's, counter's or office's id."""
    language: str
    caption: str

    def to_json(self) -> str:
        return json.dumps({"kind": "map", **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        return cls(data["to"], data["language"], data["caption"])


Outgoing = OutgoingText | OutgoingMap


def from_json(body: str) -> Outgoing:
    """The inverse of `to_json`. Raises KeyError, TypeError, ValueError for anything else."""
    data = json.loads(body)
    kind: type[OutgoingText] | type[OutgoingMap]
    kind = {"text": OutgoingText, "map": OutgoingMap}[data["kind"]]
    return kind.from_data(data)
