"""The database: one asyncio engine, one transaction a request."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    contextmanager,
    nullcontext,
)
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from assistant.errors import LetanError

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


T = TypeVar("T")
_READERS = 2
"""Threads that read for turns."""


class Base(DeclarativeBase):
    """All tables of the application; every room declares its own in `tables.py`."""

    metadata = MetaData(naming_convention=_NAMES)


class UtcTime(TypeDecorator[datetime]):
    """A time with a zone, stored in UTC; SQLite forgets zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """Opens sessions; SQLite in WAL mode or PostgreSQL, by URL.

    A block raises LetanError `database_busy` when the database does not answer: it is locked by
    somebody else, its disk is full, its server is gone.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_size": 10, "pool_pre_ping": True}
        # Parameters are what people wrote: no error message may show them.
        self.engine = create_async_engine(url, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_writing)
            # Connections of their own: readers never queue behind writers that wait for a lock.
            self._reading_engine = create_async_engine(url, hide_parameters=True)
            event.listen(self._reading_engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self._reading_engine.sync_engine, "begin", _begin_reading)
            self._writer = _OneStep(url, 1, _begin_writing)
            self._readers = _OneStep(url, _READERS, _begin_reading)
        else:
            self._reading_engine = self.engine
        # SQLite's own waiting for its one write lock sleeps up to 0.1 s and is unfair to whoever
        # waits longest; a queue of this process's writers is neither.
        self._writing: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._reading = async_sessionmaker(self._reading_engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with _reported():
            async with self._writing, self._sessions() as session, session.begin():
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One consistent view for reading; waits for no writer. Writing in it is a mistake."""
        with _reported():
            async with self._reading() as session, session.begin():
                yield session

    async def write(self, work: Callable[[Connection], T]) -> T:
        """As `session`, for the short work of every turn: without the object mapper, and with
        SQLite in one step of a thread instead of one for each call of the driver."""
        with _reported():
            async with self._writing:
                if self.is_sqlite:
                    return await self._writer.run(work)
                async with self.engine.begin() as connection:
                    return await connection.run_sync(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """As `reading`, in the way of `write`."""
        with _reported():
            if self.is_sqlite:
                return await self._readers.run(work)
            async with self._reading_engine.begin() as connection:
                return await connection.run_sync(work)

    async def overwrite_log(self) -> bool:
        """After an erasure: what SQLite's log still holds goes as well. False while somebody reads
        from it: then it is to be tried again."""
        if not self.is_sqlite:
            return True
        return await asyncio.to_thread(truncate_log, str(self.engine.url.database))

    async def close(self) -> None:
        if self.is_sqlite:
            await self._writer.close()
            await self._readers.close()
        await self.engine.dispose()
        await self._reading_engine.dispose()


class _OneStep:
    """Transactions of SQLite, each from begin to end in one thread without a way back between.

    The asynchronous driver goes to its thread and back for every call, nine times in a turn's
    transaction; that took longer than the work itself (docs/benchmarks.md).
    """

    def __init__(self, url: str, threads: int, begin: Callable[[Any], None]) -> None:
        self._engine = create_engine(
            make_url(url).set(drivername="sqlite"),
            hide_parameters=True,
            pool_size=threads,
            max_overflow=0,
        )
        event.listen(self._engine, "connect", _prepare_sqlite)
        event.listen(self._engine, "begin", begin)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sqlite")

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._work, work)

    def _work(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError, ConnectionError) as error:
        cause = getattr(error, "orig", None) or error
        raise LetanError(
            "database_busy",
            503,
            "Cơ sở dữ liệu đang không trả lời. Anh/chị chờ vài giây rồi thử lại giúp em.",
            "The database does not answer at the moment. Try again in a few seconds.",
            log=f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}",
            retry_after=5,
        ) from error


def truncate_log(path: str) -> bool:
    """Empty the write-ahead log of a SQLite file, whoever else has it open; whether that worked.

    Writers wait meanwhile, half a second at most.
    """
    if not Path(path).exists():
        return True
    with closing(sqlite3.connect(path, timeout=0.5)) as connection:
        try:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not busy


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: _begin_writing takes the write lock at
    # once, so two writers wait for each other instead of failing with "database is locked".
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        # What is deleted is overwritten: whoever asks to be forgotten leaves no bytes in the file.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_writing(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
