"""A thousand visitors come and go: no memory, no open file and no session of theirs is left."""

import asyncio
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from conftest import Hall, conversation, spoken, visitor
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart
from wyoming.ping import Ping, Pong

from speech.client import Connection

CONNECTS = 1_000
WARM_UP = 100
MOST_MB = 24.0
"""Measured: up and down by 7 MB over 2,000 connects. A detector left behind has 1 MB, the audio of
one visitor 40 kB: a tenth of them lost would show."""


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """pytest keeps every line that is logged: that would be measured as growth."""
    logging.disable(logging.INFO)
    yield
    logging.disable(logging.NOTSET)


def memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def test_a_thousand_connects_to_the_recogniser(hall: Hall) -> None:
    """Each begins an utterance and leaves in the middle of it."""
    pid, uri = hall.children["recogniser"], hall.voice._services["recogniser"].uri
    form = {"rate": 16_000, "width": 2, "channels": 1}
    words = spoken("đăng ký kết hôn")[16_000:48_000]

    async def leave_in_the_middle() -> None:
        async with Connection(uri) as connection:
            await connection.send(Transcribe(language="vi").event())
            await connection.send(AudioStart(**form).event())
            await connection.send(AudioChunk(**form, audio=words[:1600]).event())
            await connection.send(Ping().event())
            while not Pong.is_type((await connection.receive()).type):
                pass  # it has taken the audio when it answers

    for _ in range(WARM_UP):
        await leave_in_the_middle()
    before = memory_mb(pid), files(pid)
    for _ in range(CONNECTS):
        await leave_in_the_middle()
    await hall.until(lambda: files(pid) <= before[1])
    assert memory_mb(pid) - before[0] < MOST_MB


@pytest.mark.timeout(400)  # 20 ms each, and ten times that where six programs share a processor
async def test_a_thousand_connects_to_the_voice_door(
    hall: Hall, http: aiohttp.ClientSession
) -> None:
    """Every fifth leaves while somebody speaks."""
    pid = os.getpid()
    # Of two sockets of one conversation the newer would take it over.
    ids = [await conversation(http, hall) for _ in range(4)]
    words = spoken("đăng ký kết hôn")

    async def come_and_go(number: int) -> None:
        async with visitor(http, hall, ids[number % 4]) as one:
            await one.start()
            await one.until("ready")
            if number % 5 == 0:
                await one.say(words[:40_000])

    async def many(count: int) -> None:
        for first in range(0, count, 4):
            await asyncio.gather(*(come_and_go(first + number) for number in range(4)))

    await many(WARM_UP)
    await hall.until(lambda: hall.voice._sessions == 0)
    before = memory_mb(pid), files(pid)
    await many(CONNECTS)
    await hall.until(lambda: hall.voice._sessions == 0)
    await hall.until(lambda: files(pid) <= before[1] + 4)
    assert memory_mb(pid) - before[0] < MOST_MB
    assert not hall.app.state.conversations.turns_under_way()
