"""How the desk has done: conversations, turns, outcomes, procedures, waiting, wrong counters."""

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from assistant.centre.tables import Ticket
from assistant.conversation.tables import ConversationRow, TurnRow
from assistant.inbox.tables import WronglySentRow
from assistant.storage.database import Database

GOOD = ("answered", "clarified", "chosen")
"""Outcomes of a turn that was understood."""
_UP, _DOWN = "payload:feedback:up", "payload:feedback:down"
_BUTTON = "payload:%"
_INSTANT = timedelta(microseconds=1)
_MOST_PROCEDURES = 50


@dataclass(slots=True)
class Counts:
    """Numbers of one day, channel or language."""

    conversations: set[str] = field(default_factory=set)
    turns: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    pleased: set[str] = field(default_factory=set)
    displeased: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    """Conversations in which a procedure, and so a counter, was named."""
    wrongly_sent: int = 0
    """Visitors of whom a counter told that they were sent there by mistake."""

    def add(self, conversation: str, outcome: str, message: str, codes: str) -> None:
        self.conversations.add(conversation)
        if codes and outcome in ("answered", "chosen"):
            self.sent.add(conversation)
        judgement = message.split(" ", 1)[0]  # a word more may stand behind it
        if judgement == _UP:
            self.pleased.add(conversation)
        elif judgement == _DOWN:
            self.displeased.add(conversation)
        else:
            self.turns += 1
            self.outcomes[outcome] += 1

    @property
    def understood(self) -> float | None:
        """Share of turns, 0 to 1; None without any."""
        return sum(self.outcomes[name] for name in GOOD) / self.turns if self.turns else None

    @property
    def up(self) -> int:
        """Conversations with a thumb up."""
        return len(self.pleased)

    @property
    def down(self) -> int:
        return len(self.displeased)

    @property
    def satisfied(self) -> float | None:
        """Share of thumbs that point up; None without any."""
        return self.up / (self.up + self.down) if self.up + self.down else None

    @property
    def wrongly_sent_rate(self) -> float | None:
        """Share of those who were told a counter; None without any."""
        return min(1.0, self.wrongly_sent / len(self.sent)) if self.sent else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long tickets waited until they were called, in minutes."""

    tickets: int
    median: float | None
    """None: none was called."""
    longest: float | None


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
    waiting: Waiting
    waiting_days: dict[date, Waiting]


async def figures(database: Database, zone: ZoneInfo, first: date, last: date) -> Figures:
    """Counts of local days; turns older than the retention are gone and not counted."""
    start = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    return await between(database, zone, start, end)


async def between(database: Database, zone: ZoneInfo, start: datetime, end: datetime) -> Figures:
    """Counts from a time on, up to another one."""
    days = _days(start.astimezone(zone).date(), (end - _INSTANT).astimezone(zone).date())

    def read(connection: Connection) -> Figures:
        return _read(connection, zone, (start, end), days)

    return await database.read(read)


def _read(
    connection: Connection, zone: ZoneInfo, times: tuple[datetime, datetime], days: list[date]
) -> Figures:
    start, end = times
    turns = (
        select(
            TurnRow.conversation,
            TurnRow.created_at,
            TurnRow.outcome,
            TurnRow.message.like(_BUTTON).label("button"),
            TurnRow.message,
            TurnRow.procedures,
            ConversationRow.channel,
            ConversationRow.language,
        )
        .join(ConversationRow, ConversationRow.id == TurnRow.conversation)
        .where(TurnRow.created_at >= start, TurnRow.created_at < end)
    )
    counted = _counted(connection.execute(turns).all(), zone, days)
    told = select(WronglySentRow.at, WronglySentRow.channel, WronglySentRow.language)
    told = told.where(WronglySentRow.at >= start, WronglySentRow.at < end)
    for at, channel, language in connection.execute(told):
        counted.total.wrongly_sent += 1
        counted.days[at.astimezone(zone).date()].wrongly_sent += 1
        if channel is not None:
            counted.channels.setdefault(channel, Counts()).wrongly_sent += 1
        if language is not None:
            counted.languages.setdefault(language, Counts()).wrongly_sent += 1
    tickets = select(Ticket.day, Ticket.issued_at, Ticket.called_at)
    tickets = tickets.where(Ticket.issued_at >= start, Ticket.issued_at < end)
    waits: dict[date, list[float | None]] = {day: [] for day in days}
    for day, issued, called in connection.execute(tickets):
        minutes = (called - issued).total_seconds() / 60 if called is not None else None
        waits.setdefault(day, []).append(minutes)
    everything = [wait for of_day in waits.values() for wait in of_day]
    counted.waiting_days.update({day: _waiting(of_day) for day, of_day in waits.items()})
    return replace(counted, waiting=_waiting(everything))


def _waiting(waits: list[float | None]) -> Waiting:
    called = [max(0.0, wait) for wait in waits if wait is not None]
    if not called:
        return Waiting(len(waits), None, None)
    return Waiting(len(waits), round(statistics.median(called), 1), round(max(called), 1))


def _counted(
    rows: Sequence[Row[str, datetime, str, bool, str, str, str, str | None]],
    zone: ZoneInfo,
    days: Iterable[date],
) -> Figures:
    total, by_day = Counts(), {day: Counts() for day in days}
    channels: dict[str, Counts] = {}
    languages: dict[str, Counts] = {}
    procedures: Counter[str] = Counter()
    for conversation, at, outcome, button, message, codes, channel, language in rows:
        counted = [total, by_day[at.astimezone(zone).date()]]
        counted.append(channels.setdefault(channel, Counts()))
        if language is not None:
            counted.append(languages.setdefault(language, Counts()))
        for counts in counted:
            counts.add(conversation, outcome, message if button else "", codes)
        if codes:
            procedures[codes.split(" ", 1)[0]] += 1
    listed = sorted(procedures.items(), key=lambda item: (-item[1], item[0]))
    return Figures(total, by_day, channels, languages, listed[:_MOST_PROCEDURES], _waiting([]), {})


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
