"""Situations begin with what they usually begin with; errands of others are named, never refused
bare.
"""

from __future__ import annotations

import pytest
from running_engine import Engine, of_type, said

from dialogues.authorities import competent_authority


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


def test_what_a_court_has_done_already_is_not_asked_of_it(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="Tòa xử ly hôn xong, giờ đổi họ cho con theo họ mẹ")
    assert reply["topic"] == "1.004859"
    asked = engine.turn(conversation, text="Tôi muốn ly hôn thì nộp đơn ở đâu?")
    assert asked["outcome"] == "out_of_scope"


def test_a_condition_is_no_lawsuit(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Điều kiện đăng ký kết hôn là gì?")
    assert reply["outcome"] == "answered"
    assert reply["topic"] == "1.000894"


@pytest.mark.parametrize(
    ("text", "elsewhere"),
    [
        ("em sang dai loan tham con", None),
        ("qua Dai Loan cuoi vo can giay gi", None),
        ("I need a loan", "your bank"),
        ("tiền trong sổ tiết kiệm tính lãi sao", "your bank"),
        ("tôi muốn giải thể công ty", "the provincial business registration office"),
        ("hợp tác xã giải thể", None),
    ],
)
def test_whose_errand_it_is_is_told_by_words_of_the_messages_language(
    text: str, elsewhere: str | None
) -> None:
    named = competent_authority(text)
    assert (None if named is None else named["en"]) == elsewhere


def test_a_copy_is_made_here_whoever_issued_the_paper(engine: Engine, conversation: str) -> None:
    text = "Anh cần chứng thực bằng lái xe với học bạ của con thì ra chỗ nào"
    reply = engine.turn(conversation, text=text)
    assert reply["outcome"] == "answered"
    assert reply["topic"] == "2.000815"


def test_beside_an_open_procedure_anothers_matter_is_named_all_the_same(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, text="Đăng ký khai tử cần giấy tờ gì?")
    reply = engine.turn(conversation, text="Còn lương hưu thì nộp đơn ở quầy này luôn hả?")
    assert reply["outcome"] == "out_of_scope"
    assert "bảo hiểm xã hội" in said(reply)


@pytest.mark.parametrize(
    "text",
    [
        "em nộp đơn nhập khẩu ba tuần rồi sao chưa thấy gọi",
        "I applied for the building permit a month ago and heard nothing",
    ],
)
def test_a_dossier_that_is_waited_for_is_no_new_errand(
    engine: Engine, conversation: str, text: str
) -> None:
    assert engine.turn(conversation, text=text)["understanding"]["intent"] == "dossier_status"


def test_all_that_a_death_asks_for_is_laid_out(engine: Engine, conversation: str) -> None:
    text = "Mẹ em mới mất đêm qua, nhà em phải làm những gì?"
    assert of_type(engine.turn(conversation, text=text), "checklist")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Giấy chứng tử của ngoại ghi sai tên, cần sửa lại", "1.004859"),
        ("Hợp đồng tặng cho ký chứng thực xong rồi, giờ sang tên sổ đỏ cần gì", "1.013831"),
    ],
)
def test_what_is_wanted_now_stands_before_what_is_over_or_only_a_paper(
    engine: Engine, conversation: str, text: str, code: str
) -> None:
    # Answered, or offered first where another training is a little less sure.
    found = engine.turn(conversation, text=text)["understanding"]["procedures"]
    assert found[0]["code"] == code
