"""What a visitor can do, through the engine's door, on the shipped content."""

from __future__ import annotations

import re

import pytest
from running_engine import CONTEXT, Engine, of_type, said

BIRTH = "1.001193"


def test_the_first_line_says_that_it_is_a_machine(engine: Engine, conversation: str) -> None:
    assert "máy trả lời tự động" in said(engine.turn(conversation, text="Xin chào"))
    assert "machine" in said(engine.turn(conversation + "en", text="Hello", language="en"))


def test_a_question_is_answered_by_the_aspects_asked_with_code_source_and_date(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(
        conversation, text="Đăng ký khai sinh cho con cần giấy tờ gì, lệ phí bao nhiêu?"
    )
    (card,) = of_type(reply, "procedure")
    assert reply["outcome"] == "answered"
    assert reply["topic"] == BIRTH == card["code"]
    assert card["asked"] == ["documents", "fee"] == reply["understanding"]["aspects"]
    assert card["source"]["urls"]
    assert card["source"]["date"]
    assert card["sections"]["documents"]["items"]
    assert "giấy tờ" in said(reply)
    assert "lệ phí" in said(reply).lower()


def test_a_follow_up_keeps_the_procedure(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text="còn lệ phí bao nhiêu?")
    assert reply["topic"] == BIRTH
    assert of_type(reply, "procedure")[0]["asked"] == ["fee"]


def test_unknown_facts_are_told_as_unknown_and_where_to_ask(
    engine: Engine, conversation: str, trained_catalogue: dict[str, dict]
) -> None:
    code = next(
        c for c, e in trained_catalogue.items() if e["documents"] is None and not e["replaced_by"]
    )
    reply = engine.turn(conversation, payload=f"procedure:{code}")
    (card,) = of_type(reply, "procedure")
    assert card["sections"]["documents"]["known"] is False
    assert "chưa có dữ liệu" in said(reply)


def test_unverified_entries_say_so(
    engine: Engine, conversation: str, trained_catalogue: dict[str, dict]
) -> None:
    for wanted in (True, False):
        code = next(
            c
            for c, e in trained_catalogue.items()
            if e["documents"] and e["verified"] is wanted and e["needs_review"] is not wanted
        )
        reply = engine.turn(conversation, payload=f"procedure:{code}")
        assert ("chưa được kiểm chứng" in said(reply)) is not wanted


def test_a_free_fee_is_free_and_an_unknown_one_is_not(
    engine: Engine, conversation: str, trained_catalogue: dict[str, dict]
) -> None:
    def code_where(amounts: list) -> str:
        return next(
            c
            for c, e in trained_catalogue.items()
            if [f["amount_vnd"] for f in e["fees"] or []] == amounts
            and not e["fee_note"]
            and not e["replaced_by"]
        )

    engine.turn(conversation, payload=f"procedure:{code_where([0])}")
    assert "không mất lệ phí" in said(engine.turn(conversation, payload="aspect:fee")).lower()
    engine.turn(conversation, payload=f"procedure:{code_where([])}")
    reply = engine.turn(conversation, payload="aspect:fee")
    assert of_type(reply, "procedure")[0]["sections"]["fee"]["known"] is False
    assert "chưa có dữ liệu" in said(reply)
    assert "không mất" not in said(reply).lower()


@pytest.mark.parametrize("answer", ["2", "số 2", "cái thứ hai", "title", "payload"])
def test_a_choice_is_taken_by_number_title_or_payload(
    engine: Engine, conversation: str, answer: str
) -> None:
    reply = engine.turn(conversation, text="Tôi cần chứng thực")
    (choices,) = of_type(reply, "choices")
    assert reply["outcome"] == "clarified"
    assert 2 <= len(choices["choices"]) <= 4
    second = choices["choices"][1]
    text = {"title": second["title"].upper(), "payload": second["payload"]}.get(answer, answer)
    chosen = engine.turn(conversation, text=text)
    assert chosen["outcome"] == "chosen"
    assert f"procedure:{chosen['topic']}" == second["payload"]


def test_a_payload_is_only_a_button_when_it_is_on_offer(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="have:yes")
    assert not of_type(reply, "checklist")
    reply = engine.turn(conversation, payload="mission:dance")
    assert not of_type(reply, "mission") + of_type(reply, "ticket") + of_type(reply, "procedure")


def test_not_understood_asks_once_and_then_calls_a_person(
    engine: Engine, conversation: str
) -> None:
    first = engine.turn(conversation, payload="have:yes")
    assert first["outcome"] == "clarified"
    assert of_type(first, "choices")[0]["choices"][-1]["payload"] == "staff"
    second = engine.turn(conversation, payload="have:yes")
    assert second["outcome"] == "handed_over"
    assert of_type(second, "handoff")


def test_the_checklist_asks_one_paper_at_a_time_and_says_what_is_missing(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, payload="checklist:start")
    (checklist,) = of_type(reply, "checklist")
    answers = ["chưa có", *["có rồi"] * (len(checklist["items"]) - 2), None]
    missing = checklist["current"]
    for item, answer in zip(checklist["items"], answers, strict=False):
        assert of_type(reply, "checklist")[0]["current"] == item["id"]
        said_so = {"text": answer} if answer else {"payload": "have:unsure"}
        reply = engine.turn(conversation, **said_so)
    (checklist,) = of_type(reply, "checklist")
    assert checklist["done"] is True
    assert checklist["current"] is None
    assert missing in checklist["missing"]
    assert checklist["items"][0]["title"] in said(reply)
    assert checklist["items"][-1]["have"] is None


def test_papers_named_in_a_sentence_are_ticked(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(
        conversation, text="Chị có giấy chứng sinh với căn cước rồi, xem giúp chị còn thiếu gì"
    )
    (checklist,) = of_type(reply, "checklist")
    have = {item["title"]: item["have"] for item in checklist["items"]}
    assert have["Giấy chứng sinh"] is True
    assert sum(1 for value in have.values() if value) == 2
    assert checklist["current"] not in {None, "d2"}


@pytest.mark.parametrize(
    "text",
    [
        "Tôi có giấy chứng sinh rồi, còn thiếu gì?",
        "giấy chứng sinh thì chị có rồi",
        "I already have the birth notification, what else do I need?",
    ],
)
def test_a_paper_that_the_visitor_has_is_no_new_topic(
    engine: Engine, conversation: str, text: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text=text)
    assert reply["topic"] == BIRTH
    assert next(i for i in of_type(reply, "checklist")[0]["items"] if i["id"] == "d2")["have"]


@pytest.mark.parametrize("text", ["thôi", "không cần nữa", "no thanks"])
def test_declining_ends_nothing_and_keeps_the_topic(
    engine: Engine, conversation: str, text: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text=text)
    assert not of_type(reply, "control") + of_type(reply, "choices")
    assert reply["topic"] == BIRTH
    assert reply["outcome"] == "answered"


@pytest.mark.parametrize(
    "text", ["Nhà vệ sinh ở đâu em?", "Cảm ơn em", "Mấy giờ nghỉ trưa?", "Trời có mưa không em?"]
)
def test_something_in_between_keeps_the_topic(engine: Engine, conversation: str, text: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    engine.turn(conversation, text=text)
    reply = engine.turn(conversation, text="còn lệ phí bao nhiêu?")
    assert of_type(reply, "procedure")[0]["code"] == BIRTH


def test_another_choice_may_be_taken_after_the_first(engine: Engine, conversation: str) -> None:
    offered = of_type(engine.turn(conversation, text="Tôi cần chứng thực"), "choices")[0]["choices"]
    for said_so, index in (("số 2", 1), ("cái đầu", 0)):
        reply = engine.turn(conversation, text=said_so)
        assert f"procedure:{reply['topic']}" == offered[index]["payload"]


def test_who_asks_on_instead_of_choosing_is_answered_by_name(
    engine: Engine, conversation: str
) -> None:
    offered = of_type(engine.turn(conversation, text="Tôi cần chứng thực"), "choices")[0]["choices"]
    reply = engine.turn(conversation, text="bao nhiêu tiền")
    (card,) = of_type(reply, "procedure")
    assert f"procedure:{card['code']}" == offered[0]["payload"]
    others = [choice["payload"] for choice in of_type(reply, "choices")[0]["choices"]]
    assert offered[0]["payload"] not in others
    assert others[-1] == "staff"


def test_leading_needs_a_robot_that_may_move(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(conversation, text="Dẫn chị ra quầy đó nhé")
    assert of_type(reply, "mission") == [{"type": "mission", "kind": "lead", "to": "counter-3"}]
    still = {**CONTEXT, "can_move": False}
    reply = engine.turn(conversation, text="Dẫn chị ra quầy đó nhé", context=still)
    assert not of_type(reply, "mission")
    assert of_type(reply, "route")[0]["to"] == "counter-3"


def test_the_offer_to_lead_is_accepted_or_declined(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, text="Nhà vệ sinh ở đâu em?")
    assert of_type(reply, "route")[0]["to"] == "toilet"
    assert of_type(engine.turn(conversation, payload="affirm"), "mission")[0]["to"] == "toilet"
    engine.turn(conversation, text="Nhà vệ sinh ở đâu em?")
    assert not of_type(engine.turn(conversation, payload="deny"), "mission")


def test_an_office_outside_is_told_with_address_and_never_led_to(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload="procedure:1.004194")  # temporary residence: the ward police
    for text in ("Vậy ra quầy nào?", "Dẫn tôi đến đó đi", "Lấy số giúp tôi"):
        reply = engine.turn(conversation, text=text)
        assert "Công an phường Minh Họa" in said(reply)
        assert not of_type(reply, "mission") + of_type(reply, "route") + of_type(reply, "ticket")


def test_a_closed_counter_gives_no_ticket_and_says_when_it_opens(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    assert of_type(engine.turn(conversation, text="Lấy số giúp tôi"), "ticket")[0]["counter"] == "3"
    closed = {"open": False, "opens_at": "2026-11-23T13:00:00+07:00", "waiting": 0}
    context = {**CONTEXT, "counters": {"3": closed}}
    reply = engine.turn(conversation, text="Lấy số giúp tôi", context=context)
    assert not of_type(reply, "ticket")
    assert "13 giờ" in said(reply)
    early = {"counters": {"3": {**closed, "tickets": True}}}
    reply = engine.turn(conversation, text="Lấy số giúp tôi", context={**CONTEXT, **early})
    assert of_type(reply, "ticket")[0]["counter"] == "3"
    assert "13 giờ" in said(reply)


def test_out_of_scope_is_refused_with_the_competent_authority(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, text="Chiều nay trời có mưa không em?")
    assert reply["outcome"] == "out_of_scope"
    assert reply["understanding"]["out_of_scope"] is True
    assert not of_type(reply, "procedure")


def test_a_language_is_followed_and_can_be_changed(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, payload=f"procedure:{BIRTH}", language="en")
    assert reply["language"] == "en"
    reply = engine.turn(conversation, payload="aspect:documents")
    assert reply["language"] == "en"
    assert "You need" in said(reply)
    reply = engine.turn(conversation, payload="language:vi")
    assert of_type(reply, "control") == [{"type": "control", "action": "language", "value": "vi"}]
    assert "cần" in said(engine.turn(conversation, payload="aspect:documents"))
    assert engine.turn(conversation, text="What is the fee for it?")["language"] == "en"
    assert engine.turn(conversation, text="ok")["language"] == "en"
    assert engine.turn(conversation, text="lệ phí?")["language"] == "vi"


def test_repeat_says_the_last_answer_again(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    before = engine.turn(conversation, payload="aspect:documents")
    again = engine.turn(conversation, payload="repeat")
    assert said(again) == said(before)
    assert again["understanding"]["aspects"] == ["documents"]
    assert again["topic"] == BIRTH


def test_no_number_of_the_visitor_comes_back(engine: Engine, conversation: str) -> None:
    reply = engine.turn(
        conversation, text="Căn cước của tôi số 079099000123, sao y bao nhiêu tiền?"
    )
    assert not re.search("079099000123", str(reply))


def test_goodbye_thanks_and_staff(engine: Engine, conversation: str) -> None:
    assert of_type(engine.turn(conversation, text="Tạm biệt nhé"), "control")[0]["action"] == "end"
    assert of_type(engine.turn(conversation, text="Cho tôi gặp cán bộ"), "handoff")
    assert engine.turn(conversation, text="Cảm ơn em")["understanding"]["intent"] == "thank"


@pytest.mark.parametrize("action", ["slower", "louder"])
def test_voice_controls_keep_the_open_question(
    engine: Engine, conversation: str, action: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    engine.turn(conversation, payload="checklist:start")
    reply = engine.turn(conversation, payload=action)
    assert of_type(reply, "control")[0]["action"] == action
    assert of_type(engine.turn(conversation, text="có rồi"), "checklist")
