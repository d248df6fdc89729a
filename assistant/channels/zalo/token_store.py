"""Reading and writing the row of tokens; sealed texts only."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, or_, select, true, update

from assistant.channels.zalo.tables import ZaloTokenRow

Only = Literal["always", "empty", "newer"]
"""A pair is stored always, where there is none, or where there is none as new."""

_T = ZaloTokenRow.__table__.c


@dataclass(frozen=True, slots=True)
class Stored:
    """The row of a channel."""

    access: str | None = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime | None
    refreshed_at: datetime | None
    state: str
    reason: str | None
    lock_until: datetime | None


def read(connection: Connection, channel: str) -> Stored | None:
    columns = (_T.access, _T.refresh, _T.expires_at, _T.refreshed_at, _T.state, _T.reason)
    row = connection.execute(
        select(*columns, _T.lock_until).where(_T.channel == channel)
    ).one_or_none()
    return None if row is None else Stored(*row)


def add(connection: Connection, channel: str) -> None:
    """An empty row. Raises IntegrityError when another process was quicker."""
    connection.execute(insert(ZaloTokenRow).values(channel=channel, state="none"))


def lock(
    connection: Connection, channel: str, owner: str, now: datetime, until: datetime
) -> Stored | None:
    """The row as it is under the lock; None while somebody else holds it."""
    free = or_(_T.lock_until.is_(None), _T.lock_until <= now)
    taken = connection.execute(
        update(ZaloTokenRow)
        .where(_T.channel == channel, free)
        .values(lock_owner=owner, lock_until=until)
        .returning(_T.channel)
    ).one_or_none()
    return None if taken is None else read(connection, channel)


def unlock(connection: Connection, channel: str, owner: str) -> None:
    connection.execute(
        update(ZaloTokenRow)
        .where(_T.channel == channel, _T.lock_owner == owner)
        .values(lock_owner=None, lock_until=None)
    )


def store(
    connection: Connection,
    channel: str,
    *,
    access: str,
    refresh: str | None,
    previous: str | None,
    granted_at: datetime,
    expires_at: datetime | None,
    only_if: Only = "always",
) -> None:
    """A new pair, in force from now on; whoever held the lock holds it no longer."""
    allowed = {
        "always": true(),
        "empty": _T.access.is_(None),
        "newer": or_(_T.refreshed_at.is_(None), _T.refreshed_at < granted_at),
    }[only_if]
    connection.execute(
        update(ZaloTokenRow)
        .where(_T.channel == channel, allowed)
        .values(
            access=access,
            refresh=refresh,
            previous=previous,
            refreshed_at=granted_at,
            expires_at=expires_at,
            state="ok",
            reason=None,
            lock_owner=None,
            lock_until=None,
        )
    )


def stop(connection: Connection, channel: str, reason: str, expired: datetime | None) -> None:
    """Only a consent helps from now on; `expired`: nor is the access token good any more."""
    values: dict[str, object] = {"state": "stopped", "reason": reason[:64]}
    if expired is not None:
        values["expires_at"] = expired
    connection.execute(update(ZaloTokenRow).where(_T.channel == channel).values(**values))
