"""What leans on the conversation is understood from it: ellipsis, corrections, returns, several
requests in one message."""

from __future__ import annotations

from pathlib import Path

import pytest
from running_engine import Engine, of_type, said

from dialogues.framing import clauses, framing, goes_on, wants_reading_out
from dialogues.memory import Memory
from dialogues.offers import narrowed
from dialogues.release import Release
from dialogues.understanding import Candidate, Understanding

BIRTH, MARRIAGE, RESIDENCE = "1.001193", "1.000894", "1.004222"


@pytest.mark.parametrize(
    ("text", "rest", "corrects"),
    [
        ("Cảm ơn em, thế lệ phí bao nhiêu?", "lệ phí bao nhiêu?", False),
        ("Dạ, em chào chị, cho em hỏi giờ mở cửa", "giờ mở cửa", False),
        ("Hello, how much is a copy?", "how much is a copy?", False),
        ("Không phải, ý tôi là kết hôn lại", "kết hôn lại", True),
        ("a nham, y em la tach ho", "tach ho", True),
        ("No, I mean the remarriage", "the remarriage", True),
        ("Nhầm rồi, tôi hỏi về tạm trú", "tạm trú", True),
        ("không cần giấy đó", "không cần giấy đó", False),
        ("không mang theo bản chính được không", "không mang theo bản chính được không", False),
        ("cảm ơn em", "cảm ơn em", False),
        ("", "", False),
    ],
)
def test_what_is_asked_is_found_behind_courtesy_and_corrections(
    text: str, rest: str, corrects: bool
) -> None:
    found = framing(text)
    assert (found.rest, found.corrects) == (rest, corrects)


@pytest.mark.parametrize(
    ("text", "returns"),
    [
        ("quay lại cái khai sinh lúc nãy", True),
        ("nãy đang nói dở chuyện tách thửa", True),
        ("Back to the marriage, how long?", True),
        ("hộ kinh doanh tạm ngừng rồi quay lại kinh doanh thì sao", False),
        ("đăng ký kết hôn", False),
    ],
)
def test_coming_back_is_heard(text: str, returns: bool) -> None:
    assert framing(text).returns is returns


def test_going_on_and_reading_out_are_heard() -> None:
    assert goes_on("kiểm tra tiếp đi em")
    assert not goes_on("làm khai sinh")
    assert wants_reading_out("đọc danh sách giấy tờ cho bác")
    assert wants_reading_out("read me the list")
    assert not wants_reading_out("giấy tờ gì")


def test_a_message_is_parted_only_between_clauses() -> None:
    assert clauses("đăng ký kết hôn cần giấy gì, với lại nhà vệ sinh ở đâu") == [
        "đăng ký kết hôn cần giấy gì",
        "nhà vệ sinh ở đâu",
    ]
    assert clauses("đăng ký kết hôn cần giấy tờ gì") == ["đăng ký kết hôn cần giấy tờ gì"]


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("lệ phí", "fee"),
        ("mấy ngày", "time"),
        ("how much", "fee"),
        ("how long", "time"),
        ("thế còn phí?", "fee"),
        ("cái đó mất bao lâu vậy em", "time"),
    ],
)
def test_words_of_asking_alone_are_about_what_is_open(
    engine: Engine, conversation: str, text: str, aspect: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text=text)
    assert reply["topic"] == BIRTH
    assert aspect in of_type(reply, "procedure")[0]["asked"]


@pytest.mark.parametrize("text", ["lệ phí", "mấy ngày", "how much"])
def test_words_of_asking_with_nothing_open_are_asked_back(
    engine: Engine, conversation: str, text: str
) -> None:
    reply = engine.turn(conversation, text=text)
    assert reply["outcome"] == "clarified"
    assert of_type(reply, "choices")


def test_a_follow_up_with_a_new_name_is_about_the_new_one(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload="procedure:1.004194")
    reply = engine.turn(conversation, text="còn thường trú thì mấy ngày")
    assert reply["topic"] == RESIDENCE
    assert of_type(reply, "procedure")[0]["asked"] == ["time"]


