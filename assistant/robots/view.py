"""A robot as people and other rooms see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from robot_bridge.driver import Link, Pose, RobotState
from robot_bridge.missions import Mission
from robot_bridge.planner import Point

Activity = Literal["idle", "moving", "waiting", "docked", "charging"]


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
