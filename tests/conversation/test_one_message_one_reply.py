"""A message is answered once, in order, and what was answered survives."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest
from desk_fixtures import ROOT, Desk, client_of, publish_release, until

from assistant.main import create_app
from assistant.settings import Settings
from assistant.startup import Background


async def test_the_same_message_id_gets_the_same_reply(desk: Desk) -> None:
    conversation = await desk.open()
    first = await desk.say(conversation, "xin chào", message_id="m1")
    again = await desk.say(conversation, "xin chào", message_id="m1")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len(desk.asked()) == 1


async def test_the_same_message_sent_ten_times_at_once_is_asked_once(desk: Desk) -> None:
    conversation = await desk.open()
    sending = (desk.say(conversation, "xin chào", message_id="m1") for _ in range(10))
    answers = await asyncio.gather(*sending)
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len(desk.asked()) == 1


async def test_another_text_under_a_used_id_is_refused(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.say(conversation, "xin chào", message_id="m1")
    answer = await desk.say(conversation, "tạm biệt", message_id="m1")
    assert (answer.status_code, answer.json()["code"]) == (409, "message_id_conflict")
    other = await desk.open()
    assert (await desk.say(other, "tạm biệt", message_id="m1")).status_code == 200


async def test_turns_of_one_conversation_run_one_after_another(desk: Desk) -> None:
    conversation = await desk.open()
    slow = asyncio.create_task(desk.say(conversation, "slow"))
    await until((desk.fault / "slow.begun").exists)
    second = asyncio.create_task(desk.say(conversation, "sau"))
    other = await desk.open()
    assert (await desk.say(other, "khác")).status_code == 200
    assert [entry["text"] for entry in desk.asked()] == ["slow", "khác"]
    (desk.fault / "slow.go").write_text("go")
    assert (await slow).status_code == (await second).status_code == 200
    assert [entry["text"] for entry in desk.asked()] == ["slow", "khác", "sau"]


async def test_who_waits_too_long_is_told_to_wait(desk: Desk) -> None:
    desk.app.state.conversations._locks._wait = 0.05
    conversation = await desk.open()
    slow = asyncio.create_task(desk.say(conversation, "slow"))
    await until((desk.fault / "slow.begun").exists)
    answer = await desk.say(conversation, "sau")
    assert (answer.status_code, answer.json()["code"]) == (409, "conversation_busy")
    assert answer.headers["retry-after"]
    (desk.fault / "slow.go").write_text("go")
    assert (await slow).status_code == 200
    assert len(desk.app.state.conversations._locks) == 0


async def test_an_order_to_stop_waits_for_nothing(desk: Desk) -> None:
    pairing = (await desk.http.post("/api/v1/kiosks/pair")).json()
    headers = {"Authorization": f"Bearer {pairing['token']}"}
    opened = await desk.http.post(
        "/api/v1/conversations", json={"kiosk": "kiosk-1"}, headers=headers
    )
    conversation = opened.json()["id"]
    slow = asyncio.create_task(desk.say(conversation, "slow"))
    await until((desk.fault / "slow.begun").exists)
    answer = (await desk.say(conversation, "dừng lại em ơi")).json()
    assert answer["outcome"] == "stopped"
    assert answer["parts"][-1] == {"type": "control", "action": "stop", "value": None}
    assert (await desk.http.get("/api/v1/robots/robot-1")).json()["stopped"] is True
    assert [entry["text"] for entry in desk.asked()] == ["slow"]
    (desk.fault / "slow.go").write_text("go")
    await slow


async def test_an_order_to_stop_is_answered_in_the_language_of_the_talk(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.say(conversation, "hello", language="en")
    answer = (await desk.say(conversation, "stop")).json()
    assert (answer["outcome"], answer["language"]) == ("stopped", "en")


async def test_a_closed_conversation_is_gone_and_forgotten(desk: Desk) -> None:
    conversation = await desk.open()
    await desk.say(conversation, "xin chào", message_id="m1")
    url = f"/api/v1/conversations/{conversation}"
    assert (await desk.http.delete(url)).status_code == 204
    assert (desk.fault / "forgotten").read_text().split() == [conversation]
    answer = await desk.say(conversation, "xin chào", message_id="m1")
    assert (answer.status_code, answer.json()["code"]) == (410, "conversation_closed")
    database = desk.app.state.database
    async with database.reading() as session:
        from sqlalchemy import text

        kept = (await session.execute(text("SELECT reply FROM turns"))).scalars().all()
    assert kept == [None]


async def test_unknown_conversations_are_unknown(desk: Desk) -> None:
    for conversation in ("nobody", "x" * 60, "default", "..%2F", "\u0111"):
        answer = await desk.say(conversation, "xin chào")
        assert (answer.status_code, answer.json()["code"]) in (
            (404, "conversation_unknown"),
            (404, "not_found"),
            (422, "input_invalid"),
        )
        assert desk.asked() == []


async def test_closed_by_another_process_takes_no_turn(desk: Desk, settings: Settings) -> None:
    conversation = await desk.open()
    assert (await desk.say(conversation, "một")).status_code == 200
    other = Background(create_app(settings))
    async with other.running(robots=False, speech=False), client_of(other.app) as http:
        assert (await http.delete(f"/api/v1/conversations/{conversation}")).status_code == 204
    answer = await desk.say(conversation, "hai")
    assert (answer.status_code, answer.json()["code"]) == (410, "conversation_closed")


@pytest.mark.slow
async def test_what_was_answered_survives_kill_9(settings: Settings, fault: Path) -> None:
    """A server process is killed after its answer; the next one gives the same answer."""
    await publish_release(settings, "first")
    program = f"""
import asyncio, socket, sys, uvicorn
from assistant.main import create_app
from assistant.settings import Settings
settings = Settings(**{json.loads(settings.model_dump_json(include={"data_dir", "content_dir"}))!r})
settings.engine_python = {str(settings.engine_python)!r}
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(create_app(settings), log_config=None)
uvicorn.Server(config).run(sockets=[listener])
"""

    async def start() -> tuple[asyncio.subprocess.Process, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(await process.stdout.readline())}"

        async def ready() -> bool:
            try:
                async with httpx.AsyncClient() as http:
                    return (await http.get(f"{url}/readyz")).status_code == 200
            except httpx.TransportError:
                return False

        await until(ready, 60)
        return process, url

    message = {"text": "xin chào", "message_id": "m1"}
    process, url = await start()
    async with httpx.AsyncClient() as http:
        conversation = (await http.post(f"{url}/api/v1/conversations", json={})).json()["id"]
        path = f"/api/v1/conversations/{conversation}/messages"
        first = await http.post(url + path, json=message)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        process, url = await start()
        again = await http.post(url + path, json=message)
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len((fault / "asked.jsonl").read_text().splitlines()) == 1
