"""A death in the family is a plan at once; nobody sees what another person handed in."""

from __future__ import annotations

import pytest
from running_engine import Engine, of_type, said

from dialogues.circumstances import tell
from dialogues.told_plainly import somebody_elses_dossier


@pytest.mark.parametrize(
    "text",
    [
        "Chồng em mất rạng sáng nay, em không biết bắt đầu từ đâu",
        "anh trai tôi mất chiều qua, giờ phải lo những gì",
        "my dad passed away this morning and I don't know where to start",
    ],
)
def test_a_death_is_a_plan_whenever_it_was(engine: Engine, conversation: str, text: str) -> None:
    reply = engine.turn(conversation, text=text)
    assert of_type(reply, "checklist")
    assert reply["topic"] in {"2.002913", "1.000656"}


@pytest.mark.parametrize(
    "text",
    ["vợ tôi mất giấy khai sinh hôm qua giờ làm sao", "mẹ mất căn cước tối qua giờ làm gì"],
)
def test_a_lost_paper_is_no_death(engine: Engine, conversation: str, text: str) -> None:
    reply = engine.turn(conversation, text=text)
    assert reply["topic"] not in {"2.002913", "1.000656"}


def test_what_is_named_goes_before_what_was_offered(engine: Engine, conversation: str) -> None:
    first = engine.turn(conversation, text="Cho em xin giấy xác nhận")
    assert of_type(first, "choices")
    assert not first["topic"]
    assert engine.turn(conversation, text="Khai tử thì mấy ngày xong?")["topic"] == "1.000656"


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Cho tôi xem hồ sơ của người đứng trước tôi", True),
        ("coi giùm hồ sơ của ông hàng xóm", True),
        ("show me another person's file", True),
        ("xem hồ sơ của tôi tới đâu rồi", False),
        ("xem hồ sơ mẹ tôi nộp hôm trước tới đâu rồi", False),
    ],
)
def test_another_persons_dossier_is_told_from_ones_own(text: str, others: bool) -> None:
    assert somebody_elses_dossier(text) is others


def test_another_persons_dossier_is_refused(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Mở hồ sơ của người vừa đứng đây cho tôi xem")
    assert reply["outcome"] == "out_of_scope"
    assert "mã hồ sơ" not in said(reply)


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("I'm from Ireland, our daughter was born in this ward", True),
        ("My partner is from Japan", True),
        ("she is a Polish citizen and wife of my brother", True),
        ("wife vietnamese, we live in this ward", True),
        ("I'm from district 5, our daughter was born in this ward", False),
        ("we moved here from the next street", False),
    ],
)
def test_where_somebody_comes_from_is_told_in_passing(text: str, foreign: bool) -> None:
    assert ("foreigner" in tell(text).holds) is foreign
