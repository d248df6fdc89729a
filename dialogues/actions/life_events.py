"""A situation instead of a procedure: what to do in order, with which papers, past which
counters."""

from __future__ import annotations

from typing import Any

from dialogues.actions.answers import answer_aspects, answer_procedure
from dialogues.actions.offering import apart, offer_procedures, understood
from dialogues.actions.procedures import clarify
from dialogues.actions.turn import ReplyAction, Turn
from dialogues.life_events import Paper, Plan, Step, plan

NAMED = 2
"""Procedures named aloud after the first."""


class LifeEvent(ReplyAction):
    """A situation, not a procedure: what to do, in order."""

    action_name = "action_life_event"

    def answer(self, turn: Turn) -> None:
        codes = understood(turn)
        if not codes:
            clarify(turn)
            return
        found = turn.reading.understanding.procedures
        laid_out = plan(found[0].matched, codes, turn.release)
        if len(laid_out.steps) == 1:
            answer_procedure(turn, codes[0], turn.reading.understanding.aspects)
            return
        lay_out(turn, laid_out)


def lay_out(turn: Turn, laid_out: Plan) -> None:
    """Say the first steps and the note, show the whole plan, offer the first four to ask about."""
    _ = turn.translate
    first = laid_out.steps[0].entry
    aspects = list(turn.reading.understanding.aspects)
    turn.memory.open(str(first["code"]))
    turn.memory.unsure = 0
    turn.memory.aspects = aspects
    others = "; ".join(_needed(turn, step) for step in laid_out.steps[1 : 1 + NAMED])
    turn.say(
        _("Dạ, việc đầu tiên là {first}. Tùy hoàn cảnh, anh/chị có thể cần: {others}.").format(
            first=turn.within(first), others=others
        )
    )
    note = turn.text_of(laid_out.note)
    if note:
        turn.say(note)
    if aspects:
        answer_aspects(turn, first, aspects)
    always = {str(s.entry["code"]) for s in laid_out.steps if s.always}
    walked = [c for c, codes in laid_out.counters if always & set(codes)]
    if len(walked) > 1 and not aspects:
        names = ", ".join(_short_place(turn.text_of(counter["name"])) for counter in walked)
        turn.say(_("Các quầy theo thứ tự đường đi: {list}.").format(list=names))
    prompt = _("Anh/chị muốn hỏi việc nào trước ạ?")
    turn.say(prompt)
    turn.parts.append(plan_part(turn, laid_out))
    codes = [str(step.entry["code"]) for step in laid_out.steps]
    offer_procedures(turn, codes, prompt)
    _explain_choices(turn, laid_out)
    turn.memory.pending = {**(turn.memory.pending or {}), "plan": codes}
    turn.outcome = "answered"


def _explain_choices(turn: Turn, laid_out: Plan) -> None:
    """Beside each choice stands when it is needed."""
    when = {f"procedure:{s.entry['code']}": _when(turn, s) for s in laid_out.steps}
    for choice in turn.parts[-1]["choices"]:
        if when.get(choice["payload"]):
            choice["detail"] = when[choice["payload"]]


def _needed(turn: Turn, step: Step) -> str:
    _ = turn.translate
    name, when = turn.within(step.entry), turn.text_of(step.when)
    if not when:
        return _("{name}").format(name=name)
    return _("{name}, khi {when}").format(name=name, when=when)


def _when(turn: Turn, step: Step) -> str:
    when = turn.text_of(step.when)
    return when[:1].upper() + when[1:]


def _short_place(name: str) -> str:
    return name.partition(" – ")[0]


def plan_part(turn: Turn, laid_out: Plan) -> dict[str, Any]:
    """The checklist of procedures with its papers and counters (docs/architecture.md)."""
    titles = turn.titles([step.entry for step in laid_out.steps])
    return {
        "type": "checklist",
        "of": "procedures",
        "code": str(laid_out.steps[0].entry["code"]),
        "event": {"id": laid_out.id, "name": turn.text_of(laid_out.name)} if laid_out.id else None,
        "note": turn.text_of(laid_out.note) or None,
        "items": [
            {
                "id": str(step.entry["code"]),
                "title": title,
                "note": _when(turn, step) or apart(turn, step.entry) or None,
                "always": step.always,
                "have": None,
            }
            for step, title in zip(laid_out.steps, titles, strict=True)
        ],
        "documents": [_paper(turn, paper) for paper in laid_out.papers],
        "documents_of": list(laid_out.counted),
        "documents_unknown": list(laid_out.unknown),
        "counters": [
            {
                "id": str(counter["id"]),
                "title": turn.text_of(counter["name"]),
                "place": counter.get("place"),
                "open": turn.live_counter(str(counter["id"])).get("open"),
                "procedures": list(codes),
            }
            for counter, codes in laid_out.counters
        ],
        "offices": [
            {
                "id": str(office["id"]),
                "title": turn.text_of(office["name"]),
                "procedures": list(codes),
            }
            for office, codes in laid_out.offices
        ],
        "current": None,
        "missing": [],
        "done": False,
    }


def _paper(turn: Turn, paper: Paper) -> dict[str, Any]:
    card = turn.card(turn.release.procedures[paper.codes[0]])
    return {
        "title": turn.text_of(paper.document),
        "note": card.field(paper.document, "note") or None,
        "kind": paper.document.get("kind"),
        "copies": paper.document.get("copies"),
        "procedures": list(paper.codes),
    }
