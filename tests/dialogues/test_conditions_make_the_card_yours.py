"""Conditions through the door: told in passing, asked one at a time, one card at the end."""

from __future__ import annotations

from typing import Any

import pytest
from running_engine import Engine, of_type, said

BIRTH = "1.001193"
MARRIAGE = "1.000894"


def papers(reply: dict[str, Any]) -> set[str]:
    (card,) = of_type(reply, "procedure")
    return {item["id"] for item in card["sections"]["documents"]["items"]}


def asked_documents(engine: Engine, conversation: str, code: str = BIRTH) -> dict[str, Any]:
    engine.turn(conversation, payload=f"procedure:{code}")
    return engine.turn(conversation, payload="aspect:documents")


def question(reply: dict[str, Any]) -> dict[str, Any]:
    (choices,) = of_type(reply, "choices")
    return choices


def test_the_general_answer_comes_at_once_with_one_question(
    engine: Engine, conversation: str
) -> None:
    reply = engine.turn(conversation, payload=f"procedure:{BIRTH}")
    assert of_type(reply, "procedure")[0]["case"] is None
    choices = question(reply)
    assert 3 <= len(choices["choices"]) <= 4
    assert choices["prompt"] in said(reply)
    kinds = {choice["payload"].partition(":")[0] for choice in choices["choices"]}
    assert kinds <= {"case", "condition"}


def test_several_conditions_told_in_passing_hold_at_once(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    reply = engine.turn(
        conversation, text="con em sinh ở nhà, ông nội đi làm thay thì cần giấy tờ gì?"
    )
    (card,) = of_type(reply, "procedure")
    assert [case["id"] for case in card["cases"]] == ["c1", "c5"]
    assert card["case"]["id"] == "c1.c5"
    assert {"c1-a1", "c5-a1"} <= papers(reply)
    assert "d2" not in papers(reply)
    assert "sinh tại nhà" in said(reply)


def test_questions_end_in_one_card_with_papers_fee_time_and_counter(
    engine: Engine, conversation: str
) -> None:
    reply = asked_documents(engine, conversation, MARRIAGE)
    general = papers(reply)
    asked = []
    answers = ["condition:yes", *["condition:no"] * 5]
    while of_type(reply, "choices"):
        asked.append(question(reply)["prompt"])
        reply = engine.turn(conversation, payload=answers[len(asked) - 1])
    assert 2 <= len(asked) <= 5
    assert len(asked) == len(set(asked))
    (card,) = of_type(reply, "procedure")
    assert card["asked"] == ["documents", "fee", "time", "place"]
    assert papers(reply) - general
    assert card["counter"] == "3"


def test_free_sentences_answer_and_no_stays_no(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    for text in ("sinh ở viện", "cha mẹ có đăng ký kết hôn rồi", "bố mẹ tự đi"):
        reply = engine.turn(conversation, text=text)
    (card,) = of_type(reply, "procedure")
    assert card["case"] is None
    assert "place" in card["asked"]


def test_not_sure_keeps_the_general_papers_and_names_the_condition(
    engine: Engine, conversation: str
) -> None:
    reply = asked_documents(engine, conversation, MARRIAGE)
    general = papers(reply)
    while of_type(reply, "choices"):
        single = question(reply)["choices"][0]["payload"].startswith("condition")
        reply = engine.turn(conversation, payload="condition:unsure" if single else "condition:no")
    (card,) = of_type(reply, "procedure")
    assert papers(reply) == general
    assert card["unsure"]
    assert all(line in said(reply) for line in card["unsure"])


@pytest.mark.parametrize("text", ["quay lại", "tiếp tục"])
def test_a_question_is_taken_up_after_something_else(
    engine: Engine, conversation: str, text: str
) -> None:
    prompt = question(asked_documents(engine, conversation, MARRIAGE))["prompt"]
    engine.turn(conversation, text="Nhà vệ sinh ở đâu em?")
    reply = engine.turn(conversation, text=text)
    assert question(reply)["prompt"] == prompt
    assert reply["topic"] == MARRIAGE


def test_who_asks_on_is_answered_and_nothing_is_asked_twice(
    engine: Engine, conversation: str
) -> None:
    prompts = [question(asked_documents(engine, conversation, MARRIAGE))["prompt"]]
    for _ in range(5):
        reply = engine.turn(conversation, payload="aspect:documents")
        assert of_type(reply, "procedure")
        prompts += [part["prompt"] for part in of_type(reply, "choices")]
    assert len(prompts) == len(set(prompts)) <= 4
    assert not of_type(engine.turn(conversation, payload="aspect:time"), "choices")


def test_who_asks_something_else_in_words_is_answered_and_asked_again_once(
    engine: Engine, conversation: str
) -> None:
    prompt = question(asked_documents(engine, conversation))["prompt"]
    reply = engine.turn(conversation, text="Tôi là ông nội, đi làm thay bố mẹ cháu có được không?")
    assert "eligibility" in of_type(reply, "procedure")[0]["asked"]
    assert question(reply)["prompt"] == prompt
    reply = engine.turn(conversation, text="Mấy ngày thì xong?")
    assert of_type(reply, "procedure")[0]["asked"] == ["time"]
    assert not of_type(reply, "choices")


def test_another_topic_in_between_keeps_what_was_told(engine: Engine, conversation: str) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    engine.turn(conversation, text="con tôi sinh tại nhà")
    engine.turn(conversation, payload=f"procedure:{MARRIAGE}")
    reply = engine.turn(conversation, payload=f"procedure:{BIRTH}")
    assert of_type(reply, "procedure")[0]["case"]["id"] == "c1"


def test_the_checklist_counts_the_papers_after_conditions(
    engine: Engine, conversation: str
) -> None:
    engine.turn(conversation, payload=f"procedure:{BIRTH}")
    engine.turn(conversation, text="cha mẹ chưa đăng ký kết hôn, ông ngoại đi làm thay")
    reply = engine.turn(conversation, text="Tôi có giấy chứng sinh rồi, còn thiếu gì?")
    (checklist,) = of_type(reply, "checklist")
    ids = [item["id"] for item in checklist["items"]]
    assert "d3" not in ids
    assert "c5-a1" in ids
    assert next(i for i in checklist["items"] if i["id"] == "d2")["have"] is True


def test_a_foreign_spouse_opens_the_twin(engine: Engine, conversation: str) -> None:
    asked_documents(engine, conversation, MARRIAGE)
    reply = engine.turn(conversation, text="bạn trai em là người Hàn Quốc")
    assert reply["topic"] == "2.000806"
    assert of_type(reply, "procedure")[0]["asked"] == ["documents"]


def test_questions_are_in_english(engine: Engine, conversation: str) -> None:
    reply = engine.turn(conversation, payload=f"procedure:{MARRIAGE}", language="en")
    assert [c["title"] for c in question(reply)["choices"]] == ["Yes", "No", "Not sure"]
    reply = engine.turn(conversation, text="yes, I am divorced")
    assert "All right" in said(reply) or "Noted" in said(reply)
