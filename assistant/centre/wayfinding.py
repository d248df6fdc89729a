"""The way to a place, as a line on the map and in words that a visitor can follow."""

from dataclasses import dataclass

from assistant.centre.directions import Point, describe, steps_of
from assistant.centre.model import Content, Office, Place, Pose
from assistant.centre.phrases import say
from assistant.errors import Language, LetanError
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.planner import NoPath, path_length, plan

CLEARANCES = (0.45, 0.3)
"""Metres kept from walls; the second is tried where the first leaves no way."""


@dataclass(frozen=True, slots=True)
class Route:
    """How to get to a place of the hall, or where an outside office is."""

    to: str
    title: str
    counter: str | None
    office: str | None
    """Set for an authority outside the hall: nobody is led there, there is no path."""
    pose: Pose | None
    path: tuple[Point, ...]
    """Corner points in metres, start and goal included; empty for an office."""
    distance_m: float | None
    steps: int | None
    directions: tuple[str, ...]
    """One sentence a line."""


class Wayfinder:
    """Plans on the lobby map; the same question is answered from memory."""

    def __init__(self, content: Content, lobby_map: LobbyMap) -> None:
        self._content = content
        self._map = lobby_map
        self._planned: dict[tuple[float, float, str], tuple[Point, ...]] = {}

    def route(self, start: Pose | None, place: str, language: Language) -> Route:
        """The way from ``start`` (else from home) to a place, counter or office by its id.

        Takes tens of milliseconds when it has to plan. Raises `place_unknown`, `no_way`.
        """
        office = self._content.offices.get(place)
        if office is not None:
            return _office_route(office, language)
        goal = self._place(place)
        home = next(p for p in self._content.places.values() if p.kind == "home")
        path = self._path(start or home.pose, goal)
        distance = path_length(path)
        return Route(
            to=goal.id,
            title=goal.name.get(language),
            counter=goal.counter,
            office=None,
            pose=goal.pose,
            path=path,
            distance_m=round(distance, 1),
            steps=steps_of(distance),
            directions=describe(path, goal, self._content.places, language),
        )

    def _place(self, place: str) -> Place:
        found = self._content.places.get(place)
        if found is None and place in self._content.counters:
            found = self._content.places[self._content.counters[place].place]
        if found is None:
            raise place_unknown(place, self._content)
        return found

    def _path(self, start: Pose, goal: Place) -> tuple[Point, ...]:
        key = (round(start.x, 1), round(start.y, 1), goal.id)
        path = self._planned.get(key)
        if path is None:
            path = self._plan((start.x, start.y), goal)
            if len(self._planned) > 2000:
                self._planned.clear()
            self._planned[key] = path
        return path

    def _plan(self, start: Point, goal: Place) -> tuple[Point, ...]:
        for clearance in CLEARANCES:
            try:
                return tuple(
                    plan(self._map, start, (goal.pose.x, goal.pose.y), clearance=clearance)
                )
            except NoPath as error:
                reason = error.reason
        raise LetanError(
            "no_way",
            409,
            f"Không tìm được đường đi tới {goal.name.vi}. Anh/chị hỏi cán bộ giúp em.",
            f"No way to {goal.name.en} was found. Please ask a member of staff.",
            field="place",
            log=f"{goal.id}: {reason}",
        )


def place_unknown(place: str, content: Content) -> LetanError:
    shown = place[:40].encode("utf-8", "replace").decode()
    known = ", ".join([*content.places, *content.offices])
    return LetanError(
        "place_unknown",
        404,
        f"Không có nơi “{shown}”. Các nơi: {known}.",
        f"There is no place “{shown}”. Places: {known}.",
        field="place",
    )


def _office_route(office: Office, language: Language) -> Route:
    lines = [
        say(
            language,
            "{office} là cơ quan riêng, không nằm trong sảnh này.",
            office=office.name.get(language),
        ),
        say(language, "Địa chỉ: {address}.", address=office.address.get(language)),
    ]
    if office.way:
        lines.append(office.way.get(language) + ".")
    return Route(
        to=office.id,
        title=office.name.get(language),
        counter=None,
        office=office.id,
        pose=None,
        path=(),
        distance_m=None,
        steps=None,
        directions=tuple(lines),
    )
