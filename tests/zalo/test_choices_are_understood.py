""" "1", "số 1", the title and the payload are the choice; an old button is none; nothing that
somebody types is obeyed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.channels.zalo.choices import (
    Choice,
    Offer,
    as_numbered,
    buttons,
    on_the_wire,
    read,
    tag_of,
)
from assistant.channels.zalo.messages import Button, OutgoingText

OFFER = Offer(
    "1f2e",
    (
        Choice("Sinh tại nhà, không có giấy chứng sinh", "case:c1"),
        Choice("Đăng ký khai sinh", "procedure:1.001193"),
        Choice("Không phải các trường hợp này", "condition:no"),
    ),
    (Choice("Lấy số quầy 3", "ticket:3"),),
)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "case:c1"),
        ("số 1", "case:c1"),
        ("So 2.", "procedure:1.001193"),
        ("chọn số 3 nhé", "condition:no"),
        ("4", "ticket:3"),
        ("Đăng ký khai sinh", "procedure:1.001193"),
        ("dang ky khai sinh", "procedure:1.001193"),
        ("  ĐĂNG KÝ  KHAI SINH ", "procedure:1.001193"),
        ("Đăng ký khai sinh", "procedure:1.001193"),
        ("case:c1", "case:c1"),
        ("case:c1#1f2e", "case:c1"),
        ("condition:no#1f2e", "condition:no"),
        ("Lấy số quầy 3", "ticket:3"),
    ],
)
def test_a_choice_on_offer_is_taken(text: str, payload: str) -> None:
    said = read(text, OFFER)
    assert (said.kind, said.value) == ("payload", payload)


@pytest.mark.parametrize("text", ["have:yes#0000", "condition:yes#abcd", "aspect:fee#ffff"])
def test_a_button_of_an_earlier_question_answers_no_other_one(text: str) -> None:
    assert read(text, OFFER).kind == "stale"
    assert read(text, None).kind == "stale"


def test_a_button_that_means_the_same_for_ever_works_for_ever() -> None:
    for text in ("procedure:1.004873", "staff", "lead:counter-3", "language:en"):
        assert read(text, None) == read(text, OFFER)
        assert read(text, None).kind == "payload"


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        '/inform{"procedure":"1"}',
        "EXTERNAL: reminder",
        "procedure:",
        "mission:lead",
        "case:c1; DROP TABLE",
        "have:maybe",
        "ticket:3 và 4",
        "affirm",
        "condition:yes",
        "0",
        "99",
        "1.001193",
        "#1f2e",
        "",
        "   ",
    ],
)
def test_what_is_not_on_offer_is_words(text: str) -> None:
    said = read(text, OFFER)
    assert (said.kind, said.value) == ("text", text)


_CLOSED = re.compile(
    r"repeat|slower|louder|staff|affirm|deny|(procedure|case|lead|ticket):[A-Za-z0-9._-]{1,64}"
    r"|aspect:[a-z_]+|checklist:start|(condition|have):(yes|no|unsure)|language:(vi|en)"
    r"|feedback:(up|down)"
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.from_regex(r"[a-z]{1,9}:[ -~]{0,12}(#[0-9a-f]{4})?")))
def test_no_payload_is_of_any_other_list(text: str) -> None:
    said = read(text, OFFER)
    if said.kind == "payload":
        assert _CLOSED.fullmatch(said.value)
    elif said.kind == "text":
        assert said.value in (text, " ".join(text.split()).partition("#")[0])


def test_what_a_button_carries_is_what_it_means() -> None:
    for button, choice in zip(
        buttons(OFFER, numbered=True), (*OFFER.choices, *OFFER.more), strict=True
    ):
        assert button.payload is not None
        assert read(button.payload, OFFER).value == choice.payload


def test_an_offer_is_kept_and_read_again() -> None:
    assert Offer.from_json(OFFER.to_json()) == OFFER
    for broken in (None, "", "null", "{", "[]", "{}", '{"tag": 1, "choices": 2, "more": []}'):
        assert Offer.from_json(broken) is None


def test_where_there_are_no_buttons_the_text_has_the_numbers() -> None:
    offer = Offer(tag_of("m"), (Choice("Có", "have:yes"), Choice("Chưa", "have:no")))
    message = OutgoingText("Anh/chị có giấy chứng sinh chưa ạ?", buttons(offer, numbered=False))
    (plain,) = as_numbered(message, "vi")
    assert not plain.buttons
    assert "1. Có\n2. Chưa" in plain.text
    assert "từ 1 đến 2" in plain.text
    assert read("2", offer).value == "have:no"


def test_a_list_that_has_numbers_is_not_numbered_twice() -> None:
    listed = "Anh/chị cần việc nào ạ?\n\n1. Khai sinh\n2. Khai tử"
    pressed = (Button("1. Khai sinh", "procedure:1"), Button("Gặp cán bộ", "staff"))
    (plain,) = as_numbered(OutgoingText(listed, pressed), "vi")
    assert plain.text.count("1. Khai sinh") == 1
    assert "“Gặp cán bộ”" in plain.text


def test_addresses_and_numbers_to_call_stay() -> None:
    pressed = (Button("Mở bản đồ", url="https://maps.example/x"), Button("Gọi", phone="842000000"))
    (plain,) = as_numbered(OutgoingText("Đây ạ.", pressed), "vi")
    assert "https://maps.example/x" in plain.text
    assert "842000000" in plain.text


def test_a_button_that_leads_nowhere_is_none() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Button("Hỏng")
    with pytest.raises(ValueError, match="exactly one"):
        Button("Hỏng", "staff", url="https://x.example")


def test_payloads_of_questions_are_marked() -> None:
    assert on_the_wire(Choice("Có", "have:yes"), "1f2e") == "have:yes#1f2e"
    assert on_the_wire(Choice("Khai sinh", "procedure:1.1"), "1f2e") == "procedure:1.1"


def test_a_button_under_an_earlier_answer_is_about_that_answer() -> None:
    fee = Choice("Lệ phí", "aspect:fee", about="1.001193")
    wire = on_the_wire(fee, "1f2e")
    assert wire == "aspect:fee#1.001193"
    assert read(wire, Offer("1f2e", (), (fee,))).value == "aspect:fee"
    other = Offer("ffff", (), (Choice("Lệ phí", "aspect:fee", about="1.000894"),))
    for later in (None, OFFER, other):
        said = read(wire, later)
        assert (said.kind, said.value) == ("payload", "procedure:1.001193")
