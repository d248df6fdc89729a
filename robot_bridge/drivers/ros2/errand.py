"""One goal of an action under way: sent once, then looked at with every message and every tick."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_bridge.driver import (
    Accepted,
    Arrived,
    DriverActivity,
    DriverEvent,
    Failed,
    FailureCode,
    Goal,
    Obstructed,
    Progress,
)
from robot_bridge.drivers.ros2 import operations
from robot_bridge.drivers.ros2.endings import failure_of
from robot_bridge.drivers.ros2.options import Options
from robot_bridge.drivers.ros2.readings import Outcome, read_feedback
from robot_bridge.drivers.ros2.robot import Robot

ACCEPT_SECONDS = 3.0
"""Without a word of a goal. No server says that it has been taken; feedback is the first sign."""
MUTE_SECONDS = 5.0
"""Without feedback of a goal that gave some."""
PROGRESS = 0.2
"""Metres that count as getting on."""
STUCK_SECONDS = 20.0
"""Without getting on, until something must stand in the way."""
GIVE_UP_SECONDS = 60.0
"""Without getting on at all, when nobody above has lost patience before."""
PREEMPTED_SECONDS = 0.5
"""To see whether a robot whose goal was aborted goes on for somebody else."""
MANOEUVRE_SECONDS = 120.0
"""For docking or undocking."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at one instant."""

    now: float
    robot: Robot


class Errand(ABC):
    """What driving, docking and undocking have in common."""

    activity: DriverActivity = "moving"

    def __init__(self, goal_id: str, action: str, kind: str, args: Mapping[str, Any]) -> None:
        self.goal_id = goal_id
        self.action = action
        self._operation = operations.send_goal(goal_id, action, kind, args)
        self.sent_at: float | None = None
        self.accepted = False
        self.outcome: Outcome | None = None
        self._ended_at = 0.0
        self._heard_at = 0.0
        self.blocked = False
        self.remaining: float | None = None
        self.path: tuple[tuple[float, float], ...] = ()

    def begin(self, now: float) -> Mapping[str, Any]:
        """What is to be sent."""
        self.sent_at = self._heard_at = now
        return self._operation

    def hear_feedback(self, values: Any, now: float) -> None:
        self._heard_at = now

    def hear_end(self, outcome: Outcome, now: float) -> None:
        self.outcome, self._ended_at = outcome, now

    def look(self, look: Look) -> list[DriverEvent]:
        """What has happened; ends with Arrived or Failed when the errand is over."""
        if self.sent_at is None:
            return []
        events: list[DriverEvent] = []
        heard = self._heard_at > self.sent_at or self._takes_it_for_granted
        if not self.accepted and (heard or (self.outcome and not self.outcome.refused)):
            self.accepted = True
            events.append(Accepted(self.goal_id))
        if self.outcome is not None:
            return events + self._finish(self.outcome, look)
        if not self.accepted and look.now - self.sent_at >= ACCEPT_SECONDS:
            return [self._failed(FailureCode.TIMEOUT, "the robot has not taken the goal")]
        return events + self._carry_on(look)

    @property
    def _takes_it_for_granted(self) -> bool:
        """An action without feedback says nothing until it has ended."""
        return False

    @abstractmethod
    def _finish(self, outcome: Outcome, look: Look) -> list[DriverEvent]:
        """The goal has ended."""

    @abstractmethod
    def _carry_on(self, look: Look) -> list[DriverEvent]:
        """The goal runs."""

    def _failed(self, code: FailureCode, text: str) -> Failed:
        return Failed(self.goal_id, code, text)


