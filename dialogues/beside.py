"""What a message asks beside papers, fees and days: the other one of two, whether a paper may come
later, whether it is crowded, whether there is time today, what money is received."""

from __future__ import annotations

from dataclasses import replace

from dialogues.asides import (
    asks_what_is_received,
    comes_later,
    crowded,
    goes_through_papers,
    in_time,
    when_quiet,
)
from dialogues.doubts import about, what_now
from dialogues.memory import Memory
from dialogues.plain_words import asked_plainly
from dialogues.release import Release
from dialogues.several import asks_which_is_first, pointed_at
from dialogues.understanding import Understanding

NAMED, ANOTHER = 0.5, 0.6
"""Confidence from which a procedure is named; that from which it goes before what is open."""
_ASPECT_OR_NONE = frozenset({"ask_aspect", "out_of_scope", "nlu_fallback", "feedback"})
_AT_THE_DESK = frozenset({"take_ticket", "find_counter", "lead_me"})


def beside(
    said: str, found: Understanding, memory: Memory, release: Release
) -> Understanding | None:
    """The understanding where such words settle it; None where they do not."""
    other = pointed_at(said, memory, release)
    if other is not None:
        intent = found.intent if found.intent in _AT_THE_DESK else "ask_procedure"
        aspects = found.aspects or asked_plainly(said) or tuple(memory.aspects)
        if asks_which_is_first(said):
            aspects = ()
        return replace(about(found, other, intent), aspects=aspects)
    topic = release.canonical(memory.topic)
    best = found.procedures[0] if found.procedures else None
    named = best is not None and best.confidence >= NAMED
    if when_quiet(said):
        return replace(found, intent="centre_info", procedures=(), aspects=(), out_of_scope=False)
    if (topic is not None or memory.place is not None or named) and crowded(said):
        return replace(found, intent="find_counter", aspects=("place",), out_of_scope=False)
    if (topic is not None or named) and in_time(said):
        if named and best is not None:
            return replace(about(found, best.code, "ask_procedure"), aspects=("time",))
        return _of_topic(found, ("time",))
    if named and goes_through_papers(said):
        return replace(found, intent="check_documents", aspects=(), out_of_scope=False)
    return None if topic is None else _of_open(said, found, topic, release)


def _of_open(said: str, found: Understanding, topic: str, release: Release) -> Understanding | None:
    best = found.procedures[0] if found.procedures else None
    named = best is not None and best.confidence >= NAMED
    another = best is not None and best.confidence >= ANOTHER
    if what_now(said) and not (named and found.intent == "ask_procedure"):
        return _of_topic(found, ()) if found.intent in _ASPECT_OR_NONE else None
    if goes_through_papers(said):
        return replace(_of_topic(found, ()), intent="check_documents")
    if comes_later(said):
        return _of_topic(found, ("documents",))
    if another and best is not None and release.canonical(best.code) != topic:
        return None
    if asks_what_is_received(said) and "fee" in found.aspects:
        return _of_topic(found, tuple(a for a in found.aspects if a != "fee") or ("result",))
    return None


def _of_topic(found: Understanding, aspects: tuple[str, ...]) -> Understanding:
    return replace(
        found,
        intent="ask_aspect",
        confidence=0.9,
        procedures=(),
        aspects=aspects,
        ambiguous=False,
        out_of_scope=False,
        foreign=False,
    )
