"""What a centre is made of: counters, offices, places, hours. Read from files, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from assistant.errors import Language

PlaceKind = Literal["poi", "counter", "home", "dock"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    vi: str
    en: str

    def get(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en

    def as_dict(self) -> dict[str, str]:
        return {"vi": self.vi, "en": self.en}


@dataclass(frozen=True, slots=True)
class Pose:
    """Metres in the map frame, radians counter-clockwise from the x axis."""

    x: float
    y: float
    theta: float

    def as_dict(self) -> dict[str, float]:
        return {"x": self.x, "y": self.y, "theta": self.theta}


@dataclass(frozen=True, slots=True)
class Session:
    """Open from ``start`` up to, not including, ``end`` of one day."""

    start: time
    end: time
    note: Text | None = None


Week = tuple[tuple[Session, ...], ...]
"""Seven days, Monday first; a day without sessions is closed."""


@dataclass(frozen=True, slots=True)
class MakeUpDay:
    """A day worked in exchange for a day off, with the hours of another weekday."""

    weekday: int
    note: Text | None


@dataclass(frozen=True, slots=True)
class Closure:
    """Days with other hours or none; both ends included."""

    first: date
    last: date
    reason: Text
    counters: frozenset[str] | None
    """None: the whole centre."""
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class HoursRules:
    """Everything that decides when the centre is open."""

    timezone: ZoneInfo
    country: str | None
    """Whose public holidays hold (ISO 3166-1 alpha-2); None: none."""
    week: Week
    counter_weeks: Mapping[str, Mapping[int, tuple[Session, ...]]]
    make_up_days: Mapping[date, MakeUpDay]
    extra_holidays: Mapping[date, Text]
    """National days off that the holidays' source does not know."""
    not_holidays: frozenset[date]
    closures: tuple[Closure, ...]


@dataclass(frozen=True, slots=True)
class TicketRules:
    before_opening_minutes: int
    """How long before a session tickets are given out."""
    outside_hours: bool
    """Whether tickets are given while the counter is closed (for demonstrations and trials)."""
    digits: int
    """Digits of the running number behind the counter's prefix."""


@dataclass(frozen=True, slots=True)
class CentreInfo:
    name: Text
    ward: Text
    address: Text
    phone: str | None
    hotline: str | None
    email: str | None
    website: str | None
    language: Language
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Counter:
    id: str
    name: Text
    services: tuple[str, ...]
    aliases: tuple[str, ...]
    place: str
    service_minutes: float
    """Expected time a visitor takes, until it has been measured."""
    ticket_prefix: int


@dataclass(frozen=True, slots=True)
class Office:
    """An authority outside the hall: people are told where, nobody is led there."""

    id: str
    name: Text
    services: tuple[str, ...]
    aliases: tuple[str, ...]
    address: Text
    way: Text | None
    phone: str | None
    week: Week


@dataclass(frozen=True, slots=True)
class Place:
    id: str
    kind: PlaceKind
    name: Text
    aliases: tuple[str, ...]
    pose: Pose
    landmark: bool
    """Visible enough to be named in directions."""
    note: Text | None
    """How it goes on from the pose, for example beyond the door."""
    counter: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    id: str
    text: Text
    start: datetime | None
    end: datetime | None
    """The first instant at which it no longer shows."""
    counter: str | None
    procedure: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A folder `data/centre`, read and checked."""

    info: CentreInfo
    hours: HoursRules
    tickets: TicketRules
    counters: Mapping[str, Counter]
    offices: Mapping[str, Office]
    places: Mapping[str, Place]
    notices: tuple[Notice, ...]
    map_file: Path