def test_a_correction_leaves_out_what_was_denied_and_keeps_what_was_asked(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    engine.turn(conversation, payload="aspect:time")
    reply = engine.turn(conversation, text="không phải, ý tôi là đăng ký khai sinh")
    assert reply["topic"] == BIRTH
    assert of_type(reply, "procedure")[0]["asked"] == ["time"]
    assert MARRIAGE not in str(reply["parts"])


def test_an_earlier_topic_is_taken_up_again_with_its_checklist(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    engine.turn(conversation, payload="checklist:start")
    (before,) = of_type(engine.turn(conversation, payload="have:yes"), "checklist")
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    engine.turn(conversation, text="nhà vệ sinh ở đâu")
    reply = engine.turn(conversation, text="quay lại cái khai sinh, mình kiểm tra tiếp nhé")
    assert reply["topic"] == BIRTH
    (checklist,) = of_type(reply, "checklist")
    assert checklist["current"] == before["current"]
    assert any(item["have"] for item in checklist["items"])


def test_two_requests_are_answered_in_their_order(engine: Engine, conversation: str) -> None:
    reply = engine.turn(
        conversation, text="đăng ký kết hôn cần giấy tờ gì, với lại nhà vệ sinh ở đâu?"
    )
    kinds = [part["type"] for part in reply["parts"] if part["type"] in {"procedure", "route"}]
    assert kinds == ["procedure", "route"]
    assert of_type(reply, "procedure")[0]["code"] == MARRIAGE
    assert of_type(reply, "route")[0]["to"] == "toilet"
    two = engine.turn(
        conversation + "b", text="làm khai sinh cần gì? còn đăng ký thường trú thì mất bao lâu?"
    )
    asked = [(card["code"], card["asked"]) for card in of_type(two, "procedure")]
    assert asked == [(BIRTH, ["documents"]), (RESIDENCE, ["time"])]


def test_thanks_and_a_question_is_a_question(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text="Cảm ơn em nhé, à mà lệ phí bao nhiêu?")
    assert of_type(reply, "procedure")[0]["asked"] == ["fee"]


def test_the_list_is_read_to_its_end_on_request(
    engine: Engine, conversation: str, trained_catalogue: dict[str, dict]
) -> None:
    entry = max(
        (e for e in trained_catalogue.values() if e["documents"] and not e["replaced_by"]),
        key=lambda e: sum(len((d["vi"] or "").split()) for d in e["documents"]),
    )
    engine.turn(conversation, payload=f"procedure:{entry['code']}")
    short = said(engine.turn(conversation, payload="aspect:documents"))
    reply = engine.turn(conversation, text="đọc danh sách giấy tờ cho bác")
    titles = [i["title"] for i in of_type(reply, "procedure")[0]["sections"]["documents"]["items"]]
    assert all(title.rstrip(" .;") in said(reply) for title in titles)
    assert len(said(reply)) > len(short)


def test_repeat_speaks_the_language_that_is_now_spoken(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}", language="vi")
    vietnamese = said(engine.turn(conversation, payload="aspect:fee", language="vi"))
    again = engine.turn(conversation, payload="repeat", language="en")
    assert again["language"] == "en"
    assert said(again) != vietnamese
    assert of_type(again, "procedure")[0]["asked"] == ["fee"]
    assert "Dạ" not in said(again)


def test_slowly_and_from_the_start_says_it_again(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    before = engine.turn(conversation, payload="aspect:documents")
    reply = engine.turn(conversation, text="nói chậm lại, đọc lại từ đầu")
    assert [part["action"] for part in of_type(reply, "control")] == ["slower", "repeat"]
    assert said(reply) == said(before)


def test_not_verified_is_said_once_a_topic(
    engine: Engine, conversation: str, trained_catalogue: dict[str, dict]
) -> None:
    code = next(
        c
        for c, e in trained_catalogue.items()
        if e["documents"] and not e["verified"] and not e["replaced_by"]
    )
    assert "chưa được kiểm chứng" in said(engine.turn(conversation, payload=f"procedure:{code}"))
    follow_up = engine.turn(conversation, payload="aspect:documents")
    assert "chưa được kiểm chứng" not in said(follow_up)
    assert of_type(follow_up, "procedure")[0]["verified"] is False


def test_every_counter_may_be_chosen_by_its_number(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="cho xin cái số")
    assert len(of_type(reply, "choices")[0]["choices"]) <= 4
    assert "Quầy số 10" in said(reply)
    assert of_type(engine.turn(conversation, text="số 7"), "ticket")[0]["counter"] == "7"


def test_go_on_is_no_stop(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, text="nhà vệ sinh ở đâu")
    reply = engine.turn(conversation, text="đi tiếp")
    assert of_type(reply, "mission")[0]["to"] == "toilet"


def test_a_broad_word_is_asked_back_with_its_procedures(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="hộ kinh doanh")
    assert reply["outcome"] == "clarified"
    codes = [c["payload"] for c in of_type(reply, "choices")[0]["choices"]]
    assert len(codes) == len(set(codes)) >= 3
    assert all(payload.startswith("procedure:") for payload in codes)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't understand", "en"),
        ("What papers do I need for đăng ký kết hôn?", "en"),
        ("my wife is Nguyễn Thị Hoa, how long does it take?", "en"),
        ("đăng ký tạm trú online được không", "vi"),
        ("dang ky tam tru o dau", "vi"),
    ],
)
def test_the_answer_is_in_the_language_of_the_question(
    engine: Engine, conversation: str, text: str, language: str
) -> None:
    assert engine.turn(conversation, text=text)["language"] == language


def test_a_whole_name_is_no_half_of_a_longer_one_on_offer(trained: Path) -> None:
    release = Release.load(trained, "r1")
    again = release.procedures["1.004746"]["name"]["vi"]
    offer = {"title": again, "payload": "procedure:1.004746"}
    memory = Memory(pending={"kind": "choices", "choices": [offer]})
    named = Understanding(
        intent="ask_procedure", procedures=(Candidate(MARRIAGE, 0.9, "đăng ký kết hôn"),)
    )
    assert narrowed("đăng ký kết hôn cần giấy tờ gì", memory, release, named) is None
    assert narrowed("đăng ký lại", memory, release, Understanding()) is not None


def test_louder_and_again_says_the_answer_again_louder(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload="procedure:1.001193")
    engine.turn(conversation, text="Mấy ngày thì xong?")
    reply = engine.turn(conversation, text="Tai tôi kém, cháu nói to lên rồi đọc lại lần nữa nào")
    assert {"louder", "repeat"} <= {part["action"] for part in of_type(reply, "control")}
    assert of_type(reply, "procedure")[0]["asked"] == ["time"]


def test_what_is_asked_before_the_name_is_asked_of_it(engine: Engine, conversation: str) -> None:
    reply = engine.turn(
        conversation, text="How long does it take and how much is it to register a birth?"
    )
    assert {"fee", "time"} <= set(of_type(reply, "procedure")[0]["asked"])
    assert not of_type(reply, "choices") or reply["topic"] == "1.001193"


@pytest.mark.parametrize(
    ("opening", "text", "intent"),
    [
        (None, "Chào cháu, ông đi bộ từ trên núi xuống đây", "greet"),
        ("procedure:1.001193", "Bác nghe ra rồi, thôi chào con nhé", "goodbye"),
    ],
)
def test_a_greeting_opens_and_ends(
    engine: Engine, conversation: str, opening: str | None, text: str, intent: str
) -> None:
    if opening is not None:
        engine.turn(conversation, payload=opening)
    assert engine.turn(conversation, text=text)["understanding"]["intent"] == intent
