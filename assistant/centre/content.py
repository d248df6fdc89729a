"""Reads and checks a folder `data/centre`; every error names the file, the line and the field."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from holidays.registry import COUNTRIES

from assistant.centre.marked_yaml import Marked, read_yaml
from assistant.centre.model import (
    CentreInfo,
    Closure,
    Content,
    Counter,
    HoursRules,
    MakeUpDay,
    Notice,
    Office,
    Place,
    PlaceKind,
    Pose,
    Session,
    Text,
    TicketRules,
    Week,
)
from assistant.errors import Language

T = TypeVar("T")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ID = re.compile(r"^[a-z0-9][a-z0-9-]{0,31}$")
_SERVICE = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


def load_content(folder: Path) -> Content:
    """The centre as its files describe it.

    Raises `LetanError` ``centre_content_invalid`` for the first thing that is wrong.
    """
    counters, offices = _counters(read_yaml(folder / "counters.yaml"))
    places = _places(read_yaml(folder / "places.yaml"), counters)
    hours, tickets = _hours(read_yaml(folder / "hours.yaml"), counters)
    notices_file = folder / "notices.yaml"
    notices = (
        _notices(read_yaml(notices_file), counters, hours.timezone) if notices_file.exists() else ()
    )
    return Content(
        info=_info(read_yaml(folder / "centre.yaml")),
        hours=hours,
        tickets=tickets,
        counters=counters,
        offices=offices,
        places=places,
        notices=notices,
        map_file=folder / "map.yaml",
    )


def _info(root: Marked) -> CentreInfo:
    f = root.fields("name ward address", "phone hotline email website language demonstration")
    language = f["language"].choice("vi", "en") if "language" in f else "vi"
    return CentreInfo(
        name=f["name"].bilingual(),
        ward=f["ward"].bilingual(),
        address=f["address"].bilingual(),
        phone=_maybe(f, "phone", Marked.text),
        hotline=_maybe(f, "hotline", Marked.text),
        email=_maybe(f, "email", Marked.text),
        website=_maybe(f, "website", Marked.text),
        language=cast(Language, language),
        demonstration="demonstration" in f and f["demonstration"].flag(),
    )


def _counters(root: Marked) -> tuple[dict[str, Counter], dict[str, Office]]:
    f = root.fields("counters", "offices")
    counters: dict[str, Counter] = {}
    prefixes: set[int] = set()
    for item in f["counters"].items():
        counter = _counter(item)
        if counter.id in counters:
            raise item.error(f"quầy “{counter.id}” có hai lần", f"counter “{counter.id}” twice")
        if counter.ticket_prefix in prefixes:
            raise item.error("hai quầy có cùng đầu số", "two counters share a ticket_prefix")
        prefixes.add(counter.ticket_prefix)
        counters[counter.id] = counter
    if not counters:
        raise f["counters"].error("cần ít nhất một quầy", "at least one counter is needed")
    offices: dict[str, Office] = {}
    for item in f["offices"].items() if "offices" in f else ():
        office = _office(item)
        if office.id in offices or office.id in counters:
            raise item.error(f"“{office.id}” có hai lần", f"“{office.id}” is there twice")
        offices[office.id] = office
    return counters, offices


def _counter(item: Marked) -> Counter:
    f = item.fields("id name services place", "aliases service_minutes ticket_prefix")
    counter_id = _id(f["id"])
    if "ticket_prefix" in f:
        prefix = f["ticket_prefix"].whole(1, 9999)
    elif counter_id.isdigit() and 0 < int(counter_id) <= 9999:
        prefix = int(counter_id)
    else:
        raise item.error("thiếu “ticket_prefix”", "“ticket_prefix” is needed for this id")
    return Counter(
        id=counter_id,
        name=f["name"].bilingual(),
        services=_services(f["services"]),
        aliases=f["aliases"].texts() if "aliases" in f else (),
        place=_id(f["place"]),
        service_minutes=_maybe(f, "service_minutes", lambda v: v.number(0.5, 240)) or 10.0,
        ticket_prefix=prefix,
    )


def _office(item: Marked) -> Office:
    f = item.fields("id name services address week", "aliases way phone")
    return Office(
        id=_id(f["id"]),
        name=f["name"].bilingual(),
        services=_services(f["services"]),
        aliases=f["aliases"].texts() if "aliases" in f else (),
        address=f["address"].bilingual(),
        way=_maybe(f, "way", Marked.bilingual),
        phone=_maybe(f, "phone", Marked.text),
        week=_week(f["week"]),
    )


def _places(root: Marked, counters: dict[str, Counter]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for item in root.fields("places")["places"].items():
        place = _place(item, counters)
        if place.id in places:
            raise item.error(f"nơi “{place.id}” có hai lần", f"place “{place.id}” is there twice")
        places[place.id] = place
    for counter in counters.values():
        found = places.get(counter.place)
        if found is None or found.counter != counter.id:
            raise root.error(
                f"thiếu nơi “{counter.place}” của quầy {counter.id}",
                f"place “{counter.place}” of counter {counter.id} is missing",
            )
    for kind in ("home", "dock"):
        if sum(place.kind == kind for place in places.values()) != 1:
            raise root.error(f"cần đúng một nơi loại {kind}", f"exactly one {kind} is needed")
    return places


def _place(item: Marked, counters: dict[str, Counter]) -> Place:
    f = item.fields("id kind pose", "name aliases landmark note counter")
    kind = cast(PlaceKind, f["kind"].choice("poi", "counter", "home", "dock"))
    counter = None
    if kind == "counter":
        if "counter" not in f:
            raise item.error("thiếu “counter”", "“counter” is missing")
        counter = counters.get(f["counter"].text())
        if counter is None:
            raise f["counter"].error("không có quầy này", "there is no such counter")
    elif "name" not in f:
        raise item.error("thiếu “name”", "“name” is missing")
    pose = f["pose"].fields("x y theta")
    return Place(
        id=_id(f["id"]),
        kind=kind,
        name=counter.name if counter else f["name"].bilingual(),
        aliases=counter.aliases if counter else _maybe(f, "aliases", Marked.texts) or (),
        pose=Pose(
            pose["x"].number(-1e4, 1e4), pose["y"].number(-1e4, 1e4), pose["theta"].number(-7, 7)
        ),
        landmark=counter is not None or ("landmark" in f and f["landmark"].flag()),
        note=_maybe(f, "note", Marked.bilingual),
        counter=counter.id if counter else None,
    )


def _hours(root: Marked, counters: dict[str, Counter]) -> tuple[HoursRules, TicketRules]:
    f = root.fields(
        "timezone week",
        "country counters make_up_days extra_holidays not_holidays closures tickets",
    )
    counter_weeks = {}
    for counter_id, week in f["counters"].mapping().items() if "counters" in f else ():
        if counter_id not in counters:
            raise week.error("không có quầy này", "there is no such counter")
        counter_weeks[counter_id] = _days(week)
    make_up = {}
    for item in f["make_up_days"].items() if "make_up_days" in f else ():
        day = item.fields("date like", "note")
        make_up[day["date"].day()] = MakeUpDay(
            DAYS.index(day["like"].choice(*DAYS)), _maybe(day, "note", Marked.bilingual)
        )
    extra = {}
    for item in f["extra_holidays"].items() if "extra_holidays" in f else ():
        day = item.fields("date name")
        extra[day["date"].day()] = day["name"].bilingual()
    not_holidays = frozenset(
        item.fields("date")["date"].day()
        for item in (f["not_holidays"].items() if "not_holidays" in f else ())
    )
    closures = tuple(
        _closure(item, counters) for item in (f["closures"].items() if "closures" in f else ())
    )
    rules = HoursRules(
        timezone=_timezone(f["timezone"]),
        country=_maybe(f, "country", _country),
        week=_week(f["week"]),
        counter_weeks=counter_weeks,
        make_up_days=make_up,
        extra_holidays=extra,
        not_holidays=not_holidays,
        closures=closures,
    )
    return rules, _ticket_rules(f.get("tickets"))


def _ticket_rules(node: Marked | None) -> TicketRules:
    f = node.fields("", "before_opening_minutes outside_hours digits") if node else {}
    before = f["before_opening_minutes"].whole(0, 240) if "before_opening_minutes" in f else 30
    outside = "outside_hours" in f and f["outside_hours"].choice("refuse", "allow") == "allow"
    return TicketRules(before, outside, f["digits"].whole(2, 5) if "digits" in f else 3)


def _closure(item: Marked, counters: dict[str, Counter]) -> Closure:
    f = item.fields("from reason", "to counters sessions")
    first = f["from"].day()
    last = f["to"].day() if "to" in f else first
    if last < first:
        raise f["to"].error("ngày cuối trước ngày đầu", "the last day is before the first")
    chosen = None
    if "counters" in f:
        for counter in f["counters"].items():
            if counter.text() not in counters:
                raise counter.error("không có quầy này", "there is no such counter")
        chosen = frozenset(f["counters"].texts())
    sessions = _sessions(f["sessions"]) if "sessions" in f else ()
    return Closure(first, last, f["reason"].bilingual(), chosen, sessions)


def _week(node: Marked) -> Week:
    days = _days(node)
    return tuple(days.get(index, ()) for index in range(7))


def _days(node: Marked) -> dict[int, tuple[Session, ...]]:
    return {
        DAYS.index(name): _sessions(value)
        for name, value in node.fields("", " ".join(DAYS)).items()
    }


def _sessions(node: Marked) -> tuple[Session, ...]:
    sessions: list[Session] = []
    for item in node.items():
        f = item.fields("from to", "note")
        session = Session(
            f["from"].clock_time(), f["to"].clock_time(), _maybe(f, "note", Marked.bilingual)
        )
        if session.end <= session.start:
            raise f["to"].error("giờ đóng cửa phải sau giờ mở cửa", "must be after “from”")
        if sessions and session.start < sessions[-1].end:
            raise f["from"].error("hai buổi trùng giờ nhau", "overlaps the session before")
        sessions.append(session)
    return tuple(sessions)


def _notices(root: Marked, counters: dict[str, Counter], zone: ZoneInfo) -> tuple[Notice, ...]:
    notices = []
    for item in root.fields("notices")["notices"].items():
        f = item.fields("id vi en", "from to counter procedure")
        counter = _maybe(f, "counter", Marked.text)
        if counter is not None and counter not in counters:
            raise f["counter"].error("không có quầy này", "there is no such counter")
        notices.append(
            Notice(
                id=_id(f["id"]),
                text=Text(f["vi"].text(), f["en"].text()),
                start=_instant(f.get("from"), zone, end=False),
                end=_instant(f.get("to"), zone, end=True),
                counter=counter,
                procedure=_maybe(f, "procedure", Marked.text),
            )
        )
    return tuple(notices)


def _instant(node: Marked | None, zone: ZoneInfo, *, end: bool) -> datetime | None:
    """A day or a time with a zone; the end of a day is the midnight after it."""
    if node is None:
        return None
    value = node.text()
    try:
        day = date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return datetime.combine(day + timedelta(days=int(end)), clock_time(), zone)
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise node.error("cần một ngày như 2026-11-24", "a day or time is needed") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _id(node: Marked) -> str:
    value = node.text()
    if not _ID.match(value):
        raise node.error("chỉ dùng a–z, 0–9 và dấu gạch nối", "use a–z, 0–9 and hyphens only")
    return value


def _services(node: Marked) -> tuple[str, ...]:
    for item in node.items():
        if not _SERVICE.match(item.text()):
            raise item.error("khóa dịch vụ chỉ gồm a–z, 0–9, _", "use a–z, 0–9 and _ only")
    return node.texts()


def _timezone(node: Marked) -> ZoneInfo:
    try:
        return ZoneInfo(node.text())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise node.error("không có múi giờ này", "there is no such time zone") from error


def _country(node: Marked) -> str:
    value = node.text()
    if not any(value in names for names in COUNTRIES.values()):
        raise node.error("không biết ngày lễ của nước này", "its holidays are not known")
    return value


def _maybe(fields: dict[str, Marked], name: str, read: Callable[[Marked], T]) -> T | None:
    return read(fields[name]) if name in fields else None
