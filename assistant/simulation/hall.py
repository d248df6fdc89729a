"""Where people stand, sit and walk in the lobby, and where further robots have their posts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import LetanError
from robot_bridge.clock import Clock, wait_for_event
from robot_bridge.driver import Pose
from robot_bridge.drivers.simulator.people import RADIUS, Walker
from robot_bridge.drivers.simulator.world import World
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.planner import NoPath, Point, plan

FOOTPATH = 0.26
"""Metres that people keep from walls when they think of a way."""
BEFORE_ROBOT = 0.95
"""Metres from a robot at which a visitor stands and talks to it."""
_POST_ROOM = 0.5
_SEATS = 40
_QUEUE = 8


class Hall:
    """The lobby as visitors use it."""

    def __init__(
        self, lobby_map: LobbyMap, places: Iterable[Mapping[str, Any]], clock: Clock
    ) -> None:
        self.map = lobby_map
        self.world = World(lobby_map, clock)
        self._clock = clock
        self.poses = {
            str(place["id"]): Pose(pose["x"], pose["y"], pose.get("theta", 0.0))
            for place in places
            if (pose := place.get("pose"))
        }
        self._ways: dict[tuple[Point, Point], list[Point] | None] = {}
        home = next(iter(self.poses.values()))
        self.door = _at(self.poses.get("exit", self.poses.get("home", home)))
        self._reached = _reached(lobby_map, self.door)
        self.seats = self._near_furniture()

    # --- people ---

    async def enter(self, at: Point, pace: float) -> tuple[Walker, int]:
        """Somebody appears there as soon as there is room; the walker and its number."""
        while True:
            spot = self._free_near(at)
            if spot is not None:
                walker = Walker(*spot, pace=pace)
                return walker, self.world.welcome(walker)
            await self._clock.sleep(1.0)

    async def walk(
        self, walker: Walker, to: Point, *, close_enough: float = 0.35, at_most: float = 120.0
    ) -> bool:
        """Walk there; whether it got there in so many seconds."""
        way = self.way((walker.x, walker.y), to)
        if way is None:
            return False
        walker.go(way, close_enough)
        await wait_for_event(walker.arrived, self._clock, at_most)
        walker.stop()
        return math.dist((walker.x, walker.y), to) < 1.0

    def way(self, start: Point, goal: Point) -> list[Point] | None:
        """Corner points on foot; None: there is no way."""
        key = (_rounded(start), _rounded(goal))
        if key not in self._ways:
            if len(self._ways) > 4000:
                self._ways.clear()
            try:
                self._ways[key] = plan(self.map, key[0], key[1], clearance=FOOTPATH)[1:]
            except NoPath:
                self._ways[key] = None
        way = self._ways[key]
        return None if way is None else list(way)

    def seat(self, rng: Random) -> Point:
        """Somewhere to sit: whoever sits there is in nobody's way."""
        return rng.choice(self.seats) if self.seats else self.door

    def at_counter(self, place: str) -> Point:
        """Where somebody stands who is served: at the desk, before the place of the robot."""
        pose = self.poses.get(place)
        if pose is None:
            return self.door
        for ahead in (0.7, 0.6, 0.5, 0.4, 0.3):
            spot = _ahead(pose, ahead)
            if self.map.clearance(*spot) >= 0.2:
                return spot
        return _at(pose)

    def before_robot(self, home: Pose) -> Point:
        """Where somebody stands who talks to a robot at its post."""
        for ahead in (BEFORE_ROBOT, 0.8, 0.7):
            spot = _ahead(home, ahead)
            if self.map.clearance(*spot) >= RADIUS:
                return spot
        return _at(home)

    def queue(self, home: Pose) -> list[Point]:
        """Where those stand who wait for that, nearest first."""
        front = self.before_robot(home)
        posts = [_at(pose) for pose in self.poses.values()]
        return self._spots(front, 0.4, [front, *posts], apart=0.65, most=_QUEUE, within=3.5)

    def _free_near(self, at: Point) -> Point | None:
        for radius in (0.0, 0.4, 0.8, 1.2):
            for part in range(1 if radius == 0 else 8):
                angle = part * math.tau / 8
                spot = (at[0] + radius * math.cos(angle), at[1] + radius * math.sin(angle))
                if self.map.clearance(*spot) >= RADIUS and self._room(spot):
                    return spot
        return None

    def _room(self, spot: Point) -> bool:
        return all(
            math.dist(spot, (thing.x, thing.y)) - thing.radius > RADIUS + 0.3
            for thing in self.world.others(None)
        )

    def _near_furniture(self) -> list[Point]:
        """Free ground beside the chairs: near the waiting area and close to something."""
        middle = self.poses.get("waiting-area")
        if middle is None:
            return []
        posts = [_at(pose) for pose in self.poses.values()]
        spots = self._spots(_at(middle), 0.3, posts, apart=0.6, most=200, within=7.0)
        return [spot for spot in spots if self.map.clearance(*spot) < 0.5][:_SEATS]

    def _spots(
        self,
        middle: Point,
        clearance: float,
        away_from: Sequence[Point],
        *,
        apart: float,
        most: int,
        within: float,
    ) -> list[Point]:
        """Free points round a middle, nearest first; apart, and away from others."""
        found: list[Point] = []
        steps = int(within / 0.25)
        grid = sorted(
            (math.hypot(i, j) * 0.25, i, j)
            for i in range(-steps, steps + 1)
            for j in range(-steps, steps + 1)
        )
        for away, i, j in grid:
            spot = (middle[0] + i * 0.25, middle[1] + j * 0.25)
            if away > within or self.map.clearance(*spot) < clearance:
                continue
            near_post = any(math.dist(spot, post) < 0.75 for post in away_from)
            if near_post or any(math.dist(spot, other) < apart for other in found):
                continue
            column, row = self.map.to_grid(*spot)
            if self._reached[row, column]:
                found.append(spot)
                if len(found) == most:
                    break
        return found


