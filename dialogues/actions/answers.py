"""Answering about a procedure: the sentence that is said and the card that holds the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogues.actions.conditions import ask, ask_again, ask_once_more, learn, meant, unsure_lines
from dialogues.actions.live_state import counter_state
from dialogues.actions.paper_question import ask_for_paper_again
from dialogues.actions.sentences import full_stop, listened, spoken_answer
from dialogues.actions.turn import Turn
from dialogues.asides import in_time
from dialogues.legal import source_told
from dialogues.release import Entry
from dialogues.sections import Card, Section, sections


def answer_procedure(
    turn: Turn, code: str, aspects: Sequence[str] = (), *, final: bool = False
) -> None:
    """Answer the aspects of a procedure; none means a summary. Opens the procedure as the topic.

    `final` ends the questions about conditions: nothing is asked, no way is shown.
    """
    entry = turn.release.procedure(code)
    if entry is None:
        raise KeyError(code)
    entry = meant(turn, entry)
    code = str(entry["code"])
    memory = turn.memory
    follows_up = memory.topic == code and turn.topic_before == code
    returns = memory.topic != code
    memory.open(code)
    told = memory.cases if follows_up and not final else []
    if not final:
        learn(turn, entry)
    memory.aspects, memory.place, memory.unsure = list(aspects), None, 0
    runners_up = (turn.release.canonical(c.code) for c in turn.reading.understanding.procedures)
    memory.candidates = [c for c in dict.fromkeys(runners_up) if c and c != code][:3]
    card = turn.card(entry)
    every = sections(card)
    said = () if final else aspects  # the card of all four aspects is said in one sentence
    text = spoken_answer(turn, card, every, said, named=not follows_up, told=told)
    at = turn.release.counter_for(entry)
    if at is not None and "place" not in said and in_time(turn.reading.text):
        text += counter_state(turn, str(at["id"]))  # whether there is still time today
    turn.say(text, speech=listened(turn, text, said))
    turn.parts.append(_part(turn, card, every, aspects))
    counter = turn.release.counter_for(entry)
    if "place" in aspects and counter is not None and not final:
        turn.parts.append(route_part(turn, str(counter["place"]), counter))
    turn.answered = [(code, _confidence(turn, code))]
    turn.aspects = list(aspects)
    if final or (returns and memory.conditions.get("current") and ask_again(turn, entry)):
        return
    if follows_up and ask_for_paper_again(turn, entry):
        return
    if not ask(turn, entry, aspects, speak=True) and follows_up:
        ask_once_more(turn, entry)


def answer_aspects(turn: Turn, entry: Entry, aspects: Sequence[str]) -> None:
    """Answer aspects of an entry within a larger reply, without offering its cases."""
    card = turn.card(entry)
    every = sections(card)
    text = spoken_answer(turn, card, every, aspects, named=True)
    turn.say(text, speech=listened(turn, text, aspects))
    turn.parts.append(_part(turn, card, every, aspects))


def _confidence(turn: Turn, code: str) -> float:
    for candidate in turn.reading.understanding.procedures:
        if turn.release.canonical(candidate.code) == code:
            return candidate.confidence
    return 1.0


def procedure_part(turn: Turn, entry: Entry, aspects: Sequence[str]) -> dict[str, Any]:
    """The card of an entry: everything that is known, and what was asked."""
    card = turn.card(entry)
    return _part(turn, card, sections(card), aspects)


def _part(
    turn: Turn, card: Card, every: dict[str, Section], aspects: Sequence[str]
) -> dict[str, Any]:
    entry = card.entry
    counter = turn.release.counter_for(entry)
    seen = source_told(entry.get("source_date"), turn.language)
    return {
        "type": "procedure",
        "code": entry["code"],
        "name": turn.text_of(entry["name"]),
        "field": turn.text_of(entry.get("field")),
        "sections": every,
        "asked": list(aspects),
        "case": _cases_together(card),
        "cases": [_case(card, case) for case in card.cases],
        "unsure": unsure_lines(card),
        "note": card.field(entry, "note") or None,
        "verified": bool(entry.get("verified")),
        "needs_review": bool(entry.get("needs_review")),
        "source": {"urls": list(entry.get("sources") or ()), "date": seen},
        "verified_on": entry.get("verified_on") or seen,
        "counter": str(counter["id"]) if counter else None,
    }


def _case(card: Card, case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(case["id"]),
        "title": card.text(case["if"]),
        "note": card.field(case, "note") or None,
    }


def _cases_together(card: Card) -> dict[str, Any] | None:
    """The cases that hold as one: ids joined by ".", for a slip."""
    cases = [_case(card, case) for case in card.cases]
    if not cases:
        return None
    notes = [case["note"] for case in cases if case["note"]]
    return {
        "id": ".".join(case["id"] for case in cases),
        "title": "; ".join(case["title"] for case in cases),
        "note": " ".join(full_stop(note) for note in notes) or None,
    }


def route_part(turn: Turn, place_id: str, counter: Entry | None = None) -> dict[str, Any]:
    """The way to a place; for a counter with its live state."""
    counter = counter if counter is not None else turn.release.counter_at(place_id)
    place = turn.release.places.get(place_id) or {}
    live = turn.live_counter(str(counter["id"])) if counter else {}
    turn.memory.place = place_id
    return {
        "type": "route",
        "to": place_id,
        "counter": str(counter["id"]) if counter else None,
        "title": turn.text_of((counter or place).get("name")),
        "open": live.get("open"),
        "waiting": live.get("waiting"),
        "expected_wait_minutes": live.get("expected_wait_minutes"),
    }
