"""A word beside the judgement at the end is kept, redacted, and never taken for a question."""

import pytest
from desk_fixtures import Desk
from sqlalchemy import text as sql


async def judge(desk: Desk, conversation: str, **message: object) -> tuple[int, dict[str, object]]:
    url = f"/api/v1/conversations/{conversation}/messages"
    answer = await desk.http.post(url, json=message)
    return answer.status_code, answer.json()


async def test_it_is_stored_redacted_beside_the_judgement(desk: Desk) -> None:
    conversation = await desk.open()
    status, reply = await judge(
        desk,
        conversation,
        payload="feedback:down",
        comment="Câu trả lời khó hiểu,\u200b gọi tôi 0912345678",
        message_id="m1",
    )
    assert (status, reply["outcome"]) == (200, "answered")
    assert reply["understanding"]["intent"] == "feedback"
    async with desk.app.state.database.reading() as session:
        (stored,) = (await session.execute(sql("SELECT message, intent FROM turns"))).all()
    assert tuple(stored) == (
        "payload:feedback:down Câu trả lời khó hiểu, gọi tôi [điện thoại]",
        "feedback",
    )
    assert desk.asked() == []


async def test_the_same_word_sent_again_is_one_turn_and_another_is_refused(desk: Desk) -> None:
    conversation = await desk.open()
    word = {"payload": "feedback:down", "comment": "Việc khác", "message_id": "m1"}
    assert await judge(desk, conversation, **word) == await judge(desk, conversation, **word)
    status, _ = await judge(desk, conversation, **word | {"comment": "Em nghe không đúng"})
    assert status == 409


async def test_thanks_are_in_the_language_of_the_page(desk: Desk) -> None:
    conversation = await desk.open(language="en")
    _, reply = await judge(desk, conversation, payload="feedback:up", comment="Quick and clear")
    assert reply["language"] == "en"
    assert reply["parts"][0]["text"].startswith("Thank you")


@pytest.mark.parametrize(
    "message",
    [
        {"text": "đăng ký khai sinh", "comment": "a"},
        {"payload": "staff", "comment": "a"},
        {"comment": "a"},
        {"payload": "feedback:down", "comment": ""},
        {"payload": "feedback:down", "comment": "   "},
        {"payload": "feedback:down", "comment": "\u200b"},
        {"payload": "feedback:down", "comment": "a" * 501},
        {"payload": "feedback:down", "comment": 5},
    ],
)
async def test_elsewhere_or_without_a_word_it_is_refused(
    desk: Desk, message: dict[str, object]
) -> None:
    conversation = await desk.open()
    status, problem = await judge(desk, conversation, **message)
    assert status == 422, problem
    assert desk.asked() == []
