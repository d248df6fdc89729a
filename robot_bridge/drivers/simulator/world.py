"""The one lobby in which simulated robots and people live, and an umpire who sees every contact.

Robots of a fleet share a world because they share its map and its clock. Whatever is round is a
`Thing`: a person, another robot, a trolley. Time passes for people in steps of `TICK`.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Literal, Protocol
from weakref import WeakValueDictionary

import numpy as np

from robot_bridge.clock import Clock
from robot_bridge.drivers.simulator.lidar import Lidar
from robot_bridge.drivers.simulator.people import TICK, Walker, step
from robot_bridge.lobby_map import LobbyMap

ROBOT_RADIUS = 0.22
"""Metres: the housing of a robot."""

_NEXT_TO = 1.0
"""Metres beyond which nobody can be touched."""

Kind = Literal["person", "robot", "thing"]


class Thing(Protocol):
    """Something round that stands or moves in the lobby; metres."""

    @property
    def kind(self) -> Kind: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def radius(self) -> float: ...


class MovingRobot(Thing, Protocol):
    """What the umpire needs to know of a robot beside where it is."""

    @property
    def speed(self) -> float:
        """Metres a second over the ground."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that was put into the lobby."""

    x: float
    y: float
    radius: float
    kind: Kind = "thing"


@dataclass(frozen=True, slots=True)
class Contact:
    """A robot touched something, or was touched."""

    at: float
    """Monotonic seconds."""
    robot: str
    other: str
    """wall, person, robot or thing."""
    speed: float
    """Of the robot; 0: it stood, somebody walked into it."""


class World:
    """Who and what is in one lobby. All robots of a fleet see the same."""

    def __init__(self, lobby_map: LobbyMap, clock: Clock) -> None:
        self.map = lobby_map
        self.clock = clock
        self.lidar = Lidar(lobby_map)
        self.version = 0
        """Changes whenever something comes or goes."""
        self.contacts: list[Contact] = []
        self.nearest_person = math.inf
        """Metres between a driving robot and a person, housing to body, the least so far."""
        self._ids = count(1)
        self._obstacles: dict[int, Obstacle] = {}
        self._robots: dict[str, MovingRobot] = {}
        self._people: dict[int, Walker] = {}
        self._touching: set[tuple[str, int]] = set()
        self._time = clock.monotonic()
        self._wake = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    # --- who is there ---

    def put(self, x: float, y: float, radius: float) -> int:
        """Put something somewhere; returns the id for `take`. Raises ValueError."""
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(radius) and radius > 0):
            raise ValueError("an obstacle needs finite x and y and a radius above 0")
        number = next(self._ids)
        self._obstacles[number] = Obstacle(x, y, radius)
        self.version += 1
        return number

    def take(self, number: int) -> None:
        """Take it away again; what is gone already is fine."""
        self._obstacles.pop(number, None)
        self.version += 1

    def enter(self, robot_id: str, robot: MovingRobot) -> None:
        """A robot is in the lobby from now on, whether it is driven or not."""
        self._robots[robot_id] = robot
        self.version += 1

    def leave(self, robot_id: str, robot: MovingRobot) -> None:
        """It is gone, unless another one has come under its name meanwhile."""
        if self._robots.get(robot_id) is robot:
            del self._robots[robot_id]
        self.version += 1
        if not self._robots:
            self._end()

    def welcome(self, walker: Walker) -> int:
        """Somebody comes in; returns the id for `farewell`."""
        number = next(self._ids)
        self._people[number] = walker
        walker.woken = self.wake
        self.version += 1
        self.wake()
        return number

    def farewell(self, number: int) -> None:
        """Somebody is gone, or sits."""
        self._people.pop(number, None)
        self.version += 1

    def people(self) -> list[Walker]:
        return list(self._people.values())

    def others(self, robot_id: str | None) -> list[Thing]:
        """Everything but one robot."""
        robots = [robot for id_, robot in self._robots.items() if id_ != robot_id]
        return [*self._obstacles.values(), *robots, *self._people.values()]

    # --- time ---

    def open(self) -> None:
        """Begin to let people walk, in the loop that runs; more than once is fine."""
        if self._life is None or self._life.done():
            self._wake = asyncio.Event()
            self._life = asyncio.get_running_loop().create_task(self._live(), name="lobby")

    def wake(self) -> None:
        """Somebody wants to walk."""
        self._wake.set()

    def _end(self) -> None:
        if self._life is not None:
            self._life.cancel()
            self._life = None

    async def _live(self) -> None:
        while True:
            self._wake.clear()
            if not any(walker.walking for walker in self._people.values()):
                self._time = self.clock.monotonic()
                await self._wake.wait()
                self._time = self.clock.monotonic()
            await self.clock.sleep(TICK)
            now = self.clock.monotonic()
            while self._time + TICK <= now + 1e-9:
                self._time += TICK
                self._step()

    def _step(self) -> None:
        for walker in list(self._people.values()):
            if walker.walking:
                step(walker, self.map, self._around(walker))
        for robot_id in self._robots:
            self.judge(robot_id)

    def _around(self, walker: Walker) -> list[Thing]:
        return [thing for thing in self._things() if thing is not walker and _near(thing, walker)]

    def _things(self) -> Iterator[Thing]:
        yield from self._obstacles.values()
        yield from self._robots.values()
        yield from self._people.values()

    # --- the umpire ---

    def judge(self, robot_id: str) -> None:
        """Write down what a robot touches now; a touch counts once, while it lasts."""
        robot = self._robots.get(robot_id)
        if robot is None:
            return
        touched: set[tuple[int, str]] = set()
        x, y, speed = robot.x, robot.y, robot.speed
        for thing in self._things():
            if abs(thing.x - x) > _NEXT_TO or abs(thing.y - y) > _NEXT_TO or thing is robot:
                continue
            gap = math.hypot(thing.x - x, thing.y - y) - thing.radius - ROBOT_RADIUS
            if speed > 0 and isinstance(thing, Walker):
                self.nearest_person = min(self.nearest_person, gap)
            if gap < -1e-3:
                touched.add((id(thing), thing.kind))
        if _touches_wall(self.map, x, y):
            touched.add((0, "wall"))
        for number, kind in touched:
            if (robot_id, number) not in self._touching:
                now = self.clock.monotonic()
                self.contacts.append(Contact(now, robot_id, kind, speed))
        lasting = {(robot_id, number) for number, _ in touched}
        self._touching = {pair for pair in self._touching if pair[0] != robot_id} | lasting


