"""Where something is, when it is open, who helps there: the lines about places."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.channels.zalo.surroundings import Surroundings
from assistant.channels.zalo.wording import capital, full_stop, say, told
from assistant.errors import Language
from assistant.zalo_settings import ReceptionPoint

Part = dict[str, Any]

_EARTH_METRES = 6_371_000


def route_text(part: Part, language: Language, around: Surroundings, *, state: bool = True) -> str:
    """Address, hours and the way from the door; ``state``: also whether it is open, which the
    sentence before it may have told."""
    office = around.office(part.get("office") or part.get("to"))
    if office is not None:
        return "\n".join(_of_office(office, language, around))
    counter = part.get("counter")
    lines = _of_centre(language, around) if counter else []
    now = around.state("counters", counter, language) if counter and state else ""
    if now:
        lines.append(say(language, "Quầy {id}: {state}.", id=counter, state=now))
    return "\n".join([*lines, *_inside(part, language, around)]).strip()


def _of_centre(language: Language, around: Surroundings) -> list[str]:
    lines = []
    if around.address(language):
        name = f"{around.name(language)}, {around.address(language)}"
        lines.append(say(language, "Địa chỉ: {address}.", address=name))
    if around.hours(language):
        lines.append(say(language, "Giờ làm việc: {hours}.", hours=around.hours(language)))
    return lines


def _of_office(office: Any, language: Language, around: Surroundings) -> list[str]:
    lines = [say(language, "Địa chỉ: {address}.", address=told(office.get("address"), language))]
    if office.get("way"):
        lines.append(full_stop(told(office["way"], language)))
    if office.get("hours"):
        hours = told(office["hours"], language)
        lines.append(say(language, "Giờ làm việc: {hours}.", hours=hours))
    state = around.state("offices", office["id"], language)
    if state:
        lines.append(say(language, "Hiện nay {state}.", state=state))
    if office.get("phone"):
        lines.append(say(language, "Điện thoại: {phone}.", phone=office["phone"]))
    return lines


def _inside(part: Part, language: Language, around: Surroundings) -> list[str]:
    directions = [str(line) for line in part.get("directions") or ()]
    if not directions:
        return []
    places = around.static.get("places") or ()
    home = next((one for one in places if one.get("kind") == "home"), None)
    if home is None:
        return ["\n".join(directions)]
    name = told(home.get("name"), language)
    return [
        "",
        say(language, "Vào sảnh, từ {place}:", place=name),
        *(f"→ {line}" for line in directions),
    ]


def handoff_text(part: Part, language: Language, around: Surroundings) -> str:
    """Where a person is found, by whom and when; nobody is promised who may not come."""
    lines = []
    where = capital(str(part.get("where") or ""))
    address = around.address(language)
    if where:
        found = f"{where}, {address}" if address else where
        lines.append(say(language, "Gặp trực tiếp: {where}.", where=found))
    if part.get("phone"):
        lines.append(say(language, "Điện thoại: {phone}.", phone=part["phone"]))
    if part.get("hours"):
        lines.append(say(language, "Giờ làm việc: {hours}.", hours=str(part["hours"]).rstrip(".")))
    state = around.centre_state(language)
    if state:
        lines.append(say(language, "Trung tâm {state}.", state=state))
    return "\n".join(lines)


def ticket_text(part: Part, language: Language, around: Surroundings) -> str:
    """The number, how many are before it, when it was drawn."""
    lines = [
        say(language, "SỐ THỨ TỰ: {number}", number=part.get("number")),
        str(part.get("counter_name") or ""),
    ]
    ahead, minutes = part.get("ahead"), part.get("expected_wait_minutes")
    if ahead == 0:
        lines.append(say(language, "Anh/chị là người tiếp theo."))
    elif ahead:
        lines.append(
            say(
                language,
                "Phía trước còn {ahead} người, chờ khoảng {minutes} phút.",
                ahead=ahead,
                minutes=minutes or 0,
            )
        )
    drawn = _moment(part.get("issued_at"))
    if drawn is not None:
        lines.append(
            say(
                language,
                "Lấy lúc {clock} ngày {day}, chỉ dùng trong ngày này.",
                clock=f"{drawn:%H:%M}",
                day=f"{drawn:%d/%m/%Y}",
            )
        )
    if around.closed_today(part.get("counter")):
        lines.append(
            say(
                language,
                "Hôm nay quầy không mở nữa, số này không dùng được ngày khác: "
                "hôm quầy mở, anh/chị lấy số mới ạ.",
            )
        )
    return "\n".join(line for line in lines if line)


def nearest(
    latitude: float, longitude: float, points: Sequence[ReceptionPoint]
) -> tuple[ReceptionPoint, float] | None:
    """The reception point nearest to a location, and how far it is, in metres."""
    found = [(_metres(latitude, longitude, one.latitude, one.longitude), one) for one in points]
    if not found:
        return None
    metres, point = min(found, key=lambda one: one[0])
    return point, metres


def far(metres: float, language: Language) -> str:
    """A distance as people say it."""
    if metres < 950:
        return say(language, "{n} mét", n=max(50, round(metres / 50) * 50))
    kilometres = f"{metres / 1000:.1f}" if metres < 9_950 else f"{metres / 1000:.0f}"
    if language == "vi":
        kilometres = kilometres.replace(".", ",")
    return say(language, "{n} ki-lô-mét", n=kilometres)


def _metres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Great circle distance (haversine)."""
    a, b = math.radians(latitude), math.radians(to_latitude)
    across = math.radians(to_longitude - longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * _EARTH_METRES * math.asin(min(1.0, math.sqrt(half)))


def _moment(told: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        return None
