"""Two things compared, the other one, a pause, a paper that comes later, a crowd, a sum of fees."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from running_engine import CONTEXT, Engine, of_type, said

from dialogues import asides
from dialogues.circumstances import tell
from dialogues.framing import framing
from dialogues.ordinals import ordinal, ordinal_within

BIRTH, MARRIAGE, RESIDENCE, STAY = "1.001193", "1.000894", "1.004222", "1.004194"
COPY, SINGLE, AGAIN, EXTRACT = "2.000815", "1.004873", "1.004884", "2.000635"


def play(engine: Engine, conversation: str, *messages: str) -> dict[str, Any]:
    """The reply to the last message."""
    reply: dict[str, Any] = {}
    for message in messages:
        reply = engine.turn(conversation, text=message)
    return reply


def answered(reply: dict[str, Any]) -> list[str]:
    return [part["code"] for part in of_type(reply, "procedure")]


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("đăng ký thường trú khác gì đăng ký tạm trú", [RESIDENCE, STAY]),
        (
            "What is the difference between temporary and permanent residence registration?",
            [STAY, RESIDENCE],
        ),
    ],
)
def test_what_is_compared_is_told_apart_and_offered(
    engine: Engine, conversation: str, question: str, codes: list[str]
) -> None:
    reply = engine.turn(conversation, text=question)
    (choices,) = of_type(reply, "choices")
    assert [c["payload"] for c in choices["choices"]] == [f"procedure:{code}" for code in codes]
    assert answered(reply) == []


def test_what_is_open_may_be_a_side_of_the_comparison(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{STAY}")
    reply = engine.turn(
        conversation, text="What's the difference between that and permanent residence?"
    )
    (choices,) = of_type(reply, "choices")
    payloads = [c["payload"] for c in choices["choices"]]
    assert payloads == [f"procedure:{STAY}", f"procedure:{RESIDENCE}"]


def test_a_choice_may_be_changed_twice(engine: Engine, conversation: str) -> None:
    reply = play(
        engine, conversation, "tôi cần chứng thực", "cái đầu", "à không, cái chữ ký", "ờ nhầm, số 1"
    )
    assert reply["topic"] == COPY


def test_which_is_quicker_is_answered_of_both(engine: Engine, conversation: str) -> None:
    reply = play(
        engine,
        conversation,
        "đăng ký lại khai sinh với cấp bản sao khai sinh khác nhau thế nào",
        "cái nào nhanh hơn",
    )
    assert answered(reply) == [AGAIN, EXTRACT]
    assert all(part["asked"] == ["time"] for part in of_type(reply, "procedure"))


def test_the_other_one_is_the_one_before(engine: Engine, conversation: str) -> None:
    reply = play(
        engine,
        conversation,
        "đăng ký tạm trú hết bao nhiêu tiền",
        "thế đăng ký thường trú",
        "còn cái kia thì mấy ngày xong",
    )
    assert (reply["topic"], reply["understanding"]["aspects"]) == (STAY, ["time"])


def test_the_other_one_is_the_other_of_two_on_offer(engine: Engine, conversation: str) -> None:
    reply = play(
        engine,
        conversation,
        "What is the difference between temporary and permanent residence registration?",
        "The first one. How much is it?",
        "And the other one?",
    )
    assert (reply["topic"], reply["understanding"]["aspects"]) == (RESIDENCE, ["fee"])


def test_of_two_errands_each_is_named_by_its_place(engine: Engine, conversation: str) -> None:
    play(
        engine,
        conversation,
        "tôi cần chứng thực bản sao căn cước và xin giấy xác nhận độc thân",
    )
    first = engine.turn(conversation, text="cái đầu tiên hết bao nhiêu tiền")
    assert (first["topic"], first["understanding"]["aspects"]) == (COPY, ["fee"])
    second = engine.turn(conversation, text="còn cái thứ hai thì mấy ngày có")
    assert (second["topic"], second["understanding"]["aspects"]) == (SINGLE, ["time"])
    ticket = engine.turn(conversation, text="cho tôi lấy số làm cái thứ nhất")
    assert of_type(ticket, "ticket")[0]["counter"] == "2"


def test_the_sum_names_each_fee_and_adds_only_what_is_sure(
    engine: Engine, conversation: str
) -> None:
    reply = play(
        engine,
        conversation,
        "chứng thực di chúc hết bao nhiêu tiền",
        "chứng thực văn bản từ chối nhận di sản thì sao",
        "vậy tổng cộng bao nhiêu tiền",
    )
    assert set(answered(reply)) == {"2.001019", "2.001016"}
    assert "Tổng cộng là 100.000 đồng" in said(reply)
    unsure = play(
        engine, conversation, "đăng ký thường trú phí bao nhiêu", "tổng cộng bao nhiêu tiền"
    )
    assert "Tổng cộng là" not in said(unsure)


def test_what_was_only_offered_is_not_added_up(engine: Engine, conversation: str) -> None:
    reply = play(engine, conversation, "tôi muốn chứng thực", "2", "tổng cộng hết bao nhiêu tiền")
    assert answered(reply) == ["2.000884"]


def test_a_paper_that_comes_later_is_for_the_staff_to_decide(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{SINGLE}")
    reply = engine.turn(conversation, text="tôi quên mang giấy ly hôn, mai đem bổ sung được không")
    assert (reply["topic"], answered(reply)) == (SINGLE, [SINGLE])
    assert "em không quyết định được" in said(reply)
    assert of_type(engine.turn(conversation, text="ừ"), "checklist")


def test_a_pause_keeps_the_question_open(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    engine.turn(conversation, payload="checklist:start")
    assert "thong thả" in said(engine.turn(conversation, text="để tôi hỏi lại ông xã đã"))
    assert of_type(engine.turn(conversation, text="có rồi"), "checklist")


def test_a_question_among_the_papers_is_answered_and_the_paper_asked_for_again(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    asked = engine.turn(conversation, payload="checklist:start")
    reply = engine.turn(conversation, text="mất bao lâu vậy em")
    assert of_type(reply, "procedure")[0]["asked"] == ["time"]
    assert of_type(reply, "choices") == of_type(asked, "choices")
    assert of_type(engine.turn(conversation, text="chưa có"), "checklist")


def test_a_foreign_parent_leads_to_the_foreign_twin(engine: Engine, conversation: str) -> None:
    reply = engine.turn(
        conversation,
        text="My baby was born here last week, I am American. How do I get a birth certificate?",
    )
    # Answered, or offered first where another training is a little less sure.
    assert reply["understanding"]["procedures"][0]["code"] == "2.000528"


def test_who_rejects_the_answer_has_not_answered_the_question(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    reply = engine.turn(conversation, text="không, tôi không hỏi cái đó")
    assert reply["outcome"] == "clarified"
    assert "xin lỗi" in said(reply)


def test_a_dossier_that_was_sent_back_stays_the_topic(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="hồ sơ tạm trú của em bị trả lại rồi")
    assert reply["topic"] == STAY
    reply = engine.turn(conversation, text="vậy nộp lại thì cần những giấy gì")
    assert (answered(reply), reply["understanding"]["aspects"]) == ([STAY], ["documents"])


def test_money_that_is_received_is_no_fee(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload="procedure:1.014027")
    reply = engine.turn(conversation, text="mỗi tháng được bao nhiêu tiền")
    assert "fee" not in reply["understanding"]["aspects"]
    assert "lệ phí" not in said(reply)


def test_a_crowd_is_told_from_the_live_counter(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, text="sao y giấy tờ ở quầy mấy")
    reply = engine.turn(conversation, text="ở đó đông không em")
    assert of_type(reply, "route")
    assert "người đang chờ" in said(reply)


def test_a_name_that_several_share_is_asked_back(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Cho tôi hỏi về tiền mai táng phí")
    assert len(of_type(reply, "choices")[0]["choices"]) >= 3
    reply = engine.turn(conversation, text="bà lĩnh trợ cấp hưu trí xã hội")
    assert reply["topic"] == "1.014028"


@pytest.mark.parametrize(
    ("centre", "told"),
    [({"open_now": False}, "đang đóng cửa"), ({"open_now": True}, "quầy gần nhất")],
)
def test_nobody_is_promised_to_who_cries_for_help(
    engine: Engine, conversation: str, centre: dict[str, Any], told: str
) -> None:
    words = said(engine.turn(conversation, text="cháy rồi", context={**CONTEXT, "centre": centre}))
    assert told in words
    assert "mời cán bộ" not in words


ASIDES = {
    "pauses": (
        "để coi đã|đợi chút nha|để em hỏi lại chồng đã|thôi để bác suy nghĩ đã|let me think|wait a"
        " minute please|cho tôi xem chút đã",
        "cho tôi xem giấy tờ|để làm gì|cho tôi hỏi|để lấy số|tôi chờ bao lâu|how long do I wait",
    ),
    "rejects": (
        "không, tôi không hỏi cái đó|tôi đâu có hỏi vậy|em không cần cái đó"
        "|that's not what I asked",
        "không hỏi ai được|giấy đó không có thì sao|không cần|no",
    ),
    "comes_later": (
        "mai đem bổ sung được không|thiếu một tờ có nhận không|giấy này nộp sau được không"
        "|can I bring it later",
        "bổ sung hộ tịch cần gì|nộp ở đâu|bao lâu có|cần bổ sung giấy gì|nộp online được không",
    ),
    "crowded": (
        "ở đó đông không|quầy đó vắng không|bao nhiêu người đang chờ|is it busy",
        "bao nhiêu đồng|mấy đồng vậy|hợp đồng cần không|tốn bao nhiêu đồng không",
    ),
    "gives_up_ticket": (
        "bỏ số đó đi|hủy số giùm em|cancel my ticket",
        "bỏ hộ khẩu|số nhà|hủy kết hôn|xóa đăng ký thường trú|không lấy chồng",
    ),
    "in_time": (
        "nộp chiều nay kịp không|giờ này làm còn kịp không",
        "chiều nay có làm không|mấy ngày xong|nói nhanh quá nghe không kịp",
    ),
    "asks_what_is_received": (
        "mỗi tháng được bao nhiêu tiền|mức hưởng là bao nhiêu|how much will she get",
        "phải đóng bao nhiêu tiền|lệ phí được bao nhiêu|how much does it cost|được mấy bản",
    ),
    "wants_it_short": ("nói ngắn gọn thôi|dài quá|keep it short", "thời gian ngắn nhất là bao lâu"),
}


@pytest.mark.parametrize("name", ASIDES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_beside_the_matter_are_told_from_questions(name: str, form: str) -> None:
    heard = getattr(asides, name)
    meant, other = ASIDES[name]
    assert [t for t in meant.split("|") if not heard(unicodedata.normalize(form, t))] == []
    assert [t for t in other.split("|") if heard(unicodedata.normalize(form, t))] == []


@given(st.text(max_size=200))
def test_any_text_is_judged(text: str) -> None:
    for name in ASIDES:
        assert getattr(asides, name)(text) in {True, False}


@pytest.mark.parametrize(
    ("text", "rest", "corrects"),
    [
        ("không phải thừa kế, mẹ cho tôi đất", "mẹ cho tôi đất", True),
        ("khong phai sua, dap di xay moi", "dap di xay moi", True),
        ("not a will, my mother gives me the land", "my mother gives me the land", True),
        ("à thôi chắc không cần, vợ tôi người Nhật thì sao", "vợ tôi người Nhật thì sao", False),
    ],
)
def test_what_is_denied_says_nothing_of_what_is_meant(
    text: str, rest: str | None, corrects: bool
) -> None:
    frame = framing(text)
    assert frame.corrects is corrects
    assert rest is None or frame.rest == rest


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("bà mới 72 thôi", [72]),
        ("she is only 72", [72]),
        ("mẹ tôi 78 tuổi", [78]),
        ("quầy số 72", []),
        ("tôi có 72 trang", []),
        ("nhà có mới 15 phòng", []),
    ],
)
def test_an_age_may_go_without_the_word_for_years(text: str, ages: list[int]) -> None:
    assert [int(least) for least, _ in tell(text).ages] == ages


def test_an_ordinal_may_be_corrected_or_stand_before_a_question() -> None:
    assert ordinal("à số 1 cơ") == 0
    assert ordinal_within("second one, how long does it take?") == 1


def test_a_form_is_not_had_because_its_procedure_is_named(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="kiểm tra giấy tờ đăng ký kết hôn giúp em")
    (checklist,) = of_type(reply, "checklist")
    assert [item["have"] for item in checklist["items"]] == [None] * len(checklist["items"])


def test_whether_there_is_time_today_is_told_with_the_counter(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="nộp khai sinh chiều nay kịp không")
    assert (reply["topic"], reply["understanding"]["aspects"]) == (BIRTH, ["time"])
    assert "Quầy đang mở" in said(reply)


def test_the_papers_are_gone_through_when_somebody_wishes_so(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}", language="en")
    reply = engine.turn(conversation, text="can you go through the papers with me")
    assert of_type(reply, "checklist")[0]["of"] == "documents"
