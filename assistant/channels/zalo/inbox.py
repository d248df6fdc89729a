"""Reading and writing of what came in: each event once, each citizen's in order, by one process.

An event waits, is worked on under a lease, and is done in the same transaction as its replies are
put out. A process that lost its lease finds that out there and writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from assistant.channels.zalo.events import Event
from assistant.channels.zalo.tables import (
    ZaloCitizenRow,
    ZaloConversationRow,
    ZaloInboxRow,
    ZaloOutboxRow,
)

_I = ZaloInboxRow.__table__.c
_C = ZaloCitizenRow.__table__.c
_LONG_AGO = datetime.fromtimestamp(0, UTC)
_CLAIM_LOCK = 6_503_262_006
"""Key of PostgreSQL's advisory lock: two processes never choose at the same time."""

_earlier = ZaloInboxRow.__table__.alias("earlier")


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that this process works on."""

    id: int
    channel: str
    key: str
    citizen: str
    kind: str
    body: str
    received_at: datetime
    sent_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who asks, as far as we know."""

    id: str
    conversation: str | None
    language: str | None
    paused_until: datetime | None
    greeted_at: datetime | None
    offer: str | None


def citizen_of(event: Event) -> str | None:
    return None if event.citizen is None else f"{event.channel}:{event.citizen}"


def digest_of(event: Event) -> str:
    return sha256(f"{event.channel}:{event.key}".encode()).hexdigest()


def message_id_of(claimed: Claimed) -> str:
    """The id of the turn: the same for the same event, wherever it is answered."""
    return claimed.key


def _insert(connection: Connection, table: Any) -> Any:
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return made(table)


def add(connection: Connection, event: Event, now: datetime) -> bool:
    """Whether it is new. Where an officer took over, `pause` says until when."""
    citizen = citizen_of(event)
    values = {
        "channel": event.channel,
        "key": digest_of(event),
        "citizen": citizen,
        "kind": event.kind,
        "body": event.to_json(),
        "received_at": now,
        "sent_at": event.sent_at,
        "state": "waiting",
        "attempts": 0,
    }
    put: Insert = _insert(connection, ZaloInboxRow).values(values).on_conflict_do_nothing()
    if connection.execute(put).rowcount != 1:
        return False
    if event.kind != "withdraw":
        seen(connection, str(citizen), event, now)
    return True


def seen(connection: Connection, citizen: str, event: Event, now: datetime) -> None:
    """The citizen was here: what opens the platform's windows for sending (§4.3)."""
    statement = _insert(connection, ZaloCitizenRow).values(
        id=citizen,
        first_seen_at=now,
        last_interaction_at=min(event.sent_at, now),
        anonymous_conversation=event.anonymous_conversation,
    )
    new = statement.excluded
    later = case(
        (new.last_interaction_at > _C.last_interaction_at, new.last_interaction_at),
        else_=_C.last_interaction_at,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "last_interaction_at": later,
                "anonymous_conversation": new.anonymous_conversation,
            },
        )
    )


def pause(connection: Connection, citizen: str, until: datetime, now: datetime) -> None:
    """An officer answers in person. Nothing of the event itself is kept."""
    statement = _insert(connection, ZaloCitizenRow).values(
        id=citizen, first_seen_at=now, last_interaction_at=_LONG_AGO, paused_until=until
    )
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"paused_until": until})
    )


def _is_next() -> ColumnElement[bool]:
    """No event of the same citizen is worked on or stands before it; who wants to be forgotten
    stands in front."""
    before = and_(
        _earlier.c.state == "waiting",
        _I.kind != "withdraw",
        or_(
            _earlier.c.sent_at < _I.sent_at,
            and_(_earlier.c.sent_at == _I.sent_at, _earlier.c.id < _I.id),
        ),
    )
    return ~exists().where(
        _earlier.c.citizen == _I.citizen,
        _earlier.c.state.in_(("waiting", "working")),
        _earlier.c.id != _I.id,
        or_(_earlier.c.state == "working", before),
    )


