"""A lost certificate is an extract or a new registration; a situation asks for all of its steps."""

from __future__ import annotations

import pytest
from running_engine import Engine, of_type

from dialogues.framing import clauses
from dialogues.plain_words import wants_staff
from dialogues.two_ways import told_way, two_ways

EXTRACT, AGAIN = "2.000635", "1.004746"
KNOWN = (EXTRACT, "1.004884", AGAIN, "1.005461")


@pytest.mark.parametrize(
    "text",
    [
        "Hồi dọn nhà tôi để rơi đâu mất giấy kết hôn rồi",
        "our marriage certificate got burnt",
    ],
)
def test_who_has_not_said_whether_the_register_is_kept_is_asked(
    engine: Engine, conversation: str, text: str
) -> None:
    reply = engine.turn(conversation, text=text)
    (choices,) = of_type(reply, "choices")
    offered = [choice["payload"] for choice in choices["choices"]]
    assert {f"procedure:{EXTRACT}", f"procedure:{AGAIN}"} <= set(offered)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mất giấy kết hôn, xin trích lục", EXTRACT),
        ("giấy kết hôn mất mà sổ ở xã cũng cháy", AGAIN),
        ("chồng tôi mất rồi, làm khai tử", "1.000656"),
        ("mất căn cước", "1.116410"),
    ],
)
def test_who_has_said_it_is_not_asked(text: str, code: str) -> None:
    assert two_ways(text, code, KNOWN) == []


@pytest.mark.parametrize(
    ("text", "code", "way"),
    [
        ("giấy kết hôn rách nát mà sổ ở ủy ban vẫn còn", AGAIN, EXTRACT),
        ("khai sinh cháy rồi, xã không còn sổ lưu", EXTRACT, "1.004884"),
        ("my marriage certificate is gone, the commune still has the register", AGAIN, EXTRACT),
        ("khai sinh thất lạc, cán bộ lục mãi không ra sổ", EXTRACT, "1.004884"),
        ("birth paper lost and they could not find the record", EXTRACT, "1.004884"),
        ("giấy kết hôn mất, xã tìm thấy sổ rồi", AGAIN, EXTRACT),
        ("giấy kết hôn mất, không biết sổ còn không", AGAIN, None),
        ("sổ đỏ mất rồi", "1.012786", None),
    ],
)
def test_whether_the_register_still_has_it_says_which_way(
    text: str, code: str, way: str | None
) -> None:
    assert told_way(text, [code], None, KNOWN) == way


def test_of_what_is_open_the_register_may_be_told_without_its_name() -> None:
    assert told_way("sổ gốc thì xã vẫn còn giữ", [], AGAIN, KNOWN) == EXTRACT


def test_a_catalogue_with_one_of_the_two_is_not_asked_about() -> None:
    assert two_ways("rách giấy kết hôn", AGAIN, (AGAIN,)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Vợ chồng em tính mở tiệm may ở nhà, phải lo những thủ tục gì ạ?",
        "we want to open a bakery, what do we have to do",
    ],
)
def test_all_that_a_situation_asks_for_is_laid_out(
    engine: Engine, conversation: str, text: str
) -> None:
    reply = engine.turn(conversation, text=text)
    (checklist,) = of_type(reply, "checklist")
    assert checklist["of"] == "procedures"
    assert checklist["items"][0]["id"] == "1.001612"


def test_the_steps_of_a_procedure_said_by_name_are_no_situation(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="Đăng ký khai sinh phải làm những gì?")
    assert not of_type(reply, "checklist")
    assert reply["topic"] == "1.001193"


def test_words_that_part_only_with_accents_do_not_part_without() -> None:
    asked = "sao y hoc ba tinh tien the nao vay em"
    assert clauses(asked) == [asked]
    assert len(clauses("làm khai sinh cần gì, tiện thể cho hỏi nhà vệ sinh ở đâu")) == 2


def test_staff_who_come_to_the_house_are_no_staff_at_the_desk() -> None:
    assert wants_staff("cho tôi gặp cán bộ")
    assert not wants_staff("nhờ cán bộ đến tận nhà làm giúp giấy kết hôn")
