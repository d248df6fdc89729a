"""How a reply is scored: one question, and one turn of a conversation.

A reply is judged by what it does, never by what it looks like.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.engine.client import TurnReply

OUTCOMES = ("answered_right", "clarified_right", "incomplete", "missed", "wrong", "refused")
MOST_CHOICES = 4
_DOES: dict[str, frozenset[str]] = {
    "find_counter": frozenset({"route", "choices"}),
    "find_place": frozenset({"route", "choices"}),
    "lead_me": frozenset({"mission", "route", "choices"}),
    "take_ticket": frozenset({"ticket", "choices"}),
    "talk_to_staff": frozenset({"handoff"}),
    "stop": frozenset({"control"}),
}
"""What a reply must hold to have done what was asked; other intents need words only."""
_KINDS = {"answer": "procedure"}
_DEEDS = frozenset({"procedure", "checklist", "mission", "ticket", "handoff"})
_MAIN = frozenset({"procedure", "checklist", "route", "mission", "ticket", "handoff"})
"""Beside one of these, choices are an extra (cases of the answered procedure)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with what became of it."""

    id: str
    slice: str
    outcome: str
    procedures: list[dict[str, Any]]
    aspects: list[str]
    reply: str
    asked: list[str]
    milliseconds: float

    def as_row(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "outcome": self.outcome,
            "procedures": self.procedures,
            "aspects": self.aspects,
            "reply": self.reply,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one run; `as_dict` is what `letan evaluate --json` writes."""

    release: str
    rows: list[Judged] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        outside = [r for r in self.rows if r.slice == "out_of_scope"]
        inside = [r for r in self.rows if r.slice != "out_of_scope"]
        asking = [r for r in self.rows if r.asked]
        times = sorted(r.milliseconds for r in self.rows)
        return {
            "release": self.release,
            "n": len(self.rows),
            "slices": self.slices(),
            "out_of_scope": {"n": len(outside), "right": _count(outside, "answered_right")},
            "false_refusals": _count(inside, "refused"),
            "aspects": {
                "n": len(asking),
                "exact": sum(set(r.aspects) == set(r.asked) for r in asking),
            },
            "latency_ms": {"p50": _quantile(times, 0.5), "p95": _quantile(times, 0.95)},
            "rows": [r.as_row() for r in self.rows],
        }

    def slices(self) -> dict[str, dict[str, int]]:
        """Whole numbers of rows a slice, in the order of the file."""
        found: dict[str, dict[str, int]] = {}
        for row in self.rows:
            counts = found.setdefault(row.slice, dict.fromkeys(("n", *OUTCOMES), 0))
            counts["n"] += 1
            counts[row.outcome] += 1
        return found


@dataclass(frozen=True, slots=True)
class DialogueReport:
    """Conversations, turn by turn."""

    dialogues: int
    rows: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        return {
            "dialogues": self.dialogues,
            "turns": len(self.rows),
            "turns_as_expected": sum(bool(r["as_expected"]) for r in self.rows),
            "rows": self.rows,
        }


def judge(row: Mapping[str, Any], reply: TurnReply, milliseconds: float = 0.0) -> Judged:
    """What one reply to one question is worth."""
    return Judged(
        id=str(row["id"]),
        slice=str(row["slice"]),
        outcome=_outcome(row, reply),
        procedures=list(reply.understanding.get("procedures") or ())[:3],
        aspects=sorted(answered_aspects(reply)),
        reply=reply_words(reply),
        asked=list(row.get("aspects") or ()),
        milliseconds=milliseconds,
    )


def _outcome(row: Mapping[str, Any], reply: TurnReply) -> str:
    refused = _refuses(reply)
    answer = answered_code(reply)
    if row["slice"] == "out_of_scope":
        if refused:
            return "answered_right"
        return "wrong" if answer is not None else "missed"
    if refused:
        return "refused"
    accept = set(row.get("accept") or ())
    if not accept:
        return _desk_outcome(row, reply, answer)
    if answer is not None:
        if answer not in accept:
            return "wrong"
        lays_out = row["slice"] == "life_event" and _laid_out(reply) is not None
        complete = lays_out or set(row.get("aspects") or ()) <= answered_aspects(reply)
        return "answered_right" if complete else "incomplete"
    offered = offered_codes(reply)
    if 0 < len(offered) <= MOST_CHOICES and accept & set(offered):
        return "clarified_right"
    return "missed"


