"""A turn that a crash catches is answered by the next process, once."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from desk_fixtures import Desk, publish_release, until

from assistant.settings import Settings


async def test_a_turn_caught_by_a_crash_is_sent_once_more(desk: Desk) -> None:
    conversation = await desk.open()
    answer = await desk.say(conversation, "die", message_id="m1")
    assert answer.status_code == 200
    assert answer.json()["parts"][0]["text"] == "die"
    assert [entry["message_id"] for entry in desk.asked()] == ["m1", "m1"]


async def test_a_turn_that_always_kills_the_engine_is_not_sent_for_ever(desk: Desk) -> None:
    conversation = await desk.open()
    answer = await desk.say(conversation, "die always", message_id="m1")
    assert answer.status_code == 503
    assert answer.json()["code"] == "engine_unavailable"
    assert int(answer.headers["retry-after"]) > 0
    assert len(desk.asked()) == 2
    await until(lambda: desk.app.state.engine.wait_ready(0.5))
    assert (await desk.say(conversation, "xin chào")).status_code == 200


async def test_killed_between_turns_nobody_notices(desk: Desk) -> None:
    conversation = await desk.open()
    for number in range(3):
        assert (await desk.say(conversation, f"câu {number}")).status_code == 200
        pid = (await desk.app.state.engine.health())["pid"]
        os.kill(pid, signal.SIGKILL)
        assert (await desk.say(conversation, f"câu {number} nữa")).status_code == 200
    metrics = (await desk.http.get("/metrics")).text
    assert 'letan_child_restarts_total{child="engine"} 3.0' in metrics


async def test_an_engine_that_hangs_costs_one_turn_and_is_replaced(
    desk: Desk, settings: Settings
) -> None:
    settings.turn_seconds = 0.3
    conversation = await desk.open()
    before = (await desk.app.state.engine.health())["pid"]
    for number in range(3):
        answer = await desk.say(conversation, "hang", message_id=f"h{number}")
        assert (answer.status_code, answer.json()["code"]) == (503, "engine_timeout")
    settings.turn_seconds = 10.0
    answer = await desk.say(conversation, "xin chào")
    assert answer.status_code == 200
    assert (await desk.app.state.engine.health())["pid"] != before


async def test_an_error_of_the_engine_is_told_without_its_details(desk: Desk) -> None:
    conversation = await desk.open()
    answer = await desk.say(conversation, "refuse")
    assert (answer.status_code, answer.json()["code"]) == (502, "engine_failed")
    assert "asked to" not in answer.text


async def test_publishing_refuses_no_turn(desk: Desk, settings: Settings) -> None:
    conversation = await desk.open()
    first = (await desk.app.state.engine.health())["pid"]
    slow = asyncio.create_task(desk.say(conversation, "slow"))
    await until((desk.fault / "slow.begun").exists)
    await publish_release(settings, "second")
    await until(lambda: desk.app.state.engine.release == "second")
    other = await desk.open()
    assert (await desk.say(other, "xin chào")).status_code == 200
    assert (await desk.app.state.engine.health())["pid"] != first
    (desk.fault / "slow.go").write_text("go")
    assert (await slow).status_code == 200
    await until(lambda: not Path("/proc", str(first)).exists())


async def test_a_new_release_that_does_not_start_changes_nothing(
    desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk.fault / "refuse-to-start").touch()
    folder = await publish_release(settings, "second")
    with pytest.raises(Exception, match="release_not_starting"):
        await desk.app.state.engine.replace(folder, seconds=1.0)
    conversation = await desk.open()
    assert (await desk.say(conversation, "xin chào")).status_code == 200
    assert desk.app.state.engine.release == "first"
