"""Reading and writing of what goes out: each citizen's messages in order, each by one process.

A message waits, is being sent under a lease, and ends sent or dropped; `held` waits for a person.
One whose lease ran out, or whose answer was not clear, is `sending` still: perhaps it was sent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update

from assistant.channels.zalo.tables import ZaloCitizenRow, ZaloOutboxRow

LEASE = timedelta(seconds=20)
"""Renewed every few seconds while a message is under way; the same time lets a request that a
crash cut off arrive before anybody asks whether it did."""
UNFINISHED = ("waiting", "sending", "held")

_O = ZaloOutboxRow.__table__.c
_C = ZaloCitizenRow.__table__.c
_earlier = ZaloOutboxRow.__table__.alias("earlier")
_HELD = "held "
"""Begins the reason of what is held; also while that one message is tried."""
_IS_HELD = and_(_O.state.in_(("held", "sending")), _O.reason.startswith(_HELD))


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process sends, or finds out about."""

    id: int
    channel: str
    citizen: str = field(repr=False)
    body: str = field(repr=False)
    was: str
    """`waiting`, `sending` (perhaps sent already) or `held`."""
    attempts: int
    """How often it was sent before."""
    reason: str | None
    created_at: datetime
    language: str | None
    last_interaction_at: datetime | None
    anonymous_conversation: str | None = field(repr=False)

    @property
    def user(self) -> str:
        """The platform's id."""
        return self.citizen.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a message that was claimed."""

    id: int
    state: str
    reason: str | None = None
    not_before: datetime | None = None
    message_id: str | None = None
    count: bool = False
    """Whether it counts as one more time that it was sent."""
    pieces: tuple[str, ...] = ()
    """Bodies in its place; those after the first one follow as messages of their own."""
    whole_citizen: bool = False
    """Dropped: and with it everything that waits for this citizen."""


def claim(
    connection: Connection,
    channels: Iterable[str],
    owner: str,
    now: datetime,
    most: int,
) -> list[Claimed]:
    """At most `most` messages that may be sent now, leased to `owner`; oldest first."""
    found: list[Claimed] = []
    for channel in channels:
        room = most - len(found)
        if room > 0:
            found += _claim_of(connection, channel, owner, now, room)
    return found


def _claim_of(
    connection: Connection, channel: str, owner: str, now: datetime, room: int
) -> list[Claimed]:
    due = _O.not_before <= now
    if is_held(connection, channel):  # one tries whether it works again; the others wait
        rows = _choose(connection, _candidates(channel, and_(_IS_HELD, due)), 1)
    else:
        again = _candidates(channel, and_(_O.state.in_(("waiting", "sending")), due))
        rows = _choose(connection, again.order_by(_O.not_before, _O.id), room)
        fresh = _candidates(channel, and_(_O.state == "waiting", _O.not_before.is_(None)))
        if len(rows) < room:
            rows += _choose(connection, fresh.order_by(_O.id), room - len(rows))
    if rows:
        connection.execute(
            update(ZaloOutboxRow)
            .where(_O.id.in_([row.id for row in rows]))
            .values(state="sending", owner=owner, not_before=now + LEASE)
        )
    return [Claimed(*row) for row in rows]


def _candidates(channel: str, condition: Any) -> Select[Any]:
    """Messages before which no other one of the same citizen is left."""
    before = (
        select(_earlier.c.id)
        .where(
            _earlier.c.citizen == _O.citizen,
            _earlier.c.state.in_(UNFINISHED),
            _earlier.c.id < _O.id,
        )
        .exists()
    )
    return (
        select(
            _O.id,
            _O.channel,
            _O.citizen,
            func.coalesce(_O.body, "").label("body"),
            _O.state,
            _O.attempts,
            _O.reason,
            _O.created_at,
            _C.language,
            _C.last_interaction_at,
            _C.anonymous_conversation,
        )
        .select_from(ZaloOutboxRow)
        .outerjoin(ZaloCitizenRow, _C.id == _O.citizen)
        .where(_O.channel == channel, condition, ~before)
    )


def _choose(connection: Connection, query: Select[Any], most: int) -> list[Any]:
    chosen = query.limit(most).with_for_update(skip_locked=True, of=ZaloOutboxRow)
    return list(connection.execute(chosen).all())


def extend(connection: Connection, ids: Sequence[int], owner: str, now: datetime) -> None:
    """Keep the leases of what is under way."""
    connection.execute(
        update(ZaloOutboxRow)
        .where(_O.id.in_(ids), _O.owner == owner, _O.state == "sending")
        .values(not_before=now + LEASE)
    )


def settle(connection: Connection, owner: str, done: Settlement, now: datetime) -> bool:
    """Write down what became of a message; False when another process has taken it over."""
    values: dict[str, Any] = {
        "state": done.state,
        "reason": f"{_HELD}{done.reason}" if done.state == "held" else done.reason,
        "not_before": done.not_before,
        "owner": None,
    }
    if done.state in ("sent", "dropped"):
        values["sent_at"] = now
        values["not_before"] = None
    if done.state == "sent":
        values |= {"body": None, "message_id": done.message_id}
    if done.count:
        values["attempts"] = _O.attempts + 1
    if done.pieces:
        values["body"] = done.pieces[0]
    row = connection.execute(
        update(ZaloOutboxRow)
        .where(_O.id == done.id, _O.owner == owner, _O.state == "sending")
        .values(**values)
        .returning(_O.channel, _O.citizen)
    ).one_or_none()
    if row is None:
        return False
    for body in done.pieces[1:]:
        connection.execute(
            insert(ZaloOutboxRow).values(
                channel=row.channel,
                citizen=row.citizen,
                position=0,
                body=body,
                state="waiting",
                attempts=0,
                created_at=now,
            )
        )
    if done.whole_citizen:
        connection.execute(
            update(ZaloOutboxRow)
            .where(_O.citizen == row.citizen, _O.state == "waiting")
            .values(state="dropped", reason=done.reason, sent_at=now)
        )
    if done.state == "sent":  # it works again: what was held goes on
        release(connection, row.channel)
    return True


def release(connection: Connection, channel: str) -> None:
    """What was held may be sent."""
    connection.execute(
        update(ZaloOutboxRow)
        .where(_O.channel == channel, _O.state == "held")
        .values(state="waiting", reason=None, not_before=None)
    )


def is_held(connection: Connection, channel: str) -> bool:
    return held_reason(connection, channel) is not None


def held_reason(connection: Connection, channel: str) -> str | None:
    """Why messages of a channel wait for a person; None when none does."""
    return connection.execute(
        select(_O.reason).where(_IS_HELD, _O.channel == channel).limit(1)
    ).scalar_one_or_none()


def unfinished(connection: Connection) -> dict[str, dict[str, int]]:
    """How many messages are not sent yet: by channel and state."""
    rows = connection.execute(
        select(_O.channel, _O.state, func.count())
        .where(_O.state.in_(UNFINISHED))
        .group_by(_O.channel, _O.state)
    )
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        found.setdefault(channel, {})[state] = count
    return found


def is_something_due(connection: Connection, now: datetime) -> bool:
    due = or_(
        and_(_O.state == "waiting", _O.not_before.is_(None)),
        and_(_O.state.in_(UNFINISHED), _O.not_before <= now),
    )
    return connection.execute(select(_O.id).where(due).limit(1)).first() is not None


def known_ids(connection: Connection, citizen: str) -> set[str]:
    """The platform's ids of what this citizen was sent lately."""
    rows = connection.execute(
        select(_O.message_id)
        .where(_O.citizen == citizen, _O.state == "sent", _O.message_id.is_not(None))
        .order_by(_O.id.desc())
        .limit(50)
    )
    return set(rows.scalars())


def counts(connection: Connection, since: datetime) -> dict[tuple[str, str, str | None], int]:
    """How many messages there are by channel, state and reason; finished ones from `since`."""
    rows = connection.execute(
        select(_O.channel, _O.state, _O.reason, func.count())
        .where(or_(_O.state.in_(UNFINISHED), _O.sent_at >= since))
        .group_by(_O.channel, _O.state, _O.reason)
    )
    return {(channel, state, reason): count for channel, state, reason, count in rows}


def forget(connection: Connection, before: datetime) -> None:
    """Erase what was sent or dropped before."""
    connection.execute(
        delete(ZaloOutboxRow).where(_O.state.in_(("sent", "dropped")), _O.sent_at < before)
    )
