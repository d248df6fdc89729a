"""What is told beside the open procedure keeps it; a paper, a twin or a foreigner leads on."""

from __future__ import annotations

from typing import Any

import pytest
from running_engine import Engine, of_type, said

from dialogues.papers import says_to_have

PENSION, DISABLED = "1.014027", "1.001776"
MOVES_AWAY, ARRIVES = "1.013134", "1.013137"
ID_CARD, LOST_LAND_BOOK = "1.116410", "1.012786"
PAUSE, END = "1.001570", "1.001266"
BIRTH, FOREIGN_BIRTH = "1.001193", "2.000528"
MARRIAGE, FOREIGN_MARRIAGE = "1.000894", "2.000806"


@pytest.mark.parametrize(
    ("topic", "text", "then"),
    [
        (PENSION, "Bác đang hưởng trợ cấp khuyết tật thì có được nữa không?", PENSION),
        (DISABLED, "con bé đang nhận tiền mồ côi thì có được thêm không", DISABLED),
        (MOVES_AWAY, "thế lúc tới nơi thì đăng ký chuyển đến ra sao", ARRIVES),
        (ID_CARD, "con so hong cung mat luon roi, cap lai bao lau", LOST_LAND_BOOK),
        (PAUSE, "còn nếu nghỉ luôn không bán nữa thì sao", END),
        (BIRTH, "ba của bé là người Anh thì làm thế nào", FOREIGN_BIRTH),
        (BIRTH, "what if her father is French?", FOREIGN_BIRTH),
        (MARRIAGE, "vợ sắp cưới là người Nhật thì phải làm sao", FOREIGN_MARRIAGE),
    ],
)
def test_a_circumstance_keeps_the_topic_and_another_thing_opens_it(
    engine: Engine, conversation: str, topic: str, text: str, then: str
) -> None:
    engine.turn(conversation, text="lệ phí", topic=topic)
    assert engine.turn(conversation, text=text)["topic"] == then


def test_the_whole_name_of_what_was_open_before_leads_back_to_it(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, text="đăng ký giám hộ cần giấy tờ gì")
    ended = engine.turn(conversation, text="đăng ký chấm dứt giám hộ thì làm sao")
    assert ended["topic"] == "1.004845"
    asked = "Thôi để bữa khác, đăng ký giám hộ thì nộp ở quầy nào?"
    assert engine.turn(conversation, text=asked)["topic"] == "1.004837"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Nhà tôi dọn hẳn về phường này, kể giúp hết các giấy tờ phải làm", "1.004222"),
        ("We are opening a small noodle shop. Which permits do we need, all together?", "1.001612"),
        (
            "Bà nội mất hôm qua, bà đang lĩnh tiền người cao tuổi, giờ nhà phải làm những gì",
            "1.000656",
        ),
    ],
)
def test_all_that_a_situation_asks_for_is_a_plan(
    engine: Engine, conversation: str, text: str, first: str
) -> None:
    reply = engine.turn(conversation, text=text)
    plan = of_type(reply, "checklist")[0]
    assert plan["of"] == "procedures"
    assert first in {item["id"] for item in plan["items"]}


def test_an_order_to_list_names_no_procedure(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Đăng ký kết hôn cần giấy tờ gì, liệt kê hết giúp em")
    assert reply["topic"] == MARRIAGE
    assert "documents" in reply["understanding"]["aspects"]


@pytest.mark.parametrize(
    ("text", "had"),
    [
        ("có tờ khai in sẵn không chị", False),
        ("bên mình có sẵn tờ khai không", False),
        ("tôi có sẵn tờ khai rồi", True),
        ("có sẵn tờ khai rồi thì còn thiếu gì không", True),
    ],
)
def test_a_form_that_is_asked_for_is_not_had(text: str, had: bool) -> None:
    entry = {"documents": [{"id": "d1", "vi": "Tờ khai theo mẫu"}]}
    assert says_to_have(text, entry) is had


def test_a_number_for_another_office_cannot_be_had_here_but_others_can(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="lấy giúp tôi cái số", topic="1.010041")
    assert not of_type(reply, "ticket")
    choices = of_type(reply, "choices")[0]["choices"]
    assert {choice["payload"].partition(":")[0] for choice in choices} == {"ticket"}


@pytest.mark.parametrize(
    ("centre", "told"),
    [
        ({"open_now": True}, "bàn hướng dẫn"),
        ({"open_now": False}, "trong giờ làm việc"),
    ],
)
def test_a_person_is_where_he_sits_and_is_not_promised_to_come(
    engine: Engine, conversation: str, centre: dict[str, Any], told: str
) -> None:
    context = {"now": "2026-11-23T08:30:00+07:00", "centre": centre}
    reply = engine.turn(conversation, text="cho tôi gặp cán bộ", context=context)
    assert told in said(reply)
    assert "mời cán bộ" not in said(reply)
    assert of_type(reply, "handoff")


@pytest.mark.parametrize(
    "text", ["giay ket hon nop thu 3 co ket qua chua em", "hồ sơ tạm trú nộp thứ sáu xong chưa"]
)
def test_what_was_handed_in_on_a_day_is_a_dossier(
    engine: Engine, conversation: str, text: str
) -> None:
    assert engine.turn(conversation, text=text)["understanding"]["intent"] == "dossier_status"
