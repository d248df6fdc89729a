"""Rasa's SQL tracker store, made for a front desk.

What differs from the parent (measured reasons in `docs/dialogue.md`): saving appends the events of
the turn in one statement and one transaction, without counting what is already stored; an index
serves the only query; an error is raised and never hidden by an in-memory store; conversations can
be erased one by one or by age.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class StorageError(Exception):
    """The store cannot be read or written; nothing of the turn was kept."""


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # NORMAL: what is committed survives kill -9; a power cut may take the last turns, never
    # corrupt.
    for pragma in ("busy_timeout=5000", "synchronous=NORMAL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _use_write_ahead_log(connection: Any) -> None:
    """Readers and the writer do not wait for each other. The mode is a property of the file."""
    until = time.monotonic() + 5.0
    while connection.execute(sa.text("PRAGMA journal_mode")).scalar() != "wal":
        try:
            connection.execute(sa.text("PRAGMA journal_mode=WAL"))
        except OperationalError:  # switching does not wait for others by itself
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


class ConversationStore(SQLTrackerStore):
    """Trackers in SQLite (WAL) or PostgreSQL."""

    def __init__(self, url: str, domain: Domain) -> None:
        """`url`: an SQLAlchemy URL, `sqlite:///path` or `postgresql://…`. Raises `StorageError`."""
        # The parent's constructor retries for ever when the database is down: an engine
        # that cannot store must say so.
        self.domain = domain
        self.event_broker = None
        self.max_event_history = None
        url = url.replace("postgresql+asyncpg://", "postgresql://").replace("+aiosqlite", "")
        # kept open: the last connection that closes writes the whole log back into the file (7 ms)
        options: dict[str, Any] = {"future": True, "poolclass": QueuePool}
        if url.startswith("sqlite"):
            options["connect_args"] = {"check_same_thread": False}
        if url.startswith("postgresql"):
            options |= {"pool_size": 2, "max_overflow": 2, "pool_pre_ping": True}
            options["connect_args"] = {"connect_timeout": 5}
        try:
            # parameters are what people said: no error message may show them
            self.engine = sa.create_engine(url, hide_parameters=True, **options)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", _tune_sqlite)
            self._create_schema()
        except (SQLAlchemyError, ImportError) as error:
            raise StorageError(type(error).__name__) from error
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine, future=True)
        self._events = self.SQLEvent.__table__
        self._insert = self._events.insert()

    def _create_schema(self) -> None:
        table = self.SQLEvent.__table__
        sqlite = self.engine.dialect.name == "sqlite"
        if sqlite:
            with self.engine.connect() as connection:
                _use_write_ahead_log(connection)
        with self.engine.begin() as connection:
            if sqlite:
                connection.execute(sa.text("BEGIN IMMEDIATE"))
            if self.engine.dialect.name == "postgresql":
                # engines of an old and a new release start side by side: creating
                # twice at once would fail
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(778120453)"))
            self.Base.metadata.create_all(connection)
            for name, columns in (
                ("ix_events_sender_id_id", "sender_id, id"),
                ("ix_events_timestamp", "timestamp"),
            ):
                connection.execute(
                    sa.text(f"CREATE INDEX IF NOT EXISTS {name} ON {table.name} ({columns})")
                )

    def load(self, sender_id: str, keep: int | None = None) -> DialogueStateTracker | None:
        """The conversation, or `None`: every event is applied, the last `keep` are kept.
        Raises `StorageError`."""
        query = (
            sa.select(self._events.c.data)
            .where(self._events.c.sender_id == sender_id)
            .order_by(self._events.c.id)
        )
        try:
            with self.engine.connect() as connection:
                events = [json.loads(data) for (data,) in connection.execute(query)]
        except SQLAlchemyError as error:
            raise StorageError(type(error).__name__) from error
        if not events:
            return None
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots, keep)

    def append(self, sender_id: str, events: Sequence[Event]) -> None:
        """Store the events of one turn, all or none. Raises `StorageError`."""
        rows = [_row(sender_id, event.as_dict()) for event in events]
        try:
            with self.engine.begin() as connection:
                connection.execute(self._insert, rows)
        except SQLAlchemyError as error:
            raise StorageError(type(error).__name__) from error

    def forget(self, sender_id: str) -> int:
        """Erase one conversation; returns the number of erased events. Raises `StorageError`."""
        return self._delete(self._events.c.sender_id == sender_id)

    def forget_idle(self, minutes: float, prefix: str = "") -> list[str]:
        """Erase conversations whose last event is older than `minutes`; returns their ids.

        `prefix` limits the sweep to conversations of one channel (ids begin with the channel's
        name).
        """
        last = sa.func.max(self._events.c.timestamp)
        idle = (
            sa.select(self._events.c.sender_id)
            .group_by(self._events.c.sender_id)
            .having(last < time.time() - minutes * 60)
        )
        if prefix:
            idle = idle.where(self._events.c.sender_id.startswith(prefix, autoescape=True))
        try:
            with self.engine.connect() as connection:
                found = [sender for (sender,) in connection.execute(idle)]
        except SQLAlchemyError as error:
            raise StorageError(type(error).__name__) from error
        for start in range(0, len(found), 500):
            self._delete(self._events.c.sender_id.in_(found[start : start + 500]))
        return found

    def _delete(self, condition: Any) -> int:
        try:
            with self.engine.begin() as connection:
                return int(connection.execute(self._events.delete().where(condition)).rowcount)
        except SQLAlchemyError as error:
            raise StorageError(type(error).__name__) from error

    def ping(self) -> None:
        """Raises `StorageError` when the store does not answer."""
        try:
            with self.engine.connect() as connection:
                connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError as error:
            raise StorageError(type(error).__name__) from error

    def close(self) -> None:
        self.engine.dispose()

    # Rasa's own interface, for code of Rasa that is handed this store.

    async def save(self, tracker: DialogueStateTracker) -> None:
        stored = self.load(tracker.sender_id)
        known = len(stored.events) if stored else 0
        self.append(tracker.sender_id, list(tracker.events)[known:])

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self.load(sender_id)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        return self.load(conversation_id)

    async def keys(self) -> Iterable[str]:
        with self.engine.connect() as connection:
            query = sa.select(self._events.c.sender_id).distinct()
            return [sender for (sender,) in connection.execute(query)]


def _row(sender_id: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "sender_id": sender_id,
        "type_name": data["event"],
        "timestamp": data.get("timestamp"),
        "intent_name": ((data.get("parse_data") or {}).get("intent") or {}).get("name"),
        "action_name": data.get("name"),
        "data": _AS_JSON(data),
    }
