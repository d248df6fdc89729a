"""How the desk is doing: the day's turns by outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.storage.database import Database


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day."""

    conversations: int
    turns: int
    outcomes: Mapping[str, int]

    @property
    def understood(self) -> float | None:
        """Share of turns that were answered, clarified or chosen; None on a day without turns."""
        if not self.turns:
            return None
        good = sum(self.outcomes.get(name, 0) for name in ("answered", "clarified", "chosen"))
        return good / self.turns


async def day(database: Database, zone: str, *, days_ago: int = 0) -> Day:
    """Counts of today, or of the same weekday a week ago up to the same hour (`days_ago=7`)."""
    now = datetime.now(ZoneInfo(zone)) - timedelta(days=days_ago)
    start = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    async with database.reading() as session:
        return await _counts(session, start, now)


async def _counts(session: AsyncSession, start: datetime, end: datetime) -> Day:
    rows = await session.execute(
        select(TurnRow.outcome, func.count())
        .where(TurnRow.created_at >= start, TurnRow.created_at < end)
        .group_by(TurnRow.outcome)
    )
    outcomes = {row[0]: row[1] for row in rows}
    conversations = await session.scalar(
        select(func.count())
        .select_from(ConversationRow)
        .where(ConversationRow.opened_at >= start, ConversationRow.opened_at < end)
    )
    return Day(conversations or 0, sum(outcomes.values()), outcomes)
