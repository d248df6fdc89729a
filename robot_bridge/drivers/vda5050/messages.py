"""What we send to a vehicle, as JSON objects. Pure but for the counting of headers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from robot_bridge.drivers.vda5050.dialect import Dialect
from robot_bridge.drivers.vda5050.order import Part
from robot_bridge.drivers.vda5050.route import RouteNode


@dataclass(frozen=True, slots=True)
class Action:
    """An action to be carried out at once."""

    id: str
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class Headers:
    """The head of every message; ``headerId`` counts each topic on its own (§6.4)."""

    def __init__(self, manufacturer: str, serial: str) -> None:
        self._manufacturer = manufacturer
        self._serial = serial
        self._counts: dict[str, int] = {}

    def next(self, subtopic: str, dialect: Dialect, now: datetime) -> dict[str, Any]:
        count = self._counts.get(subtopic, -1) + 1 & 0xFFFFFFFF
        self._counts[subtopic] = count
        fraction = f"{now.microsecond:06d}"[: dialect.fraction_digits]
        return {
            "headerId": count,
            "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{fraction}Z",
            "version": dialect.version,
            "manufacturer": self._manufacturer,
            "serialNumber": self._serial,
        }


def order_body(part: Part, dialect: Dialect) -> dict[str, Any]:
    """The body of an order message."""
    nodes: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    for place, node in enumerate(part.nodes):
        sequence, released = 2 * (part.first + place), place < part.released
        nodes.append(
            {
                "nodeId": node.id,
                "sequenceId": sequence,
                "released": released,
                "nodePosition": _position(node, part.map_id, dialect),
                "actions": [],
            }
        )
        if place == 0:
            continue
        edge: dict[str, Any] = {
            "edgeId": f"e-{node.id}",
            "sequenceId": sequence - 1,
            "released": released,
            dialect.edge_speed: round(min(part.speed, node.speed or part.speed), 3),
            "actions": [],
        }
        if dialect.edge_names_its_ends:
            edge |= {"startNodeId": part.nodes[place - 1].id, "endNodeId": node.id}
        edges.append(edge)
    return {
        "orderId": part.order_id,
        "orderUpdateId": part.update_id,
        "nodes": nodes,
        "edges": edges,
    }


def instant_body(
    actions: Iterable[Action], fields: Iterable[str], dialect: Dialect
) -> dict[str, Any]:
    """The body of an instantActions message, under each of the names in ``fields``.

    The blocking type is NONE: 3.0 demands it, and elsewhere another one could make a cancel wait.
    """
    listed = [
        {
            "actionId": action.id,
            "actionType": action.kind,
            "blockingType": "NONE",
            "actionParameters": [
                {"key": key, "value": value} for key, value in action.parameters.items()
            ],
        }
        for action in actions
    ]
    body: dict[str, Any] = dict.fromkeys(fields, listed)
    if dialect.action_has_name and "actions" in body:
        body["actions"] = [{**entry, "actionName": entry["actionType"]} for entry in listed]
    return body


def encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _position(node: RouteNode, map_id: str, dialect: Dialect) -> dict[str, Any]:
    off: object = node.deviation
    if dialect.deviation_is_ellipse:
        off = {"a": node.deviation, "b": node.deviation, "theta": 0.0}
    position: dict[str, Any] = {
        "x": round(node.x, 4),
        "y": round(node.y, 4),
        "mapId": map_id,
        dialect.deviation: off,
    }
    if node.theta is not None:
        position["theta"] = round(node.theta, 5)
        position["allowedDeviationTheta"] = TURN_DEVIATION
    return position


TURN_DEVIATION = 0.2
"""Radians by which the direction at the goal may be off."""
