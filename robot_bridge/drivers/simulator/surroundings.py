"""What one simulated robot knows of what is around it: the walls of its map, and what it has seen.

The scanner looks `LOOK_EVERY` seconds; where the things are that it saw is followed in between.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from robot_bridge.drivers.simulator.kinematics import Motion
from robot_bridge.drivers.simulator.world import Thing, World, circles

STEP = 0.05
"""Metres between two looks along the way ahead."""
LOOK_EVERY = 0.1
"""Seconds between two turns of the scanner."""
ALONG_THE_WAY = 1.2
"""Metres; what is farther away is in nobody's way yet."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ahead:
    """How far the way is free, and what is in it."""

    free: float = math.inf
    """Metres."""
    by: Thing | None = None


class Surroundings:
    """The view of one robot; metres in the map frame."""

    def __init__(self, world: World, robot_id: str) -> None:
        self._world = world
        self._map = world.map
        self._id = robot_id
        self._seen: list[Thing] = []
        self._looked = -math.inf
        self._version = -1

    def look(self, now: float, motion: Motion) -> None:
        """Turn the scanner when it is time to, or when something has come or gone."""
        if now - self._looked < LOOK_EVERY and self._version == self._world.version:
            return
        self._looked, self._version = now, self._world.version
        reach = self._world.lidar.reach
        near = [
            thing
            for thing in self._world.others(self._id)
            if math.hypot(thing.x - motion.x, thing.y - motion.y) - thing.radius <= reach
        ]
        if near:
            found = self._world.lidar.seen(motion.x, motion.y, motion.theta, circles(near))
            near = [near[index] for index in found]
        self._seen = near

    @property
    def seen(self) -> list[Thing]:
        """What the last look showed, nearest or not."""
        return self._seen

    def obstacle_gap(self, x: float, y: float) -> float:
        """Metres from a point to the edge of the nearest thing, negative inside one."""
        return min((_gap(thing, x, y) for thing in self._seen), default=math.inf)

    def free_along(self, points: Iterable[Point], body: Point, room: float) -> Ahead:
        """How far ``points`` (every `STEP` metres) lead before something is within ``room``.

        What is already nearer counts only where the way leads nearer still: a robot may always
        move away.
        """
        if not self._seen:
            return Ahead()
        gaps = [(thing, _gap(thing, *body)) for thing in self._seen]
        near = [(thing, gap) for thing, gap in gaps if gap < ALONG_THE_WAY]
        if not near:
            return Ahead()
        for index, (x, y) in enumerate(points):
            for thing, now in near:
                gap = _gap(thing, x, y)
                if gap < room and gap < now - 0.01:
                    return Ahead(index * STEP, thing)
        return Ahead()

    def hits(
        self, motion: Motion, turn: float, radius: float, reach: float, *, walls: bool = True
    ) -> bool:
        """Whether a body of this radius would come too near to something on its arc ahead."""
        x, y, theta = motion.x, motion.y, motion.theta
        curvature = turn / motion.speed if motion.speed > 0.05 else 0.0
        nearest = self._map.clearance(x, y)
        near = [(thing, gap) for thing in self._seen if (gap := _gap(thing, x, y)) < radius + reach]
        for _ in range(math.ceil(reach / STEP)):
            theta += curvature * STEP
            x += STEP * math.cos(theta)
            y += STEP * math.sin(theta)
            gap = self._map.clearance(x, y) if walls else math.inf
            if gap < radius and gap < nearest - 1e-6:
                return True
            for thing, now in near:
                gap = _gap(thing, x, y)
                if gap < radius and gap < now - 1e-6:
                    return True
        return False


def _gap(thing: Thing, x: float, y: float) -> float:
    return math.hypot(thing.x - x, thing.y - y) - thing.radius
