"""The log of changes: appended in the transaction of the change, each row sealed with the last.

Whoever alters or removes a row in the middle breaks the chain from there on; `verify` finds where.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.staff.tables import AuditEntry

_LOCK = 6_503_262_002
"""Key of PostgreSQL's advisory lock: rows are sealed one after another."""
_FIRST = "0" * 64
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody as the log names him."""

    name: str
    role: str


async def append(
    session: AsyncSession,
    who: Who,
    action: str,
    thing: str,
    *,
    before: Any = None,
    after: Any = None,
    now: datetime,
) -> None:
    """Add a row in the transaction of ``session``; `before` and `after` are JSON-ready."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = await session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=now.astimezone(UTC).replace(microsecond=0),
        who=who.name,
        role=who.role,
        action=action,
        thing=thing,
        before=_json(before),
        after=_json(after),
        previous=last or _FIRST,
    )
    entry.hash = _seal(entry)
    session.add(entry)
    await session.flush()


async def newest(
    session: AsyncSession, *, thing: str | None, before_id: int | None, limit: int
) -> Sequence[AuditEntry]:
    """Rows, newest first; of one thing, older than a row, where asked for."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if thing is not None:
        statement = statement.where(AuditEntry.thing == thing)
    if before_id is not None:
        statement = statement.where(AuditEntry.id < before_id)
    return (await session.scalars(statement)).all()


async def verify(session: AsyncSession) -> int | None:
    """The id of the first row that does not fit its predecessor; None when the chain is whole.

    Rows cut off at the end leave no trace in the chain: keep the newest hash elsewhere for that.
    """
    previous, after = _FIRST, 0
    while True:
        statement = select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id)
        rows = (await session.scalars(statement.limit(_AT_ONCE))).all()
        for row in rows:
            if row.previous != previous or row.hash != _seal(row):
                return row.id
            previous, after = row.hash, row.id
        if len(rows) < _AT_ONCE:
            return None
        session.expunge_all()


def _seal(entry: AuditEntry) -> str:
    sealed = (
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.who,
        entry.role,
        entry.action,
        entry.thing,
        entry.before,
        entry.after,
        entry.previous,
    )
    return sha256(json.dumps(sealed, ensure_ascii=False).encode()).hexdigest()


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
