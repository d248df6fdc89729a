"""The way from here to there: A* that keeps away from walls, then straightened.

The search runs on a roadmap of blocks of about 20 cm (one best-clear cell a block, joined where
the straight line between two keeps the clearance), because A* over every 5 cm cell in Python takes
half a second. A gap that only the fine grid can see is found by a second search on all cells.
"""

import heapq
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from robot_bridge.lobby_map import LobbyMap

Point = tuple[float, float]
Obstacle = tuple[float, float, float]
"""x, y and radius in metres of something that is not on the map."""
Reason = Literal["start_blocked", "goal_blocked", "unreachable"]

BLOCK = 0.2
"""Metres: the edge of a block of the roadmap."""
COMFORT = 0.5
"""Metres beyond the clearance that a path is willing to make a detour for."""
DETOUR = 2.0
"""How many times longer a path touching the clearance may be than one out of its reach."""
ESCAPE = 1.0
"""Metres: how far away the way out may be for a start that is too near to something."""

_FIELD = npt.NDArray[np.float32]
_CELLS = npt.NDArray[np.intp]
_STEPS = ((1, 0), (0, 1), (1, 1), (1, -1))


class NoPath(Exception):  # noqa: N818 - a result of planning, not a fault
    """There is no way: the start or the goal is blocked, or nothing leads from one to the other."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def plan(
    lobby_map: LobbyMap,
    start: Point,
    goal: Point,
    *,
    clearance: float,
    obstacles: Sequence[Obstacle] = (),
) -> list[Point]:
    """Corner points from ``start`` to ``goal`` (both included), metres in the map frame.

    Every point keeps ``clearance`` metres from walls and ``obstacles``, except at a start that is
    already nearer: from there the path leads straight to the nearest cell that is far enough.
    Raises `NoPath`.
    """
    if not lobby_map.inside(*start) or lobby_map.occupied(*start):
        raise NoPath("start_blocked")
    if not lobby_map.inside(*goal):
        raise NoPath("goal_blocked")
    field = _clearances(lobby_map, obstacles, clearance)
    ground = _Ground(field, clearance)
    first = _cell(lobby_map, start)
    last = _cell(lobby_map, goal)
    if not ground.passable[last[1], last[0]]:
        raise NoPath("goal_blocked")
    entry = first
    if not ground.passable[first[1], first[0]]:
        entry = _escape(lobby_map, ground, first)
    cells = _route(lobby_map, ground, entry, last)
    corners = ground.straighten(cells)
    path = [start]
    if entry != first:
        path.append(lobby_map.to_world(*corners[0]))
    path.extend(lobby_map.to_world(*corner) for corner in corners[1:-1])
    if entry == last and entry != first and math.dist(path[-1], goal) < lobby_map.resolution:
        path.pop()
    path.append(goal)
    return path


def path_length(path: Sequence[Point]) -> float:
    """Metres along a path."""
    return sum(math.dist(a, b) for a, b in pairwise(path))


class _Ground:
    """Where one may stand, and what a step there costs."""

    def __init__(self, field: _FIELD, clearance: float) -> None:
        self.field = field
        self.passable = field >= np.float32(clearance)
        missing = np.clip((np.float32(clearance + COMFORT) - field) / np.float32(COMFORT), 0, 1)
        self.cost = np.where(self.passable, 1 + DETOUR * missing * missing, np.inf).astype(
            np.float32
        )

    def line_cost(self, a: tuple[int, int], b: tuple[int, int]) -> float:
        """Cost in cells of the straight line between two cells; infinite when it is blocked."""
        length = math.dist(a, b)
        if length == 0:
            return 0.0
        samples = np.linspace(0, 1, max(2, math.ceil(length * 2) + 1))
        columns = np.rint(a[0] + samples * (b[0] - a[0])).astype(np.intp)
        rows = np.rint(a[1] + samples * (b[1] - a[1])).astype(np.intp)
        return float(self.cost[rows, columns].mean(dtype=np.float64)) * length

    def straighten(self, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Leave out the corners whose removal makes the path no more costly."""
        for _ in range(2):
            kept = [cells[0]]
            behind = 0.0
            for previous, cell in pairwise(cells):
                step = self.line_cost(previous, cell)
                if previous != kept[-1] and self.line_cost(kept[-1], cell) > behind + step + 1e-3:
                    kept.append(previous)
                    behind = 0.0
                behind += step
            if len(cells) > 1:
                kept.append(cells[-1])
            cells = kept
        return cells

    def joined(self, a: tuple[int, int], b: tuple[int, int]) -> bool:
        """Whether a walk over passable cells leads from one cell to the other."""
        width = self.passable.shape[1] + 2
        unseen = np.pad(self.passable, 1).ravel().copy()
        target = (b[1] + 1) * width + b[0] + 1
        around = np.array([1, -1, width, -width, width + 1, width - 1, 1 - width, -width - 1])
        front = np.array([(a[1] + 1) * width + a[0] + 1])
        unseen[front] = False
        while front.size and unseen[target]:
            reached = (front[:, None] + around).ravel()
            reached = reached[unseen[reached]]
            unseen[reached] = False
            front = np.unique(reached)
        return not unseen[target]


