"""What the robot is told and when: decided in `Pilot.look`, with every message and every tick.

Commands only change what is wanted, so a stop never waits for anything. Nothing here waits.
"""

import math
from collections.abc import Mapping
from typing import Any

import structlog

from robot_bridge.driver import (
    Arrived,
    DriverConfig,
    DriverError,
    DriverEvent,
    EventStream,
    Failed,
    FailureCode,
    LinkBack,
    LinkError,
    LinkLost,
    SafetyChanged,
    Stopped,
)
from robot_bridge.drivers.ros2.connection import Connection
from robot_bridge.drivers.ros2.errand import Errand, Look
from robot_bridge.drivers.ros2.halt import Halt
from robot_bridge.drivers.ros2.options import Options
from robot_bridge.drivers.ros2.readings import Outcome, read_outcome, text_of
from robot_bridge.drivers.ros2.robot import Robot

TICK = 0.25
"""Seconds between two looks when no message comes."""
REOPEN_AFTER = 5.0
"""Seconds of silence on an open connection, until it is opened anew."""
LET_GO_SECONDS = 5.0
"""For a robot to let go of its last goal before the next one."""
LIMIT_EVERY = 2.0
"""Seconds after which the speed limit is told again while it drives: topics lose messages."""
RUNAWAY = 0.1
"""Metres a second at which a robot that was stopped must not be seen."""

log = structlog.get_logger(__name__)


