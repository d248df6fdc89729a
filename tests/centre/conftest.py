"""A real centre on a real database, SQLite and PostgreSQL, with a clock that tests move."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

import assistant.centre.tables
import assistant.kiosks.tables  # noqa: F401 - the tables of both rooms are created
from assistant.centre.service import Centre
from assistant.storage.database import Base, Database

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
"""An ordinary Monday morning."""


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        pytest.fail("PostgreSQL is needed by this test: install the Debian package 'postgresql'")
    return found[-1].parent if found else Path(str(on_path)).parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A throw-away PostgreSQL cluster; the URL prefix up to the database's name."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="letan-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["runuser", "-u", "postgres", "--"]
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_user, str(programs / program), *arguments],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )

    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    try:
        run("initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8")
        log = str(folder / "log")
        run("pg_ctl", "-D", str(data), "-w", "-l", log, "-o", options, "start")
        yield str(folder)
    finally:
        if (data / "postmaster.pid").exists():
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}"
    host = request.getfixturevalue("postgres")
    name = f"t{uuid4().hex}"
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={host}"


async def _prepared(url: str) -> Database:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await _prepared(database_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await _prepared(f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}")
    yield database
    await database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the demonstration centre that keeps its hours; tests may change it."""
    copy = tmp_path / "centre"
    shutil.copytree(ROOT / "data" / "centre", copy)
    hours = copy / "hours.yaml"
    text = hours.read_text("utf-8")
    assert "outside_hours: allow" in text
    hours.write_text(text.replace("outside_hours: allow", "outside_hours: refuse"), "utf-8")
    return copy


@pytest.fixture
async def centre(database: Database, folder: Path, clock: Clock) -> AsyncIterator[Centre]:
    """On SQLite and on PostgreSQL."""
    room = Centre(database, folder, clock=clock)
    await room.start()
    yield room
    await room.close()


@pytest.fixture
async def sqlite_centre(
    sqlite_database: Database, folder: Path, clock: Clock
) -> AsyncIterator[Centre]:
    """Where the database does not matter."""
    room = Centre(sqlite_database, folder, clock=clock)
    await room.start()
    yield room
    await room.close()
