"""Speech services are killed, frozen or missing in the middle of a visit: the desk goes on."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from conftest import SILENCE, Hall, Visitor, running, spoken, visitor

QUESTION = "đăng ký kết hôn"


@pytest.fixture
def own_hall(tmp_path: Path) -> Iterator[Hall]:
    """A desk whose services are this test's to kill."""
    with running(tmp_path) as hall:
        yield hall


def another(hall: Hall, role: str) -> Callable[[], bool]:
    """Whether another process than at the start does the work of a role, and is ready."""
    service = hall.voice._services[role]
    return lambda: service.health.state == "ready" and service._child.pid != hall.children[role]


def there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def understood(one: Visitor) -> str:
    await one.say(spoken(QUESTION))
    return str((await one.until("final", "rejected"))["text"])


async def test_a_recogniser_that_is_killed_while_somebody_speaks(
    own_hall: Hall, http: aiohttp.ClientSession
) -> None:
    async with visitor(http, own_hall) as one:
        await one.start(speak=False)
        await one.say(spoken(QUESTION)[: -2 * len(SILENCE)])
        await one.until("partial")
        os.kill(own_hall.children["recogniser"], signal.SIGKILL)
        await one.say(SILENCE * 2)
        lost = await one.until("rejected", "final")
        assert (lost["type"], lost["reason"]) == ("rejected", "engine")
        assert "nói lại" in lost["text"]
        await own_hall.until(another(own_hall, "recogniser"))
        assert "kết hôn" in await understood(one)


async def test_a_recogniser_that_is_frozen_is_replaced(
    own_hall: Hall, http: aiohttp.ClientSession
) -> None:
    """Its own deadlines cannot help it: it does not run at all."""
    service = own_hall.voice._services["recogniser"]
    service.watch_seconds, service.silent_seconds = 0.2, 2.0
    pid = own_hall.children["recogniser"]
    async with visitor(http, own_hall) as one:
        await one.start(speak=False)
        await one.say(spoken(QUESTION)[: -2 * len(SILENCE)])
        await one.until("partial")
        os.kill(pid, signal.SIGSTOP)
        await one.say(SILENCE * 2)
        assert (await one.until("rejected", "final"))["reason"] == "engine"
        await own_hall.until(another(own_hall, "recogniser"))
        assert not there(pid)
        assert "kết hôn" in await understood(one)


async def test_a_synthesiser_that_is_killed_costs_the_voice_of_one_reply(
    own_hall: Hall, http: aiohttp.ClientSession
) -> None:
    os.kill(own_hall.children["synthesiser"], signal.SIGSTOP)  # so that it dies while it is needed
    async with visitor(http, own_hall) as one:
        await one.start()
        await one.say(spoken(QUESTION))
        assert "kết hôn" in (await one.until("reply"))["parts"][0]["text"]
        os.kill(own_hall.children["synthesiser"], signal.SIGKILL)
        assert (await one.until("error"))["code"].startswith("speech_")
        await own_hall.until(another(own_hall, "synthesiser"))
        await one.say(spoken(QUESTION))
        await one.until("reply")
        await one.until("audio_end")


async def test_without_a_synthesiser_the_reply_is_written(
    tmp_path: Path, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "env"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    question = spoken(QUESTION)
    monkeypatch.setenv("PATH", str(programs))
    with running(tmp_path) as hall:
        health = {one.role: one for one in hall.voice.health()}
        assert health["synthesiser"].state == "unavailable"
        assert "apt-get install espeak-ng" in (health["synthesiser"].reason or "")
        async with http.post(f"{hall.url}/api/v1/speech", json={"text": "xin chào"}) as answer:
            assert answer.status == 503
            assert "espeak-ng" in (await answer.json())["detail"]
        async with visitor(http, hall) as one:
            await one.start()
            await one.say(question)
            assert "kết hôn" in (await one.until("reply"))["parts"][0]["text"]
            assert (await one.until("error"))["code"] == "speech_unavailable"
            await one.until("state")
            assert one.events[-1]["state"] == "listening"


@pytest.mark.parametrize("role", ["recogniser", "synthesiser"])
async def test_the_desk_ends_although_a_service_is_frozen(tmp_path: Path, role: str) -> None:
    with running(tmp_path) as hall:
        pid = hall.children[role]
        os.kill(pid, signal.SIGSTOP)
        hall.server.should_exit = True
        await hall.until(lambda: not hall.thread.is_alive())
    assert not there(pid)
