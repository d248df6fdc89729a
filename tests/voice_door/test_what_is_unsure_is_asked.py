"""Neither sure words nor a sure meaning: the desk asks back, and gives up politely."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from voice_client import SILENCE, Client, conversation, espeak

from assistant.channels.voice_door.deciding import Answer, AskBack, Decider, Decision, Unclear
from assistant.voice.confirmation import (
    Guess,
    agreed,
    agrees,
    did_you_mean,
    menu,
    other_language,
    ranked,
    sure_of,
)
from assistant.voice.ear import Utterance
from assistant.voice.second_hearing import PLAIN
from speech.engines import Transcript

Meaning = Callable[..., None]


def part(reply: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in reply["parts"] if one["type"] == kind)
    return found


def decide(
    app: TestClient, decider: Decider, text: str, confidence: float, hold: bool = False
) -> Decision:
    """As if these words had been heard, too shortly for a second hearing."""
    heard = Utterance(Transcript(text, confidence), SILENCE, 0.4, 0.6, 0.05)
    assert app.portal is not None
    return app.portal.call(lambda: decider.decide(heard, "vi", hold=hold))


@pytest.fixture
def decider(app: TestClient) -> Decider:
    state = app.app.state  # type: ignore[attr-defined]
    return Decider(state.engine, state.voice, lambda: state.catalogue)


def test_an_unsure_sentence_is_asked_back_with_choices(
    app: TestClient, decider: Decider, meaning: Meaning
) -> None:
    meaning(0.5)
    asked = decide(app, decider, "ký khai sinh doanh chậm", 0.6)
    assert isinstance(asked, AskBack)
    text, choices = asked.reply.parts
    assert text["text"] == "Dạ, anh/chị hỏi về Đăng ký khai sinh, phải không ạ?"
    assert [choice["title"] for choice in choices["choices"]] == ["Đúng ạ", "Không phải"]
    assert choices["choices"][0]["payload"] == "Đăng ký khai sinh cần giấy tờ gì"
    answer = decide(app, decider, "đúng rồi", 0.6)
    assert isinstance(answer, Answer)
    assert (answer.heard, answer.text) == ("đúng rồi", "Đăng ký khai sinh cần giấy tờ gì")


def test_after_no_the_question_is_asked_anew_and_then_given_up(
    app: TestClient, decider: Decider, meaning: Meaning
) -> None:
    meaning(0.5)
    for parts in (["text"], ["text", "choices", "handoff"]):
        assert isinstance(decide(app, decider, "ký khai sinh doanh chậm", 0.6), AskBack)
        told = decide(app, decider, "không phải", 0.9)
        assert isinstance(told, AskBack)
        assert [part["type"] for part in told.reply.parts] == parts
    menu = told.reply.parts[1]["choices"]
    assert (len(menu), menu[-1]["payload"]) == (4, "staff")


def test_sure_words_and_likely_words_of_a_sure_meaning_are_answered(
    app: TestClient, decider: Decider, meaning: Meaning
) -> None:
    meaning(0.0)
    assert isinstance(decide(app, decider, "thế nào cũng được", 0.95), Answer)
    meaning(0.97)
    assert isinstance(decide(app, decider, "khai sinh cần với rồi gì", 0.7), Answer)
    assert isinstance(decide(app, decider, "khai sinh cần với rồi gì", 0.6), AskBack)
    assert decide(app, decider, "khai sinh cần với rồi gì", 0.3) == Unclear("noise")


@pytest.mark.parametrize(
    ("intent", "entities", "question"),
    [
        (
            "lead_me",
            [{"entity": "counter", "value": "3", "text": "quầy số ba"}],
            "Dạ, anh/chị muốn em dẫn đến quầy số ba, phải không ạ?",
        ),
        ("lead_me", [], "Dạ, anh/chị muốn em dẫn đường, phải không ạ?"),
        ("take_ticket", [], "Dạ, anh/chị muốn lấy số thứ tự, phải không ạ?"),
    ],
)
def test_no_robot_starts_and_no_ticket_is_drawn_upon_doubtful_words(
    app: TestClient,
    decider: Decider,
    meaning: Meaning,
    intent: str,
    entities: list[dict[str, str]],
    question: str,
) -> None:
    parsed = {"intent": {"name": intent, "confidence": 0.99}, "procedures": []}
    folder: Path = app.app.state.settings.engine_python.parent  # type: ignore[attr-defined]
    (folder / "parse.json").write_text(json.dumps({**parsed, "entities": entities}))
    words = "dẫn tôi đến quầy số ba"
    for confidence in (0.6, 0.79):
        asked = decide(app, decider, words, confidence)
        assert isinstance(asked, AskBack)
        assert asked.reply.parts[0]["text"] == question
    answer = decide(app, decider, "đúng rồi", 0.9)
    assert isinstance(answer, Answer)
    assert answer.text == words
    assert isinstance(decide(app, decider, words, 0.85), Answer)
    assert isinstance(decide(app, decider, words, 0.4), Unclear)
    meaning(0.97)


@pytest.mark.parametrize("intent", ["find_counter", "centre_info", "talk_to_staff", "repeat"])
def test_doubtful_words_that_name_no_procedure_are_asked_back_too(
    app: TestClient, decider: Decider, meaning: Meaning, intent: str
) -> None:
    folder: Path = app.app.state.settings.engine_python.parent  # type: ignore[attr-defined]
    parsed = {"intent": {"name": intent, "confidence": 0.99}, "procedures": []}
    (folder / "parse.json").write_text(json.dumps(parsed))
    words = "quầy số hai ở đâu"
    asked = decide(app, decider, words, 0.6)
    assert isinstance(asked, AskBack)
    assert asked.reply.parts[0]["text"] == f"Dạ, anh/chị nói “{words}”, phải không ạ?"
    answer = decide(app, decider, "đúng rồi", 0.9)
    assert isinstance(answer, Answer)
    assert answer.text == words
    # By chance, too short, or of nothing that is asked here: nobody is asked back.
    assert decide(app, decider, words, 0.52) == Unclear("noise")
    assert isinstance(decide(app, decider, words, 0.52, hold=True), AskBack)
    (folder / "parse.json").write_text(
        json.dumps({"intent": {"name": "greet", "confidence": 0.99}, "procedures": []})
    )
    assert not isinstance(decide(app, decider, words, 0.6), Answer)
    meaning(0.97)


def test_twice_not_understood_brings_the_menu_and_a_person(
    app: TestClient, decider: Decider, meaning: Meaning
) -> None:
    meaning(0.0)
    assert decide(app, decider, "vậy mà bị không cho", 0.6) == Unclear("noise")
    told = decide(app, decider, "vậy mà bị không cho", 0.6)
    assert isinstance(told, AskBack)
    assert [part["type"] for part in told.reply.parts] == ["text", "choices", "handoff"]


def test_babble_of_the_hall_is_never_answered_however_long(
    app: TestClient, decider: Decider, meaning: Meaning
) -> None:
    meaning(0.5)
    for _ in range(5):
        assert decide(app, decider, "ờ vậy à thôi đi", 0.4) == Unclear("noise")
    meaning(0.0)
    assert decide(app, decider, "", 0.0, hold=True) == Unclear("noise")
    assert isinstance(decide(app, decider, "", 0.0, hold=True), AskBack)


@pytest.mark.slow
def test_a_foreigner_is_asked_in_english_and_answered_in_english(
    app: TestClient, meaning: Meaning
) -> None:
    meaning(0.0)
    english = espeak("I would like to register the birth of my child", "en-us", 150)
    with app.websocket_connect(f"/api/v1/voice/{conversation(app)}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(SILENCE + english + SILENCE)
        reply = client.until("reply", "rejected")
        assert (reply["language"], reply["outcome"]) == ("en", "clarified")
        assert "English" in part(reply, "text")["text"]
        choices = part(reply, "choices")["choices"]
        assert [choice["payload"] for choice in choices] == ["language:en", "language:vi"]
        client.stream(espeak("Yes please", "en-us", 150) + SILENCE)
        reply = client.until("reply", "rejected")
        assert reply["language"] == "en"
        assert "birth of my child" in part(reply, "text")["text"]
        client.stream(espeak("How much does it cost", "en-us", 150) + SILENCE)
        final = client.until("final", "rejected")
        assert final["language"] == "en"
        assert "how much" in final["text"].lower()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("đúng rồi", True), ("dạ đúng rồi ạ", True), ("vâng", True), ("có ạ", True),
        ("Yes, please.", True), ("phải", True), ("không phải", False), ("dạ không ạ", False),
        ("No, thank you.", False), ("sai rồi", False), ("đúng hẹn trả kết quả", None),
        ("không có giấy chứng sinh thì sao", None), ("", None),
    ],
)  # fmt: skip
def test_yes_and_no_are_whole_answers(text: str, meant: bool | None) -> None:
    assert agrees(text) is meant


def test_two_readings_that_disagree_are_no_agreement() -> None:
    sure, other = ({"procedures": [{"code": code, "confidence": 0.9}]} for code in ("a", "b"))
    unsure = {"procedures": [{"code": "c", "confidence": 0.5}]}
    vague: dict[str, Any] = {"procedures": []}
    assert agreed([sure, sure])
    assert agreed([sure, unsure])
    assert not agreed([sure, other])
    assert not agreed([unsure, sure])
    assert not agreed([])
    assert ranked([unsure, sure, vague]) == [sure, unsure]


@pytest.mark.parametrize(
    ("parsed", "sure"),
    [
        ({"procedures": [{"code": "a", "confidence": 0.9}]}, True),
        ({"procedures": [{"code": "a", "confidence": 0.5}]}, False),
        ({"procedures": [{"code": "a", "confidence": 0.9}], "ambiguous": True}, False),
        ({"procedures": [{"code": "a", "confidence": 0.9}], "out_of_scope": True}, False),
        ({"procedures": [], "intent": {"name": "find_counter", "confidence": 0.99}}, True),
        ({"procedures": [], "intent": {"name": "talk_to_staff", "confidence": 0.99}}, False),
        ({}, False),
    ],
)
def test_a_meaning_is_sure_when_nothing_speaks_against_it(
    parsed: dict[str, Any], sure: bool
) -> None:
    assert sure_of(parsed) is sure


def test_questions_are_whole_in_both_languages() -> None:
    guesses = [Guess("1", "Birth registration"), Guess("2", "Marriage"), Guess("3", "Death")]
    for language, yes in (("vi", "Đúng ạ"), ("en", "Yes")):
        asked = did_you_mean([*guesses, Guess("4", "x")], ["fee"], language)  # type: ignore[arg-type]
        titles = [choice["title"] for choice in asked.parts[1]["choices"]]
        assert titles[0] == yes
        assert titles[1:3] == ["Marriage", "Death"]
        assert len(titles) == 4
        assert asked.meant.startswith("Birth registration ")
        assert menu(guesses, language)[1]["choices"][-1]["payload"] == "staff"  # type: ignore[arg-type]
    assert other_language("hello there", "en").parts[0]["text"].isascii()
    assert other_language("xin chào", "vi").meant == "xin chào"
    assert set(PLAIN) == {"vi", "en"}
