"""Fire, ambulance, police: the numbers and a person at once, whatever else does not work."""

import asyncio
import os
import signal
from typing import Any

import httpx
import pytest
from desk_fixtures import Desk, until
from sqlalchemy import event
from sqlalchemy import text as sql

from safeguards.emergencies import near

NUMBERS = ("114", "115", "113", "112")
CRIES = [
    ("cháy rồi", "114", "vi"),
    ("CHÁY KÌA CỨU VỚI!!!", "114", "vi"),
    ("there is a fire in the hall", "114", "en"),
    ("có người ngất xỉu ở quầy 3", "115", "vi"),
    ("call an ambulance", "115", "en"),
    ("mấy đứa đang uýnh nhau dưới sân", "113", "vi"),
    ("a man with a knife", "113", "en"),
]


def check(answer: httpx.Response, first: str, language: str) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()
    assert (reply["outcome"], reply["language"]) == ("handed_over", language)
    said, person = reply["parts"]
    assert all(number in said["text"] for number in NUMBERS)
    assert min(NUMBERS, key=said["text"].index) == first
    assert said["speech"]
    assert (person["type"], person["reason"]) == ("handoff", "emergency")
    assert person["where"]
    return reply


@pytest.mark.parametrize(("cry", "first", "language"), CRIES)
async def test_without_any_engine(
    http: httpx.AsyncClient, cry: str, first: str, language: str
) -> None:
    conversation = (await http.post("/api/v1/conversations", json={})).json()["id"]
    url = f"/api/v1/conversations/{conversation}/messages"
    assert (await http.post(url, json={"text": "xin chào"})).status_code == 503
    check(await http.post(url, json={"text": cry}), first, language)


async def test_while_the_engine_hangs_and_the_conversation_waits(desk: Desk) -> None:
    conversation = await desk.open()
    slow = asyncio.create_task(desk.say(conversation, "slow"))
    await until((desk.fault / "slow.begun").exists)
    check(await desk.say(conversation, "cháy rồi"), "114", "vi")
    assert [entry["text"] for entry in desk.asked()] == ["slow"]
    (desk.fault / "slow.go").write_text("go")
    assert (await slow).status_code == 200


async def test_after_the_engine_died(desk: Desk) -> None:
    conversation = await desk.open()
    os.kill((await desk.app.state.engine.health())["pid"], signal.SIGKILL)
    check(await desk.say(conversation, "gọi cấp cứu với"), "115", "vi")


async def test_it_is_a_turn_like_any_other(desk: Desk) -> None:
    conversation = await desk.open(language="en")
    first = await desk.say(conversation, "cháy kìa, gọi 0912345678", message_id="m1")
    check(first, "114", "vi")  # in the language of the cry
    assert (await desk.say(conversation, "cháy kìa, gọi 0912345678", message_id="m1")).content == (
        first.content
    )
    async with desk.app.state.database.reading() as session:
        (stored,) = (await session.execute(sql("SELECT message, outcome FROM turns"))).all()
    assert tuple(stored) == ("cháy kìa, gọi [điện thoại]", "handed_over")
    assert desk.asked() == []


async def test_a_locked_database_costs_a_moment(desk: Desk) -> None:
    conversation = await desk.open()
    engine = desk.app.state.database.engine.sync_engine
    engine.dispose()
    event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50")
    )
    async with desk.app.state.database.session() as holder:
        await holder.execute(sql("UPDATE conversations SET last_at = last_at"))
        answer = await desk.say(conversation, "cháy rồi", message_id="m1")
        check(answer, "114", "vi")
    await until(lambda: not desk.app.state.conversations._storing)
    assert (await desk.say(conversation, "cháy rồi", message_id="m1")).content == answer.content


async def test_papers_that_burnt_go_to_the_engine(desk: Desk) -> None:
    conversation = await desk.open()
    for text in ("giấy tờ bị cháy làm lại sao", "phòng cháy chữa cháy", "fire safety certificate"):
        assert (await desk.say(conversation, text)).json()["outcome"] == "answered"
    assert len(desk.asked()) == 3


@pytest.mark.parametrize(
    ("channel", "open_now", "who"),
    [
        ("kiosk", True, "staff"),
        ("kiosk", False, "closed"),
        ("kiosk", None, "unknown"),
        ("rest", True, "unknown"),
        ("zalo_oa", False, "unknown"),
    ],
)
def test_only_a_kiosk_of_an_open_centre_has_staff_near(
    channel: str, open_now: bool | None, who: str
) -> None:
    assert near({"channel": channel, "centre": {"open_now": open_now}}) == who


async def test_nobody_is_promised_to_who_may_be_anywhere(desk: Desk) -> None:
    said = (await desk.say(await desk.open(), "cháy rồi")).json()["parts"][0]["text"]
    assert "đừng chờ trả lời ở đây" in said
    assert "cán bộ" not in said
