"""Real processes, killed while they send: every citizen gets every message, once and in order."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from outbound_fixtures import WayOut, new_postgres, only, until, way_out_of
from zalo_platform import Platform

from assistant.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "sender_process.py"
CITIZENS = [str(1000 + number) for number in range(12)]
WORDS = ("một", "hai", "ba")


@pytest.fixture(params=["sqlite", "postgresql"])
async def out(
    request: pytest.FixtureRequest,
    platform: Platform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[WayOut]:
    """Twelve citizens are waiting for three messages each."""
    variables = {**platform.settings(), "LETAN_ZALO_SENDS_PER_MINUTE": "4000"}
    if request.param == "postgresql":
        variables["LETAN_DATABASE_URL"] = await new_postgres(request.getfixturevalue("postgres"))
    only(variables, monkeypatch)
    async with way_out_of(Settings(data_dir=tmp_path / "var")) as out:
        for citizen in CITIZENS:
            await out.put(citizen, *(f"{word} cho {citizen}" for word in WORDS))
        yield out


async def start(out: WayOut, ahead: float) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        str(out.settings.data_dir),
        str(ahead),
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


def delivered(platform: Platform) -> int:
    return sum(len(messages) for messages in platform.sent.values())


async def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def end(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    await process.communicate()


async def all_are_sent(out: WayOut) -> bool:
    return not set(await out.states()) & {"waiting", "sending"}


async def test_killed_twice_on_a_slow_and_failing_platform(out: WayOut, platform: Platform) -> None:
    platform.fault("send", "html", share=0.1)
    platform.fault("send", "drop", share=0.05, after=True)
    platform.fault("conversation", "html", share=0.1)
    platform.fault("send", "slow", seconds=0.2)
    for killed, ahead in enumerate((0.0, 30.0), 1):
        process = await start(out, ahead)
        await until(lambda n=killed: delivered(platform) >= 9 * n, 60)
        await kill(process)
    last = await start(out, 60.0)
    if not out.database.is_sqlite:  # and a second one beside it
        beside = await start(out, 60.0)
    await until(lambda: all_are_sent(out), 90)
    await end(last)
    if not out.database.is_sqlite:
        await end(beside)
    for citizen in CITIZENS:
        assert platform.texts(citizen) == [f"{word} cho {citizen}" for word in WORDS]
    assert set(await out.states()) == {"sent"}
