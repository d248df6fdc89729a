"""Opening hours: every answer agrees with the rules, on any instant of four years."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.centre.content import load_content
from assistant.centre.hours import Schedule, moment_text
from assistant.centre.model import Closure, HoursRules, Session, Text

ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CONTENT = load_content(ROOT / "data" / "centre")
CENTRE = Schedule(CONTENT.hours)

instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(
    lambda moment: moment.replace(tzinfo=ZONE)
)
schedules = st.sampled_from(
    [CENTRE, Schedule(CONTENT.hours, "3"), Schedule(CONTENT.hours, "9")]
    + [Schedule(CONTENT.hours, week=office.week) for office in CONTENT.offices.values()]
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@given(schedules, instants)
def test_the_next_opening_is_later_and_open(schedule: Schedule, now: datetime) -> None:
    opening = schedule.next_opening(now)
    assert opening is not None
    assert opening > now
    assert schedule.is_open(opening)
    assert not schedule.is_open(opening - timedelta(microseconds=1))


@given(schedules, instants, st.floats(0, 1))
def test_nothing_opens_before_the_next_opening(
    schedule: Schedule, now: datetime, share: float
) -> None:
    status = schedule.status(now)
    if status.open:
        assert status.opens_at is None
        assert status.closes_at is not None
        between = now + (status.closes_at - now) * share
        assert schedule.is_open(between) or between >= status.closes_at
        assert not schedule.is_open(status.closes_at)
    else:
        assert status.closes_at is None
        assert status.opens_at is not None
        assert status.reason is not None
        between = now + (status.opens_at - now) * share
        assert not schedule.is_open(between) or between >= status.opens_at


@given(schedules, instants)
def test_it_never_opens_on_a_holiday(schedule: Schedule, now: datetime) -> None:
    opening = schedule.next_opening(now)
    assert opening is not None
    assert schedule.holiday(opening.date()) is None
    if schedule.holiday(now.date()) is not None:
        assert not schedule.is_open(now)


@given(schedules, instants)
def test_the_zone_of_the_question_does_not_matter(schedule: Schedule, now: datetime) -> None:
    assert schedule.status(now) == schedule.status(now.astimezone(UTC))
    elsewhere = now.astimezone(ZoneInfo("America/New_York"))
    assert schedule.next_opening(now) == schedule.next_opening(elsewhere)


@given(schedules, instants, st.floats(0, 600))
def test_a_wait_is_never_shorter_than_the_work(
    schedule: Schedule, now: datetime, minutes: float
) -> None:
    until = schedule.advance(now, minutes)
    assert until >= now + timedelta(minutes=minutes) - timedelta(microseconds=1)
    assert schedule.advance(now, minutes + 5) >= until


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        CENTRE.is_open(datetime(2026, 11, 23, 9))


@pytest.mark.parametrize(
    ("now", "kind", "opens"),
    [
        ("2026-11-23T07:29:59", "before_opening", "2026-11-23T07:30"),
        ("2026-11-23T11:30:00", "break", "2026-11-23T13:00"),
        ("2026-11-23T17:00:00", "after_hours", "2026-11-25T07:30"),  # the 24th is a holiday
        ("2026-11-24T09:00:00", "holiday", "2026-11-25T07:30"),
        ("2026-11-22T09:00:00", "weekend", "2026-11-23T07:30"),
        ("2026-11-21T11:30:00", "after_hours", "2026-11-23T07:30"),
        ("2027-02-05T09:00:00", "holiday", "2027-02-11T07:30"),  # Tết
    ],
)
def test_why_it_is_closed_and_until_when(now: str, kind: str, opens: str) -> None:
    status = CENTRE.status(at(now))
    assert (status.open, status.kind, status.opens_at) == (False, kind, at(opens))


def test_saturday_receives_only_and_not_everywhere() -> None:
    saturday = at("2026-11-21T08:00")
    status = CENTRE.status(saturday)
    assert status.open
    assert status.reason is not None
    assert status.reason.vi == "chỉ tiếp nhận hồ sơ"
    assert Schedule(CONTENT.hours, "3").is_open(saturday)
    assert not Schedule(CONTENT.hours, "10").is_open(saturday)


# Days off that the government announced or the Labour Code (article 112) fixes; lunar dates from
# the calendar of each year. Years after 2026 without the yearly swaps.
FIXED = {(1, 1), (4, 30), (5, 1), (9, 2)}
TET = {2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26)}
HUNG_KINGS = {2025: (4, 7), 2026: (4, 26), 2027: (4, 16), 2028: (4, 4)}


@pytest.mark.parametrize("year", sorted(TET))
def test_the_public_holidays_of_a_year(year: int) -> None:
    off = {day for day in _days(year) if CENTRE.holiday(day) is not None}
    for month, day in FIXED | {HUNG_KINGS[year]}:
        assert date(year, month, day) in off
    national = {date(year, 9, 1), date(year, 9, 3)} & off
    assert len(national) == 1, "National Day has a second day, before or after"
    tet = date(year, *TET[year])
    around = [tet + timedelta(days=offset) for offset in range(-4, 8)]
    first, last = min(d for d in around if d in off), max(d for d in around if d in off)
    run = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    assert all(day in off or day.weekday() >= 5 for day in run), "Tết has no gap"
    assert len([day for day in run if day in off]) >= 5
    assert tet in off


def _days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=i) for i in range(365)]


def test_a_make_up_day_is_worked() -> None:
    assert CENTRE.is_open(at("2026-08-22T15:00"))  # a Saturday afternoon
    assert not CENTRE.is_open(at("2026-08-31T09:00"))  # the Monday that it pays for
    police = Schedule(CONTENT.hours, week=CONTENT.offices["ward-police"].week)
    assert police.is_open(at("2026-08-22T15:00"))


def test_a_swapped_day_that_the_library_lacks_is_data() -> None:
    status = CENTRE.status(at("2026-01-02T09:00"))
    assert (status.open, status.kind) == (False, "holiday")
    assert CENTRE.is_open(at("2026-01-10T15:00"))


def _rules(**changes: object) -> HoursRules:
    given_rules = CONTENT.hours
    values = {name: getattr(given_rules, name) for name in HoursRules.__slots__}
    return HoursRules(**{**values, **changes})  # type: ignore[arg-type]


def test_a_closure_closes_some_counters_or_shortens_a_day() -> None:
    reason = Text("mất điện", "power cut")
    day = date(2026, 11, 23)
    late = (Session(time(9), time(11)),)
    rules = _rules(
        closures=(
            Closure(day, day, reason, frozenset({"3"}), ()),
            Closure(date(2026, 11, 25), date(2026, 11, 26), reason, None, late),
        )
    )
    three, four, whole = Schedule(rules, "3"), Schedule(rules, "4"), Schedule(rules)
    assert three.status(at("2026-11-23T09:00")).reason == reason
    assert three.next_opening(at("2026-11-23T09:00")) == at("2026-11-25T09:00")
    assert four.is_open(at("2026-11-23T09:00"))
    assert whole.is_open(at("2026-11-23T09:00"))
    assert not whole.is_open(at("2026-11-26T13:30"))


def test_a_day_taken_out_of_the_holidays_is_worked() -> None:
    rules = _rules(not_holidays=frozenset({date(2026, 11, 24)}))
    assert Schedule(rules).is_open(at("2026-11-24T09:00"))


def test_a_centre_that_never_opens_says_so() -> None:
    never = Schedule(_rules(week=((),) * 7, counter_weeks={}, make_up_days={}))
    status = never.status(at("2026-11-23T09:00"))
    assert (status.open, status.opens_at, status.closes_at) == (False, None, None)
    assert never.next_change(at("2026-11-23T09:00")) is None


@given(
    st.lists(
        st.lists(st.integers(0, 1439), min_size=0, max_size=6, unique=True), min_size=7, max_size=7
    ),
    instants,
)
@settings(max_examples=60)
def test_any_week_keeps_the_same_promises(week: list[list[int]], now: datetime) -> None:
    days = []
    for minutes in week:
        marks = [time(*divmod(m, 60)) for m in sorted(minutes)]
        days.append(tuple(Session(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False)))
    schedule = Schedule(_rules(week=tuple(days), counter_weeks={}, closures=()))
    opening = schedule.next_opening(now)
    if opening is None:
        assert not any(days)
    else:
        assert opening > now
        assert schedule.is_open(opening)


def test_the_usual_week_in_words() -> None:
    text = CENTRE.text()
    assert text.vi.startswith("Thứ Hai đến thứ Sáu từ 7:30 đến 11:30 và từ 13:00 đến 17:00")
    assert text.en.endswith(
        "Saturday from 7:30 a.m. to 11:30 a.m. (receiving dossiers only); Sunday closed"
    )
    assert Schedule(CONTENT.hours, "9").text().vi.endswith("thứ Bảy và Chủ nhật nghỉ")


def test_a_moment_in_words() -> None:
    now = at("2026-11-23T09:00")
    assert moment_text(at("2026-11-23T13:00"), now, "en") == "1 p.m. today"
    assert moment_text(at("2026-12-05T07:30"), now, "en") == "7:30 a.m. on Saturday 5 December"
    tomorrow = moment_text(at("2026-11-24T07:30"), now, "vi")
    assert tomorrow == "7:30 ngày mai, thứ Ba ngày 24/11"