def _clearances(lobby_map: LobbyMap, obstacles: Sequence[Obstacle], clearance: float) -> _FIELD:
    """The map's clearances, less where an obstacle is nearer; only as far as that matters."""
    if not obstacles:
        return lobby_map.clearances
    field = lobby_map.clearances.copy()
    for x, y, radius in obstacles:
        column, row = lobby_map.to_grid_exact(x, y)
        reach = (radius + clearance + COMFORT) / lobby_map.resolution + 1
        low, left = max(0, int(row - reach)), max(0, int(column - reach))
        window = field[low : max(0, int(row + reach) + 1), left : max(0, int(column + reach) + 1)]
        rows, columns = np.ogrid[: window.shape[0], : window.shape[1]]
        cells = np.hypot(columns + left + 0.5 - column, rows + low + 0.5 - row)
        away = (cells * lobby_map.resolution - radius).astype(np.float32)
        np.minimum(window, away, out=window)
    return field


def _cell(lobby_map: LobbyMap, point: Point) -> tuple[int, int]:
    column, row = lobby_map.to_grid(*point)
    return min(column, lobby_map.width - 1), min(row, lobby_map.height - 1)


def _escape(lobby_map: LobbyMap, ground: _Ground, start: tuple[int, int]) -> tuple[int, int]:
    """The nearest passable cell that can be reached in a straight line without touching a wall."""
    reach = math.ceil(ESCAPE / lobby_map.resolution)
    left, low = max(0, start[0] - reach), max(0, start[1] - reach)
    window = ground.passable[low : start[1] + reach + 1, left : start[0] + reach + 1]
    rows, columns = np.nonzero(window)
    distances = np.hypot(columns + left - start[0], rows + low - start[1])
    for index in np.argsort(distances)[:400]:
        if distances[index] > reach:
            break
        cell = (int(columns[index]) + left, int(rows[index]) + low)
        samples = np.linspace(0, 1, max(2, math.ceil(float(distances[index]) * 2) + 1))
        across = np.rint(start[0] + samples * (cell[0] - start[0])).astype(np.intp)
        along = np.rint(start[1] + samples * (cell[1] - start[1])).astype(np.intp)
        if not lobby_map.blocked[along, across].any():
            return cell
    raise NoPath("start_blocked")


def _route(
    lobby_map: LobbyMap, ground: _Ground, start: tuple[int, int], goal: tuple[int, int]
) -> list[tuple[int, int]]:
    if math.isfinite(ground.line_cost(start, goal)) and math.dist(start, goal) < 2:
        return [start, goal]
    block = max(1, int(BLOCK / lobby_map.resolution + 1e-6))
    if block > 1:
        cells = _search(ground, block, start, goal)
        if cells is not None:
            return cells
    if not ground.joined(start, goal):
        raise NoPath("unreachable")
    cells = _search(ground, 1, start, goal)
    if cells is None:
        raise NoPath("unreachable")
    return cells