class Pilot:
    """The goal under way, the goals being ended, and whether the robot is there."""

    def __init__(
        self,
        config: DriverConfig,
        options: Options,
        connection: Connection,
        robot: Robot,
        stream: EventStream,
    ) -> None:
        self._name = config.robot_id
        self._options = options
        self._connection = connection
        self._robot = robot
        self._stream = stream
        self._now = config.clock.monotonic
        self._safety = (False, False)
        self._wanted_at = self._limited_at = self._lost_at = -math.inf
        self.limit = config.max_speed
        """Metres a second."""
        self.errand: Errand | None = None
        self.halt: Halt | None = None
        self.held = False
        """Stopped, until somebody resumes."""
        self.present = False
        """The robot is there; said to those above."""

    # --- what is heard ---

    def hear(self, operation: Mapping[str, Any]) -> None:
        """Something about a goal; of any but the one under way it is only noted."""
        errand, now = self.errand, self._now()
        goal_id, about = operation.get("id"), operation.get("op")
        if errand is not None and errand.sent_at is not None and goal_id == errand.goal_id:
            if about == "action_feedback":
                errand.hear_feedback(operation.get("values"), now)
            elif about == "action_result":
                outcome = read_outcome(operation)
                if outcome is not None:
                    log.info("goal result", robot=self._name, goal=goal_id, outcome=str(outcome))
                    errand.hear_end(outcome, now)
            elif not errand.accepted:
                text = text_of(operation.get("msg"))
                errand.hear_end(Outcome("unknown", 0, text, refused=True), now)
        elif about == "action_result" and self.halt is not None and self.halt.hear_end(goal_id):
            log.info("goal let go", robot=self._name, goal=goal_id)
        elif about == "action_result":
            log.info("late answer dropped", robot=self._name, goal=text_of(goal_id, 60))

    def look(self) -> None:
        """Decide what is due."""
        now, robot = self._now(), self._robot
        if not self._connection.ready:
            return
        try:
            if not robot.fresh(now, self._options.stale_after):
                self.lose("nothing comes from the robot")
                if now - max(self._lost_at, robot.state_at or -math.inf) >= REOPEN_AFTER:
                    self._connection.drop()
                return
            self.find()
            self._tell_safety()
            self._end_goals(now)
            self._carry_on(now)
        except LinkError as error:
            self.lose(str(error))

    # --- the link ---

    def lose(self, reason: str) -> None:
        """The link, or the robot at its end, is not there any more."""
        if self.present:
            self.present = False
            self._lost_at = self._now()
            log.warning("robot lost", robot=self._name, reason=reason)
            self._stream.publish(LinkLost(reason))
        if self.errand is not None:
            self.cancel_all(self.end(FailureCode.LINK_LOST, reason))
        if not self._connection.can_stop:
            self.halt = None

    def find(self) -> None:
        """The robot is there (again): nothing that it still does is wanted."""
        if not self.present:
            self.present = True
            self.cancel_all()
            log.info("robot found", robot=self._name)
            self._stream.publish(LinkBack())

    # --- what is wanted ---

    def begin(self, errand: Errand) -> None:
        """Take a new goal on, in place of what runs."""
        if self.errand is not None:
            self.cancel_all(self.end(FailureCode.PREEMPTED, "replaced"))
        self.errand, self._wanted_at = errand, self._now()
        self.look()

    def end(self, code: FailureCode, text: str) -> Errand | None:
        """The goal that runs has failed. What was sent is for `cancel_all` to end."""
        errand, self.errand = self.errand, None
        if errand is not None:
            log.info("goal ended", robot=self._name, goal=errand.goal_id, code=code, text=text)
            self._stream.publish(Failed(errand.goal_id, code, text))
        return errand

    def stop(self, reason: str) -> Halt | None:
        """Hold, and end whatever the robot does; what tells when it rests."""
        self.held = True
        errand, self.errand = self.errand, None
        if errand is not None or not self._robot.still(self._now()):
            self._stream.publish(Stopped(errand.goal_id if errand else None, reason))
        self.cancel_all(errand)
        return self.halt

    def cancel_all(self, errand: Errand | None = None) -> None:
        """Make the robot let go of whatever it does, first of ``errand``.

        Without a link it is done on its return.
        """
        now = self._now()
        try:
            if self.halt is None or (errand is not None and errand.sent_at is not None):
                self.halt = Halt(self._connection, errand, self._robot, now)
            else:
                self.halt.send(now)
        except LinkError as error:
            log.warning("cancel not sent", robot=self._name, reason=str(error))

    def require_ready(self) -> None:
        """Raises `DriverError` for a robot that may not move."""
        self.look()
        robot, now = self._robot, self._now()
        linked = self._connection.ready and self._connection.up
        for wrong, code, text in (
            (not linked, FailureCode.LINK_LOST, "not connected"),
            (
                not robot.fresh(now, self._options.stale_after),
                FailureCode.LINK_LOST,
                "nothing comes from the robot",
            ),
            (self.held, FailureCode.REJECTED, "stopped: resume first"),
            (robot.e_stop, FailureCode.ESTOP, "the emergency stop is pressed, or not known"),
            (robot.manual, FailureCode.MANUAL_MODE, "driven by hand"),
            (not robot.manual_known, FailureCode.MANUAL_MODE, "its mode is not known"),
            (not robot.place.localised(now), FailureCode.NOT_LOCALISED, robot.place.trouble(now)),
        ):
            if wrong:
                raise DriverError(code, text)

    # --- carrying on ---

    def _end_goals(self, now: float) -> None:
        halt = self.halt
        if halt is not None and halt.look(self._robot, now):
            self._let_go(halt)
        elif halt is None and self.held and self._robot.speed > RUNAWAY:
            log.error("moves although stopped", robot=self._name, speed=self._robot.speed)
            self.cancel_all()

    def _let_go(self, halt: Halt) -> None:
        """The past is over. A goal that never told its end may block the socket it came by."""
        self.halt = None
        if halt.unheard:
            self._connection.renew("work")

    def _carry_on(self, now: float) -> None:
        errand, robot = self.errand, self._robot
        if errand is None:
            return
        failed = self._danger(errand, now)
        if failed is not None:
            self._tell(failed)
            return
        if errand.sent_at is None:
            self._send(errand, now)
        elif now - self._limited_at >= LIMIT_EVERY:
            self.tell_limit()
        for event in errand.look(Look(now, robot)):
            self._tell(event)

    def _send(self, errand: Errand, now: float) -> None:
        if self.halt is not None and self.halt.released(now):
            self._let_go(self.halt)
        if self.halt is not None or self._connection.renewing:
            if now - self._wanted_at >= LET_GO_SECONDS:
                text = "the robot does not let go of its last goal"
                self._tell(Failed(errand.goal_id, FailureCode.TIMEOUT, text))
            return
        self.tell_limit()
        log.info("goal sent", robot=self._name, goal=errand.goal_id, action=errand.action)
        self._connection.send_goal(errand.begin(now))

    def tell_limit(self) -> None:
        """Tell the robot how fast it may be. Raises `LinkError`."""
        self._limited_at = self._now()
        self._connection.say_limit(self.limit)

    def _danger(self, errand: Errand, now: float) -> Failed | None:
        """Why no robot may go on with anything."""
        robot = self._robot
        for wrong, code, text in (
            (robot.e_stop, FailureCode.ESTOP, "emergency stop"),
            (robot.manual, FailureCode.MANUAL_MODE, "driven by hand"),
            (not robot.place.localised(now), FailureCode.NOT_LOCALISED, robot.place.trouble(now)),
        ):
            if wrong:
                return Failed(errand.goal_id, code, text)
        return None

    def _tell(self, event: DriverEvent) -> None:
        if isinstance(event, Failed):
            errand = self.end(event.code, event.text)
            if errand is not None and errand.sent_at is not None and errand.outcome is None:
                self.cancel_all(errand)
            return
        if isinstance(event, Arrived):
            self.errand = None
        self._stream.publish(event)

    def _tell_safety(self) -> None:
        safety = (self._robot.e_stop, self._robot.field_violation)
        if safety != self._safety:
            self._safety = safety
            self._stream.publish(SafetyChanged(*safety))