def _near(thing: Thing, other: Thing, within: float = 1.5) -> bool:
    return abs(thing.x - other.x) < within and abs(thing.y - other.y) < within


def _touches_wall(lobby_map: LobbyMap, x: float, y: float) -> bool:
    """Whether a housing there overlaps a cell of a wall: exactly, cell by cell."""
    if lobby_map.clearance(x, y) > 2 * ROBOT_RADIUS:
        return False
    column, row = lobby_map.to_grid_exact(x, y)
    reach = ROBOT_RADIUS / lobby_map.resolution
    low, left = max(0, int(row - reach)), max(0, int(column - reach))
    window = lobby_map.blocked[low : int(row + reach) + 1, left : int(column + reach) + 1]
    rows, columns = np.nonzero(window)
    beside = np.clip(column, columns + left, columns + left + 1) - column
    above = np.clip(row, rows + low, rows + low + 1) - row
    return bool((np.hypot(beside, above) < reach - 1e-3).any())


_worlds: "WeakValueDictionary[tuple[int, int], World]" = WeakValueDictionary()
"""Worlds in which robots live now; each holds its map and its clock, so that ids stay theirs."""


def world_of(lobby_map: LobbyMap, clock: Clock) -> World:
    """The world that robots of one fleet share: the same map and the same clock."""
    key = (id(lobby_map), id(clock))
    world = _worlds.get(key)
    if world is None:
        world = _worlds[key] = World(lobby_map, clock)
    return world


def circles(things: Iterable[Thing]) -> list[tuple[float, float, float]]:
    """As the scanner and the planner want them: x, y, radius."""
    return [(thing.x, thing.y, thing.radius) for thing in things]
