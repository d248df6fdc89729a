"""Killed with `kill -9`, in one process and in two: every citizen is answered once, in order."""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from desk_fixtures import ROOT, publish_release, until
from zalo_events import somebody
from zalo_platform import Platform
from zalo_processes import Running, in_order, start

from assistant.settings import Settings

sys.path.insert(0, str(ROOT / "tests" / "dialogues"))

from throwaway_postgres import cluster

_CITIZENS, _QUESTIONS = 6, 4


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform().running() as running:
        yield running


def crowd() -> dict[str, list[str]]:
    return {
        somebody(): [f"câu {number} của {who}" for number in range(_QUESTIONS)]
        for who in range(_CITIZENS)
    }


async def ask(platform: Platform, doors: list[Running], user: str, number: int, text: str) -> None:
    """As Zalo delivers: twice at times, at any process, again when it is not answered 200."""
    raw, headers = platform.text_event(user, text, f"{user}-{number}")
    for door in doors[number % len(doors) :] + doors:
        if door.process.returncode is None:
            assert await door.post(raw, headers) == 200


@pytest.mark.slow
async def test_one_process_killed_in_the_middle_of_everything(
    settings: Settings, fault: Path, platform: Platform, tmp_path: Path
) -> None:
    """The platform fails and delivers all the same, is slow, and the process dies meanwhile."""
    await publish_release(settings, "first")
    platform.fault("send", "html", times=2, after=True)
    platform.fault("send", "slow", seconds=0.05)
    asked = crowd()
    app = await start(settings, platform.settings(), log=tmp_path / "log")
    for number in range(_QUESTIONS):
        for user, texts in asked.items():
            await ask(platform, [app], user, number, texts[number])
    await app.kill()
    app = await start(settings, platform.settings(), log=tmp_path / "log")
    await settled(platform, asked)
    await app.end()
    for user, texts in asked.items():
        # the first one is greeted: its answer stands in the greeting
        assert in_order(platform.texts(user), texts[1:]), platform.texts(user)
        assert all(platform.texts(user).count(text) <= 1 for text in texts)
    assert "2468" not in (tmp_path / "log").read_text()


def withdrawal(platform: Platform, user: str) -> dict[str, str]:
    return {
        "app_id": platform.state.app_id,
        "oa_id": platform.state.oa_id,
        "event_name": "user_withdraw",
        "user_id": user,
        "timestamp": str(int(time.time() * 1000)),
    }


async def rows_with(url: str, user: str) -> list[str]:
    """Tables that hold the citizen anywhere in a row."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        found = []
        for (table,) in tables:
            query = f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE $1'
            if await connection.fetchval(query, f"%{user}%"):
                found.append(table)
        return found
    finally:
        await connection.close()


async def settled(platform: Platform, asked: dict[str, list[str]]) -> None:
    """Every citizen has the last answer."""

    def last() -> bool:
        return all(texts[-1] in platform.texts(user) for user, texts in asked.items())

    await until(last, 90)


@pytest.mark.slow
async def test_two_processes_on_one_database(
    settings: Settings, fault: Path, platform: Platform, postgres: str, tmp_path: Path
) -> None:
    """The same event at both doors is one; one of the two dies, the other goes on."""
    settings.database_url = postgres
    await publish_release(settings, "first")
    asked = crowd()
    both = await asyncio.gather(
        *(start(settings, platform.settings(), postgres, tmp_path / "log") for _ in range(2))
    )
    for number in range(_QUESTIONS):
        if number == _QUESTIONS // 2:
            await both[0].kill()
        sending = (
            ask(platform, list(both), user, number, texts[number]) for user, texts in asked.items()
        )
        await asyncio.gather(*sending)
    await settled(platform, asked)
    leaving = next(iter(asked))
    assert await rows_with(postgres, leaving)
    raw, headers = platform.signed(withdrawal(platform, leaving))
    assert await both[1].post(raw, headers) == 200

    async def forgotten() -> bool:
        return await rows_with(postgres, leaving) == []

    await until(forgotten, 30)
    await both[1].end()
    for user, texts in asked.items():
        assert in_order(platform.texts(user), texts[1:]), platform.texts(user)
        assert all(platform.texts(user).count(text) <= 1 for text in texts)
    refreshes = [one for one in platform.requests("refresh") if one.get("granted")]
    assert len(refreshes) <= 1
