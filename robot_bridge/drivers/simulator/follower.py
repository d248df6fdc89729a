"""Follow a path of corner points: pure pursuit (Coulter 1992) with turning on the spot."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from robot_bridge.drivers.simulator.kinematics import Limits, Motion, wrap

LOOK_AHEAD = 0.35
"""Metres between the body and the point of the path that it steers for."""
REACHED = 0.04
"""Metres to the goal at which the body turns to the final direction."""
ALIGNED = 0.03
"""Radians."""
TURN_FIRST = 0.6
"""Radians off the way above which the body turns on the spot."""


@dataclass(frozen=True, slots=True)
class Command:
    """Wanted speeds, or the goal is reached."""

    speed: float
    turn: float
    done: bool = False


class Follower:
    """Keeps track of how far along its path a body is."""

    def __init__(self, path: list[tuple[float, float]], theta: float, limits: Limits) -> None:
        self._path = path
        self.theta = theta
        self._limits = limits
        self._travelled = 0.0
        self._turning = True
        self._at_goal = False
        self._lengths = [math.dist(a, b) for a, b in pairwise(path)]
        self._total = sum(self._lengths)

    @property
    def goal(self) -> tuple[float, float]:
        return self._path[-1]

    @property
    def remaining(self) -> float:
        """Metres of path still to go."""
        return max(0.0, self._total - self._travelled)

    def ahead(self) -> tuple[tuple[float, float], ...]:
        """The corner points still to come, from where the body is along the path."""
        point, index = self._point(self._travelled)
        return (point, *self._path[index + 1 :])

    def points(self, reach: float, every: float) -> Iterator[tuple[float, float]]:
        """The way ahead for ``reach`` metres, a point ``every`` so many metres."""
        along, end = self._travelled, min(self._total, self._travelled + reach)
        while along <= end:
            yield self._point(along)[0]
            along += every

    def command(self, motion: Motion, ceiling: float) -> Command:
        """The speeds wanted now; ``ceiling`` in metres a second."""
        self._advance(motion)
        goal = self._path[-1]
        off = math.dist((motion.x, motion.y), goal)
        if off < REACHED or (self._at_goal and off < 2 * REACHED):
            self._at_goal = True
            return self._align(motion)
        self._at_goal = False
        (tx, ty), _ = self._point(self._travelled + LOOK_AHEAD)
        distance = math.dist((motion.x, motion.y), (tx, ty))
        error = wrap(math.atan2(ty - motion.y, tx - motion.x) - motion.theta)
        self._turning = abs(error) > (0.15 if self._turning else TURN_FIRST)
        if self._turning:
            return Command(0.0, self._turn_towards(error))
        curvature = 2 * math.sin(error) / max(distance, 0.1)
        to_go = max(off, self.remaining)
        speed = min(
            ceiling,
            math.sqrt(2 * self._limits.braking * 0.6 * max(to_go - REACHED / 2, 0.001)),
            self._limits.turn * 0.8 / max(abs(curvature), 1e-3),
        )
        speed = max(speed, min(0.05, ceiling))
        return Command(speed, speed * curvature)

    def _align(self, motion: Motion) -> Command:
        error = wrap(self.theta - motion.theta)
        if abs(error) < ALIGNED and abs(motion.turn) < 0.1 and motion.speed < 0.02:
            return Command(0.0, 0.0, done=True)
        return Command(0.0, self._turn_towards(error))

    def _turn_towards(self, error: float) -> float:
        fastest = math.sqrt(2 * self._limits.turn_acceleration * 0.6 * abs(error))
        return math.copysign(min(self._limits.turn, fastest), error)

    def _advance(self, motion: Motion) -> None:
        """Move along the path to the point nearest to the body, never back."""
        best, best_distance = self._travelled, math.inf
        along = self._travelled
        while along <= min(self._total, self._travelled + 0.2):
            (x, y), _ = self._point(along)
            distance = math.hypot(x - motion.x, y - motion.y)
            if distance < best_distance - 1e-9:
                best, best_distance = along, distance
            along += 0.02
        self._travelled = best

    def _point(self, along: float) -> tuple[tuple[float, float], int]:
        """The point so many metres along the path, and the index of the corner before it."""
        for index, length in enumerate(self._lengths):
            if along < length:
                (ax, ay), (bx, by) = self._path[index], self._path[index + 1]
                part = along / length
                return (ax + part * (bx - ax), ay + part * (by - ay)), index
            along -= length
        return self._path[-1], len(self._path) - 1
