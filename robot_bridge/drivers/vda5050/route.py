"""A way as VDA 5050 wants it: numbered nodes, joined by edges. Pure geometry."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from robot_bridge.planner import Point

SAME = 0.02
"""Metres below which two points are one."""


@dataclass(frozen=True, slots=True)
class RouteNode:
    """A point to be passed, and the edge that leads to it."""

    id: str
    x: float
    y: float
    at: float
    """Metres from the beginning of the way."""
    deviation: float
    """Metres by which it may be missed."""
    theta: float | None = None
    speed: float | None = None
    """Ceiling on the edge that leads here, metres a second; None: only ours."""


@dataclass(frozen=True, slots=True)
class Route:
    """Nodes from where the vehicle stands to its goal; at least one."""

    nodes: tuple[RouteNode, ...]
    map_id: str

    @property
    def length(self) -> float:
        """Metres."""
        return self.nodes[-1].at

    def along(self, x: float, y: float, lowest: float) -> float:
        """Metres from the beginning to the point of the way nearest to (x, y), from ``lowest`` on.

        Only the next few metres count: a way may come by the same place again.
        """
        best, found = math.inf, lowest
        for a, b in pairwise(self.nodes):
            if b.at < lowest or a.at > lowest + 3.0:
                continue
            length = b.at - a.at
            part = ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / (length * length)
            part = min(1.0, max(0.0, part))
            off = math.hypot(a.x + part * (b.x - a.x) - x, a.y + part * (b.y - a.y) - y)
            if off < best - 1e-9:
                best, found = off, a.at + part * length
        return max(lowest, found)

    def ahead(self, at: float) -> tuple[Point, ...]:
        """The points still to come, beginning with the one ``at`` metres from the beginning."""
        for a, b in pairwise(self.nodes):
            if b.at > at:
                part = max(0.0, at - a.at) / (b.at - a.at)
                here = (a.x + part * (b.x - a.x), a.y + part * (b.y - a.y))
                return (here, *((node.x, node.y) for node in self.nodes if node.at > at))
        return ((self.nodes[-1].x, self.nodes[-1].y),)


def route_along(
    path: Sequence[Point],
    theta: float,
    *,
    prefix: str,
    start_id: str,
    map_id: str,
    step: float,
    deviation: float,
) -> Route:
    """Nodes at the corners of a path and at most ``step`` metres apart.

    ``prefix`` makes the ids of the nodes unique; ``theta``: the direction at the goal, radians.
    ``deviation``: metres by which the goal may be missed.
    """
    points = [path[0]]
    for a, b in pairwise(path):
        length = math.dist(a, b)
        parts = max(1, math.ceil(length / step - 1e-9))
        points.extend(
            (a[0] + (b[0] - a[0]) * part / parts, a[1] + (b[1] - a[1]) * part / parts)
            for part in range(1, parts + 1)
            if length > SAME
        )
    if math.dist(points[-1], path[-1]) > 0 and len(points) > 1:
        points[-1] = path[-1]
    nodes = [RouteNode(start_id, *points[0], 0.0, START_DEVIATION)]
    for index, point in enumerate(points[1:], 1):
        at = nodes[-1].at + math.dist((nodes[-1].x, nodes[-1].y), point)
        nodes.append(RouteNode(f"{prefix}-{index}", *point, at, PASS_DEVIATION))
    if len(nodes) == 1:  # it stands there already: it still has to turn
        nodes.append(RouteNode(f"{prefix}-1", path[-1][0], path[-1][1], SAME, deviation))
    last = nodes[-1]
    nodes[-1] = RouteNode(
        last.id, last.x, last.y, last.at, deviation, math.remainder(theta, math.tau), last.speed
    )
    return Route(tuple(nodes), map_id)


START_DEVIATION = 0.5
"""Metres by which a vehicle may stand off the first node: it reports where it was."""
PASS_DEVIATION = 0.3
"""Metres by which a vehicle may cut a corner."""
