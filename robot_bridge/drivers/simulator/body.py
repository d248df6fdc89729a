"""The simulated body: it follows one errand at a time and stops before what is in its way.

It moves in steps of `STEP` seconds that are worked out up to *now* whenever somebody looks or
commands, so that a late wake-up never changes where it drives. While it stands still nothing runs.
"""

import asyncio
import math
from dataclasses import dataclass
from typing import Literal, Protocol

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
from robot_bridge.drivers.simulator.surroundings import Ahead, Surroundings
from robot_bridge.drivers.simulator.world import ROBOT_RADIUS, Thing, World
from robot_bridge.planner import Point

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
STAND_OFF = 1.0
"""Seconds before another robot until it goes round it; people are waited for."""
PARTED = 2.0
"""Seconds until it looks for a way round another robot again."""


class WayRound(Protocol):
    """Finds a way to a point that keeps clear of what is in sight; None: there is none now."""

    def __call__(self, goal: Point, *, keeping_right: bool) -> list[Point] | None: ...


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
    turn_out_at: float | None = None
    """When it looks for a way round the robot that it stands before."""
    turned_out: int = 0
    """How often it has done so."""


class Body:
    """Where the robot is, how it moves, and its battery. Others see it as a round thing."""

    kind: Literal["robot"] = "robot"
    radius = ROBOT_RADIUS

    def __init__(
        self,
        robot_id: str,
        home: Pose,
        limits: Limits,
        *,
        world: World,
        clock: Clock,
        out: EventStream,
        way_round: WayRound,
    ) -> None:
        self._id = robot_id
        self._world = world
        self._way_round = way_round
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
        self.slip = 0.0
        """Share of the wheels' motion that is lost, 0 to 1."""
        self.odometer = 0.0
        """Metres driven since it was built."""
        self.surroundings = Surroundings(world, robot_id)
        self._clock = clock
        self._out = out
        self._emergency = False
        self._wake = asyncio.Event()

    @property
    def robot_id(self) -> str:
        return self._id

    @property
    def x(self) -> float:
        return self.motion.x

    @property
    def y(self) -> float:
        return self.motion.y

    @property
    def speed(self) -> float:
        """Metres a second over the ground."""
        return abs(self.motion.speed) * (1 - self.slip)

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
        began = self.time
        while self.errand is not None or not self.motion.still:
            if self.time + STEP > now + 1e-9:
                if self.time > began:
                    self._world.judge(self._id)
                return
            self.time += STEP
            self.battery.pass_time(STEP, driving=True, charging=False)
            self._step()
        if self.time > began:
            self._world.judge(self._id)
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
            if self._emergency or self._somebody_before_it():
                self._move(brake(self.motion, self.limits, STEP))
            else:
                self._move(step(self.motion, 0.0, 0.0, self.limits, STEP))
            self._settle(emergency=False)
            return
        self.surroundings.look(self.time, self.motion)
        command = errand.follower.command(self.motion, self.ceiling)
        if command.done:
            errand.there += STEP
            if not errand.docking or errand.there >= CONTACT:
                self._arrive(errand)
            return
        ahead = self._ahead(errand, command)
        speed = self._safe_speed(errand, command, ahead)
        turn = command.turn * speed / command.speed if command.speed > 0 else command.turn
        if ahead.free < self._stopping():
            self._move(brake(self.motion, self.limits, STEP))
        else:
            self._move(step(self.motion, speed, turn, self.limits, STEP))
        blocked = command.speed > 0 and speed <= 0
        self._tell(errand, blocked=blocked)
        self._turn_out(errand, ahead.by if blocked else None)
        if self.battery.level <= 0:
            self.end(FailureCode.BATTERY_LOW, "the battery is empty", emergency=True)

    def _move(self, motion: Motion) -> None:
        """Be where the wheels have carried it, less what they slipped."""
        if self.slip > 0:
            kept, before = 1 - self.slip, self.motion
            x = before.x + kept * (motion.x - before.x)
            y = before.y + kept * (motion.y - before.y)
            motion = Motion(x, y, motion.theta, motion.speed, motion.turn)
        self.odometer += math.hypot(motion.x - self.motion.x, motion.y - self.motion.y)
        self.motion = motion

    def _stopping(self) -> float:
        """Metres that braking comfortably takes."""
        return self.motion.speed**2 / (2 * self.limits.braking)

    def _ahead(self, errand: Errand, command: Command) -> Ahead:
        if command.speed <= 0:
            return Ahead()
        look = self._stopping() + KEEP_OFF + 0.3
        body = (self.motion.x, self.motion.y)
        return self.surroundings.free_along(errand.follower.points(look, LOOK_STEP), body, ROOM)

    def _somebody_before_it(self) -> bool:
        """Whether it would come too near to something while it rolls to a stand."""
        self.surroundings.look(self.time, self.motion)
        reach, motion = self._stopping() + LOOK_STEP, self.motion
        return self.surroundings.hits(motion, motion.turn, self.limits.radius, reach, walls=False)

    def _safe_speed(self, errand: Errand, command: Command, ahead: Ahead) -> float:
        """The wanted speed, less where somebody is near, 0 where the way is not free."""
        if command.speed <= 0:
            return 0.0
        motion, limits = self.motion, self.limits
        speed = min(command.speed, math.sqrt(limits.braking * max(0.0, ahead.free - KEEP_OFF)))
        if self.surroundings.obstacle_gap(motion.x, motion.y) < NEAR_PEOPLE:
            speed = min(speed, NEAR_SPEED)
        reach = min(self._stopping() + LOOK_STEP, errand.follower.remaining + LOOK_STEP)
        if self.surroundings.hits(
            motion, command.turn, limits.radius, reach, walls=not errand.docking
        ):
            return 0.0
        return speed if speed > 0.03 else 0.0

    def _turn_out(self, errand: Errand, by: Thing | None) -> None:
        """Two robots that stand before each other: each goes round the other on its right.

        When that does not part them, the one whose name comes first tries again more often, so
        that it meets a robot that stands.
        """
        if by is None or by.kind != "robot":
            errand.turn_out_at = None
        elif errand.turn_out_at is None:
            errand.turn_out_at = self.time + STAND_OFF
        elif self.time >= errand.turn_out_at:
            first = self._id <= str(getattr(by, "robot_id", ""))
            errand.turn_out_at = self.time + (PARTED if first else 4 * PARTED)
            way = self._way_round(errand.follower.goal, keeping_right=errand.turned_out == 0)
            if way is not None:
                errand.turned_out += 1
                errand.follower = Follower(way, errand.follower.theta, self.limits)

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
