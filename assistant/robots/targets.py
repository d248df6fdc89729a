"""Which place a request means: one of those that there are, or the robot's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.robots.errors import (
    place_missing,
    place_unknown,
    post_unknown,
    target_not_its_own,
)
from assistant.robots.member import Member
from robot_bridge.missions import MissionKind
from robot_bridge.places import Place


@dataclass(frozen=True, slots=True)
class Targets:
    """The places of one fleet."""

    places: Mapping[str, Place]
    """Those that a robot can reach, by id."""
    stops: tuple[Place, ...]
    """Of a round."""
    door: Place | None
    """Where robots greet; None: at home."""

    def visitor(self, near: str | None) -> Place | None:
        """Where a visitor stands; None: beside the robot. Raises LetanError `place_unknown`."""
        if near is None:
            return None
        if near not in self.places:
            raise place_unknown(near, list(self.places), field="near")
        return self.places[near]

    def of(self, robot: Member, kind: MissionKind, to: str | None) -> Place:
        """Where a mission leads. Raises LetanError `place_missing`, `place_unknown`,
        `robot_post_unknown`."""
        own = {"return": robot.posts.home, "dock": robot.posts.dock}.get(kind)
        if kind == "patrol" and to is None and self.stops:
            return self.stops[0]
        if kind == "greet" and to is None:
            return self.door or robot.posts.home
        if kind in ("lead", "announce", "patrol", "greet"):
            if to is None:
                raise place_missing(list(self.places))
            if to not in self.places:
                raise place_unknown(to, list(self.places))
            return self.places[to]
        if own is None:
            names = list(self.places)
            raise post_unknown(robot.settings.id, "dock", robot.settings.dock, names)
        if to is not None and to != own.id:
            raise target_not_its_own(kind, to, own.id)
        return own
