"""The way out on a real database, against the platform's stand-in, with a clock that tests move."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from sqlalchemy import Connection, insert, select
from zalo_platform import Platform

from assistant.channels.zalo.alarms import Alarms
from assistant.channels.zalo.bot_client import BotClient
from assistant.channels.zalo.delivering import BotDelivery, Delivery, OaDelivery
from assistant.channels.zalo.messages import Outgoing, OutgoingMap, OutgoingText
from assistant.channels.zalo.oa_client import OaClient
from assistant.channels.zalo.sender import Sender
from assistant.channels.zalo.tables import ZaloCitizenRow, ZaloOutboxRow
from assistant.channels.zalo.tokens import Tokens
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.settings import Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


class Clock:
    """The real time, moved forward by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


async def until(promise: Callable[[], Awaitable[bool] | bool], seconds: float = 20.0) -> None:
    """Wait for a condition; other processes, which need the machine, bring it about."""
    pause = threading.Event()  # never set: only its time-out ends a wait

    async def look() -> None:
        while True:
            found = promise()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.to_thread(pause.wait, 0.02)

    await asyncio.wait_for(look(), seconds)


def only(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an application that has these settings."""
    for name in [name for name in os.environ if name.startswith("LETAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LETAN_CONFIG", "/dev/null")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@dataclass
class WayOut:
    """Everything that sends, stepped by hand."""

    settings: Settings
    database: Database
    clock: Clock
    health: Health
    metrics: Metrics
    tokens: Tokens
    sender: Sender
    alarms: Alarms
    drawn: list[OutgoingMap]

    async def citizen(self, user: str, channel: str = "zalo_oa", **values: Any) -> None:
        now = self.clock()
        row = {
            "id": f"{channel}:{user}",
            "first_seen_at": now,
            "last_interaction_at": now,
            **values,
        }
        await self.database.write(lambda c: c.execute(insert(ZaloCitizenRow).values(**row)))

    async def put(self, user: str, *messages: Outgoing | str, channel: str = "zalo_oa") -> None:
        def write(connection: Connection) -> None:
            for position, message in enumerate(messages):
                one = OutgoingText(message) if isinstance(message, str) else message
                connection.execute(
                    insert(ZaloOutboxRow).values(
                        channel=channel,
                        citizen=f"{channel}:{user}",
                        position=position,
                        body=one.to_json(),
                        state="waiting",
                        attempts=0,
                        created_at=self.clock(),
                    )
                )

        await self.database.write(write)

    async def rows(self, user: str | None = None) -> list[Any]:
        """`(state, reason, attempts, body)` of the messages, oldest first."""
        o = ZaloOutboxRow.__table__.c
        query = select(o.state, o.reason, o.attempts, o.body, o.message_id, o.citizen)
        rows = await self.database.read(lambda c: c.execute(query.order_by(o.id)).all())
        return [row for row in rows if user is None or row.citizen.endswith(f":{user}")]

    async def states(self, user: str | None = None) -> list[str]:
        return [row.state for row in await self.rows(user)]

    async def round(self) -> None:
        """Take what may be sent now, and wait for what becomes of it."""
        await self.sender.step()
        while tasks := list(self.sender._under_way.values()):
            await asyncio.wait(tasks)
        await self.sender.step()

    async def work(self, rounds: int = 20, *, seconds: float = 40.0) -> None:
        """Rounds, with time going by between them, until nothing is left (or they are over)."""
        for _ in range(rounds):
            await self.round()
            while tasks := list(self.sender._under_way.values()):
                await asyncio.wait(tasks)
            states = set(await self.states())
            if not states & {"waiting", "sending"}:
                return
            self.clock.forward(seconds=seconds)

    async def token_row(self) -> Any:
        return await self.tokens.state()


@asynccontextmanager
async def way_out_of(settings: Settings, *, start: bool = True) -> AsyncIterator[WayOut]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    await migrate(database)
    clock, metrics = Clock(), Metrics()
    health = Health(metrics)
    drawn: list[OutgoingMap] = []

    async def draw(message: OutgoingMap) -> bytes | None:
        drawn.append(message)
        return None if message.to == "nowhere" else PNG + message.to.encode()

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        refreshes = metrics.zalo_refreshes
        tokens = Tokens(
            settings,
            database,
            session,
            clock=clock,
            on_refresh=lambda outcome: refreshes.labels(outcome).inc(),
        )
        zalo = settings.zalo
        oa = OaClient(zalo, session)
        deliveries: dict[str, Delivery] = {
            "zalo_oa": OaDelivery(zalo, database, oa, tokens, draw=draw, clock=clock),
            "zalo_bot": BotDelivery(BotClient(zalo, session)),
        }
        alarms = Alarms(
            database, tokens, tuple(deliveries), health=health, metrics=metrics, clock=clock
        )
        sender = Sender(zalo, database, deliveries, alarms, clock=clock)
        if start:
            await tokens.start()
        yield WayOut(settings, database, clock, health, metrics, tokens, sender, alarms, drawn)
        await sender.close()
        await tokens.close()
    await database.close()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform().running() as running:
        yield running


@pytest.fixture
def zalo_settings(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    only({**platform.settings(), "LETAN_ZALO_SENDS_PER_MINUTE": "4000"}, monkeypatch)
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
async def way_out(zalo_settings: Settings) -> AsyncIterator[WayOut]:
    async with way_out_of(zalo_settings) as out:
        yield out


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A throw-away PostgreSQL cluster; the folder of its socket."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.fail("PostgreSQL is needed by this test: install the Debian package 'postgresql'")
    programs = found[-1].parent if found else Path(str(on_path)).parent
    folder = Path(tempfile.mkdtemp(prefix="letan-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    try:
        run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield str(folder)
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


async def new_postgres(host: str) -> str:
    """The URL of an empty database in the cluster."""
    name = f"t{os.urandom(8).hex()}"
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql://postgres@/{name}?host={host}"
