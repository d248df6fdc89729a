"""What the desk would say to a question: now, and with an editor's draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from assistant.engine.client import TurnReply, TurnRequest
from assistant.engine.service import Engine
from assistant.faq.schemas import FaqEntry


@dataclass(frozen=True, slots=True)
class Said:
    """A reply in short."""

    text: str
    outcome: str
    faq: str | None
    """Id of the question that was recognised."""
    procedure: str | None
    """Code of the procedure that was understood."""


async def ask(
    engine: Engine,
    context: Mapping[str, Any],
    text: str,
    draft: Sequence[FaqEntry] | None = None,
) -> Said:
    """Asked in a conversation of its own, which is forgotten at once.

    With a ``draft``, the engine in force answers from these questions instead of its release's.
    Raises LetanError `engine_unavailable` and others of the engine.
    """
    conversation = f"preview-{uuid4().hex[:20]}"
    seen = dict(context) | {"channel": "rest", "can_move": False, "robot": None}
    if draft is not None:
        seen["faqs"] = [entry.model_dump(mode="json") for entry in draft]
    request = TurnRequest(conversation, uuid4().hex, text, None, None, seen)
    try:
        return _said(await engine.turn(request))
    finally:
        await engine.forget(conversation)


def _said(reply: TurnReply) -> Said:
    texts = [str(part.get("text", "")) for part in reply.parts if part.get("type") == "text"]
    choices = [
        f"• {choice['title']}"
        for part in reply.parts
        if part.get("type") == "choices"
        for choice in part["choices"]
    ]
    faq = next((str(part["faq"]) for part in reply.parts if part.get("faq")), None)
    found = reply.understanding.get("procedures") or ()
    procedure = str(found[0]["code"]) if found and faq is None else None
    return Said("\n".join([*texts, *choices]), reply.outcome, faq, procedure)
