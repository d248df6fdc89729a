"""A message on its way to a stored reply: what it was, where it was said, what is kept of it."""

import json
from dataclasses import dataclass
from typing import Any, Literal

from assistant.conversation.redaction import redact
from assistant.engine.client import TurnReply
from assistant.errors import Language

Channel = Literal["kiosk", "rest", "terminal", "zalo_oa", "zalo_bot"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """An open conversation."""

    id: str
    channel: str
    language: Language | None
    kiosk: str | None
    robot: str | None
    """The robot that this conversation may move."""

    @property
    def can_move(self) -> bool:
        return self.robot is not None


@dataclass(frozen=True, slots=True)
class Message:
    """Exactly one of `text` and `payload` is set; `comment` beside a judgement only."""

    text: str | None = None
    payload: str | None = None
    language: Language | None = None
    message_id: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply, ready to be sent: `body` is its JSON (docs/architecture.md)."""

    body: str
    outcome: str

    def data(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.body)
        return loaded


@dataclass(slots=True)
class Turn:
    """One message on its way."""

    conversation: Conversation
    message: Message
    text: str | None
    """Cleaned; None for a button."""
    message_id: str
    began: float
    engine_ms: float = 0.0


def body_of(turn: Turn, reply: TurnReply, parts: list[dict[str, Any]]) -> str:
    return json.dumps(
        {
            "conversation": turn.conversation.id,
            "message_id": turn.message_id,
            "language": reply.language,
            "outcome": reply.outcome,
            "understanding": reply.understanding,
            "parts": parts,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def codes_of(understanding: dict[str, Any]) -> str:
    found = understanding.get("procedures") or []
    return " ".join(str(procedure["code"]) for procedure in found)[:200]


def intent_of(understanding: dict[str, Any], parts: list[dict[str, Any]]) -> str | None:
    """What was understood; `faq:` and an id where the centre's own words answered."""
    faq = next((part["faq"] for part in parts if part.get("faq")), None)
    return f"faq:{faq}"[:48] if faq is not None else understanding.get("intent")


def stored_message(message: Message, text: str | None) -> str:
    """Redacted. A payload too: it is of a closed list, but anybody may send anything as one."""
    if text is not None:
        return redact(text)
    button = f"payload:{redact(message.payload or '')}"[:200]
    return button if message.comment is None else f"{button} {redact(message.comment)}"
