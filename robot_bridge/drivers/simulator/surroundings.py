"""What the simulated robot's scanner sees: the walls of the map and things put in its way."""

import math
from collections.abc import Iterable
from itertools import count

from robot_bridge.drivers.simulator.kinematics import Motion
from robot_bridge.lobby_map import LobbyMap

STEP = 0.05
"""Metres between two looks along the way ahead."""

Point = tuple[float, float]


class Surroundings:
    """Walls and round obstacles (people, trolleys); metres in the map frame."""

    def __init__(self, lobby_map: LobbyMap) -> None:
        self._map = lobby_map
        self._ids = count(1)
        self._obstacles: dict[int, tuple[float, float, float]] = {}

    def add(self, x: float, y: float, radius: float) -> int:
        """Put an obstacle somewhere; returns the id for `remove`."""
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(radius) and radius > 0):
            raise ValueError("an obstacle needs finite x and y and a radius above 0")
        obstacle = next(self._ids)
        self._obstacles[obstacle] = (x, y, radius)
        return obstacle

    def remove(self, obstacle: int) -> None:
        """Take an obstacle away; one that is gone already is fine."""
        self._obstacles.pop(obstacle, None)

    def visible(self, x: float, y: float, reach: float) -> list[tuple[float, float, float]]:
        """The obstacles (x, y, radius) whose edge is within ``reach`` metres of a point."""
        return [
            obstacle
            for obstacle in self._obstacles.values()
            if math.hypot(obstacle[0] - x, obstacle[1] - y) - obstacle[2] <= reach
        ]

    def obstacle_gap(self, x: float, y: float) -> float:
        """Metres from a point to the edge of the nearest obstacle, negative inside one."""
        return min(
            (math.hypot(ox - x, oy - y) - r for ox, oy, r in self._obstacles.values()),
            default=math.inf,
        )

    def free_along(self, points: Iterable[Point], body: Point, room: float) -> float:
        """Metres along ``points`` (every `STEP` metres) before an obstacle is within ``room``.

        An obstacle that is already nearer counts only where the way leads nearer still: a robot
        may always move away.
        """
        if not self._obstacles:
            return math.inf
        nearest = self.obstacle_gap(*body)
        for index, (x, y) in enumerate(points):
            gap = self.obstacle_gap(x, y)
            if gap < room and gap < nearest - 0.01:
                return index * STEP
        return math.inf

    def hits_wall(self, motion: Motion, turn: float, radius: float, reach: float) -> bool:
        """Whether a body of this radius would come too near to a wall on its arc ahead."""
        x, y, theta = motion.x, motion.y, motion.theta
        curvature = turn / motion.speed if motion.speed > 0.05 else 0.0
        nearest = self._map.clearance(x, y)
        for _ in range(math.ceil(reach / STEP)):
            theta += curvature * STEP
            x += STEP * math.cos(theta)
            y += STEP * math.sin(theta)
            gap = self._map.clearance(x, y)
            if gap < radius and gap < nearest - 1e-6:
                return True
        return False
