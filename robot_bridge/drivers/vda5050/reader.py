"""What a vehicle sends, read into plain values. Pure; what cannot be used is `BadMessage`.

A vehicle is foreign code: fields may be missing, null, of another type or absurd. What decides
about safety must be there; the rest is ``None`` where it is not understood (VDA 5050, §6.10).
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from robot_bridge.driver import Mode
from robot_bridge.drivers.vda5050.dialect import (
    ACTION_STATES,
    AUTOMATIC,
    BY_HAND,
    CHARGE,
    E_STOP,
    GRAVE,
    LOCALISED,
    POSITION,
    POWER,
    RESULT,
)

LONGEST = 1_000_000
"""Bytes of a message; a state of a real vehicle has a few thousand."""
FARTHEST = 100_000.0
"""Metres: a coordinate beyond is none."""


class BadMessage(ValueError):  # noqa: N818 - a finding about foreign data
    """A message that cannot be used, and why in a few words."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a vehicle believes to be: metres, radians, in the map that it names."""

    x: float
    y: float
    theta: float
    map_id: str
    localised: bool | None
    """None: not said."""


@dataclass(frozen=True, slots=True)
class ActionState:
    """How far an action is."""

    status: str
    kind: str | None
    result: str | None

    @property
    def ended(self) -> bool:
        return self.status in ("FINISHED", "FAILED")


@dataclass(frozen=True, slots=True)
class VehicleError:
    """Something that a vehicle complains about, for as long as it does."""

    kind: str
    level: str
    text: str
    references: frozenset[tuple[str, str]]

    @property
    def grave(self) -> bool:
        """A person has to come."""
        return self.level in GRAVE

    def names(self, key: str, value: str) -> bool:
        return (key, value) in self.references

    def value(self, key: str) -> str | None:
        """What the reference of this name says; None without one."""
        return next((value for name, value in self.references if name == key), None)

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"[:200] if self.text else self.kind[:200]


@dataclass(frozen=True, slots=True)
class Report:
    """One state message."""

    header_id: int | None
    version: str
    order_id: str
    order_update_id: int
    last_node_id: str
    last_node_sequence: int | None
    nodes_ahead: int
    edges_ahead: int
    driving: bool
    paused: bool
    mode: Mode
    e_stop: bool
    field_violation: bool
    position: Position | None
    says_position: bool
    """Some tell it in the visualization only."""
    speed: float | None
    """Metres a second over the ground."""
    charge: float | None
    """As reported, in percent by the specification."""
    charging: bool
    actions: Mapping[str, ActionState]
    errors: tuple[VehicleError, ...]

    @property
    def has_order(self) -> bool:
        """Something is left to be driven."""
        return self.nodes_ahead > 0 or self.edges_ahead > 0

    @property
    def standing(self) -> bool:
        return not self.driving and (self.speed is None or self.speed < 0.05)


def decode(payload: bytes) -> Mapping[str, Any]:
    """The JSON object in a message. Raises `BadMessage`."""
    if len(payload) > LONGEST:
        raise BadMessage("too long")
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not a JSON object")
    return message


def read_state(message: Mapping[str, Any]) -> Report:
    """A state message of any version. Raises `BadMessage` when a field that decides is wrong."""
    safety = message.get("safetyState")
    if not isinstance(safety, dict):
        raise BadMessage("safetyState is missing")
    e_stop = _first(safety, E_STOP)
    if not isinstance(e_stop, str):
        raise BadMessage("safetyState: the emergency stop is missing")
    order_id = message.get("orderId")
    if not isinstance(order_id, str):
        raise BadMessage("orderId is missing")
    driving = message.get("driving")
    if not isinstance(driving, bool):
        raise BadMessage("driving is missing")
    mode = _enum(message.get("operatingMode"))
    power = _first(message, POWER)
    power = power if isinstance(power, dict) else {}
    return Report(
        header_id=whole(message.get("headerId")),
        version=_text(message.get("version")),
        order_id=order_id,
        order_update_id=whole(message.get("orderUpdateId")) or 0,
        last_node_id=_text(message.get("lastNodeId")),
        last_node_sequence=whole(message.get("lastNodeSequenceId")),
        nodes_ahead=len(_list(message, "nodeStates")),
        edges_ahead=len(_list(message, "edgeStates")),
        driving=driving,
        paused=message.get("paused") is True,
        mode="automatic" if mode in AUTOMATIC else "manual" if mode in BY_HAND else "unknown",
        e_stop=_enum(e_stop) != "NONE",
        field_violation=safety.get("fieldViolation") is True,
        position=read_position(message),
        says_position=any(name in message for name in POSITION),
        speed=read_speed(message),
        charge=number(_first(power, CHARGE)),
        charging=power.get("charging") is True,
        actions=_actions(message),
        errors=tuple(_errors(message.get("errors"))),
    )


def read_position(message: Mapping[str, Any]) -> Position | None:
    """The position in a state or visualization message; None where there is none to be used."""
    raw = _first(message, POSITION)
    if not isinstance(raw, dict):
        return None
    x, y, theta = (number(raw.get(name)) for name in ("x", "y", "theta"))
    if x is None or y is None or theta is None:
        return None
    if max(abs(x), abs(y)) > FARTHEST or abs(theta) > 1000:
        return None
    turn = math.remainder(theta, math.tau)
    known = _first(raw, LOCALISED) is True if any(name in raw for name in LOCALISED) else None
    return Position(x, y, turn, _text(raw.get("mapId")), known)


def read_speed(message: Mapping[str, Any]) -> float | None:
    """Metres a second. Vehicles disagree about the axes of vx and vy, so both are used."""
    velocity = message.get("velocity")
    if not isinstance(velocity, dict):
        return None
    vx, vy = number(velocity.get("vx")), number(velocity.get("vy"))
    return None if vx is None and vy is None else math.hypot(vx or 0.0, vy or 0.0)


def read_connection(message: Mapping[str, Any]) -> str:
    """The connection state. Raises `BadMessage`."""
    state = message.get("connectionState")
    if not isinstance(state, str):
        raise BadMessage("connectionState is missing")
    return _enum(state)


def number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _first(message: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The value under the first name that is there: versions differ."""
    return next((message[name] for name in names if name in message), None)


def whole(value: object) -> int | None:
    """A whole number, or None; some vehicles write every number with a decimal point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _enum(value: object) -> str:
    """A word of a fixed set, however it is written: ``automatic``, ``Finished``."""
    return _text(value).strip().upper()


def _list(message: Mapping[str, Any], name: str) -> list[Any]:
    value = message.get(name)
    if not isinstance(value, list):
        raise BadMessage(f"{name} is missing")
    return value


def _actions(message: Mapping[str, Any]) -> dict[str, ActionState]:
    found = {}
    for name in ACTION_STATES:
        listed = message.get(name)
        for entry in listed if isinstance(listed, list) else []:
            if not isinstance(entry, dict) or not isinstance(entry.get("actionId"), str):
                continue
            kind, result = entry.get("actionType"), _first(entry, RESULT)
            found[entry["actionId"]] = ActionState(
                _enum(entry.get("actionStatus")), _text(kind) or None, _text(result) or None
            )
    return found


def _errors(listed: object) -> Iterable[VehicleError]:
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        references = entry.get("errorReferences")
        yield VehicleError(
            _text(entry.get("errorType")),
            _enum(entry.get("errorLevel")),
            _text(entry.get("errorDescription")),
            frozenset(
                (_text(pair.get("referenceKey")), str(pair.get("referenceValue")))
                for pair in (references if isinstance(references, list) else [])
                if isinstance(pair, dict)
            ),
        )
