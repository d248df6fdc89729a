"""Real talk: something of before is named again, papers are told, a purpose, a slip, a loss."""

from __future__ import annotations

from typing import Any

import pytest
from running_engine import Engine, of_type

from dialogues.voices import wanted_voice

MARRIAGE, RESIDENCE, SINGLE = "1.000894", "1.004194", "1.004873"


def play(engine: Engine, conversation: str, *messages: str) -> dict[str, Any]:
    """The reply to the last message."""
    reply: dict[str, Any] = {}
    for message in messages:
        reply = engine.turn(conversation, text=message)
    return reply


def test_what_was_spoken_of_before_is_named_by_half_of_its_name(
    engine: Engine, conversation: str
) -> None:
    reply = play(
        engine,
        conversation,
        "Đăng ký kết hôn cần giấy tờ gì?",
        "Chứng thực di chúc mất bao lâu?",
        "cái đăng ký kết hôn đó thì nộp ở đâu",
    )
    assert reply["topic"] == MARRIAGE
    assert reply["understanding"]["aspects"] == ["place"]


def test_papers_that_were_being_counted_are_counted_on(engine: Engine, conversation: str) -> None:
    reply = play(
        engine,
        conversation,
        "Đăng ký kết hôn cần giấy tờ gì?",
        "kiểm tra giấy tờ giúp tôi",
        "Tách hộ mất bao lâu?",
        "rồi, kiểm tra giấy tờ tiếp đi",
    )
    assert reply["topic"] == MARRIAGE
    assert of_type(reply, "checklist")[0]["of"] == "documents"


def test_a_paper_that_is_had_is_no_procedure_to_begin(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{RESIDENCE}")
    reply = engine.turn(conversation, text="tôi có sẵn hợp đồng thuê nhà rồi, còn thiếu gì")
    assert reply["topic"] == RESIDENCE
    assert of_type(reply, "checklist")


@pytest.mark.parametrize("purpose", ["để vay ngân hàng thôi", "xin để mua nhà chứ không phải cưới"])
def test_what_a_paper_is_for_is_no_other_procedure(
    engine: Engine, conversation: str, purpose: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{SINGLE}")
    assert engine.turn(conversation, text=purpose)["topic"] == SINGLE


def test_another_of_the_choices_may_be_meant_after_a_question(
    engine: Engine, conversation: str
) -> None:
    reply = play(engine, conversation, "tôi cần chứng thực", "hợp đồng", "à nhầm, chữ ký cơ")
    assert reply["topic"] == "2.000884"


@pytest.mark.parametrize(
    "said",
    [
        "ba tôi vừa mất sáng nay, giờ phải làm sao",
        "ba tôi vừa mất thì phải làm sao",
        "mẹ tôi mới qua đời, tôi phải làm sao bây giờ",
    ],
)
def test_whoever_is_at_a_loss_gets_the_whole_plan(
    engine: Engine, conversation: str, said: str
) -> None:
    reply = play(engine, conversation, said)
    assert of_type(reply, "checklist")[0]["of"] == "procedures"
    assert not of_type(reply, "procedure")


def test_whoever_is_divorced_is_not_asked_about_a_death(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{SINGLE}")
    for said in ("tôi ly hôn rồi", "không", "không", "không"):
        reply = engine.turn(conversation, text=said)
        assert all("đã mất" not in part["prompt"] for part in of_type(reply, "choices"))


def test_a_paper_asked_about_in_english_is_a_paper(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload="procedure:1.000656", language="en")
    reply = engine.turn(conversation, text="Do I need a letter from the hospital?", language="en")
    assert reply["topic"] == "1.000656"
    assert "documents" in reply["understanding"]["aspects"]


def test_the_language_that_is_named_last_is_wished_for(engine: Engine, conversation: str) -> None:
    reply = play(engine, conversation, "My aunt speaks no Vietnamese, could you speak English?")
    (control,) = of_type(reply, "control")
    assert (control["action"], control["value"]) == ("language", "en")


@pytest.mark.parametrize(
    ("said", "voice"),
    [
        ("nói giọng miền Nam đi con", "south"),
        ("đổi sang giọng Huế được không", "central"),
        ("cho bác nghe giọng Hà Nội", "north"),
        ("noi giong mien tay nghe coi", "south"),
        ("Could you speak with a southern accent?", "south"),
        ("switch to a northern voice please", "north"),
        ("nói tiếng Trung được không", None),
        ("đăng ký tạm trú ở miền Nam cần gì", None),
        ("giọng nói của em hay quá", None),
    ],
)
def test_a_voice_is_wished_for_in_so_many_words(said: str, voice: str | None) -> None:
    assert wanted_voice(said) == voice


def test_a_voice_is_obeyed_and_what_was_open_stays_open(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{SINGLE}")
    reply = engine.turn(conversation, text="nói giọng miền Nam cho dễ nghe")
    assert of_type(reply, "control") == [{"type": "control", "action": "voice", "value": "south"}]
    assert reply["topic"] == SINGLE
    again = engine.turn(conversation, text="lệ phí bao nhiêu?")
    assert again["understanding"]["aspects"] == ["fee"]
