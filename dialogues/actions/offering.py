"""Choices of procedures, and what tells one from its near twins."""

from __future__ import annotations

from collections.abc import Sequence

from dialogues.actions.turn import MAX_CHOICES, Turn
from dialogues.release import Entry
from dialogues.sections import tells_apart

MOST_READ = 80
"""Words of a reply that reads its choices aloud."""


def offer_procedures(
    turn: Turn, codes: Sequence[str], prompt: str, staff: bool = False, aloud: bool = False
) -> None:
    """Choices of procedures, each with the words that tell it apart; `aloud` reads their names
    after what was said last."""
    room = MAX_CHOICES - 1 if staff else MAX_CHOICES
    choices = []
    entries = [turn.release.procedures[code] for code in list(dict.fromkeys(codes))[:room]]
    for entry, title in zip(entries, turn.titles(entries), strict=True):
        choice = {"title": title, "payload": f"procedure:{entry['code']}"}
        detail = apart(turn, entry)
        if detail:
            choice["detail"] = detail
        choices.append(choice)
    if aloud:
        turn.read_out(_in_short([choice["title"] for choice in choices]), MOST_READ)
    if staff:
        choices.append({"title": turn.translate("Gặp cán bộ"), "payload": "staff"})
    turn.offer(prompt, choices)
    turn.memory.told = turn.reading.text if turn.reading.payload is None else None
    turn.outcome = "clarified"
    turn.answered = [(c, confidence(turn, c)) for c in dict.fromkeys(codes)]


def _in_short(titles: Sequence[str]) -> list[str]:
    """Up to the first comma where that is a name of its own, no other's."""
    heads = [title.split(",", maxsplit=1)[0] for title in titles]
    return [
        head if len(head.split()) >= 4 and heads.count(head) == 1 else title
        for head, title in zip(heads, titles, strict=True)
    ]


def apart(turn: Turn, entry: Entry) -> str:
    """What tells an entry from its near twins; they are called by name."""
    release = turn.release

    def name_of(code: str) -> str:
        named = release.procedure(release.canonical(code))
        return code if named is None else turn.name(named)

    return tells_apart(turn.card(entry), name_of)


def confidence(turn: Turn, code: str) -> float:
    for candidate in turn.reading.understanding.procedures:
        if turn.release.canonical(candidate.code) == code:
            return candidate.confidence
    return 0.0


def understood(turn: Turn) -> list[str]:
    """Codes that the message names, best first, each procedure once."""
    codes = (turn.release.canonical(c.code) for c in turn.reading.understanding.procedures)
    return [code for code in dict.fromkeys(codes) if code]
