"""Where a robot waits and where it charges, and which of them it goes to."""

import math
from dataclasses import dataclass

from robot_bridge.driver import Pose, RobotState
from robot_bridge.missions import MissionKind, Policy
from robot_bridge.places import Place

AT_HOME = 0.3
"""Metres from its home at which a robot need not return."""


@dataclass(frozen=True, slots=True)
class Posts:
    """Where a robot waits and where it charges."""

    home: Place
    dock: Place | None
    round: tuple[Place, ...] = ()
    """The stops of a round with water and sweets."""


def way_home(state: RobotState, posts: Posts, policy: Policy) -> tuple[MissionKind, Place | None]:
    """Where a robot goes that is not needed; no place: it stays, being at home."""
    low = state.battery is not None and state.battery < policy.battery_return
    if low and posts.dock is not None:
        return "dock", posts.dock
    if state.pose is not None and at(state.pose, posts.home.pose):
        return "return", None
    return "return", posts.home


def to_fetch(
    kind: MissionKind, visitor: Place | None, state: RobotState, policy: Policy
) -> Place | None:
    """Where a robot has to go first whom a visitor asks to lead; None: it stands there already."""
    if kind != "lead" or visitor is None or state.pose is None:
        return None
    there = (visitor.pose.x, visitor.pose.y)
    away = math.dist((state.pose.x, state.pose.y), there)
    return visitor if away > policy.fetch_beyond else None


def at(pose: Pose, other: Pose) -> bool:
    """Whether a robot stands there, as far as it matters."""
    return math.dist((pose.x, pose.y), (other.x, other.y)) < AT_HOME
