"""Whether a message asks one of the questions that the centre wrote itself (`faq`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

from dialogues.faq import Faqs, faqs_of, sounds_vietnamese
from dialogues.reading import Reading

SAME = 0.95
"""Likeness from which it is the question itself, whatever else was understood."""
NEAR, OURS, REFUSED, FAR = 0.86, 0.7, 0.74, 0.66
"""Likeness from which it is meant where something else is surely understood; where the centre's own
hours and address would be told; where the message is surely nobody's matter here; otherwise."""
SURE, OUTSIDE = 0.7, 0.95
"""Confidence from which a matter of the desk, or of nobody here, is surely understood."""


def answering(
    reading: Reading,
    asked: str,
    topic: str | None,
    release_faqs: Faqs,
    context: Mapping[str, Any],
) -> Reading | None:
    """The reading of a message that asks for one of these, and for none of the desk's matters."""
    faqs = faqs_of(release_faqs, context)
    if not faqs.entries:
        return None
    found, today = reading.understanding, _today(context)
    texts = {reading.text, asked, found.repaired or asked}
    nearest = [near for near in (faqs.nearest(text, today) for text in sorted(texts)) if near]
    if not nearest:
        return None
    entry, alike = max(nearest, key=lambda near: near[1])
    if alike < min(SAME, _needed(reading, topic)):
        return None
    plain = replace(
        found,
        # unknown: the conversation's own, Vietnamese at first
        language=None if sounds_vietnamese(reading.text) else found.language,
        intent="ask_faq",
        confidence=alike,
        procedures=(),
        aspects=(),
        ambiguous=False,
        out_of_scope=False,
    )
    return replace(
        reading,
        intent="ask_faq",
        confidence=alike,
        understanding=plain,
        faq=entry.id,
    )


def _needed(reading: Reading, topic: str | None) -> float:
    """How alike it must be, by what else was understood."""
    found, intent = reading.understanding, reading.intent
    if found.out_of_scope or intent == "out_of_scope":
        return REFUSED if reading.confidence >= OUTSIDE else FAR
    if intent in {"centre_info", "nlu_fallback"}:
        return OURS if intent == "centre_info" else FAR
    if intent == "ask_aspect" and topic is not None:
        return NEAR
    if intent in {"ask_procedure", "ask_aspect", "check_documents", "life_event"}:
        best = found.procedures[0].confidence if found.procedures else 0.0
        return NEAR if best >= SURE and not found.ambiguous else FAR
    return NEAR if reading.confidence >= SURE else FAR


def _today(context: Mapping[str, Any]) -> date:
    """The day of the turn, where the centre is."""
    now = str(context.get("now") or "")
    return date.fromisoformat(now[:10]) if now else datetime.now(timezone.utc).date()
