"""Tickets in the database; SQL lives here only."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.centre.tables import Ticket, TicketSequence


async def lock_counter(session: AsyncSession, day: date, counter: str) -> None:
    """Make every other change of the counter's queue wait for the end of this transaction."""
    await _upsert_sequence(session, day, counter, step=0)


async def next_sequence(session: AsyncSession, day: date, counter: str) -> int:
    """The next running number; holds the counter's lock until the transaction ends."""
    return await _upsert_sequence(session, day, counter, step=1)


async def _upsert_sequence(session: AsyncSession, day: date, counter: str, step: int) -> int:
    insert: Any = (
        postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    statement = (
        insert(TicketSequence)
        .values(day=day, counter=counter, last=step)
        .on_conflict_do_update(
            index_elements=["day", "counter"], set_={"last": TicketSequence.last + step}
        )
        .returning(TicketSequence.last)
    )
    return int((await session.execute(statement)).scalar_one())


async def by_key(session: AsyncSession, day: date, key_hash: str) -> Ticket | None:
    statement = select(Ticket).where(Ticket.day == day, Ticket.key_hash == key_hash)
    return (await session.execute(statement)).scalar_one_or_none()


async def waiting_before(session: AsyncSession, ticket: Ticket) -> int:
    """How many wait at the same counter with a smaller number."""
    statement = select(func.count()).where(
        Ticket.day == ticket.day,
        Ticket.counter == ticket.counter,
        Ticket.state == "waiting",
        Ticket.sequence < ticket.sequence,
    )
    return int((await session.execute(statement)).scalar_one())


async def first_waiting(session: AsyncSession, day: date, counter: str) -> Ticket | None:
    statement = (
        select(Ticket)
        .where(Ticket.day == day, Ticket.counter == counter, Ticket.state == "waiting")
        .order_by(Ticket.sequence)
        .limit(1)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def being_served(session: AsyncSession, day: date, counter: str) -> Sequence[Ticket]:
    statement = (
        select(Ticket)
        .where(Ticket.day == day, Ticket.counter == counter, Ticket.state == "called")
        .order_by(Ticket.sequence)
    )
    return (await session.execute(statement)).scalars().all()


async def open_tickets(
    session: AsyncSession, day: date, counter: str | None = None
) -> Sequence[Ticket]:
    """Waiting and called tickets of a day, in the order of their numbers."""
    statement = select(Ticket).where(Ticket.day == day, Ticket.state != "closed")
    if counter is not None:
        statement = statement.where(Ticket.counter == counter)
    return (await session.execute(statement.order_by(Ticket.sequence))).scalars().all()


async def service_times(
    session: AsyncSession, counter: str, since: datetime, limit: int
) -> Sequence[tuple[datetime, datetime]]:
    """(called, closed) of the counter's last closed tickets, newest first."""
    statement = (
        select(Ticket.called_at, Ticket.closed_at)
        .where(
            Ticket.counter == counter,
            Ticket.state == "closed",
            Ticket.closed_at >= since,
            Ticket.called_at.is_not(None),
        )
        .order_by(Ticket.closed_at.desc())
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    return [(called, closed) for called, closed in rows if called and closed]


async def forget_conversation(session: AsyncSession, conversation: str) -> int:
    """Take a conversation's id off its tickets; the number of tickets."""
    statement = update(Ticket).where(Ticket.conversation == conversation).values(conversation=None)
    result = await session.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