def _desk_outcome(row: Mapping[str, Any], reply: TurnReply, answer: str | None) -> str:
    """Rows about the desk itself: recognised, and done."""
    intent = str(row["intent"])
    recognised = (reply.understanding.get("intent") or "") == intent
    kinds = {p.get("type") for p in reply.parts}
    needed = _DOES.get(intent)
    if recognised and (kinds & needed if needed else "text" in kinds or kinds):
        return "answered_right"
    return "wrong" if answer is not None else "missed"


def answered_code(reply: TurnReply) -> str | None:
    """The procedure that the reply answers without asking back; None when it does not."""
    for part in reply.parts:
        if part.get("type") == "procedure":
            return str(part["code"])
    laid_out = _laid_out(reply)
    if laid_out is not None:
        return laid_out
    if {"route", "mission", "ticket", "checklist"} & {p.get("type") for p in reply.parts}:
        return reply.topic
    return None


def _laid_out(reply: TurnReply) -> str | None:
    """The first procedure of a reply that lays out several."""
    for part in reply.parts:
        if part.get("type") == "checklist" and part.get("of") == "procedures":
            return str(part["code"])
    return None


def answered_aspects(reply: TurnReply) -> set[str]:
    """Aspects which the reply speaks to; a way shown is an answer to "where"."""
    found: set[str] = set()
    for part in reply.parts:
        if part.get("type") == "procedure":
            found.update(part.get("asked") or ())
        elif part.get("type") == "checklist" and part.get("of") == "documents":
            found.add("documents")
        elif part.get("type") in ("route", "mission"):
            found.add("place")
    return found


def offered_codes(reply: TurnReply) -> list[str]:
    """Procedures among the buttons."""
    return [
        payload.removeprefix("procedure:")
        for part in reply.parts
        if part.get("type") == "choices"
        for payload in (str(c.get("payload", "")) for c in part.get("choices") or ())
        if payload.startswith("procedure:")
    ]


def _refuses(reply: TurnReply) -> bool:
    return reply.outcome == "out_of_scope" or bool(reply.understanding.get("out_of_scope"))


def _count(rows: Iterable[Judged], outcome: str) -> int:
    return sum(r.outcome == outcome for r in rows)


def _quantile(times: Sequence[float], share: float) -> float:
    """Nearest rank; 0 for no measurement."""
    if not times:
        return 0.0
    return round(times[min(len(times) - 1, int(share * len(times)))], 2)


def reply_words(reply: TurnReply) -> str:
    return " ".join(str(p.get("text", "")) for p in reply.parts if p.get("type") == "text")


def differences(expect: Mapping[str, Any], reply: TurnReply) -> list[str]:
    """What a conversation's turn expected and the reply does not do; empty when all is well."""
    problems = []
    kind = str(expect["kind"])
    accept = set(expect.get("accept") or ())
    kinds = {str(p.get("type")) for p in reply.parts}
    if kind == "refuse":
        fits = _refuses(reply)
    elif kind == "smalltalk":
        fits = not kinds & _DEEDS and not _refuses(reply)
    elif kind == "choices":
        fits = "choices" in kinds and not kinds & _MAIN
    else:
        fits = _KINDS.get(kind, kind) in kinds
    if not fits:
        problems.append(f"kind: {kind} expected, {sorted(kinds)} came")
    if kind == "choices" and accept and not accept & set(offered_codes(reply)):
        problems.append("choices: none is accepted")
    if expect.get("procedure") and kind != "choices" and reply.topic not in accept:
        problems.append(f"topic: {reply.topic}")
    missing = set(expect.get("aspects") or ()) - answered_aspects(reply)
    if missing:
        problems.append(f"aspects: {sorted(missing)} missing")
    shown = json.dumps(reply.parts, ensure_ascii=False).casefold()
    problems += [
        f"contains: {text}" for text in expect.get("not_contains") or () if text.casefold() in shown
    ]
    return problems
