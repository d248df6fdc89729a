"""When the centre, a counter or an office is open. Pure: the same rules and time, the same answer.

Public holidays come from the `holidays` library; what the government decides year by year (swapped
days, make-up days, closures) is data. Sources: Labour Code 45/2019/QH14 article 112.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Literal

import holidays
from babel.dates import get_month_names

from assistant.centre.model import HoursRules, Session, Text, Week
from assistant.centre.phrases import both, say
from assistant.errors import Language

Kind = Literal["open", "before_opening", "break", "after_hours", "weekend", "holiday", "closure"]
HORIZON_DAYS = 400
"""How far ahead an opening is looked for."""
_DAY_NAMES = (
    "thứ Hai",
    "thứ Ba",
    "thứ Tư",
    "thứ Năm",
    "thứ Sáu",
    "thứ Bảy",
    "Chủ nhật",
)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """The sessions of one day and, where they are not the usual ones, why."""

    sessions: tuple[Session, ...]
    kind: Kind
    reason: Text | None


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand at one instant."""

    open: bool
    kind: Kind
    reason: Text | None
    """Why it is closed, or what is special while it is open."""
    opens_at: datetime | None
    """The next opening when closed; None when open, or when none is known."""
    closes_at: datetime | None
    """The end of the current session; None when closed."""


class Schedule:
    """The hours of the centre (no arguments but the rules), of a counter, or of an office."""

    def __init__(
        self, rules: HoursRules, counter: str | None = None, week: Week | None = None
    ) -> None:
        self._rules = rules
        self._counter = counter
        own = rules.counter_weeks.get(counter, {}) if counter else {}
        base = week or rules.week
        self._week: Week = tuple(own.get(day, base[day]) for day in range(7))
        # An office outside the hall keeps what the country decides, not the hall's own closures.
        self._is_office = week is not None
        self._plans: dict[date, DayPlan] = {}
        self._names: dict[Language, Mapping[date, str]] = {}
        if rules.country:
            self._names["vi"] = _holiday_names(rules.country, "vi")
            self._names["en"] = _holiday_names(rules.country, "en_US")

    def plan(self, day: date) -> DayPlan:
        """The sessions of a local day."""
        plan = self._plans.get(day)
        if plan is None:
            if len(self._plans) > 2 * HORIZON_DAYS:
                self._plans.clear()
            plan = self._plans[day] = self._plan(day)
        return plan

    def _plan(self, day: date) -> DayPlan:
        rules = self._rules
        if not self._is_office:
            for closure in rules.closures:
                if closure.first <= day <= closure.last and (
                    closure.counters is None or self._counter in closure.counters
                ):
                    return DayPlan(closure.sessions, "closure", closure.reason)
        make_up = rules.make_up_days.get(day)
        if make_up is not None:
            return DayPlan(self._week[make_up.weekday], "open", make_up.note)
        holiday = self.holiday(day)
        if holiday is not None:
            return DayPlan((), "holiday", both("nghỉ lễ: {name}", name=holiday))
        sessions = self._week[day.weekday()]
        if sessions:
            return DayPlan(sessions, "open", None)
        reason = both("{day} không làm việc", day=_day_name(day.weekday()))
        return DayPlan((), "weekend", reason)

    def holiday(self, day: date) -> Text | None:
        """The public holiday that a day is, if any."""
        extra = self._rules.extra_holidays.get(day)
        if extra is not None:
            return extra
        if not self._names or day in self._rules.not_holidays:
            return None
        name = self._names["vi"].get(day)
        return None if name is None else Text(name, self._names["en"].get(day) or name)

    def is_open(self, now: datetime) -> bool:
        return self._session(now) is not None

    def closes_at(self, now: datetime) -> datetime | None:
        """The end of the session that is running, None when closed."""
        session = self._session(now)
        return None if session is None else self._instant(self._local(now).date(), session.end)

    def next_opening(self, now: datetime) -> datetime | None:
        """The first start of a session after ``now``; None when none comes within 400 days."""
        today = self._local(now).date()
        for offset in range(HORIZON_DAYS):
            day = today + timedelta(days=offset)
            for session in self.plan(day).sessions:
                start = self._instant(day, session.start)
                if start > now:
                    return start
        return None

    def day_end(self, now: datetime) -> datetime | None:
        """The end of the last session of the day, past or not; None on a day off."""
        day = self._local(now).date()
        sessions = self.plan(day).sessions
        return self._instant(day, sessions[-1].end) if sessions else None

    def status(self, now: datetime) -> Status:
        local = self._local(now)
        plan = self.plan(local.date())
        session = self._session(now)
        if session is not None:
            closes = self._instant(local.date(), session.end)
            return Status(True, "open", session.note or plan.reason, None, closes)
        opens = self.next_opening(now)
        if not plan.sessions:
            return Status(False, plan.kind, plan.reason, opens, None)
        clock = local.time()
        if clock < plan.sessions[0].start:
            return Status(False, "before_opening", both("chưa đến giờ làm việc"), opens, None)
        if clock >= plan.sessions[-1].end:
            return Status(False, "after_hours", both("đã hết giờ làm việc"), opens, None)
        return Status(False, "break", both("đang giờ nghỉ trưa"), opens, None)

    def advance(self, now: datetime, minutes: float) -> datetime:
        """When ``minutes`` of open time after ``now`` are over, today's sessions only.

        Work that today's sessions cannot hold is counted from their end, so that a wait is
        never told shorter than it is.
        """
        day = self._local(now).date()
        left = timedelta(minutes=minutes)
        at = now
        for session in self.plan(day).sessions:
            start, end = self._instant(day, session.start), self._instant(day, session.end)
            if end <= at:
                continue
            at = max(at, start)
            if at + left <= end:
                return at + left
            left -= end - at
            at = end
        return at + left

    def next_change(self, now: datetime) -> datetime | None:
        """The next instant at which it opens or closes."""
        found = [at for at in (self.closes_at(now), self.next_opening(now)) if at is not None]
        return min(found) if found else None

    def text(self) -> Text:
        """The usual week in words."""
        return Text(self._week_text("vi"), self._week_text("en"))

    def _week_text(self, language: Language) -> str:
        days = []
        for sessions, group in groupby(range(7), key=lambda day: self._week[day]):
            run = list(group)
            first, last = (say(language, _DAY_NAMES[d]) for d in (run[0], run[-1]))
            name = first
            if len(run) == 2:
                name = first + say(language, " và ") + last
            elif len(run) > 2:
                name = say(language, "{first} đến {last}", first=first, last=last)
            days.append(f"{name} {_sessions_text(sessions, language)}")
        text = "; ".join(days)
        return text[0].upper() + text[1:]

    def _local(self, now: datetime) -> datetime:
        if now.tzinfo is None:
            raise ValueError("a time with a zone is needed")
        return now.astimezone(self._rules.timezone)

    def _instant(self, day: date, clock: time) -> datetime:
        # Through UTC, so that comparing and subtracting stays right where a zone changes its clock.
        local = datetime.combine(day, clock, self._rules.timezone)
        return local.astimezone(UTC).astimezone(self._rules.timezone)

    def _session(self, now: datetime) -> Session | None:
        local = self._local(now)
        clock = local.time()
        for session in self.plan(local.date()).sessions:
            if session.start <= clock < session.end:
                return session
        return None


