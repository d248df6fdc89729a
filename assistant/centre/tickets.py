"""Taking a number and calling the next one: committed before anybody is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.centre import repository
from assistant.centre.hours import Schedule, moment_text
from assistant.centre.model import Content, Counter
from assistant.centre.queues import (
    Basis,
    Call,
    Queue,
    call_of,
    expected_wait,
    read_queue,
    takes_tickets,
)
from assistant.centre.tables import Ticket
from assistant.errors import LetanError
from assistant.storage.database import Database

_TRIES = 3


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    number: int
    counter: str
    counter_name: dict[str, str]
    """vi and en."""
    ahead: int
    """People waiting before this one."""
    expected_wait_minutes: int
    wait_basis: Basis
    """Whether the wait comes from real service times or from the configuration."""
    before_closing: bool
    """Whether the number should be called before today's hours end."""
    issued_at: datetime
    """In the centre's time zone."""


class Tickets:
    """Issues and calls; returns the counter's queue as it is after the change."""

    def __init__(
        self, database: Database, content: Content, schedules: Mapping[str, Schedule]
    ) -> None:
        self._database = database
        self._content = content
        self._schedules = schedules

    async def issue(
        self, counter: Counter, now: datetime, conversation: str | None, key: str | None
    ) -> tuple[IssuedTicket, Queue]:
        """A new number, or the one that the same ``key`` got before today.

        Raises `counter_closed`, `tickets_exhausted`, `idempotency_conflict`.
        """
        key_hash = sha256(key.encode()).hexdigest() if key else None
        for attempt in range(_TRIES):
            try:
                async with self._database.session() as session:
                    ticket = await self._find_or_add(session, counter, now, conversation, key_hash)
                    ahead = await repository.waiting_before(session, ticket)
                    queue = await read_queue(session, counter, ticket.day, now)
                break
            except IntegrityError:
                # The same key at the same instant in another process: next time it is found.
                if attempt == _TRIES - 1:
                    raise
        return self._issued(counter, ticket, ahead, queue, now), queue

    async def call_next(self, counter: Counter, now: datetime) -> tuple[Call | None, Queue]:
        """Close what is being served and call the first who waits; None when nobody does."""
        day = self._local(now).date()
        async with self._database.session() as session:
            await repository.lock_counter(session, day, counter.id)
            for served in await repository.being_served(session, day, counter.id):
                served.state, served.closed_at = "closed", now
            ticket = await repository.first_waiting(session, day, counter.id)
            if ticket is not None:
                ticket.state, ticket.called_at, ticket.announced_at = "called", now, now
            await session.flush()
            queue = await read_queue(session, counter, day, now)
            call = call_of(ticket) if ticket else None
        return call, queue

    async def recall(self, counter: Counter, now: datetime) -> tuple[Call | None, Queue]:
        """Announce the current number once more; None when there is none."""
        day = self._local(now).date()
        async with self._database.session() as session:
            await repository.lock_counter(session, day, counter.id)
            served = await repository.being_served(session, day, counter.id)
            if served:
                served[-1].announced_at = now
            await session.flush()
            queue = await read_queue(session, counter, day, now)
            call = call_of(served[-1]) if served else None
        return call, queue

    async def _find_or_add(
        self,
        session: AsyncSession,
        counter: Counter,
        now: datetime,
        conversation: str | None,
        key_hash: str | None,
    ) -> Ticket:
        day = self._local(now).date()
        if key_hash is not None:
            found = await repository.by_key(session, day, key_hash)
            if found is not None:
                if found.counter != counter.id:
                    raise _idempotency_conflict(found.counter)
                return found
        self._check_open(counter, now)
        sequence = await repository.next_sequence(session, day, counter.id)
        size = 10**self._content.tickets.digits
        if sequence >= size:
            raise _exhausted(counter)
        ticket = Ticket(
            day=day,
            counter=counter.id,
            sequence=sequence,
            number=counter.ticket_prefix * size + sequence,
            state="waiting",
            key_hash=key_hash,
            conversation=conversation,
            issued_at=now,
        )
        session.add(ticket)
        await session.flush()
        return ticket

    def _check_open(self, counter: Counter, now: datetime) -> None:
        schedule = self._schedules[counter.id]
        zone = self._content.hours.timezone
        if not takes_tickets(self._content.tickets, schedule.status(now), now, zone):
            raise _closed(counter, schedule, schedule.next_opening(now), now)

    def _issued(
        self, counter: Counter, ticket: Ticket, ahead: int, queue: Queue, now: datetime
    ) -> IssuedTicket:
        schedule = self._schedules[counter.id]
        breaks = not self._content.tickets.outside_hours
        wait = expected_wait(queue, ahead, schedule, now, breaks_count=breaks)
        end = schedule.day_end(now)
        return IssuedTicket(
            number=ticket.number,
            counter=counter.id,
            counter_name=counter.name.as_dict(),
            ahead=ahead,
            expected_wait_minutes=wait,
            wait_basis=queue.basis,
            before_closing=end is not None and now + timedelta(minutes=wait) < end,
            issued_at=self._local(ticket.issued_at),
        )

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(self._content.hours.timezone)


def _closed(
    counter: Counter, schedule: Schedule, opens: datetime | None, now: datetime
) -> LetanError:
    reason = schedule.status(now).reason
    why_vi, why_en = (f" ({reason.vi})", f" ({reason.en})") if reason else ("", "")
    vi = f"{counter.name.vi} hiện đang đóng cửa{why_vi}, chưa lấy số được."
    en = f"{counter.name.en} is closed now{why_en}; no ticket can be taken."
    if opens is None:
        return LetanError("counter_closed", 409, vi, en, field="counter")
    return LetanError(
        "counter_closed",
        409,
        f"{vi} Quầy mở lại lúc {moment_text(opens, now, 'vi')}.",
        f"{en} It opens at {moment_text(opens, now, 'en')}".rstrip(".") + ".",
        field="counter",
        retry_after=max(1, int((opens - now).total_seconds())),
        remedy_vi="Hãy quay lại lấy số khi quầy mở cửa.",
        remedy_en="Take a ticket when the counter is open.",
    )


def _exhausted(counter: Counter) -> LetanError:
    return LetanError(
        "tickets_exhausted",
        409,
        f"{counter.name.vi} đã phát hết số của hôm nay. Anh/chị hỏi cán bộ tại bàn hướng dẫn.",
        f"{counter.name.en} has given out all of today's tickets. Please ask at the desk.",
        field="counter",
    )


def _idempotency_conflict(counter: str) -> LetanError:
    return LetanError(
        "idempotency_conflict",
        409,
        f"Khóa Idempotency-Key này đã dùng để lấy số ở quầy {counter}. Hãy dùng khóa mới.",
        f"This Idempotency-Key already took a ticket at counter {counter}. Use a new key.",
        field="Idempotency-Key",
    )
