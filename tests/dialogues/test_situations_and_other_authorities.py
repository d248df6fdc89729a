"""Situations begin with what they usually begin with; errands of others are named, never refused
bare.
"""

from __future__ import annotations

from running_engine import Engine, of_type, said


def test_another_authoritys_procedure_is_named_and_offered_for_reading(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="Đổi giấy phép lái xe sắp hết hạn cần giấy tờ gì?")
    assert reply["outcome"] == "out_of_scope"
    assert "Cảnh sát giao thông" in said(reply)
    (choices,) = of_type(reply, "choices")
    (choice, *_) = choices["choices"]
    chosen = engine.turn(conversation, payload=choice["payload"])
    assert choice["payload"] == f"procedure:{chosen['topic']}"
    assert of_type(chosen, "procedure")


def test_who_married_abroad_is_not_about_to_marry(engine: Engine, conversation: str) -> None:
    text = "Vợ chồng tôi làm đám cưới và đăng ký bên Bỉ, nay dọn về Việt Nam ở hẳn"
    assert engine.turn(conversation, text=text)["topic"] == "2.002189"


def test_a_condition_is_no_lawsuit(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Điều kiện đăng ký kết hôn là gì?")
    assert reply["outcome"] == "answered"
    assert reply["topic"] == "1.000894"
