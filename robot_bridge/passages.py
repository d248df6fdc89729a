"""Narrow passages of the lobby: one robot at a time, so that two never meet where neither can turn.

A passage is ground where a robot fits and two abreast do not: what an opening of the free ground by
a disc of half their common width takes away. A way is reserved as a whole or not at all, in the
order of asking, so that nobody holds one passage while waiting for another: no deadlock. Whoever
stands in a passage has it, moving or not.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from robot_bridge.driver import Pose
from robot_bridge.lobby_map import FREE, OCCUPIED, LobbyMap
from robot_bridge.planner import Point

ROBOT = 0.3
"""Metres from walls that a robot's middle needs."""
ABREAST = 0.65
"""Metres from walls in the middle of a passage where two robots get past each other."""
SMALLEST = 0.1
"""Square metres: what is smaller is a corner, no passage."""
STEP = 0.1
"""Metres between two points of a way that are looked at."""

Area = tuple[Point, ...]
"""Corners of ground, metres."""
Where = Callable[[], Pose | None]
"""Where a robot is now, as far as it is known."""


class Passages:
    """The passages of one map and which robot has them; shared by all robots of a fleet."""

    def __init__(self, lobby_map: LobbyMap) -> None:
        self._map = lobby_map
        self._robots: dict[str, Where] = {}
        self._last: dict[str, Pose] = {}
        self._held: dict[str, frozenset[int]] = {}
        self._asking: dict[str, frozenset[int]] = {}
        """In the order of asking."""
        self._drawn: dict[int, tuple[Area, ...]] = {}

    @cached_property
    def _labels(self) -> npt.NDArray[np.int32]:
        return _label(_narrow(self._map), round(SMALLEST / self._map.resolution**2))

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._labels.max())

    def register(self, robot: str, where: Where) -> None:
        """Every robot of the fleet, whether it moves or not."""
        self._robots[robot] = where

    def shared(self) -> bool:
        """Whether there is anything to arrange."""
        return len(self._robots) > 1 and self.count > 0

    def on(self, path: Sequence[Point]) -> frozenset[int]:
        """The passages that a way leads through."""
        found: set[int] = set()
        for a, b in pairwise(path):
            steps = max(1, int(np.hypot(b[0] - a[0], b[1] - a[1]) / STEP))
            for number in range(steps + 1):
                share = number / steps
                found.add(self.at((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)))
        return frozenset(found - {0})

    def at(self, point: Point) -> int:
        """The passage at a point; 0: open ground, or off the map."""
        if not self._map.inside(*point):
            return 0
        column, row = self._map.to_grid(*point)
        return int(self._labels[row, column])

    def take(self, robot: str, wanted: frozenset[int]) -> bool:
        """Reserve all of them or none; whether it is done. Asking keeps a place in the order.

        Whoever asks again for what it has keeps it; whoever is refused has nothing.
        """
        if self.has(robot, wanted):
            self._asking.pop(robot, None)
            self._held[robot] = wanted
            return True
        earlier: set[int] = set()
        for other, theirs in self._asking.items():
            if other == robot:
                break
            earlier |= theirs
        if wanted & (earlier | self._taken(robot)):
            self._asking[robot] = wanted
            self._held.pop(robot, None)  # who waits holds nothing but the ground it stands on
            return False
        self._asking.pop(robot, None)
        self._held[robot] = wanted
        return True

    def has(self, robot: str, wanted: frozenset[int]) -> bool:
        return wanted <= self._held.get(robot, frozenset())

    def leave(self, robot: str) -> None:
        """The way is over, one way or another; where the robot stands stays its own."""
        self._asking.pop(robot, None)
        self._held.pop(robot, None)

    def closed(self) -> dict[str, tuple[Area, ...]]:
        """Which passages are closed to others now, by the robot that has them; for maps."""
        if not self.shared():
            return {}
        found: dict[str, tuple[Area, ...]] = {}
        for robot in self._robots:
            numbers = self._held.get(robot, frozenset()) | {self._under(robot)}
            areas = [area for number in sorted(numbers - {0}) for area in self._areas(number)]
            if areas:
                found[robot] = tuple(areas)
        return found

    def _areas(self, number: int) -> tuple[Area, ...]:
        """A passage as rows of the map."""
        known = self._drawn.get(number)
        if known is None:
            corner = self._map.to_world
            known = self._drawn[number] = tuple(
                tuple(
                    corner(column - 0.5, edge - 0.5)
                    for column, edge in (
                        (first, row),
                        (last, row),
                        (last, row + 1),
                        (first, row + 1),
                    )
                )
                for row, first, last in _runs(self._labels == number)
            )
        return known

    def _under(self, robot: str) -> int:
        """The passage in which a robot stands; 0: none, as far as is known."""
        pose = self._robots[robot]() or self._last.get(robot)
        if pose is None:
            return 0
        self._last[robot] = pose
        return self.at((pose.x, pose.y))

    def _taken(self, robot: str) -> set[int]:
        """What other robots have reserved, or stand in."""
        taken: set[int] = set()
        for other in self._robots:
            if other != robot:
                taken.add(self._under(other))
                taken |= self._held.get(other, frozenset())
        return taken - {0}


def _narrow(lobby_map: LobbyMap) -> npt.NDArray[np.bool_]:
    """Cells where a robot fits and two abreast do not."""
    clearances = lobby_map.clearances
    wide = clearances >= ABREAST
    if not wide.any():
        return np.asarray(clearances >= ROBOT)
    # The world off the grid would count as a wall, which stands for open ground here.
    rim = int(ABREAST / lobby_map.resolution) + 2
    cells = np.pad(np.where(wide, OCCUPIED, FREE).astype(np.int8), rim, constant_values=FREE)
    beyond = LobbyMap(lobby_map.resolution, lobby_map.origin, cells).clearances
    return np.asarray((clearances >= ROBOT) & (beyond[rim:-rim, rim:-rim] > ABREAST))


def _label(narrow: npt.NDArray[np.bool_], smallest: int) -> npt.NDArray[np.int32]:
    """Number the connected pieces of at least ``smallest`` cells from 1."""
    labels = np.zeros(narrow.shape, dtype=np.int32)
    seen, number = ~narrow, 0
    for row, column in zip(*np.nonzero(narrow), strict=True):
        if seen[row, column]:
            continue
        piece = _piece((int(row), int(column)), seen)
        if len(piece) >= smallest:
            number += 1
            for cell in piece:
                labels[cell] = number
    return labels


def _runs(cells: npt.NDArray[np.bool_]) -> Iterable[tuple[int, int, int]]:
    """Row, first column and the one after the last of every run of cells."""
    for row in np.flatnonzero(cells.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], cells[row].view(np.int8), [0]))))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            yield int(row), int(first), int(last)


def _piece(start: tuple[int, int], seen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The cells that hang together with ``start``; they are marked as seen."""
    seen[start] = True
    piece, todo = [start], [start]
    while todo:
        for cell in _around(todo.pop(), seen.shape):
            if not seen[cell]:
                seen[cell] = True
                piece.append(cell)
                todo.append(cell)
    return piece


def _around(cell: tuple[int, int], shape: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    row, column = cell
    for y in range(max(0, row - 1), min(shape[0], row + 2)):
        for x in range(max(0, column - 1), min(shape[1], column + 2)):
            yield y, x
