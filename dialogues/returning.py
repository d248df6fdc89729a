"""Going back: something of before taken up again, or the last answer taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialogues.doubts import about
from dialogues.framing import framing, goes_on
from dialogues.leaning import ABOUT_PROCEDURES, SURE
from dialogues.memory import Memory
from dialogues.plain_words import asked_plainly, asks_which_counter
from dialogues.release import Release
from dialogues.substance import content, familiarity
from dialogues.understanding import Understanding

_DESK = frozenset(["find_counter", "lead_me", "take_ticket", "check_documents"])


def taken_up(
    said: str, text: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """Something of before is named again, or simply the last thing; None when nothing was open."""
    running = memory.checklist if (memory.checklist or {}).get("current") else None
    if not framing(said).returns and running is None:
        return None
    before = [str(left["code"]) for left in memory.history]
    codes = [c for c in (memory.topic, *before) if release.canonical(c)]
    if not codes:
        return None
    code = _named_among(codes, text, found, release)
    if code is None:
        words = content(text) - _TAKING_UP
        if words and found.procedures and found.procedures[0].confidence >= SURE:
            return None
        # what was just spoken of is nothing to come back to, unless something came in between
        code = str(
            codes[0] if memory.aside or len(codes) == 1 or memory.topic is None else codes[1]
        )
    at_desk = found.intent in _DESK and not set(found.aspects) - {"place"}
    if found.intent == "find_counter" and not _COUNTER_SAID.search(said.lower()):
        at_desk = False  # "quay lại" alone has the letters of "quầy"
    intent = found.intent if at_desk and not asked_plainly(text) else "ask_procedure"
    if asks_which_counter(said) and set(found.aspects) <= {"place"}:
        return about(replace(found, aspects=("place",)), code, "find_counter")
    if not found.aspects:
        found = replace(found, aspects=asked_plainly(text))
    if goes_on(said) and set(found.aspects) <= {"documents"}:
        laid_aside = next((h for h in memory.history if h["code"] == code), None)
        checklist = (
            memory.checklist if code == memory.topic else (laid_aside or {}).get("checklist")
        )
        if (checklist or {}).get("current"):
            intent = "check_documents"
    return about(found, code, intent)


_COUNTER_SAID = re.compile(
    r"quầy|counter|desk|ở đâu|chỗ nào|where|\bo dau\b|\bcho nao\b|\bquay (?:nao|so|may|\d)"
)
_TAKING_UP = frozenset(
    [
        "quay",
        "tro",
        "nay",
        "ban",
        "luc",
        "hoi",
        "vua",
        "dang",
        "do",
        "tiep",
        "tuc",
        "back",
        "going",
        "return",
        "earlier",
    ]
)


def _named_among(
    codes: Sequence[str | None], text: str, found: Understanding, release: Release
) -> str | None:
    """The one of `codes` that the text names best: by the classifier, else by its own words."""
    for candidate in found.procedures:
        code = release.canonical(candidate.code)
        if code in codes:
            return code
    scored = [(familiarity(text, release.procedure(code)), code) for code in codes]
    best = max((score for score, _ in scored), default=0.0)
    return next((code for score, code in scored if best > 0 and score == best), None)


def taken_back(text: str, found: Understanding, memory: Memory, release: Release) -> Understanding:
    """What is said instead of the last answer: that one is out, its aspects stay asked."""
    topic = release.canonical(memory.topic)
    words = content(text)
    if not words and found.aspects:
        return replace(found, intent="ask_aspect", procedures=(), ambiguous=False)
    codes = [(c, release.canonical(c.code)) for c in found.procedures]
    others = [c for c, code in codes if code != topic]
    if not others and found.intent in ABOUT_PROCEDURES and not (codes or found.aspects):
        return replace(found, intent="deny")
    if found.intent not in {*ABOUT_PROCEDURES, "deny", "affirm", "out_of_scope"}:
        return found
    if not others:
        return found
    first = found.procedures[0]
    kept = found.procedures
    ambiguous = found.ambiguous
    if codes[0][1] != topic or found.ambiguous or others[0].confidence >= first.confidence / 2:
        denied = first.confidence if codes[0][1] == topic else 0.0
        scale = 1.0 / max(0.05, 1.0 - denied)
        kept = tuple(
            replace(c, confidence=max(c.confidence, min(0.95, c.confidence * scale)))
            for c in others
        )
        rivals = len(kept) > 1 and kept[1].confidence >= kept[0].confidence / 2
        ambiguous = found.ambiguous and rivals
    if kept[0].confidence < 0.15:
        return replace(found, intent="deny")
    aspects = found.aspects or tuple(memory.aspects)
    return replace(
        found,
        intent="ask_procedure",
        procedures=kept,
        ambiguous=ambiguous,
        aspects=aspects,
        out_of_scope=False,
    )