def _search(
    ground: _Ground, block: int, start: tuple[int, int], goal: tuple[int, int]
) -> list[tuple[int, int]] | None:
    """A* over blocks of ``block`` x ``block`` cells; the cells of the way, or None."""
    columns, rows, usable = _representatives(ground.field, ground.passable, block)
    height, width = usable.shape
    for column, row in (start, goal):
        columns[row // block, column // block] = column
        rows[row // block, column // block] = row
    if (start[0] // block, start[1] // block) == (goal[0] // block, goal[1] // block):
        return [start, goal] if math.isfinite(ground.line_cost(start, goal)) else None
    edges = _edges(ground, columns, rows, usable)
    source = (start[1] // block) * width + start[0] // block
    target = (goal[1] // block) * width + goal[0] // block
    estimate = np.hypot(columns - goal[0], rows - goal[1]).ravel().tolist()
    parents = _a_star(edges, source, target, estimate, height * width)
    if parents is None:
        return None
    flat_columns, flat_rows = columns.ravel(), rows.ravel()
    cells = []
    node = target
    while node != -1:
        cells.append((int(flat_columns[node]), int(flat_rows[node])))
        node = parents[node]
    cells.reverse()
    return cells


def _representatives(
    field: _FIELD, passable: npt.NDArray[np.bool_], block: int
) -> tuple[_CELLS, _CELLS, npt.NDArray[np.bool_]]:
    """The clearest cell of each block (columns, rows), and whether it is passable."""
    height, width = -(-field.shape[0] // block), -(-field.shape[1] // block)
    padding = ((0, height * block - field.shape[0]), (0, width * block - field.shape[1]))
    padded = np.pad(np.where(passable, field, -1), padding, constant_values=-1)
    blocks = padded.reshape(height, block, width, block).swapaxes(1, 2).reshape(height, width, -1)
    best = blocks.argmax(axis=2)
    usable = np.take_along_axis(blocks, best[:, :, None], axis=2)[:, :, 0] >= 0
    rows = best // block + np.arange(height)[:, None] * block
    columns = best % block + np.arange(width)[None, :] * block
    return columns, rows, usable


def _edges(
    ground: _Ground, columns: _CELLS, rows: _CELLS, usable: npt.NDArray[np.bool_]
) -> list[tuple[int, list[float]]]:
    """For each of eight steps: its offset in flat indices and its cost from every node."""
    height, width = usable.shape
    edges = []
    for dx, dy in _STEPS:
        here = (slice(max(0, -dy), height - max(0, dy)), slice(0, width - dx))
        there = (slice(max(0, dy), height + min(0, dy)), slice(dx, width))
        span_x = columns[there] - columns[here]
        span_y = rows[there] - rows[here]
        cost = np.where(usable[here] & usable[there], np.float32(0), np.float32(np.inf))
        samples = max(2, 2 * int(max(np.abs(span_x).max(initial=0), np.abs(span_y).max(initial=0))))
        live = np.nonzero(np.isfinite(cost))
        c, r = columns[here][live], rows[here][live]
        sx, sy = span_x[live], span_y[live]
        parts = np.linspace(0, 1, samples + 1)[:, None]
        on_line = ground.cost[
            np.rint(r + parts * sy).astype(np.intp), np.rint(c + parts * sx).astype(np.intp)
        ]
        cost[live] = on_line.mean(axis=0) * np.hypot(sx, sy)
        forward = np.full((height, width), np.inf, dtype=np.float32)
        forward[here] = cost
        backward = np.full((height, width), np.inf, dtype=np.float32)
        backward[there] = cost
        offset = dy * width + dx
        edges.append((offset, forward.ravel().tolist()))
        edges.append((-offset, backward.ravel().tolist()))
    return edges


def _a_star(
    edges: list[tuple[int, list[float]]],
    source: int,
    target: int,
    estimate: list[float],
    count: int,
) -> list[int] | None:
    """Parents of every node on the cheapest way, -1 at the source; None when there is none."""
    costs = [math.inf] * count
    parents = [-1] * count
    closed = bytearray(count)
    costs[source] = 0.0
    queue = [(estimate[source], source)]
    while queue:
        _, node = heapq.heappop(queue)
        if node == target:
            return parents
        if closed[node]:
            continue
        closed[node] = 1
        reached = costs[node]
        for offset, step_costs in edges:
            step = step_costs[node]
            if step == math.inf:
                continue
            neighbour = node + offset
            total = reached + step
            if total < costs[neighbour]:
                costs[neighbour] = total
                parents[neighbour] = node
                heapq.heappush(queue, (total + estimate[neighbour], neighbour))
    return None
