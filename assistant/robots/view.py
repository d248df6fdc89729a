"""A robot as people and other rooms see it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from robot_bridge.conductor import Conductor
from robot_bridge.driver import Link, Pose, RobotState
from robot_bridge.missions import Mission
from robot_bridge.passages import Area
from robot_bridge.planner import Point

Activity = Literal["idle", "moving", "waiting", "docked", "charging"]


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody who waits until the robot is back."""

    id: str
    to: str
    wait_seconds: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a map shows beside robots."""

    people: tuple[Point, ...]
    """Where somebody is on foot, metres; only simulated lobbies know."""
    closed: Mapping[str, tuple[Area, ...]]
    """Narrow passages that are closed to others, by the robot that has them."""


@dataclass(frozen=True, slots=True)
class RobotView:
    """A robot as people and other rooms see it, at one instant."""

    id: str
    name: str
    driver: str
    link: Link
    pose: Pose | None
    speed: float
    battery: float | None
    charging: bool
    e_stop: bool
    stopped: bool
    activity: Activity
    blocked: bool
    mission: Mission | None
    path: tuple[Point, ...]
    """The way still to go, corner points in metres."""
    remaining: float | None
    """Metres."""
    busy_seconds: int | None
    """About how long it leads somebody else; None: it is free."""
    line: tuple[InLine, ...]
    errors: tuple[str, ...]
    """What robot, driver or link say is wrong, in their own words: for staff only."""
    at: datetime


def activity_of(state: RobotState, mission: Mission | None) -> Activity:
    """What it does, in one word."""
    if mission is not None and mission.state == "waiting":
        return "waiting"
    if state.activity in ("moving", "docking", "undocking"):
        return "moving"
    if state.charging:
        return "charging"
    return "docked" if state.activity == "docked" else "idle"


def busy_of(conductor: Conductor) -> int | None:
    """About how many seconds it is not free for another visitor; None: it is free."""
    mission = conductor.mission
    if mission is None or mission.ended or mission.gives_way:
        return None
    return math.ceil(conductor.busy_seconds(0))


def line_of(conductor: Conductor) -> tuple[InLine, ...]:
    """Who waits, with how long."""
    return tuple(
        InLine(waiting.id, waiting.target.id, math.ceil(conductor.busy_seconds(ahead)))
        for ahead, waiting in enumerate(conductor.line)
    )
