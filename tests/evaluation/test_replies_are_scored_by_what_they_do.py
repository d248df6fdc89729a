"""Scores follow what a reply does: right, clarified, incomplete, missed, wrong, refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.engine.client import TurnReply, TurnRequest
from assistant.releases.evaluation import evaluate_questions
from assistant.releases.scoring import differences, judge


def _reply(*parts: dict[str, Any], intent: str = "ask_procedure", **more: Any) -> TurnReply:
    understanding = {"intent": intent, "procedures": [], "aspects": [], "out_of_scope": False}
    return TurnReply(
        "vi", more.get("outcome", "answered"), understanding, list(parts), more.get("topic")
    )


def _card(code: str, *asked: str) -> dict[str, Any]:
    return {"type": "procedure", "code": code, "asked": list(asked)}


def _choices(*codes: str) -> dict[str, Any]:
    return {
        "type": "choices",
        "choices": [{"title": c, "payload": f"procedure:{c}"} for c in codes],
    }


ROW = {
    "id": "q1",
    "text": "…",
    "slice": "plain",
    "intent": "ask_procedure",
    "accept": ["1.1", "1.2"],
    "aspects": ["fee"],
}
OUTSIDE = {**ROW, "slice": "out_of_scope", "accept": [], "aspects": [], "intent": "out_of_scope"}
TICKET = {**ROW, "slice": "other_intent", "accept": [], "aspects": [], "intent": "take_ticket"}


@pytest.mark.parametrize(
    ("row", "reply", "outcome"),
    [
        (ROW, _reply(_card("1.2", "fee", "time")), "answered_right"),
        (ROW, _reply(_card("1.1", "time")), "incomplete"),
        (ROW, _reply(_card("9.9", "fee")), "wrong"),
        (ROW, _reply(_choices("9.9", "1.1")), "clarified_right"),
        (ROW, _reply(_choices("9.9")), "missed"),
        (ROW, _reply(_choices("1.1", "2", "3", "4", "5")), "missed"),
        (ROW, _reply(outcome="out_of_scope"), "refused"),
        (ROW, _reply({"type": "handoff", "reason": "x"}), "missed"),
        (OUTSIDE, _reply(outcome="out_of_scope"), "answered_right"),
        (OUTSIDE, _reply(_card("1.1")), "wrong"),
        (OUTSIDE, _reply(_choices("1.1")), "missed"),
        (
            TICKET,
            _reply({"type": "ticket", "counter": "1"}, intent="take_ticket"),
            "answered_right",
        ),
        (TICKET, _reply({"type": "text", "text": "?"}, intent="take_ticket"), "missed"),
        (TICKET, _reply(_card("1.1")), "wrong"),
    ],
)
def test_outcomes(row: dict[str, Any], reply: TurnReply, outcome: str) -> None:
    assert judge(row, reply).outcome == outcome


def test_a_way_shown_answers_where() -> None:
    row = {**ROW, "aspects": ["place"]}
    assert judge(row, _reply({"type": "route", "to": "x"}, topic="1.1")).outcome == "answered_right"


def test_cases_beside_a_card_do_not_make_a_choice_of_it() -> None:
    expect = {"kind": "choices", "accept": [], "procedure": None, "aspects": []}
    assert differences(expect, _reply(_card("1.1", "fee"), _choices("2.2")))
    assert not differences(expect, _reply(_choices("2.2")))


def test_life_events_are_judged_by_the_first_procedure() -> None:
    row = {**ROW, "slice": "life_event"}
    laid_out = {"type": "checklist", "of": "procedures", "code": "1.1", "items": []}
    assert judge({**row, "aspects": []}, _reply(laid_out)).outcome == "answered_right"
    assert judge(row, _reply({**laid_out, "code": "9.9"})).outcome == "wrong"
    assert judge(row, _reply(laid_out)).outcome == "incomplete"
    assert judge(row, _reply({**laid_out, "asked": ["fee"]})).outcome == "answered_right"


class Scripted:
    """Answers by the text of the message; keeps what it was asked."""

    def __init__(self, replies: dict[str, TurnReply]) -> None:
        self.replies = replies
        self.asked: list[TurnRequest] = []

    async def turn(self, request: TurnRequest) -> TurnReply:
        self.asked.append(request)
        return self.replies[request.text or ""]

    async def parse(self, text: str, topic: str | None = None) -> dict[str, Any]:
        return {"intent": {"name": "ask_procedure", "confidence": 1.0}, "procedures": []}


async def test_report_counts_rows_and_seeds_the_topic(tmp_path: Path) -> None:
    rows = [
        {**ROW, "text": "a", "context": {"procedure": "1.1"}},
        {**ROW, "id": "q2", "text": "b"},
        {**OUTSIDE, "id": "q3", "text": "c"},
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    refusal = _reply(outcome="out_of_scope")
    engine = Scripted({"a": _reply(_card("1.1", "fee")), "b": refusal, "c": refusal})
    figures = (await evaluate_questions(engine, path, "r1")).as_dict()
    assert figures["n"] == 3
    assert figures["slices"]["plain"]["answered_right"] == 1
    assert figures["false_refusals"] == 1
    assert figures["out_of_scope"] == {"n": 1, "right": 1}
    assert figures["aspects"] == {"n": 2, "exact": 1}
    assert engine.asked[0].topic == "1.1"
    assert len({r.conversation for r in engine.asked}) == 3


def test_asking_back_counts_fully_only_where_it_was_due() -> None:
    asked_back = _reply(_choices("1.1"))
    assert judge({**ROW, "clarify": True}, asked_back).is_right
    assert not judge(ROW, asked_back).is_right


def test_a_cry_for_help_that_is_heard_is_right() -> None:
    heard = _reply({"type": "handoff", "reason": "emergency"}, outcome="handed_over")
    assert judge(OUTSIDE, heard).outcome == "answered_right"


def test_aspects_understood_count_where_it_asks_back() -> None:
    reply = _reply(_choices("1.1"))
    reply.understanding["aspects"] = ["fee"]
    assert judge(ROW, reply).aspects == ["fee"]
    refusal = _reply(outcome="out_of_scope")
    refusal.understanding["aspects"] = ["fee"]
    assert judge(ROW, refusal).aspects == []


@pytest.mark.parametrize(
    ("kind", "reply", "fits"),
    [
        ("smalltalk", _reply({"type": "text", "text": "Dạ"}), True),
        ("smalltalk", _reply({"type": "text", "text": "?"}, _choices("1.1")), False),
        ("smalltalk", _reply({"type": "route", "to": "x"}), False),
        ("answer", _reply(_card("1.1"), topic="1.1"), True),
        ("answer", _reply(_card("9.9"), topic="1.1"), False),
        ("answer", _reply({"type": "text", "text": "?"}, topic="1.1"), False),
        ("mission", _reply({"type": "route", "to": "x"}, topic="1.1"), False),
        ("mission", _reply({"type": "mission", "to": "x"}, topic="1.1"), True),
        ("refuse", _reply(outcome="out_of_scope", topic="1.1"), True),
    ],
)
def test_turns_of_a_conversation(kind: str, reply: TurnReply, fits: bool) -> None:
    expect = {"kind": kind, "accept": ["1.1"], "aspects": []}
    expect["procedure"] = None if kind == "smalltalk" else "1.1"
    assert (not differences(expect, reply)) is fits


def test_forbidden_words_are_found_in_any_part() -> None:
    expect = {"kind": "answer", "accept": [], "aspects": [], "not_contains": ["Chúc mừng"]}
    reply = _reply(_card("1.1"), {"type": "text", "text": "chúc MỪNG anh"})
    assert differences(expect, reply) == ["contains: Chúc mừng"]
