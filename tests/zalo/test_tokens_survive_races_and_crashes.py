"""One refresh whoever asks for it, and no new pair lost: with real processes and kill -9."""

import asyncio
import io
import json
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from outbound_fixtures import WayOut, new_postgres, only, until, way_out_of
from zalo_platform import Platform

from assistant.channels.zalo.oauth import Refusal
from assistant.channels.zalo.oauth import challenge_of as challenge
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).parent / "refresh_process.py"
USER = "2468000000000000001"


@pytest.fixture(params=["sqlite", "postgresql"])
async def installation(
    request: pytest.FixtureRequest,
    platform: Platform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Settings]:
    """Settings in the environment, for this process and its children; a migrated database."""
    variables = platform.settings()
    if request.param == "postgresql":
        host = request.getfixturevalue("postgres")
        variables["LETAN_DATABASE_URL"] = await new_postgres(host)
    only({**variables, "LETAN_OPERATOR_TOKEN": "the operator's token"}, monkeypatch)
    settings = Settings(data_dir=tmp_path / "var")
    settings.data_dir.mkdir()
    database = Database(settings.database)
    await migrate(database)
    await database.close()
    yield settings


async def start(what: str, settings: Settings) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        what,
        str(settings.data_dir),
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


async def line(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    raw = await asyncio.wait_for(process.stdout.readline(), 30)
    assert raw, (await process.stderr.read() if process.stderr else b"").decode()
    told: dict[str, Any] = json.loads(raw)
    return told


async def test_four_processes_refresh_once(installation: Settings, platform: Platform) -> None:
    processes = await asyncio.gather(*(start("race", installation) for _ in range(4)))
    assert {(await line(one))["token"] for one in processes} == {"AT-first"}
    platform.expire_access()
    platform.fault("refresh", "slow", seconds=0.5)  # the others come while it is under way
    for one in processes:
        assert one.stdin is not None
        one.stdin.write(b"go\n")
    tokens = [(await line(one))["token"] for one in processes]
    states = [await line(one) for one in processes]
    await asyncio.gather(*(one.wait() for one in processes))
    assert len(platform.requests("refresh")) == 1
    assert len(set(tokens)) == 1 and tokens[0] in platform.state.access
    assert all(told["state"] == "ok" for told in states)


async def blocked(settings: Settings) -> Any:
    """Something that keeps the database from being written; `close()` ends it."""
    if settings.database_url is None:
        connection = sqlite3.connect(
            str(settings.data_dir / "letan.db"), isolation_level=None, check_same_thread=False
        )
        connection.execute("BEGIN IMMEDIATE")
        return connection
    database = await asyncpg.connect(settings.database_url)
    await database.execute("BEGIN; LOCK TABLE zalo_tokens IN ACCESS EXCLUSIVE MODE")
    return database


async def test_a_pair_that_no_database_took_is_not_lost(
    installation: Settings, platform: Platform
) -> None:
    """Killed after the platform's answer and before our commit: one refresh, no consent."""
    await killed_while_it_stores(installation, platform)
    assert len(platform.requests("refresh")) == 1
    next_one = await start("start", installation)
    assert (await line(next_one))["token"] in platform.state.access - {"AT-first"}
    assert (await line(next_one))["state"] == "ok"
    await next_one.wait()
    assert len(platform.requests("refresh")) == 1


async def killed_while_it_stores(settings: Settings, platform: Platform) -> None:
    """A process gets a new pair, cannot write it into the database, and is killed."""
    process = await start("race", settings)
    await line(process)
    platform.expire_access()
    platform.fault("refresh", "hold", times=1)
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await until(lambda: len(platform.requests("refresh")) == 1)
    lock = await blocked(settings)
    platform.release()
    await until((settings.data_dir / "zalo-tokens").exists)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    closing = lock.close()
    if closing is not None:
        await closing


async def test_a_pair_that_was_lost_is_told_and_the_old_token_is_used_to_its_end(
    installation: Settings, platform: Platform
) -> None:
    """Killed before the answer came: the platform has used the refresh token up."""
    process = await start("race", installation)
    await line(process)
    platform.fault("refresh", "hold", times=1, after=True)
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    await until(lambda: len(platform.requests("refresh")) == 1)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    platform.release()
    async with way_out_of(installation) as out:
        out.clock.forward(hours=21)  # the lock is old by then, and so is the pair
        await out.citizen(USER)
        await out.put(USER, "một")
        await out.work()
        await until(lambda: len(platform.requests("refresh")) == 2)
        await until(lambda: out.tokens._renewing is None or out.tokens._renewing.done())
        assert (await out.token_row()).state == "stopped"
        assert platform.texts(USER) == ["một"], "still good, although it cannot be renewed"
        await out.alarms.look(at_once=True)
        part = out.health.part("zalo_tokens")
        assert part is not None and "letan zalo connect" in part.vi
        platform.expire_access()
        await out.put(USER, "hai")
        await out.work(4)
        assert await out.states(USER) == ["sent", "waiting"]
        assert len(platform.requests("refresh")) == 2, "no retry loop"


async def test_tokens_are_not_readable_at_rest(installation: Settings, platform: Platform) -> None:
    process = await start("race", installation)
    await line(process)
    platform.expire_access()
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    new = (await line(process))["token"]
    _, errors = await process.communicate()
    secrets = ["AT-first", "RT-first", new, platform.state.refresh, platform.state.app_secret]
    kept = errors
    for path in installation.data_dir.rglob("*"):
        if path.is_file():
            kept += path.read_bytes()
            if path.name.startswith("zalo"):
                assert path.stat().st_mode & 0o077 == 0, path.name
    if installation.database_url is not None:
        database = await asyncpg.connect(installation.database_url)
        kept += repr(await database.fetch("SELECT * FROM zalo_tokens")).encode()
        await database.close()
    assert b"gAAAA" in kept, "nothing was looked at"
    for secret in secrets:
        assert secret.encode() not in kept


async def test_the_pair_before_is_kept(installation: Settings, platform: Platform) -> None:
    async with way_out_of(installation) as out:
        access = await out.tokens.access()
        assert access is not None
        await out.tokens.renew(access)
        previous = await out.database.read(
            lambda c: c.exec_driver_sql("SELECT previous FROM zalo_tokens").scalar_one()
        )
        kept = json.loads(previous)
        opened = {name: out.tokens._sealer.open(sealed) for name, sealed in kept.items()}
        assert opened == {"access": "AT-first", "refresh": "RT-first"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Every line of the log while the test runs; an earlier test's stream is put back."""
    before, stream = structlog.get_config(), io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(stream))
    yield stream
    structlog.configure(**before)


class TestRenewing:
    """What makes a process renew, and what it makes of the answers; SQLite."""

    async def test_in_time_before_it_expires(self, way_out: WayOut, platform: Platform) -> None:
        way_out.clock.forward(hours=19)
        assert await way_out.tokens.access() is not None
        assert platform.requests("refresh") == []
        way_out.clock.forward(hours=1.1)
        first = await way_out.tokens.access()
        assert first is not None and first.token == "AT-first", "nobody waits for it"
        await until(lambda: len(platform.requests("refresh")) == 1)
        await way_out.tokens.close()
        second = await way_out.tokens.access()
        assert second is not None and second.token in platform.state.access - {"AT-first"}

    @pytest.mark.parametrize("life", ["3600", 3600])
    async def test_by_the_life_that_the_platform_tells(
        self, way_out: WayOut, platform: Platform, life: Any
    ) -> None:
        platform.state.expires_in = life
        first = await way_out.tokens.access()
        assert first is not None
        await way_out.tokens.renew(first)
        way_out.clock.forward(minutes=47)
        assert not way_out.tokens.is_due(await way_out.token_row())
        way_out.clock.forward(minutes=2)
        assert way_out.tokens.is_due(await way_out.token_row())

    async def test_an_answer_without_a_refresh_token_keeps_the_old_one(
        self, way_out: WayOut, platform: Platform
    ) -> None:
        platform.state.omit_refresh = True
        for number in (1, 2):
            access = await way_out.tokens.access()
            assert access is not None
            assert await way_out.tokens.renew(access) is not None
            assert len(platform.requests("refresh")) == number
        asked = [entry["body"]["refresh_token"] for entry in platform.requests("refresh")]
        assert asked == ["RT-first", "RT-first"]

    @pytest.mark.parametrize(
        ("kind", "code"), [("empty", 0), ("error", -14014), ("error", -14002), ("error", -14003)]
    )
    async def test_a_final_answer_stops_and_connecting_goes_on(
        self, way_out: WayOut, platform: Platform, kind: str, code: int
    ) -> None:
        fault = platform.fault("refresh", kind, code=code)
        platform.expire_access()
        await way_out.put(USER, "một", "hai")
        await way_out.work(6, seconds=120)
        assert len(platform.requests("refresh")) == 1, "it is final"
        assert await way_out.states() == ["waiting", "waiting"]
        await way_out.alarms.look(at_once=True)
        told = way_out.health.report("en")
        assert told["ready"], "visitors are served"
        assert "letan zalo connect" in told["parts"]["zalo_tokens"]["detail"]
        assert b'letan_part_ready{part="zalo_tokens"} 0.0' in way_out.metrics.render()
        fault.times = 0
        pair = await way_out.tokens._oauth.exchange(platform.consent(challenge("v" * 43)), "v" * 43)
        assert not isinstance(pair, Refusal), pair
        await way_out.tokens.connect(pair)
        await way_out.work()
        assert platform.texts(USER) == ["một", "hai"]
        await way_out.alarms.look(at_once=True)
        part = way_out.health.part("zalo_tokens")
        assert part is not None and part.ready

    @pytest.mark.parametrize("kind", ["html", "html200", "drop", "status"])
    async def test_what_passes_by_is_tried_again_later(
        self, way_out: WayOut, platform: Platform, kind: str
    ) -> None:
        fault = platform.fault("refresh", kind)
        platform.expire_access()
        await way_out.put(USER, "một")
        await way_out.round()
        await way_out.round()
        assert len(platform.requests("refresh")) == 1, "not at every message"
        assert (await way_out.token_row()).state == "ok"
        fault.times = 0
        way_out.clock.forward(minutes=20)
        await way_out.work()
        assert platform.texts(USER) == ["một"]

    async def test_another_key_is_told_and_nothing_is_overwritten(
        self, zalo_settings: Settings, platform: Platform
    ) -> None:
        async with way_out_of(zalo_settings):
            pass
        (zalo_settings.data_dir / "zalo-key").write_text("another\n")
        async with way_out_of(zalo_settings) as out:
            await out.put(USER, "một")
            await out.round()
            await out.alarms.look(at_once=True)
            part = out.health.part("zalo_tokens")
            assert part is not None and "LETAN_SECRET_KEY" in part.en
            assert await out.states() == ["waiting"]

    async def test_no_error_shows_a_token(
        self, way_out: WayOut, platform: Platform, written: io.StringIO
    ) -> None:
        """Whatever fails on the way, neither a log line nor an answer has a secret in it."""
        for fault in ("html", "drop", "error", "empty"):
            for what in ("send", "bot", "refresh", "upload", "conversation"):
                platform.fault(what, fault, times=1, code=-216)
        way_out.settings.zalo.bot_url = "http://127.0.0.1:9"
        for channel, user in (("zalo_oa", USER), ("zalo_bot", "b77")):
            await way_out.put(user, "bí mật của chị Lan", channel=channel)
        await way_out.work(8)
        rows = repr([(row.state, row.reason) for row in await way_out.rows()])
        logged = written.getvalue()
        assert "zalo" in logged, "nothing was logged"
        state = platform.state
        for secret in (
            *("AT-", "RT-", state.app_secret, state.oa_key, state.bot_token, "secret-of-the-bot"),
            *(USER, "b77", "chị Lan"),
        ):
            assert secret not in logged + rows
