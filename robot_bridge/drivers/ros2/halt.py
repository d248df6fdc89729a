"""Ending every goal of a robot, and knowing when it has come to rest.

Sent again until the robot stands: an answer proves nothing, a pose that does not change does.
"""

from collections.abc import Sequence

from robot_bridge.driver import LinkError
from robot_bridge.drivers.ros2 import operations
from robot_bridge.drivers.ros2.calls import Call
from robot_bridge.drivers.ros2.connection import Connection
from robot_bridge.drivers.ros2.errand import Errand
from robot_bridge.drivers.ros2.readings import number, part
from robot_bridge.drivers.ros2.robot import Robot

AGAIN_AFTER = 1.0
"""Seconds until what had no effect is repeated."""
REST_SECONDS = 1.0
"""Standing for so long counts, whoever has answered."""
RESULT_SECONDS = 1.0
"""After the answer, for the goal to end; a goal that was never taken never ends."""
MOST = 30
"""Repetitions: then a person has to look."""


class Halt:
    """One wish that the robot lets go of everything and stands."""

    def __init__(
        self, connection: Connection, errand: Errand | None, robot: Robot, now: float
    ) -> None:
        """``errand``: the goal that runs. Raises `LinkError` when nothing can be sent."""
        self._connection = connection
        runs = errand is not None and errand.sent_at is not None and errand.outcome is None
        self._goal = errand if runs else None
        self._calls: Sequence[Call] = ()
        self._began = now
        self._sent = 0
        self._sent_at = now
        self._answered_at: float | None = None
        self._first = self._reports = robot.reports
        self._rests_since: float | None = None
        self.rested = False
        """It stands, and has let go."""
        self.send(now)

    def send(self, now: float) -> None:
        """Ask (again). The goal itself first, then all of every action."""
        self._sent += 1
        self._sent_at = now
        if self._goal is not None:
            self._connection.send_control(
                operations.cancel_goal(self._goal.goal_id, self._goal.action)
            )
        self._calls = self._connection.cancel_all()
        self._answered_at = None
        self.rested = False

    def hear_end(self, goal_id: object) -> bool:
        """The result of a goal has come; whether it is the one that is being ended."""
        if self._goal is None or goal_id != self._goal.goal_id:
            return False
        self._goal = None
        return True

    def released(self, now: float) -> bool:
        """Nothing of the past will disturb a new goal."""
        if self._answered_at is None:
            return False
        return self._goal is None or now - self._answered_at >= RESULT_SECONDS

    @property
    def unheard(self) -> bool:
        """The goal has not told its end: perhaps nothing is read from the socket it came by."""
        return self._goal is not None

    @property
    def answer(self) -> str:
        """What is missing, in words."""
        if self._answered_at is None:
            return "the robot does not answer"
        codes = [number(part(call.values, "return_code")) for call in self._calls]
        return "the robot refuses to stop" if 1 in codes else "the robot still moves"

    def look(self, robot: Robot, now: float) -> bool:
        """Whether it is over; repeats the request when that is due. Raises `LinkError`."""
        if self._answered_at is None and all(call.answered for call in self._calls):
            self._answered_at, self._reports = now, robot.reports
        if not robot.still(now):
            self._rests_since = None
        elif self._rests_since is None:
            self._rests_since = now
        seen = min(robot.reports - self._reports, robot.still_reports)
        answered = self._answered_at is not None
        long = self._rests_since is not None and now - self._rests_since >= REST_SECONDS
        long = long and min(robot.reports - self._first, robot.still_reports) >= 2
        self.rested = (answered and seen >= 2) or long
        if self.rested and (self.released(now) or now - self._began >= 2 * RESULT_SECONDS):
            return True
        if now - self._sent_at >= AGAIN_AFTER and self._sent < MOST:
            if not answered:
                self._connection.renew("control")
            try:
                self.send(now)
            except LinkError:
                self._sent_at = now
                raise
        return False
