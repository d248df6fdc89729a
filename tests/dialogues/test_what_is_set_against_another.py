"""What a message denies, tells of or leans on is no request of its own."""

from __future__ import annotations

import pytest

from dialogues.framing import clauses, framing, wants_reading_out
from dialogues.plain_words import (
    asked_surely,
    asks_which_counter,
    has_and_lacks,
    opens_another,
)
from dialogues.wording import corrected


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("em cần bản sao chứ không phải bản chính", "em cần bản sao"),
        ("tôi chỉ nối thêm cái bếp chứ có phá nhà đâu", "tôi chỉ nối thêm cái bếp"),
        ("toi hoi khai tu chu khong phai khai sinh", "toi hoi khai tu"),
        ("I want to renew it, not replace it", "I want to renew it"),
        ("em xin cấp mới mà, đâu phải gia hạn đâu", "em xin cấp mới"),
        ("có phải đăng ký tạm trú đâu, thường trú mà", "thường trú"),
    ],
)
def test_what_is_meant_stands_before_what_is_denied(said: str, meant: str) -> None:
    frame = framing(said)
    assert frame.instead
    assert frame.rest == meant


@pytest.mark.parametrize(
    "said",
    [
        "làm ở đây chứ không phải lên quận hả em",
        "tôi không phải người ở đây, làm được không",
        "we are not from here",
    ],
)
def test_a_question_or_a_plain_no_denies_nothing_else(said: str) -> None:
    assert not framing(said).instead


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("hết bao nhiêu tiền vậy, nói tiếng Việt giùm tôi", "hết bao nhiêu tiền vậy"),
        ("please answer in English, where do I apply", "where do I apply"),
        ("nói tiếng Việt đi", "nói tiếng Việt đi"),
        ("trả lời bằng tiếng Anh nhé", "trả lời bằng tiếng Anh nhé"),
    ],
)
def test_the_language_of_the_answer_is_no_part_of_what_is_asked(said: str, rest: str) -> None:
    assert framing(said).rest == rest


def test_what_is_settled_already_is_no_part_of_its_own() -> None:
    assert len(clauses("có giấy chứng nhận rồi thì con tôi được giảm học phí không")) == 1
    assert len(clauses("làm khai sinh rồi đăng ký thường trú cho cháu")) == 2


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("còn con tôi thì sao", True),
        ("con khai tu thi may ngay", True),
        ("Con tôi sinh ở quê, làm giấy ở đây được không", False),
        ("con toi sinh o que", False),
        ("what about my wife", True),
    ],
)
def test_a_child_is_not_something_else_that_is_asked(said: str, other: bool) -> None:
    assert opens_another(said) is other


def test_who_is_not_married_denies_nothing() -> None:
    said = "If I show that I'm not divorced, what do you give me?"
    assert corrected(said) == said


def test_who_writes_the_papers_down_wants_to_hear_them() -> None:
    assert wants_reading_out("one at a time please, let me write them down")
    assert wants_reading_out("đọc từng cái để bác ghi vô giấy")
    assert not wants_reading_out("kiểm tra từng cái giúp tôi")


def test_the_counter_the_missing_paper_and_the_other_office_are_heard() -> None:
    assert asks_which_counter("quay lại chuyện trợ cấp, tôi đến quầy nào")
    assert not asks_which_counter("quay lại chuyện trợ cấp, mất mấy ngày")
    assert has_and_lacks("ví như tôi có tờ khai với căn cước rồi, coi thiếu gì không")
    assert asked_surely("nộp ở phường hay phải lên huyện") == ("place",)
    assert asked_surely("xin vào thì phải có đơn gì") == ("documents",)
    assert asked_surely("bữa nay gửi thì bữa mốt có chưa") == ("time",)
