"""A counter tells that somebody was sent there by mistake: a figure, and a question to judge."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.centre.tables import Ticket
from assistant.conversation.redaction import redact
from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.conversation.wording import clean
from assistant.inbox import problems
from assistant.inbox.collecting import known_groups
from assistant.inbox.grouping import Groups, content_words
from assistant.inbox.repository import question_before
from assistant.inbox.service import Inbox
from assistant.inbox.suggesting import Suggesting
from assistant.inbox.tables import GroupRow, ItemRow, SentRow, WronglySentRow
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

ProcedureOfSlip = Callable[[str], Awaitable[str]]
"""The procedure of a visitor's slip, by its code. Raises LetanError `slip_unknown`."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a counter tells."""

    ticket: int | None = None
    slip: str | None = None
    counter: str | None = None
    said: str | None = None
    """What the visitor wants, in the clerk's words."""
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    id: int
    group: int | None
    """Where the question stands in the inbox; None: it is not known any more."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Redacted."""

    said: str | None
    comment: str | None


class Reporting:
    """Takes such reports, once for each ticket and slip."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        zone: str,
        slips: ProcedureOfSlip,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._zone = ZoneInfo(zone)
        self._slips = slips
        self._clock = clock

    async def report(self, told: Report, who: Who) -> Reported:
        """Write it down; the same ticket or slip again gives the same report.

        Raises LetanError `inbox_incomplete`, `ticket_unknown`, `slip_unknown`, `text_too_long`.
        """
        if told.ticket is not None and told.slip is not None:
            raise problems.missing("ticket")
        if told.ticket is None and told.slip is None and not told.said:
            raise problems.missing("ticket")
        said = redact(clean(told.said, "said")) if told.said else None
        comment = redact(clean(told.comment, "comment")) if told.comment else None
        slip = told.slip.strip().upper() if told.slip else None
        procedure = await self._slips(slip) if slip else None
        suggesting = await self._inbox.suggesting()
        await self._inbox.collect()
        now = self._clock()
        row = WronglySentRow(
            day=now.astimezone(self._zone).date(),
            ticket=told.ticket,
            slip=slip,
            counter=told.counter,
            procedure=procedure,
            who=who.name,
            at=now,
        )
        async with self._inbox.quiet(), self._database.session() as session:
            before = await _reported(session, row)
            if before is not None:
                return before
            turn = await self._turn(session, row)
            connection = await session.connection()
            words = _Words(said, comment)
            group = await connection.run_sync(_put, row, turn, words, suggesting)
            session.add(row)
            await session.flush()
            after = {"ticket": row.ticket, "slip": row.slip, "counter": row.counter}
            await audit.append(
                session, who, "inbox.wrongly_sent", f"wrongly-sent/{row.id}", after=after, now=now
            )
            return Reported(row.id, group)

    async def take_back(self, id_: int, who: Who) -> None:
        """It was no mistake. Raises LetanError `report_unknown`."""
        async with self._inbox.quiet(), self._database.session() as session:
            row = await session.get(WronglySentRow, id_)
            if row is None:
                raise problems.report_unknown(id_)
            if row.item is not None:
                item = await session.get(ItemRow, row.item)
                await session.execute(delete(ItemRow).where(ItemRow.id == row.item))
                others = select(ItemRow.id).where(ItemRow.group == item.group) if item else None
                if item and others is not None and (await session.scalar(others)) is None:
                    await session.execute(delete(GroupRow).where(GroupRow.id == item.group))
            before = {"ticket": row.ticket, "slip": row.slip, "counter": row.counter}
            await session.delete(row)
            await audit.append(
                session,
                who,
                "inbox.wrongly_sent_undone",
                f"wrongly-sent/{id_}",
                before=before,
                now=self._clock(),
            )

    async def _turn(self, session: AsyncSession, row: WronglySentRow) -> int | None:
        """The question that led to the ticket, as long as it is known."""
        if row.ticket is None:
            return None
        found = select(Ticket).where(Ticket.day == row.day, Ticket.number == row.ticket)
        ticket = await session.scalar(found)
        if ticket is None:
            raise problems.ticket_unknown(row.ticket)
        row.counter = row.counter or ticket.counter
        if ticket.conversation is None:
            return await _sent(session, row.day, row.ticket)
        connection = await session.connection()
        return await connection.run_sync(question_before, ticket.conversation, ticket.issued_at)


async def _sent(session: AsyncSession, day: date, ticket: int) -> int | None:
    statement = select(SentRow.turn).where(SentRow.day == day, SentRow.ticket == ticket)
    found: int | None = await session.scalar(statement)
    return found


async def _reported(session: AsyncSession, row: WronglySentRow) -> Reported | None:
    statement = select(WronglySentRow)
    if row.ticket is not None:
        statement = statement.where(
            WronglySentRow.day == row.day, WronglySentRow.ticket == row.ticket
        )
    elif row.slip is not None:
        statement = statement.where(WronglySentRow.slip == row.slip)
    else:
        return None
    before = await session.scalar(statement)
    if before is None:
        return None
    group = await session.scalar(select(ItemRow.group).where(ItemRow.id == before.item))
    return Reported(before.id, group)


def _put(
    connection: Connection,
    row: WronglySentRow,
    turn: int | None,
    words: _Words,
    suggesting: Suggesting | None,
) -> int | None:
    """The question among its like; None where nobody knows what was asked."""
    text, comment, conversation = words.said, words.comment, None
    if turn is not None:
        found = connection.execute(
            select(
                TurnRow.message,
                TurnRow.conversation,
                TurnRow.procedures,
                ConversationRow.channel,
                ConversationRow.language,
            )
            .join(ConversationRow, ConversationRow.id == TurnRow.conversation)
            .where(TurnRow.id == turn)
        ).one()
        text, conversation, codes, row.channel, row.language = found
        row.procedure = row.procedure or codes.split(" ", 1)[0]
        comment = " · ".join(each for each in (words.said, comment) if each) or None
    folded = content_words(text or "")
    if text is None or not folded:
        return None
    group = Groups(known_groups(connection)).find(folded)
    if group is None:
        listed = suggesting.suggest(text) if suggesting is not None else []
        suggestions = [{"code": each.code, "score": each.score} for each in listed]
        new = insert(GroupRow).values(state="open", suggestions=suggestions)
        group = int(connection.execute(new.returning(GroupRow.id)).scalar_one())
    else:  # a person says that it went wrong, whatever was decided before
        connection.execute(update(GroupRow).where(GroupRow.id == group).values(state="open"))
    item = insert(ItemRow).values(
        group=group,
        turn=turn,
        conversation=conversation,
        kind="wrongly_sent",
        folded=folded,
        said=None if turn is not None else words.said,
        comment=comment,
        at=row.at,
    )
    row.item = int(connection.execute(item.returning(ItemRow.id)).scalar_one())
    return group