def _reached(lobby_map: LobbyMap, start: Point) -> npt.NDArray[np.bool_]:
    """Cells to which people can walk from there."""
    width = lobby_map.width + 2
    open_ground = np.pad(lobby_map.clearances >= FOOTPATH, 1).ravel()
    found = np.zeros(open_ground.size, dtype=bool)
    column, row = lobby_map.to_grid(*start)
    front = np.array([(row + 1) * width + column + 1])
    while front.size:
        found[front] = True
        beside = (front[:, None] + np.array([1, -1, width, -width])).ravel()
        front = np.unique(beside[open_ground[beside] & ~found[beside]])
    return found.reshape(lobby_map.height + 2, width)[1:-1, 1:-1]


def posts_for(
    robots: int, lobby_map: LobbyMap, places: Sequence[Mapping[str, Any]], home: str, dock: str
) -> list[dict[str, Any]]:
    """Places of so many robots, beside those of the first one: ``home-2``, ``dock-2``, …

    Raises LetanError `simulation_no_room`.
    """
    known = {str(place["id"]): place["pose"] for place in places if place.get("pose")}
    taken = [(pose["x"], pose["y"]) for pose in known.values()]
    made: list[dict[str, Any]] = []
    for number in range(2, robots + 1):
        for kind, first in (("home", home), ("dock", dock)):
            if first not in known:
                continue
            spot = _beside(known[first], lobby_map, taken)
            if spot is None:
                raise LetanError(
                    "simulation_no_room",
                    422,
                    f"Sảnh không đủ chỗ cho {robots} robot. Hãy chọn --robots nhỏ hơn.",
                    f"The lobby has no room for {robots} robots. Choose fewer with --robots.",
                    field="robots",
                )
            taken.append(spot)
            pose = {"x": spot[0], "y": spot[1], "theta": known[first].get("theta", 0.0)}
            names = {"vi": f"{kind} {number}", "en": f"{kind} {number}"}
            made.append({"id": f"{kind}-{number}", "kind": kind, "name": names, "pose": pose})
    return made


def _beside(pose: Mapping[str, float], lobby_map: LobbyMap, taken: list[Point]) -> Point | None:
    steps = sorted(
        ((i, j) for i in range(-24, 25) for j in range(-24, 25)),
        key=lambda step: (math.hypot(*step), step),
    )
    for i, j in steps:
        spot = (round(pose["x"] + i * 0.25, 2), round(pose["y"] + j * 0.25, 2))
        ahead = _ahead(Pose(*spot, pose.get("theta", 0.0)), BEFORE_ROBOT)
        if min(lobby_map.clearance(*spot), lobby_map.clearance(*ahead) + 0.2) < _POST_ROOM:
            continue
        if all(math.dist(spot, other) >= 1.3 for other in taken):
            return spot
    return None


def _at(pose: Pose) -> Point:
    return pose.x, pose.y


def _ahead(pose: Pose, metres: float) -> Point:
    return pose.x + metres * math.cos(pose.theta), pose.y + metres * math.sin(pose.theta)


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
