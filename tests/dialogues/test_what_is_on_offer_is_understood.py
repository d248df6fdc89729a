"""Payloads, numbers, titles and papers: pure functions, any input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.masking import mask
from dialogues.memory import Memory
from dialogues.ordinals import ordinal
from dialogues.papers import named_documents
from dialogues.payloads import parse_payload
from dialogues.reading import needs_parse, read
from dialogues.release import Release
from dialogues.wording import clean, fold
from dialogues.yes_and_no import have_answer

ENTRY: dict[str, Any] = {
    "code": "1.1",
    "name": {"vi": "Đăng ký khai sinh", "en": "Birth registration"},
    "cases": [{"id": "c1", "if": {"vi": "Sinh tại nhà", "en": None}}],
    "service": "civil_status",
}
RELEASE = Release(
    id="r",
    folder=Path(),
    procedures={"1.1": ENTRY, "1.2": {**ENTRY, "code": "1.2"}},
    synonyms={"0.9": "1.1"},
    centre={},
    offices=(),
    counters={"3": {"id": "3", "place": "counter-3", "services": [], "name": {}}},
    places={"toilet": {"id": "toilet", "name": {}}},
)
CHOICES = [
    {"title": "Đăng ký khai sinh", "payload": "procedure:1.1"},
    {"title": "Đăng ký lại khai sinh", "payload": "procedure:1.2"},
    {"title": "Gặp cán bộ", "payload": "staff"},
]
OFFER = Memory(topic="1.1", pending={"kind": "choices", "choices": CHOICES})
KNOWN = [
    "procedure:1.1",
    "procedure:0.9",
    "aspect:fee",
    "case:c1",
    "checklist:start",
    "have:yes",
    "have:no",
    "have:unsure",
    "lead:toilet",
    "ticket:3",
    "repeat",
    "slower",
    "louder",
    "staff",
    "language:vi",
    "language:en",
    "affirm",
    "deny",
    "feedback:up",
    "feedback:down",
]


@pytest.mark.parametrize("payload", KNOWN)
def test_every_button_of_the_contract_is_known(payload: str) -> None:
    assert parse_payload(payload, RELEASE, Memory(topic="1.1")) is not None
    assert not needs_parse(None, payload, Memory(topic="1.1"), RELEASE)


@given(st.text())
def test_no_other_text_is_a_button(text: str) -> None:
    if text.strip() not in KNOWN:
        assert parse_payload(text, RELEASE, Memory(topic="1.1")) is None


@given(
    st.sampled_from(KNOWN),
    st.text(min_size=1, alphabet=st.characters(blacklist_categories=("Z", "C"))),
)
def test_a_button_with_something_behind_it_is_no_button(payload: str, tail: str) -> None:
    if payload + tail not in KNOWN:
        assert parse_payload(payload + tail, RELEASE, Memory(topic="1.1")) is None


def test_an_old_code_means_its_successor() -> None:
    payload = parse_payload("procedure:0.9", RELEASE, Memory())
    assert payload is not None
    assert payload.value == "1.1"


@given(st.sampled_from(range(3)), st.sampled_from(["upper", "lower", "title", "payload", "bare"]))
def test_a_choice_is_itself_in_any_spelling(index: int, spelling: str) -> None:
    choice = CHOICES[index]
    text = {
        "upper": choice["title"].upper(),
        "lower": f"  {choice['title'].lower()}. ",
        "title": choice["title"],
        "payload": choice["payload"],
        "bare": fold(choice["title"]),
    }[spelling]
    reading = read(text, None, OFFER, RELEASE, None)
    assert reading.chosen
    assert reading.payload == parse_payload(choice["payload"], RELEASE, OFFER)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("1", 0),
        ("2.", 1),
        ("số 3", 2),
        ("cái thứ hai", 1),
        ("thứ nhất", 0),
        ("cái đầu tiên", 0),
        ("cái cuối cùng", -1),
        ("lựa chọn 4", 3),
        ("the second one", 1),
        ("option 3", 2),
        ("first", 0),
        ("cho chị", None),
        ("hai", None),
        ("5", None),
        ("12", None),
        ("hai đứa em cưới", None),
        ("", None),
        ("cái số 2 nhé", 1),
        ("em chọn số 1 ạ", 0),
        ("dạ cái thứ ba", 2),
        ("1990", None),
    ],
)
def test_ordinals(said: str, place: int | None) -> None:
    assert ordinal(said) == place


@given(st.text(max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    ordinal(cleaned)
    have_answer(cleaned)
    read(cleaned, None, OFFER, RELEASE, None)
    named_documents(cleaned, [{"id": "d1", "title": cleaned}, {"id": "d2", "title": "Tờ khai"}])


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("có", "yes"),
        ("dạ có rồi ạ", "yes"),
        ("rồi", "yes"),
        ("yes I have", "yes"),
        ("chưa", "no"),
        ("chưa có em", "no"),
        ("không có", "no"),
        ("hổng có", "no"),
        ("no, not yet", None),
        ("not yet", "no"),
        ("không biết", "unsure"),
        ("không rõ nữa", None),
        ("I'm not sure", "unsure"),
        ("có giấy chứng sinh", None),
        ("lệ phí bao nhiêu", None),
        ("", None),
    ],
)
def test_answers_to_do_you_have_it(said: str, answer: str | None) -> None:
    assert have_answer(said) == answer


ITEMS = [
    {"id": "d1", "title": "Tờ khai đăng ký khai sinh (nộp trực tiếp) hoặc biểu mẫu điện tử"},
    {"id": "d2", "title": "Giấy chứng sinh"},
    {"id": "d3", "title": "Giấy chứng nhận kết hôn của cha mẹ (chỉ cung cấp thông tin)"},
    {"id": "d4", "title": "Giấy tờ tùy thân còn hạn (căn cước/CCCD/hộ chiếu)"},
    {"id": "d5", "title": "Giấy tờ chứng minh nơi cư trú"},
    {"id": "d6", "title": "Văn bản ủy quyền"},
]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Chị có giấy chứng sinh với căn cước rồi, còn thiếu gì", {"d2": True, "d4": True}),
        ("có cccd rồi nhưng chưa có giấy chứng sinh", {"d4": True, "d2": False}),
        ("giấy chứng sinh thì chưa có", {"d2": False}),
        ("mất giấy kết hôn rồi, có hộ chiếu", {"d3": False, "d4": True}),
        ("có tờ khai, giấy ủy quyền", {"d1": True, "d6": True}),
        ("co giay chung sinh roi", {"d2": True}),
        ("cần giấy tờ gì", {}),
    ],
)
def test_papers_are_found_in_a_sentence(said: str, found: dict[str, bool]) -> None:
    assert named_documents(said, ITEMS) == found


@given(
    st.lists(st.sampled_from(["giấy chứng sinh", "căn cước", "tờ khai", "chưa có", "có", ",", "x"]))
)
def test_only_named_papers_are_ticked(words: list[str]) -> None:
    found = named_documents(" ".join(words), ITEMS)
    assert "d3" not in found
    assert ("d2" in found) == ("giấy chứng sinh" in words)


@given(st.integers(min_value=10**8, max_value=10**13))
def test_long_numbers_are_masked(number: int) -> None:
    assert str(number) not in mask(f"số của tôi {number} nhé")
    assert (
        mask("mã 1.001193, 8.000 đồng, ngày 21/11/2026")
        == "mã 1.001193, 8.000 đồng, ngày 21/11/2026"
    )
