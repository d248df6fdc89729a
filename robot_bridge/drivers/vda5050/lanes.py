"""Lanes that a vehicle has to keep to: the layout of its maker, and the shortest way on it.

The file is a VDMA layout interchange file (LIF 1.0, JSON): of each layout the nodes (``nodeId``,
``nodePosition``, ``mapId``) and the directed edges (``startNodeId``, ``endNodeId``, ``maxSpeed`` of
the vehicle types) are used.
"""

import heapq
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from robot_bridge.drivers.vda5050.reader import number
from robot_bridge.drivers.vda5050.route import PASS_DEVIATION, START_DEVIATION, Route, RouteNode
from robot_bridge.planner import Point

ON_NODE = 0.5
"""Metres from a node within which the vehicle, or a place, counts as being on it."""


class LanesError(ValueError):
    """A layout that cannot be used: names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Nodes by id, and for each where one gets to: id to the ceiling of the speed there."""

    nodes: Mapping[str, Point]
    edges: Mapping[str, Mapping[str, float | None]]

    def nearest(self, point: Point) -> str | None:
        """The node on which a point lies."""
        near = min(self.nodes, key=lambda name: math.dist(self.nodes[name], point), default=None)
        if near is None or math.dist(self.nodes[near], point) > ON_NODE:
            return None
        return near

    def way(self, start: str, goal: str) -> list[str] | None:
        """The shortest way along edges, both ends included; None where there is none."""
        best = {start: 0.0}
        before: dict[str, str] = {}
        queue = [(0.0, start)]
        while queue:
            cost, here = heapq.heappop(queue)
            if here == goal:
                names = [goal]
                while names[-1] != start:
                    names.append(before[names[-1]])
                return names[::-1]
            if cost > best[here]:
                continue
            for there in self.edges.get(here, {}):
                total = cost + math.dist(self.nodes[here], self.nodes[there])
                if total < best.get(there, math.inf):
                    best[there], before[there] = total, here
                    heapq.heappush(queue, (total, there))
        return None

    def route(
        self,
        here: Point,
        goal: Point,
        theta: float,
        *,
        last_node: str,
        map_id: str,
        deviation: float,
    ) -> Route | None:
        """The way from where the vehicle stands to the node of the goal.

        It begins on the node that the vehicle reports, or on the one nearest to it; None where
        the vehicle or the goal is off the lanes, or no lane leads there.
        """
        start = last_node if self._stands_on(last_node, here) else self.nearest(here)
        end = self.nearest(goal)
        names = self.way(start, end) if start is not None and end is not None else None
        if names is None:
            return None
        nodes: list[RouteNode] = []
        for name in names:
            x, y = self.nodes[name]
            if not nodes:
                nodes.append(RouteNode(name, x, y, 0.0, START_DEVIATION))
                continue
            last = nodes[-1]
            at = last.at + max(0.001, math.dist((last.x, last.y), (x, y)))
            speed = self.edges[last.id][name]
            nodes.append(RouteNode(name, x, y, at, PASS_DEVIATION, None, speed))
        nodes[-1] = replace(nodes[-1], deviation=deviation, theta=math.remainder(theta, math.tau))
        return Route(tuple(nodes), map_id)

    def _stands_on(self, name: str, here: Point) -> bool:
        return name in self.nodes and math.dist(self.nodes[name], here) <= ON_NODE


def read_lanes(path: Path, map_id: str | None) -> Lanes:
    """Read a layout file; only what lies on ``map_id``, where that is given.

    Raises `LanesError`.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LanesError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise LanesError(f"{path}: is not JSON") from error
    nodes: dict[str, Point] = {}
    edges: dict[str, dict[str, float | None]] = {}
    layouts = list(_dicts(content, "layouts"))
    for layout in layouts:
        for node in _dicts(layout, "nodes"):
            name, place = node.get("nodeId"), node.get("nodePosition")
            place = place if isinstance(place, dict) else {}
            x, y = number(place.get("x")), number(place.get("y"))
            if not isinstance(name, str) or x is None or y is None:
                raise LanesError(f"{path}: nodes: a node needs nodeId and nodePosition x, y")
            if map_id is None or node.get("mapId", map_id) == map_id:
                nodes[name] = (x, y)
    for layout in layouts:
        for edge in _dicts(layout, "edges"):
            start, end = edge.get("startNodeId"), edge.get("endNodeId")
            if not isinstance(start, str) or not isinstance(end, str):
                raise LanesError(f"{path}: edges: an edge needs startNodeId and endNodeId")
            if start in nodes and end in nodes and start != end:
                edges.setdefault(start, {})[end] = _speed(edge)
    if not nodes or not edges:
        where = f" on map {map_id}" if map_id else ""
        raise LanesError(f"{path}: layouts: no lanes{where}")
    return Lanes(nodes, edges)


def _speed(edge: Mapping[str, Any]) -> float | None:
    """The lowest ceiling that the layout sets on an edge."""
    told = [number(entry.get("maxSpeed")) for entry in _dicts(edge, "vehicleTypeEdgeProperties")]
    return min((speed for speed in told if speed is not None and speed > 0), default=None)


def _dicts(holder: object, name: str) -> Iterator[dict[str, Any]]:
    listed = holder.get(name) if isinstance(holder, dict) else None
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, dict):
            yield entry