class Drive(Errand):
    """Nav2's NavigateToPose."""

    def __init__(self, goal: Goal, options: Options, path: tuple[tuple[float, float], ...]) -> None:
        args = operations.navigate(goal.pose, options.frame, options.behavior_tree)
        super().__init__(goal.id, options.navigate_action, options.navigate_type, args)
        self._goal = goal
        self._told: float | None = None
        self._best = math.inf
        self._got_on_at = 0.0
        self._progress: float | None = None
        self.path = path

    def begin(self, now: float) -> Mapping[str, Any]:
        self._got_on_at = now
        return super().begin(now)

    def hear_feedback(self, values: Any, now: float) -> None:
        super().hear_feedback(values, now)
        self._told = read_feedback(values).remaining

    def _finish(self, outcome: Outcome, look: Look) -> list[DriverEvent]:
        if outcome.ending == "succeeded":
            return [Arrived(self.goal_id)]
        code, text = failure_of(outcome, docking=False)
        if outcome.ending == "aborted" and code is FailureCode.INTERNAL and not outcome.code:
            # A robot that another client has sent elsewhere ends our goal like this.
            if look.now - self._ended_at < PREEMPTED_SECONDS:
                return []
            if look.robot.busy_with(self.action) or look.robot.speed > 0.1:
                return [self._failed(FailureCode.PREEMPTED, "another client has sent it elsewhere")]
        return [self._failed(code, text)]

    def _carry_on(self, look: Look) -> list[DriverEvent]:
        now, events = look.now, list[DriverEvent]()
        if self.accepted and now - self._heard_at >= MUTE_SECONDS:
            return [self._failed(FailureCode.TIMEOUT, "nothing is heard of the goal any more")]
        self._measure(look)
        if self.remaining is not None:
            if self.remaining <= self._best - PROGRESS or look.robot.field_violation:
                self._best, self._got_on_at = self.remaining, now
            if self._progress is None or abs(self._progress - self.remaining) >= 0.05:
                self._progress = self.remaining
                events.append(Progress(self.goal_id, self.remaining))
        stuck = now - self._got_on_at
        if stuck >= GIVE_UP_SECONDS:
            return [self._failed(FailureCode.BLOCKED, f"has not got on for {stuck:.0f} s")]
        blocked = look.robot.field_violation or stuck >= STUCK_SECONDS
        if blocked != self.blocked:
            self.blocked = blocked
            events.append(Obstructed(self.goal_id, blocked))
        return events

    def _measure(self, look: Look) -> None:
        """Nav2 says 0 until it has a path: never less than the straight line."""
        here = look.robot.place.position
        if here is None:
            return
        straight = math.dist((here.x, here.y), (self._goal.pose.x, self._goal.pose.y))
        self.remaining = max(straight, self._told or 0.0)


class Manoeuvre(Errand):
    """Nav2's DockRobot or UndockRobot. Docked is who charges, whatever the action answers: it
    says ``success`` also when it has given up."""

    def __init__(
        self,
        goal_id: str,
        options: Options,
        action: str,
        args: Mapping[str, Any],
        *,
        docking: bool,
    ) -> None:
        kind = f"nav2_msgs/action/{'DockRobot' if docking else 'UndockRobot'}"
        super().__init__(goal_id, action, kind, args)
        self.activity = "docking" if docking else "undocking"
        self._docking = docking
        self._patience = options.charge_seconds

    @property
    def _takes_it_for_granted(self) -> bool:
        return not self._docking  # UndockRobot has no feedback

    def _finish(self, outcome: Outcome, look: Look) -> list[DriverEvent]:
        if outcome.ending != "succeeded":
            code, text = failure_of(outcome, docking=True)
            return [self._failed(code, text)]
        if look.robot.charging == self._docking:
            return [Arrived(self.goal_id)]
        if look.now - self._ended_at < self._patience:
            return []
        text = "it does not charge" if self._docking else "it still charges"
        return [self._failed(FailureCode.DOCKING_FAILED, text)]

    def _carry_on(self, look: Look) -> list[DriverEvent]:
        if self.sent_at is not None and look.now - self.sent_at >= MANOEUVRE_SECONDS:
            return [self._failed(FailureCode.DOCKING_FAILED, "it takes too long")]
        return []