def claim(
    connection: Connection, *, owner: str, now: datetime, until: datetime, limit: int
) -> list[Claimed]:
    """The next events, each of another citizen; those of a process that died are among them."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})
    columns = (
        *(_I.id, _I.channel, _I.key, _I.citizen, _I.kind, _I.body),
        *(_I.received_at, _I.sent_at, _I.attempts),
    )
    lost = select(*columns).where(_I.state == "working", _I.done_at.is_(None), _I.lease_until < now)
    rows = list(connection.execute(lost.order_by(_I.id).limit(limit)))
    due = or_(_I.lease_until.is_(None), _I.lease_until <= now)
    waiting = select(*columns).where(_I.state == "waiting", _I.done_at.is_(None), due, _is_next())
    for row in connection.execute(waiting.order_by(_I.id).limit(limit - len(rows))):
        if all(row.citizen != taken.citizen for taken in rows):
            rows.append(row)
    if rows:
        connection.execute(
            update(ZaloInboxRow)
            .where(_I.id.in_([row.id for row in rows]))
            .values(state="working", owner=owner, lease_until=until, attempts=_I.attempts + 1)
        )
    return [Claimed(*row[:-1], attempts=row.attempts + 1) for row in rows]


def renew(connection: Connection, ids: Sequence[int], owner: str, until: datetime) -> None:
    connection.execute(
        update(ZaloInboxRow)
        .where(_I.id.in_(ids), _I.owner == owner, _I.state == "working")
        .values(lease_until=until)
    )


def put_back(connection: Connection, id_: int, owner: str, not_before: datetime | None) -> None:
    """It could not be answered now, or this process ends."""
    connection.execute(
        update(ZaloInboxRow)
        .where(_I.id == id_, _I.owner == owner, _I.state == "working")
        .values(state="waiting", owner=None, lease_until=not_before)
    )


def finish(
    connection: Connection,
    claimed: Claimed,
    *,
    owner: str,
    now: datetime,
    state: str,
    bodies: Sequence[str],
    citizen: dict[str, Any],
) -> bool:
    """The event is done and its replies are put out: one transaction. False, and nothing written,
    when another process has taken it over."""
    done = connection.execute(
        update(ZaloInboxRow)
        .where(_I.id == claimed.id, _I.owner == owner, _I.state == "working")
        .values(state=state, body=None, owner=None, lease_until=None, done_at=now)
    )
    if done.rowcount != 1:
        return False
    rows = [
        {
            "channel": claimed.channel,
            "citizen": claimed.citizen,
            "inbox": claimed.id,
            "position": position,
            "body": body,
            "state": "waiting",
            "attempts": 0,
            "created_at": now,
        }
        for position, body in enumerate(bodies)
    ]
    if rows:
        connection.execute(insert(ZaloOutboxRow), rows)
    if citizen:
        connection.execute(update(ZaloCitizenRow).where(_C.id == claimed.citizen).values(**citizen))
    return True


def find_citizen(connection: Connection, citizen: str) -> Citizen | None:
    columns = (_C.id, _C.conversation, _C.language, _C.paused_until, _C.greeted_at, _C.offer)
    row = connection.execute(select(*columns).where(_C.id == citizen)).one_or_none()
    return None if row is None else Citizen(*row)


def begin_conversation(connection: Connection, citizen: str, conversation: str) -> None:
    """Before its first turn: what is said in it can be erased with the citizen."""
    connection.execute(
        insert(ZaloConversationRow).values(conversation=conversation, citizen=citizen)
    )
    connection.execute(
        update(ZaloCitizenRow).where(_C.id == citizen).values(conversation=conversation, offer=None)
    )


def conversations_of(connection: Connection, citizen: str) -> list[str]:
    column = ZaloConversationRow.__table__.c
    found = connection.scalars(select(column.conversation).where(column.citizen == citizen))
    return list(found)


def erase(connection: Connection, claimed: Claimed, now: datetime) -> None:
    """Everything of a citizen until they asked for it. Digests of events stay: one that comes again
    is still recognised."""
    citizen = claimed.citizen
    outbox, mine = ZaloOutboxRow.__table__.c, ZaloConversationRow.__table__.c
    connection.execute(delete(ZaloOutboxRow).where(outbox.citizen == citizen))
    connection.execute(delete(ZaloConversationRow).where(mine.citizen == citizen))
    connection.execute(delete(ZaloCitizenRow).where(_C.id == citizen))
    connection.execute(
        update(ZaloInboxRow)
        .where(_I.citizen == citizen, or_(_I.id <= claimed.id, _I.sent_at <= claimed.sent_at))
        .values(citizen=None, body=None, state="done", owner=None, lease_until=None, done_at=now)
    )


def newest(connection: Connection, channel: str) -> datetime | None:
    """When somebody last wrote."""
    known = select(func.max(_C.last_interaction_at)).where(_C.id.startswith(f"{channel}:"))
    found: datetime | None = connection.execute(known).scalar()
    return None if found is None or found == _LONG_AGO else found


def counts(connection: Connection) -> dict[str, int]:
    """How many events are not done with, by state."""
    query = (
        select(_I.state, func.count())
        .where(_I.state.in_(("waiting", "working")), _I.done_at.is_(None))
        .group_by(_I.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def sweep(connection: Connection, *, taken_before: datetime, seen_before: datetime) -> None:
    """Retention: events that can no longer be repeated, citizens who have long been away."""
    from assistant.conversation.tables import ConversationRow

    connection.execute(delete(ZaloInboxRow).where(_I.done_at < taken_before))
    mine = ZaloConversationRow.__table__.c
    kept = select(ConversationRow.__table__.c.id)
    connection.execute(delete(ZaloConversationRow).where(mine.conversation.not_in(kept)))
    waiting = exists().where(ZaloOutboxRow.__table__.c.citizen == _C.id)
    connection.execute(
        delete(ZaloCitizenRow).where(
            _C.last_interaction_at < seen_before,
            or_(_C.paused_until.is_(None), _C.paused_until < seen_before),
            ~waiting,
            _C.conversation.is_(None) | _C.conversation.not_in(kept),
        )
    )
