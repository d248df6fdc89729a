"""While a question is open, "có", "chưa có", "cái thứ hai" are answers, and noise is none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from voice_client import SILENCE, Client, conversation, espeak

from assistant.channels.voice_door.deciding import Answer, AskBack, Decider, Decision, Unclear
from assistant.voice.ear import Utterance
from assistant.voice.offers import offer_of
from speech.engines import Transcript

PAPER = "Anh/chị có giấy chứng sinh chưa ạ? Lưu ý: bản chính."
CHECK = [
    {"type": "text", "text": PAPER},
    {
        "type": "choices",
        "prompt": "Giấy chứng sinh",
        "choices": [
            {"title": "Có", "payload": "have:yes"},
            {"title": "Chưa", "payload": "have:no"},
            {"title": "Không rõ", "payload": "have:unsure"},
        ],
    },
]
KINDS = [
    {"type": "text", "text": "Dạ, có mấy việc gần giống nhau. Anh/chị cần việc nào ạ?"},
    {
        "type": "choices",
        "prompt": "Anh/chị cần việc nào ạ?",
        "choices": [
            {"title": "Chứng thực bản sao (từ bản chính)", "payload": "procedure:1"},
            {"title": "Chứng thực chữ ký trong giấy tờ", "payload": "procedure:2"},
            {"title": "Chứng thực hợp đồng", "payload": "procedure:3"},
            {"title": "Không phải các việc này", "payload": "condition:no"},
        ],
    },
]


@pytest.fixture
def decider(app: TestClient) -> Decider:
    state = app.app.state  # type: ignore[attr-defined]
    return Decider(state.engine, state.voice, lambda: state.catalogue)


@pytest.fixture
def replies(app: TestClient) -> Iterator[Path]:
    """What the engine answers from now on; what it was asked stands beside it."""
    folder: Path = app.app.state.settings.engine_python.parent  # type: ignore[attr-defined]
    yield folder / "parts.json"
    (folder / "parts.json").unlink(missing_ok=True)


def heard(
    answer: str, likely: float, text: str = "chiều yếu tố", confidence: float = 0.6
) -> Utterance:
    found = Transcript(text, confidence)
    found = replace(found, answer=answer, answer_text="chưa có", answer_confidence=likely)
    return Utterance(found, SILENCE, 0.4, 0.6, 0.05, offer_of(CHECK))


def decide(app: TestClient, decider: Decider, utterance: Utterance, **how: bool) -> Decision:
    assert app.portal is not None
    hold = how.get("hold", False)
    return app.portal.call(lambda: decider.decide(utterance, "vi", hold=hold))


def test_a_likely_answer_is_its_button(app: TestClient, decider: Decider) -> None:
    answer = decide(app, decider, heard("no", 0.9))
    assert isinstance(answer, Answer)
    assert (answer.heard, answer.payload) == ("chưa có", "have:no")
    # A name that was not offered is nothing.
    assert not isinstance(decide(app, decider, heard("3", 0.99, confidence=0.4)), Answer)


def test_what_may_have_been_an_answer_is_asked_once_more_and_only_once(
    app: TestClient, decider: Decider
) -> None:
    asked = decide(app, decider, heard("no", 0.5))
    assert isinstance(asked, AskBack)
    text, choices = asked.reply.parts
    assert text["text"] == "Dạ, em chưa nghe rõ. Anh/chị có giấy chứng sinh chưa ạ?"
    assert choices == CHECK[1]
    assert decide(app, decider, heard("no", 0.5, text="", confidence=0.0)) == Unclear("noise")
    answer = decide(app, decider, heard("no", 0.9))
    assert isinstance(answer, Answer)


def test_a_word_by_itself_is_no_other_question(app: TestClient, decider: Decider) -> None:
    asked = decide(app, decider, heard("yes", 0.1, text="tổ", confidence=0.95))
    assert isinstance(asked, AskBack)
    assert asked.reply.parts[1] == CHECK[1]
    # Who says it again means it.
    again = decide(app, decider, heard("yes", 0.1, text="tổ", confidence=0.95))
    assert isinstance(again, Answer)
    assert again.text == "tổ"


def test_noise_and_other_sentences_are_no_answers(app: TestClient, decider: Decider) -> None:
    assert decide(app, decider, heard("yes", 0.2, text="", confidence=0.0)) == Unclear("noise")
    plain = decide(app, decider, heard("yes", 0.5, text="bao lâu thì xong", confidence=0.95))
    assert isinstance(plain, Answer)
    assert (plain.text, plain.payload) == ("bao lâu thì xong", None)


@pytest.mark.parametrize(("answer", "meant"), [("yes", True), ("no", False)])
def test_the_desks_own_question_takes_them_too(
    app: TestClient, decider: Decider, answer: str, meant: bool
) -> None:
    folder: Path = app.app.state.settings.engine_python.parent  # type: ignore[attr-defined]
    before = (folder / "parse.json").read_text()
    unsure = json.loads(before)
    unsure["procedures"][0]["confidence"] = 0.5
    (folder / "parse.json").write_text(json.dumps(unsure))
    asked = decide(app, decider, Utterance(Transcript("ký khai sinh", 0.6), SILENCE, 0.4, 0.6, 0))
    (folder / "parse.json").write_text(before)
    assert isinstance(asked, AskBack)
    offer = offer_of(asked.reply.parts)
    utterance = replace(heard(answer, 0.9, text="", confidence=0.3), offer=offer)
    told = decide(app, decider, utterance)
    if meant:
        assert isinstance(told, Answer)
        assert told.text == asked.reply.parts[1]["choices"][0]["payload"]
    else:
        assert isinstance(told, AskBack)
        assert "nói lại" in told.reply.parts[0]["text"]


def test_what_a_reply_offers() -> None:
    offer = offer_of(KINDS)
    assert offer is not None
    assert offer.payloads == {
        "1": "procedure:1", "2": "procedure:2", "3": "procedure:3", "no": "condition:no"
    }  # fmt: skip
    assert "chữ ký" in offer.patterns["2"]
    assert "chứng thực" not in {one for some in offer.patterns.values() for one in some}
    assert offer.prompt == "Anh/chị cần việc nào ạ?"
    lead: list[dict[str, Any]] = [
        {"type": "text", "text": "Quầy số 3 ở đây ạ. Anh/chị có muốn em dẫn đi không ạ?"}
    ]
    asked = offer_of(lead)
    assert asked is not None
    assert asked.payloads == {"yes": "affirm", "no": "deny"}


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"type": "text", "text": "Dạ, mời anh/chị đến Quầy số 3."}],
        [{"type": "text", "text": "Anh/chị cần gì thêm ạ?"}],
        [{"type": "choices"}],
        [{"type": "choices", "choices": [{}]}],
    ],
)
def test_a_reply_that_asks_nothing_offers_nothing(parts: list[dict[str, Any]]) -> None:
    assert offer_of(parts) is None


@pytest.mark.parametrize(
    ("parts", "said", "voice", "payload"),
    [
        (CHECK, "dạ có rồi", "vi", "have:yes"),
        (CHECK, "chưa có", "vi", "have:no"),
        (KINDS, "cái thứ hai", "vi", "procedure:2"),
        (KINDS, "chứng thực chữ ký", "vi-vn-x-south", "procedure:2"),
    ],
)
def test_a_short_answer_is_heard(
    app: TestClient, replies: Path, parts: Any, said: str, voice: str, payload: str
) -> None:
    """The question was asked at another channel: by touch at the same kiosk."""
    replies.write_text(json.dumps(parts))
    opened = conversation(app)
    app.post(f"/api/v1/conversations/{opened}/messages", json={"text": "giấy tờ của tôi"})
    with app.websocket_connect(f"/api/v1/voice/{opened}") as socket:
        client = Client(socket)
        client.start(speak=False)
        client.stream(SILENCE[:16_000] + espeak(said, voice, 125) + SILENCE)
        assert client.until("reply", "rejected")["type"] == "reply"
    asked = [json.loads(line) for line in (replies.parent / "asked.jsonl").open()]
    assert asked[-1]["payload"] == payload
    assert asked[-1]["text"] is None