def moment_text(moment: datetime, now: datetime, language: Language) -> str:
    """An instant as people say it: "13:00 hôm nay", "1 p.m. on Monday 23 November"."""
    here = now.astimezone(moment.tzinfo)
    clock = clock_text(moment.time(), language)
    days = (moment.date() - here.date()).days
    day = say(language, _DAY_NAMES[moment.weekday()])
    values: dict[str, object] = {
        "clock": clock,
        "day": day,
        "date": moment.day,
        "month": moment.month,
    }
    if language == "en":  # 5/11 would be read as May by half of the world
        values["month"] = get_month_names("wide", locale="en")[moment.month]
    if days == 0:
        return say(language, "{clock} hôm nay", clock=clock)
    if days == 1:
        return say(language, "{clock} ngày mai, {day} ngày {date}/{month}", **values)
    return say(language, "{clock} {day} ngày {date}/{month}", **values)


def clock_text(clock: time, language: Language) -> str:
    """A time of day: 13:00, or 1 p.m. in English."""
    if language == "vi":
        return f"{clock.hour}:{clock.minute:02d}"
    minutes = f":{clock.minute:02d}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes} {'p.m.' if clock.hour >= 12 else 'a.m.'}"


def _sessions_text(sessions: tuple[Session, ...], language: Language) -> str:
    if not sessions:
        return say(language, "nghỉ")
    parts = []
    for session in sessions:
        text = say(
            language,
            "từ {start} đến {end}",
            start=clock_text(session.start, language),
            end=clock_text(session.end, language),
        )
        parts.append(f"{text} ({session.note.get(language)})" if session.note else text)
    return say(language, " và ").join(parts)


def _day_name(weekday: int) -> Text:
    return both(_DAY_NAMES[weekday])


def _holiday_names(country: str, language: str) -> Mapping[date, str]:
    return holidays.country_holidays(country, language=language)
