"""Buttons: a closed list, named in docs/architecture.md."""

from __future__ import annotations

from dataclasses import dataclass

from dialogues.memory import Memory
from dialogues.release import Release
from dialogues.understanding import ASPECTS


@dataclass(frozen=True, slots=True)
class Payload:
    """A button of the closed list: `kind` and, for most, a `value`."""

    kind: str
    value: str | None = None


INTENT_OF_PAYLOAD = {
    "procedure": "choose",
    "case": "choose",
    "condition": "choose",
    "aspect": "ask_aspect",
    "checklist": "check_documents",
    "have": "check_documents",
    "lead": "lead_me",
    "ticket": "take_ticket",
    "repeat": "repeat",
    "slower": "slower",
    "louder": "louder",
    "staff": "talk_to_staff",
    "language": "change_language",
    "affirm": "affirm",
    "deny": "deny",
    "feedback": "feedback",
    "faq": "ask_faq",
}
_ALONE = frozenset({"repeat", "slower", "louder", "staff", "affirm", "deny"})
_FIXED = {
    "aspect": frozenset(ASPECTS),
    "checklist": frozenset({"start"}),
    "condition": frozenset({"yes", "no", "unsure"}),
    "have": frozenset({"yes", "no", "unsure"}),
    "language": frozenset({"vi", "en"}),
    "feedback": frozenset({"up", "down"}),
}


def parse_payload(payload: str, release: Release, memory: Memory) -> Payload | None:
    """The button that `payload` names, or `None`: then it is ordinary text."""
    kind, colon, value = payload.strip().partition(":")
    if not colon:
        return Payload(kind) if kind in _ALONE else None
    if kind in _FIXED:
        return Payload(kind, value) if value in _FIXED[kind] else None
    if kind == "procedure":
        code = release.canonical(value)
        return Payload(kind, code) if code else None
    if kind == "case":
        topic = release.procedure(memory.topic)
        known = {str(case["id"]) for case in (topic or {}).get("cases") or ()}
        return Payload(kind, value) if value in known else None
    if kind == "faq" and release.faqs.get(value) is not None:
        return Payload(kind, value)
    if kind == "lead" and value in release.places:
        return Payload(kind, value)
    if kind == "ticket" and value in release.counters:
        return Payload(kind, value)
    return None
