"""The simulated body: it follows one errand at a time and stops before what is in its way.

It moves in steps of `STEP` seconds that are worked out up to *now* whenever somebody looks or
commands, so that a late wake-up never changes where it drives. While it stands still nothing runs.
"""

import asyncio
import math
from dataclasses import dataclass

from robot_bridge.clock import Clock
from robot_bridge.driver import (
    Accepted,
    Arrived,
    EventStream,
    Failed,
    FailureCode,
    Obstructed,
    Pose,
    Progress,
)
from robot_bridge.drivers.simulator.battery import Battery
from robot_bridge.drivers.simulator.follower import Command, Follower
from robot_bridge.drivers.simulator.kinematics import Limits, Motion, brake, step
from robot_bridge.drivers.simulator.surroundings import STEP as LOOK_STEP
from robot_bridge.drivers.simulator.surroundings import Surroundings

STEP = 0.02
"""Seconds of one step of the body and its controller."""
TICK = 0.05
"""Seconds between two wake-ups while it moves."""
ROOM = 0.28
"""Metres between the body's centre and an obstacle below which it does not pass."""
KEEP_OFF = 0.2
"""Metres of way at which it stands still before such a place."""
NEAR_PEOPLE = 1.0
"""Metres to somebody below which it goes at most `NEAR_SPEED`."""
NEAR_SPEED = 0.3
CONTACT = 2.0
"""Seconds until the charger's contacts have closed."""
TELL_EVERY = 0.5
"""Seconds between two progress events."""


@dataclass(slots=True)
class Errand:
    """A goal on its way."""

    goal_id: str
    follower: Follower
    docking: bool = False
    blocked: bool = False
    told_at: float = -math.inf
    there: float = 0.0
    """Seconds since it stands at the goal."""


class Body:
    """Where the robot is, how it moves, and its battery."""

    def __init__(
        self, home: Pose, limits: Limits, surroundings: Surroundings, clock: Clock, out: EventStream
    ) -> None:
        self.limits = limits
        self.ceiling = limits.speed
        self.motion = Motion(home.x, home.y, home.theta)
        self.battery = Battery()
        self.docked = False
        self.errand: Errand | None = None
        self.time = clock.monotonic()
        self.still = asyncio.Event()
        """Set while the body stands and has nothing to do."""
        self.still.set()
        self._surroundings = surroundings
        self._clock = clock
        self._out = out
        self._emergency = False
        self._wake = asyncio.Event()

    def begin(self, goal_id: str, path: list[tuple[float, float]], theta: float) -> Errand:
        """Follow a path; an errand that runs ends as pre-empted."""
        self.end(FailureCode.PREEMPTED, "a new goal")
        self._emergency = False
        self.errand = Errand(goal_id, Follower(path, theta, self.limits))
        self.still.clear()
        self._out.publish(Accepted(goal_id))
        self._wake.set()
        return self.errand

    def end(self, code: FailureCode, text: str, *, emergency: bool = False) -> None:
        """Give the errand up and brake."""
        errand, self.errand = self.errand, None
        if errand is not None:
            self._out.publish(Failed(errand.goal_id, code, text))
        self._settle(emergency)

    def halt(self) -> Errand | None:
        """Brake as hard as possible; returns the errand that ended by it."""
        errand, self.errand = self.errand, None
        self._settle(emergency=True)
        return errand

    def freeze(self) -> None:
        """Stand at once: the simulation is over."""
        self.errand = None
        self.motion = Motion(self.motion.x, self.motion.y, self.motion.theta)
        self._settle(emergency=False)

    async def run(self) -> None:
        """Keep the body moving; sleeps while it stands."""
        while True:
            self.catch_up()
            if self.errand is None and self.motion.still:
                self._wake.clear()
                await self._wake.wait()
            else:
                await self._clock.sleep(TICK)

    def catch_up(self) -> None:
        """Work out everything up to now."""
        now = self._clock.monotonic()
        while self.errand is not None or not self.motion.still:
            if self.time + STEP > now + 1e-9:
                return
            self.time += STEP
            self.battery.pass_time(STEP, driving=True, charging=False)
            self._step()
        self.battery.pass_time(max(0.0, now - self.time), driving=False, charging=self.docked)
        self.time = max(self.time, now)

    def _settle(self, emergency: bool) -> None:
        if self.motion.still:
            self._emergency = False
            self.still.set()
        else:
            self._emergency = self._emergency or emergency
            self._wake.set()

    def _step(self) -> None:
        errand = self.errand
        if errand is None:
            if self._emergency:
                self.motion = brake(self.motion, self.limits, STEP)
            else:
                self.motion = step(self.motion, 0.0, 0.0, self.limits, STEP)
            self._settle(emergency=False)
            return
        command = errand.follower.command(self.motion, self.ceiling)
        if command.done:
            errand.there += STEP
            if not errand.docking or errand.there >= CONTACT:
                self._arrive(errand)
            return
        speed = self._safe_speed(errand, command)
        turn = command.turn * speed / command.speed if command.speed > 0 else command.turn
        self.motion = step(self.motion, speed, turn, self.limits, STEP)
        self._tell(errand, blocked=command.speed > 0 and speed <= 0)
        if self.battery.level <= 0:
            self.end(FailureCode.BATTERY_LOW, "the battery is empty", emergency=True)

    def _safe_speed(self, errand: Errand, command: Command) -> float:
        """The wanted speed, less where somebody is near, 0 where the way is not free."""
        if command.speed <= 0:
            return 0.0
        motion, limits = self.motion, self.limits
        stopping = motion.speed**2 / (2 * limits.braking)
        look = stopping + KEEP_OFF + 0.3
        body = (motion.x, motion.y)
        free = self._surroundings.free_along(errand.follower.points(look, LOOK_STEP), body, ROOM)
        speed = min(command.speed, math.sqrt(limits.braking * max(0.0, free - KEEP_OFF)))
        if self._surroundings.obstacle_gap(*body) < NEAR_PEOPLE:
            speed = min(speed, NEAR_SPEED)
        reach = min(stopping + LOOK_STEP, errand.follower.remaining + LOOK_STEP)
        if not errand.docking and self._surroundings.hits_wall(
            motion, command.turn, limits.radius, reach
        ):
            return 0.0
        return speed if speed > 0.03 else 0.0

    def _tell(self, errand: Errand, *, blocked: bool) -> None:
        if blocked != errand.blocked:
            errand.blocked = blocked
            self._out.publish(Obstructed(errand.goal_id, blocked))
        if self.time - errand.told_at >= TELL_EVERY:
            errand.told_at = self.time
            self._out.publish(Progress(errand.goal_id, errand.follower.remaining))

    def _arrive(self, errand: Errand) -> None:
        self.errand = None
        self.docked = errand.docking
        self.motion = Motion(self.motion.x, self.motion.y, self.motion.theta)
        self._out.publish(Arrived(errand.goal_id))
        self._settle(emergency=False)
