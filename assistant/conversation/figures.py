"""How the desk has done: counts of conversations, turns, outcomes and procedures, day by day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.storage.database import Database

GOOD = ("answered", "clarified", "chosen")
"""Outcomes of a turn that was understood."""
_UP, _DOWN = "payload:feedback:up", "payload:feedback:down"
_NO_QUESTION = (_UP, _DOWN)
_MOST_PROCEDURES = 50


@dataclass(slots=True)
class Counts:
    """Numbers of one day, channel or language."""

    conversations: set[str] = field(default_factory=set)
    turns: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    up: int = 0
    down: int = 0

    def add(self, conversation: str, outcome: str, message: str) -> None:
        self.conversations.add(conversation)
        self.up += message == _UP
        self.down += message == _DOWN
        if message not in _NO_QUESTION:
            self.turns += 1
            self.outcomes[outcome] += 1

    @property
    def understood(self) -> float | None:
        """Share of turns, 0 to 1; None without any."""
        return sum(self.outcomes[name] for name in GOOD) / self.turns if self.turns else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything between two days, both included."""

    total: Counts
    days: dict[date, Counts]
    channels: dict[str, Counts]
    languages: dict[str, Counts]
    """Only of conversations whose language was chosen or has become clear."""
    procedures: list[tuple[str, int]]
    """Codes that were understood first, most often named first."""


async def figures(database: Database, zone: ZoneInfo, first: date, last: date) -> Figures:
    """Counts of local days; turns older than the retention are gone and not counted."""
    start = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    statement = (
        select(
            TurnRow.conversation,
            TurnRow.created_at,
            TurnRow.outcome,
            TurnRow.message,
            TurnRow.procedures,
            ConversationRow.channel,
            ConversationRow.language,
        )
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation)
        .where(TurnRow.created_at >= start, TurnRow.created_at < end)
    )
    async with database.reading() as session:
        rows = (await session.execute(statement)).all()
    return _counted(rows, zone, _days(first, last))


def _counted(
    rows: Sequence[Row[str, datetime, str, str, str, str, str | None]],
    zone: ZoneInfo,
    days: Iterable[date],
) -> Figures:
    total, by_day = Counts(), {day: Counts() for day in days}
    channels: dict[str, Counts] = {}
    languages: dict[str, Counts] = {}
    procedures: Counter[str] = Counter()
    for conversation, at, outcome, message, codes, channel, language in rows:
        counted = [total, by_day[at.astimezone(zone).date()]]
        counted.append(channels.setdefault(channel, Counts()))
        if language is not None:
            counted.append(languages.setdefault(language, Counts()))
        for counts in counted:
            counts.add(conversation, outcome, message)
        if codes:
            procedures[codes.split(" ", 1)[0]] += 1
    listed = sorted(procedures.items(), key=lambda item: (-item[1], item[0]))
    return Figures(total, by_day, channels, languages, listed[:_MOST_PROCEDURES])


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
