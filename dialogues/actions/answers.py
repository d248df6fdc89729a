"""Answering about a procedure: the sentence that is said and the card that holds the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialogues.actions.sentences import spoken_answer
from dialogues.actions.turn import MAX_CHOICES, Turn
from dialogues.release import Entry
from dialogues.sections import Card, Section, named_case, sections


def answer_procedure(
    turn: Turn, code: str, aspects: Sequence[str] = (), case_id: str | None = None
) -> None:
    """Answer the aspects of a procedure; none means a summary. Opens the procedure as the topic."""
    entry = turn.release.procedure(code)
    if entry is None:
        raise KeyError(code)
    code = str(entry["code"])
    memory = turn.memory
    case_before = memory.case
    follows_up = memory.topic == code and turn.topic_before == code
    memory.open(code)
    if case_id is not None:
        memory.case = case_id
    else:
        case = named_case(entry, turn.reading.text)
        memory.case = str(case["id"]) if case else memory.case
    memory.aspects, memory.place, memory.unsure = list(aspects), None, 0
    runners_up = (turn.release.canonical(c.code) for c in turn.reading.understanding.procedures)
    memory.candidates = [c for c in dict.fromkeys(runners_up) if c and c != code][:3]
    card = turn.card(entry)
    every = sections(card)
    told = follows_up and memory.case == case_before
    turn.say(spoken_answer(turn, card, every, aspects, named=not follows_up, case_told=told))
    turn.parts.append(_part(turn, card, every, aspects))
    counter = turn.release.counter_for(entry)
    if "place" in aspects and counter is not None:
        turn.parts.append(route_part(turn, str(counter["place"]), counter))
    turn.answered = [(code, _confidence(turn, code))]
    turn.aspects = list(aspects)
    _offer_cases(turn, card, aspects)


def answer_aspects(turn: Turn, entry: Entry, aspects: Sequence[str]) -> None:
    """Answer aspects of an entry within a larger reply, without offering its cases."""
    card = turn.card(entry)
    every = sections(card)
    turn.say(spoken_answer(turn, card, every, aspects, named=True))
    turn.parts.append(_part(turn, card, every, aspects))


def _confidence(turn: Turn, code: str) -> float:
    for candidate in turn.reading.understanding.procedures:
        if turn.release.canonical(candidate.code) == code:
            return candidate.confidence
    return 1.0


def _offer_cases(turn: Turn, card: Card, aspects: Sequence[str]) -> None:
    """Cases that change what was asked, each once in a topic: ignoring them is an answer too."""
    memory = turn.memory
    if memory.case is not None:
        return
    cases = [
        case
        for case in card.entry.get("cases") or ()
        if str(case["id"]) not in memory.cases_offered and _changes(case, aspects)
    ][:MAX_CHOICES]
    if cases:
        turn.offer(
            turn.translate("Trường hợp của anh/chị có gì khác không?"),
            [{"title": card.text(case["if"]), "payload": f"case:{case['id']}"} for case in cases],
        )
        memory.cases_offered = [*memory.cases_offered, *(str(case["id"]) for case in cases)]


def _changes(case: Mapping[str, Any], aspects: Sequence[str]) -> bool:
    """Whether a case changes the papers or the fee, as far as they were asked."""
    if (not aspects or "documents" in aspects) and (
        case.get("documents_add") or case.get("documents_drop")
    ):
        return True
    changes_fee = case.get("fee_vnd") is not None or case.get("fees") is not None
    return (not aspects or "fee" in aspects) and changes_fee


def procedure_part(turn: Turn, entry: Entry, aspects: Sequence[str]) -> dict[str, Any]:
    """The card of an entry: everything that is known, and what was asked."""
    card = turn.card(entry)
    return _part(turn, card, sections(card), aspects)


def _part(
    turn: Turn, card: Card, every: dict[str, Section], aspects: Sequence[str]
) -> dict[str, Any]:
    entry = card.entry
    counter = turn.release.counter_for(entry)
    case = card.case
    return {
        "type": "procedure",
        "code": entry["code"],
        "name": turn.text_of(entry["name"]),
        "field": turn.text_of(entry.get("field")),
        "sections": every,
        "asked": list(aspects),
        "case": {
            "id": case["id"],
            "title": card.text(case["if"]),
            "note": card.field(case, "note") or None,
        }
        if case
        else None,
        "note": card.field(entry, "note") or None,
        "verified": bool(entry.get("verified")),
        "needs_review": bool(entry.get("needs_review")),
        "source": {"urls": list(entry.get("sources") or ()), "date": entry.get("source_date")},
        "verified_on": entry.get("verified_on") or entry.get("source_date"),
        "counter": str(counter["id"]) if counter else None,
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
