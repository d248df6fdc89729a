"""The simulated scanner: rays cast over the cells of the map, and round things between the walls.

Exact on the grid: a ray either jumps by a distance within which the map's clearances promise free
ground, or steps to the border of its cell (Amanatides and Woo 1987), all rays at once.
"""

import math
from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from robot_bridge.lobby_map import LobbyMap

BEAMS = 360
"""Of one turn of the scanner."""
REACH = 4.0
"""Metres."""
_PAST_BORDER = 1e-6
_DIAGONALS = math.sqrt(2)
_WALL = -1.0
_NEVER = 1e12

Circle = tuple[float, float, float]
"""x, y and radius in metres."""
_Array = npt.NDArray[np.floating]


class Lidar:
    """A scanner in the middle of a robot, turning with it."""

    def __init__(self, lobby_map: LobbyMap, *, beams: int = BEAMS, reach: float = REACH) -> None:
        self.reach = reach
        self.beams = beams
        self._map = lobby_map
        # A clearance is measured from a cell's middle to the edge of another one along an axis;
        # whatever the point in the cell and the corner, it is right to within the two diagonals.
        cells = lobby_map.clearances.astype(np.float64) / lobby_map.resolution
        jumps = np.where(lobby_map.blocked, _WALL, np.maximum(cells + 0.5 - _DIAGONALS, 0.0))
        self._jumps = np.pad(jumps, 1, constant_values=_WALL).ravel()
        self._width = lobby_map.width + 2

    def scan(self, x: float, y: float, theta: float, things: Sequence[Circle] = ()) -> _Array:
        """Metres to whatever each beam meets first, `reach` at most; beam 0 looks along theta."""
        angles = theta + np.arange(self.beams) * (math.tau / self.beams)
        ranges = self.walls(x, y, angles)
        if things:
            ranges = np.minimum(ranges, _to_things(x, y, angles, things).min(axis=1))
        return ranges

    def seen(self, x: float, y: float, theta: float, things: Sequence[Circle]) -> list[int]:
        """Indices of the things that at least one beam of `scan` meets first.

        Only beams that can meet something are cast, first the one in the middle of each thing:
        mostly that is enough, and an empty hall costs nothing.
        """
        beams = [self._towards(x, y, theta, thing) for thing in things]
        found = self._met(x, y, theta, {some[len(some) // 2] for some in beams if some}, things)
        hidden = [some for index, some in enumerate(beams) if index not in found]
        found |= self._met(x, y, theta, {number for some in hidden for number in some}, things)
        return sorted(found)

    def walls(self, x: float, y: float, angles: _Array, reach: _Array | None = None) -> _Array:
        """Metres to the first cell that is not free in each direction, ``reach`` at most."""
        furthest = np.full(len(angles), self.reach) if reach is None else reach
        if not self._map.inside(x, y):
            return np.zeros(len(angles))
        resolution = self._map.resolution
        column, row = self._map.to_grid_exact(x, y)
        rays = _Rays(column + 1, row + 1, angles - self._map.origin[2], furthest / resolution)
        ended = np.zeros(len(angles))
        while rays.index.size:
            cells = rays.cells(self._width)
            jumps = self._jumps[cells]
            rays.travelled += np.maximum(jumps, rays.to_border() + _PAST_BORDER) * (jumps >= 0)
            done = (jumps < 0) | (rays.travelled >= rays.furthest)
            if done.any():
                ended[rays.index[done]] = rays.travelled[done]
                rays.keep(~done)
        return np.minimum(ended * resolution, furthest)

    def _met(
        self, x: float, y: float, theta: float, beams: Set[int], things: Sequence[Circle]
    ) -> set[int]:
        """Indices of the things that these beams meet before anything else."""
        if not beams:
            return set()
        angles = theta + np.array(sorted(beams)) * (math.tau / self.beams)
        to_things = _to_things(x, y, angles, things)
        first = to_things.argmin(axis=1)
        nearest = to_things[np.arange(len(angles)), first]
        near = nearest < self.reach
        free = self.walls(x, y, angles[near], nearest[near]) >= nearest[near]
        return {int(index) for index in first[near][free]}

    def _towards(self, x: float, y: float, theta: float, thing: Circle) -> list[int]:
        """The beams that can meet a thing, by number."""
        width = math.tau / self.beams
        distance = math.hypot(thing[0] - x, thing[1] - y)
        if distance - thing[2] >= self.reach:
            return []
        if distance <= thing[2]:
            return list(range(self.beams))
        middle = (math.atan2(thing[1] - y, thing[0] - x) - theta) / width
        half = math.asin(thing[2] / distance) / width
        first, last = math.ceil(middle - half), math.floor(middle + half)
        return [number % self.beams for number in range(first, last + 1)]


class _Rays:
    """Rays under way over the cells of a padded grid; lengths in cells."""

    def __init__(self, column: float, row: float, angles: _Array, furthest: _Array) -> None:
        self.index = np.arange(len(angles))
        self.travelled = np.zeros(len(angles))
        self.furthest = furthest
        self._column, self._row = column, row
        self._across, self._along = np.cos(angles), np.sin(angles)
        with np.errstate(divide="ignore", over="ignore"):
            self._per_column = np.clip(1 / self._across, -_NEVER, _NEVER)
            self._per_row = np.clip(1 / self._along, -_NEVER, _NEVER)
        self._ahead_column, self._ahead_row = self._across >= 0, self._along >= 0
        self._c = self._r = self._ci = self._ri = self.travelled

    def cells(self, width: int) -> npt.NDArray[np.intp]:
        """Where each ray is: indices into the flat grid."""
        self._c = self._column + self.travelled * self._across
        self._r = self._row + self.travelled * self._along
        self._ci, self._ri = np.floor(self._c), np.floor(self._r)
        flat: npt.NDArray[np.intp] = (self._ri * width + self._ci).astype(np.intp)
        return flat

    def to_border(self) -> _Array:
        """How far each ray goes until it leaves its cell."""
        across = (self._ci + self._ahead_column - self._c) * self._per_column
        along = (self._ri + self._ahead_row - self._r) * self._per_row
        nearest: _Array = np.maximum(np.minimum(across, along), 0.0)
        return nearest

    def keep(self, these: npt.NDArray[np.bool_]) -> None:
        """Go on with some of them."""
        self.index, self.travelled = self.index[these], self.travelled[these]
        self.furthest = self.furthest[these]
        self._across, self._along = self._across[these], self._along[these]
        self._per_column, self._per_row = self._per_column[these], self._per_row[these]
        self._ahead_column = self._ahead_column[these]
        self._ahead_row = self._ahead_row[these]


def _to_things(x: float, y: float, angles: _Array, things: Sequence[Circle]) -> _Array:
    """Metres (beams, things) to where each beam enters each thing; infinite when it misses."""
    circles = np.array(things, dtype=np.float64)
    dx, dy = circles[:, 0] - x, circles[:, 1] - y
    along = np.cos(angles)[:, None] * dx + np.sin(angles)[:, None] * dy
    beside = dx * dx + dy * dy - along * along
    inside = circles[:, 2] ** 2 - beside
    half = np.sqrt(np.maximum(inside, 0.0))
    met = (inside >= 0) & (along + half >= 0)
    return np.where(met, np.maximum(along - half, 0.0), np.inf)
