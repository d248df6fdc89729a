"""How a reply is scored: one question, and one turn of a conversation.

A reply is judged by what it does, never by what it looks like.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
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
_DEEDS = frozenset({"procedure", "checklist", "route", "mission", "ticket", "handoff"})
"""With one of these a reply is more than small talk."""
_MAIN = frozenset({"procedure", "checklist", "route", "mission", "ticket", "handoff"})
"""Beside one of these, choices are an extra (cases of the answered procedure)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with what became of it."""

    id: str
    slice: str
    outcome: str
    procedures: list[dict[str, Any]]
    """`{"code", "confidence"}`, best first: what the reply is about."""
    aspects: list[str]
    """Which the reply speaks to; those understood, where it asks back."""
    reply: str
    asked: list[str]
    """Aspects that the row asks for."""
    clarify: bool
    """Whether a good clerk would have asked back."""
    milliseconds: float
    """Of understanding; of the whole turn in `turn_milliseconds`."""
    turn_milliseconds: float = 0.0
    why: dict[str, Any] = field(default_factory=dict)
    """What understanding saw (`why`)."""
    named: tuple[float, bool] | None = None
    """(confidence in the procedure named first, whether it is accepted); None when none is."""

    @property
    def is_right(self) -> bool:
        """Answered right, or asked back where asking back was due."""
        return self.outcome == "answered_right" or (
            self.clarify and self.outcome == "clarified_right"
        )

    def as_row(self) -> dict[str, Any]:
        row = {
            "id": self.id,
            "outcome": self.outcome,
            "procedures": self.procedures,
            "aspects": self.aspects,
            "reply": self.reply,
            "slice": self.slice,
        }
        return row if self.is_right else {**row, "why": self.why}


def judge(
    row: Mapping[str, Any],
    reply: TurnReply,
    milliseconds: float = 0.0,
    *,
    parse: Mapping[str, Any] | None = None,
    turn_milliseconds: float = 0.0,
) -> Judged:
    """What one reply to one question is worth; `parse` is the understanding behind it."""
    outcome = _outcome(row, reply)
    return Judged(
        id=str(row["id"]),
        slice=str(row["slice"]),
        outcome=outcome,
        procedures=[
            {"code": p["code"], "confidence": p.get("confidence")}
            for p in reply.understanding.get("procedures") or ()
        ][:3],
        aspects=sorted(_aspects_taken(reply, outcome)),
        reply=reply_words(reply),
        asked=list(row.get("aspects") or ()),
        clarify=bool(row.get("clarify")),
        milliseconds=milliseconds,
        turn_milliseconds=turn_milliseconds,
        why=why(row, parse or {}),
        named=_named(row, parse or {}),
    )


def _aspects_taken(reply: TurnReply, outcome: str) -> set[str]:
    """Those answered; a reply that asks back has understood them without answering yet."""
    if outcome in ("clarified_right", "missed") and answered_code(reply) is None:
        return set(reply.understanding.get("aspects") or ())
    return answered_aspects(reply)


def why(row: Mapping[str, Any], parse: Mapping[str, Any]) -> dict[str, Any]:
    """What led to a reply: the intent, the nearest examples, the words they share with the
    message, and the distance (confidence) between the first two candidates."""
    candidates = list(parse.get("procedures") or ())
    sure = [float(c.get("confidence") or 0.0) for c in candidates]
    said = set(_folded(str(row.get("text", ""))))
    return {
        "text": row.get("text", ""),
        "expected": {
            "intent": row.get("intent"),
            "accept": list(row.get("accept") or ()),
            "aspects": list(row.get("aspects") or ()),
        },
        "intent": parse.get("intent"),
        "nearest": [
            {
                "code": c.get("code"),
                "confidence": c.get("confidence"),
                "example": c.get("matched"),
                "matched_words": [
                    w
                    for w in dict.fromkeys(_words(str(c.get("matched") or "")))
                    if set(_folded(w)) & said
                ],
            }
            for c in candidates[:3]
            if c.get("matched")  # the steps of a told situation were not found by an example
        ],
        "margin": round(sure[0] - (sure[1] if len(sure) > 1 else 0.0), 4) if sure else None,
    }


def _named(row: Mapping[str, Any], parse: Mapping[str, Any]) -> tuple[float, bool] | None:
    """A message that names a procedure: how sure understanding is of the first, and is it right.

    Follow-ups lean on their topic and life events have several: neither says anything here.
    """
    candidates = parse.get("procedures") or ()
    intent = (parse.get("intent") or {}).get("name")
    if intent != "ask_procedure" or parse.get("out_of_scope") or not candidates:
        return None
    first = candidates[0]
    return float(first.get("confidence") or 0.0), first.get("code") in (row.get("accept") or ())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _folded(text: str) -> list[str]:
    bare = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return _words("".join(c for c in bare if not unicodedata.combining(c)))


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
    if row.get("faq") is not None:
        told = any(part.get("faq") == row["faq"] for part in reply.parts)
        return "answered_right" if told else "wrong" if answer is not None else "missed"
    if not accept:
        return _desk_outcome(row, reply, answer)
    if answer is not None:
        if answer not in accept:
            return "wrong"
        complete = set(row.get("aspects") or ()) <= answered_aspects(reply)
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
        elif part.get("type") == "checklist":
            found.update(part.get("asked") or ())
            if part.get("of") == "documents":
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
    """Nothing of this desk; whoever cries for help is told whom to call instead."""
    if reply.outcome == "out_of_scope" or reply.understanding.get("out_of_scope"):
        return True
    return any(p.get("type") == "handoff" and p.get("reason") == "emergency" for p in reply.parts)


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
        fits = not (kinds & _DEEDS or offered_codes(reply) or _refuses(reply))
    elif kind == "choices":
        fits = "choices" in kinds and not kinds & _MAIN
    elif kind == "answer" and not accept and not expect.get("procedure"):
        # about the desk itself, its hours or its address: words are the answer
        fits = "text" in kinds and reply.outcome == "answered" and not _refuses(reply)
    else:
        fits = _KINDS.get(kind, kind) in kinds
    if not fits:
        problems.append(f"kind: {kind} expected, {sorted(kinds)} came")
    if kind == "choices" and accept and not accept & set(offered_codes(reply)):
        problems.append("choices: none is accepted")
    if expect.get("procedure") and kind != "choices":
        accept = accept or {expect["procedure"]}
        if reply.topic not in accept:
            problems.append(f"topic: {reply.topic}")
        answered = answered_code(reply) if kind == "answer" else None
        if answered is not None and answered not in accept and answered != reply.topic:
            problems.append(f"procedure: {answered} was answered")
    missing = set(expect.get("aspects") or ()) - answered_aspects(reply)
    if missing:
        problems.append(f"aspects: {sorted(missing)} missing")
    shown = json.dumps(reply.parts, ensure_ascii=False).casefold()
    problems += [
        f"contains: {text}" for text in expect.get("not_contains") or () if text.casefold() in shown
    ]
    return problems
