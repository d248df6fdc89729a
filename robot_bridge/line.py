"""Those who wait for a robot that leads somebody else, and how long they wait."""

import math
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from robot_bridge.clock import Clock
from robot_bridge.driver import Pose, RobotState
from robot_bridge.missions import Mission, Pace, Policy, Refused
from robot_bridge.places import Place
from robot_bridge.sentences import BUSY_LEADING, BUSY_RETURNING, sentence

LONGEST = 5
"""Requests in one line; whoever comes after is told to come back."""
EXPIRES = 900.0
"""Seconds after which nobody waits there any more."""
DETOUR = 1.3
"""How much longer a way is than the straight line."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead that is asked for while the robot is away."""

    id: str
    target: Place
    requested_by: str
    pace: Pace | None
    ticket: str | None
    since: datetime
    at: float
    """The same, monotonic seconds."""
    fetch: Place | None = None
    """Where they stand; None: at the robot's home."""


class Line:
    """First come, first led. Emptied by whatever ends a mission otherwise than well."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def all(self) -> tuple[Waiting, ...]:
        return tuple(self._waiting)

    def join(
        self,
        target: Place,
        requested_by: str,
        pace: Pace | None,
        ticket: str | None,
        clock: Clock,
        *,
        fetch: Place | None = None,
    ) -> Waiting | None:
        """Stand at the end; None: there is no room."""
        if len(self._waiting) >= LONGEST:
            return None
        id_, now = f"m-{uuid4().hex[:12]}", clock.monotonic()
        waiting = Waiting(id_, target, requested_by, pace, ticket, clock.now(), now, fetch)
        self._waiting.append(waiting)
        return waiting

    def leave(self, id_: str) -> bool:
        """Whether somebody with this id stood there."""
        before = len(self._waiting)
        self._waiting = [waiting for waiting in self._waiting if waiting.id != id_]
        return len(self._waiting) < before

    def next(self, now: float) -> Waiting | None:
        """Who is led next."""
        while self._waiting:
            first = self._waiting.pop(0)
            if now - first.at <= EXPIRES:
                return first
        return None

    def seconds(
        self,
        running: Mission | None,
        state: RobotState,
        home: Pose,
        policy: Policy,
        ahead: int | None,
    ) -> float:
        """About how long until a robot is free; ``ahead``: of this many in line (None: of all)."""
        seconds = 0.0
        if running is not None and not running.gives_way:
            seconds = seconds_left(running, state, home, policy)
        for waiting in self._waiting[:ahead]:
            seconds += 2 * seconds_to_lead(home, waiting.target.pose, policy)
        return seconds

    def clear(self) -> None:
        self._waiting.clear()


def busy(running: Mission | None, home: Place, seconds: float) -> Refused:
    """What somebody is told who wants a robot that is busy for about so many seconds."""
    leading = running is None or running.kind == "lead"
    place = home if running is None else running.target
    minutes = max(1, math.ceil(seconds / 60))
    said = sentence(BUSY_LEADING if leading else BUSY_RETURNING, place, minutes=minutes)
    return Refused("robot_busy", said.vi, said.en, math.ceil(seconds))


def seconds_left(mission: Mission, state: RobotState, home: Pose, policy: Policy) -> float:
    """About how long until the robot stands at home again, ready for the next visitor."""
    there = mission.target.pose
    first = there if mission.fetch is None else mission.fetch.pose
    to_go = state.remaining
    if to_go is None:
        to_go = 0.0 if state.pose is None else DETOUR * _far(state.pose, first)
    seconds = to_go / policy.speed(mission.pace)
    if mission.fetch is not None:
        seconds = to_go / policy.max_speed + seconds_to_lead(first, there, policy)
    if mission.kind == "lead":
        seconds += (policy.return_after or 0.0) + seconds_to_lead(home, there, policy)
    return seconds


def seconds_to_lead(home: Pose, there: Pose, policy: Policy) -> float:
    """About how long one way between home and a place takes."""
    return DETOUR * _far(home, there) / policy.max_speed + 2 * policy.announce_seconds


def _far(a: Pose, b: Pose) -> float:
    return math.dist((a.x, a.y), (b.x, b.y))
