"""A message that names only what is different, or nothing, is understood from what is open."""

from __future__ import annotations

import pytest
from running_engine import Engine, of_type, said

from dialogues.framing import continues, framing
from dialogues.neighbours import objects
from dialogues.plain_words import asked_plainly, change, opens_matter
from dialogues.substance import said_of
from dialogues.understanding import Understanding

BIRTH, MARRIAGE, TEMPORARY, COPY = "1.001193", "1.000894", "1.004194", "2.000815"


@pytest.mark.parametrize(
    ("topic", "text", "meant"),
    [
        (TEMPORARY, "thế sắp hết hạn, muốn gia hạn thì sao", "1.002755"),
        (TEMPORARY, "không, ý tôi là xóa cơ", "1.010028"),
        ("1.001612", "rồi lỡ làm mất tờ giấy phép thì sao", "2.000575"),
        (BIRTH, "nhầm, ý em là kết hôn", MARRIAGE),
    ],
)
def test_a_circumstance_leads_to_the_procedure_beside_the_open_one(
    engine: Engine, conversation: str, topic: str, text: str, meant: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{topic}")
    assert engine.turn(conversation, text=text)["topic"] == meant


@pytest.mark.parametrize(
    "text",
    ["mất bao nhiêu tiền", "mất mấy ngày", "who has to sign", "chừng mô xong rứa", "ai ký vậy"],
)
def test_asking_on_stays_with_what_is_open(engine: Engine, conversation: str, text: str) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    reply = engine.turn(conversation, text=text)
    assert reply["topic"] == MARRIAGE
    assert reply["outcome"] == "answered"


def test_another_name_keeps_what_was_asked(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{COPY}")
    engine.turn(conversation, text="lệ phí bao nhiêu")
    reply = engine.turn(conversation, text="còn kết hôn thì sao?")
    assert reply["topic"] == MARRIAGE
    assert of_type(reply, "procedure")[0]["asked"] == ["fee"]


def test_a_matter_of_others_is_refused_beside_an_open_procedure(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    assert engine.turn(conversation, text="giá xăng hôm nay bao nhiêu")["outcome"] == "out_of_scope"


@pytest.mark.parametrize("text", ["sao y", "birth certificate", "khai tử", "kết hôn"])
def test_a_bare_name_is_answered_or_asked_back(
    engine: Engine, conversation: str, text: str
) -> None:
    assert engine.turn(conversation, text=text)["outcome"] in {"answered", "clarified"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("mi tên chi hè", "who_are_you"),
        ("cháu tên gì vậy", "who_are_you"),
        ("khỏe không cưng", "greet"),
    ],
)
def test_friendly_words_are_answered(
    engine: Engine, conversation: str, text: str, intent: str
) -> None:
    reply = engine.turn(conversation, text=text)
    assert (reply["understanding"]["intent"], reply["outcome"]) == (intent, "answered")


def test_a_ticket_waits_for_the_procedure(engine: Engine, conversation: str) -> None:
    offered = engine.turn(conversation, text="lấy số giúp tôi")
    payloads = [c["payload"] for c in of_type(offered, "choices")[0]["choices"]]
    assert all(payload.startswith("ticket:") for payload in payloads)
    reply = engine.turn(conversation, text="đăng ký khai sinh")
    assert of_type(reply, "ticket")[0]["counter"] == "3"


def test_slower_is_nothing_to_repeat(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    fee = engine.turn(conversation, text="lệ phí bao nhiêu")
    engine.turn(conversation, text="nói chậm thôi")
    again = engine.turn(conversation, text="nhắc lại")
    assert said(fee) in said(again)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lỡ làm mất rồi", {"mat"}),
        ("mất giấy rồi", {"mat"}),
        ("mất bao lâu", set()),
        ("mất 3 ngày", set()),
        ("what if it is lost", {"lost"}),
        ("lấy ở đâu", set()),
    ],
)
def test_losing_is_told_from_costing(text: str, words: set[str]) -> None:
    assert change(text) == words


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Sổ đỏ của tôi", False),
        ("Thẻ căn cước hết hạn", False),
        ("Vậy nộp ở đâu", True),
        ("So how long", True),
        ("", False),
    ],
)
def test_words_that_fold_to_a_link_are_none(text: str, linked: bool) -> None:
    assert continues(text) is linked
    if not linked:
        assert framing(text).rest == text


def test_a_name_of_common_words_must_be_said_as_it_is() -> None:
    assert said_of("khai tử", "làm khai tử cần gì") == 1.0
    assert said_of("khai tử", "tử tế khai báo") == 0.0
    assert said_of("kết hôn", "đăng ký kết hôn") == 1.0


def test_what_a_procedure_is_about_is_its_name_without_the_deed() -> None:
    entry = {
        "name": {"vi": "Cấp đổi giấy phép xây dựng (công trình cấp IV)", "en": "Exchange permit"},
        "aliases": ["xin phép xây nhà", "làm lại cái giấy phép xây nhà đã quá cũ của gia đình tôi"],
    }
    assert objects(entry, "vi") == ("giấy phép xây dựng", "phép xây nhà")
    assert objects(entry, "en")[0] == "permit"


def test_the_class_out_of_scope_has_what_the_others_leave() -> None:
    refused = Understanding(
        intent="out_of_scope",
        out_of_scope=True,
        ranking=(("out_of_scope", 0.98), ("ask_procedure", 0.7), ("ask_aspect", 0.1)),
    )
    assert refused.outside == pytest.approx(0.2)
    heard = Understanding(intent="greet", ranking=(("greet", 0.9), ("out_of_scope", 0.05)))
    assert heard.outside == pytest.approx(0.05)


def test_plain_words_name_aspects_and_other_matters() -> None:
    assert "time" in asked_plainly("bữa nào lấy")
    assert asked_plainly("cảm ơn, được việc đấy") == ()
    assert opens_matter("chuyện khác nữa nhé, con tôi sắp cưới")
    assert not opens_matter("cần giấy tờ gì")
