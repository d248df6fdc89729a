"""The migrations make exactly the tables that the code declares, on SQLite and PostgreSQL."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from assistant.errors import LetanError
from assistant.storage.database import Base, Database
from assistant.storage.migrate import migrate


@pytest.fixture(scope="module")
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


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}"
    host = request.getfixturevalue("postgres")
    name = f"t{os.urandom(8).hex()}"
    connection = await asyncpg.connect(host=host, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={host}"


async def test_migrations_make_the_declared_tables(url: str) -> None:
    database = Database(url)
    await migrate(database)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_several_processes_may_migrate_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    await asyncio.gather(*(migrate(database) for database in databases))
    for database in databases:
        async with database.reading() as session:
            await session.execute(text("SELECT count(*) FROM turns"))
        await database.close()


async def test_migrating_again_changes_nothing(url: str) -> None:
    database = Database(url)
    await migrate(database)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO kiosk_tokens (token_hash, kiosk, paired_at) "
                "VALUES ('h', 'kiosk-1', '2026-01-01 00:00:00')"
            )
        )
    await migrate(database)
    async with database.reading() as session:
        assert (await session.execute(text("SELECT kiosk FROM kiosk_tokens"))).scalar_one()
    await database.close()


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    database = Database(url)
    await migrate(database)
    async with database.session() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LetanError) as caught:
        await migrate(database)
    assert caught.value.code == "database_newer"
    await database.close()


async def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    database = Database(f"postgresql+asyncpg://letan:s3cret@/letan?host={tmp_path}")
    with pytest.raises(LetanError) as caught:
        await migrate(database)
    assert caught.value.code == "database_unreachable"
    assert "s3cret" not in str(caught.value) + caught.value.vi + (caught.value.log or "")
    await database.close()


async def test_a_view_for_reading_waits_for_no_writer(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'letan.db'}")
    await migrate(database)
    async with database.session() as writing:
        await writing.execute(text("DELETE FROM turns"))
        async with database.reading() as session:
            assert (await session.execute(text("SELECT count(*) FROM turns"))).scalar_one() == 0
    await database.close()
