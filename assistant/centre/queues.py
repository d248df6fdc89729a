"""The queues of the day in memory, so that a turn never waits for the database.

Counts come from the database at start, after every change made here, and in the background at
most once a second while somebody looks, for what other processes changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from assistant.centre import repository
from assistant.centre.hours import Schedule, Status
from assistant.centre.model import Counter, TicketRules
from assistant.centre.tables import Ticket

Basis = Literal["measured", "configured"]
SAMPLES = 20
MIN_SAMPLES = 5
SAMPLE_DAYS = 7
_SHORTEST, _LONGEST = timedelta(seconds=20), timedelta(minutes=90)
"""Outside of these a clerk forgot to call, or called by mistake: not a service time."""


@dataclass(frozen=True, slots=True)
class Call:
    """A number that was called."""

    number: int
    counter: str
    called_at: datetime
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of one counter."""

    waiting: tuple[int, ...] = ()
    """Numbers in order."""
    current: Call | None = None
    service_minutes: float = 10.0
    basis: Basis = "configured"


def queue_of(tickets: Sequence[Ticket], service: tuple[float, Basis]) -> Queue:
    """The queue that the open tickets of a counter make."""
    waiting = tuple(ticket.number for ticket in tickets if ticket.state == "waiting")
    called = [ticket for ticket in tickets if ticket.state == "called"]
    current = call_of(max(called, key=lambda ticket: ticket.sequence)) if called else None
    return Queue(waiting, current, *service)


def call_of(ticket: Ticket) -> Call:
    assert ticket.called_at is not None and ticket.announced_at is not None
    return Call(ticket.number, ticket.counter, ticket.called_at, ticket.announced_at)


async def read_queue(session: AsyncSession, counter: Counter, day: date, now: datetime) -> Queue:
    tickets = await repository.open_tickets(session, day, counter.id)
    return queue_of(tickets, await service_minutes(session, counter, now))


async def service_minutes(
    session: AsyncSession, counter: Counter, now: datetime
) -> tuple[float, Basis]:
    """The median of the counter's last real service times, else what is configured."""
    times = await repository.service_times(
        session, counter.id, now - timedelta(days=SAMPLE_DAYS), SAMPLES
    )
    spans = [closed - called for called, closed in times]
    usable = [span for span in spans if _SHORTEST <= span <= _LONGEST]
    if len(usable) < MIN_SAMPLES:
        return counter.service_minutes, "configured"
    return median(span.total_seconds() for span in usable) / 60, "measured"


def takes_tickets(rules: TicketRules, status: Status, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a number can be taken at a counter: open, shortly before it opens, or a trial."""
    if status.open or rules.outside_hours:
        return True
    if status.opens_at is None:
        return False
    # A local day numbers from 1: nobody takes tomorrow's number before midnight.
    soon = status.opens_at - now <= timedelta(minutes=rules.before_opening_minutes)
    return soon and status.opens_at.astimezone(zone).date() == now.astimezone(zone).date()


def expected_wait(
    queue: Queue, ahead: int, schedule: Schedule, now: datetime, *, breaks_count: bool = True
) -> int:
    """Whole minutes until somebody with ``ahead`` waiting people before them is called.

    The person at the counter counts with the time that is left of theirs; so do breaks, except
    in a trial outside of hours, where a night would swamp the queue that is being shown.
    """
    minutes = ahead * queue.service_minutes
    if queue.current is not None:
        spent = (now - queue.current.called_at).total_seconds() / 60
        minutes += max(0.0, queue.service_minutes - max(0.0, spent))
    if not breaks_count and not schedule.is_open(now):
        return max(0, round(minutes))
    until = schedule.advance(now, minutes)
    return max(0, round((until - now).total_seconds() / 60))
