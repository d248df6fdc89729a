"""The simulated robot as a `RobotDriver`, with people in its way and faults to order."""

import asyncio
import math
from collections.abc import AsyncIterator

from robot_bridge.driver import (
    Accepted,
    Arrived,
    Capability,
    DriverActivity,
    DriverConfig,
    DriverError,
    DriverEvent,
    EventStream,
    FailureCode,
    Goal,
    LinkBack,
    LinkError,
    LinkLost,
    Pose,
    RobotState,
    SafetyChanged,
    Stopped,
    StopResult,
)
from robot_bridge.drivers.simulator.body import Body
from robot_bridge.drivers.simulator.kinematics import Limits
from robot_bridge.drivers.simulator.surroundings import Surroundings
from robot_bridge.planner import NoPath, Point, plan

CLEARANCE = 0.32
"""Metres that a planned path keeps from walls and people."""
SIGHT = 4.0
"""Metres that its scanner reaches."""
DOCK_REACH = 0.5
"""Metres from the dock within which it can connect to the charger."""


class SimulatedRobot:
    """A differential drive robot in the lobby map; stands at its home when it is built."""

    name = "simulator"
    stale_after = 2.0

    def __init__(self, config: DriverConfig, limits: Limits | None = None) -> None:
        self._config = config
        self._stream = EventStream()
        self._surroundings = Surroundings(config.lobby_map)
        limits = limits or Limits(speed=config.max_speed)
        self._body = Body(config.home, limits, self._surroundings, config.clock, self._stream)
        self._loop: asyncio.Task[None] | None = None
        self._linked = False
        self._reachable = self._localised = True
        self._held = self._e_stop = self._manual = False

    async def connect(self) -> None:
        if not self._reachable:
            raise LinkError("the simulated link is cut")
        self._linked = True
        if self._loop is None:
            self._loop = asyncio.create_task(self._body.run(), name=f"{self._config.robot_id} body")

    async def close(self) -> None:
        self._body.catch_up()
        self._body.end(FailureCode.CANCELED, "closed")
        self._body.freeze()
        self._linked = False
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
        self._stream.close()

    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.NAVIGATE, Capability.DOCK, Capability.SPEED_LIMIT})

    async def go_to(self, goal: Goal) -> None:
        self._require_ready()
        if self._body.docked:
            raise DriverError(FailureCode.REJECTED, "docked: undock first")
        here, there = self._here(), (goal.pose.x, goal.pose.y)
        try:
            path = self._plan(here, there)
        except NoPath as error:
            raise DriverError(FailureCode.UNREACHABLE, str(error)) from error
        self._body.begin(goal.id, path, goal.pose.theta)

    async def cancel(self, reason: str) -> None:
        self._body.catch_up()
        self._body.end(FailureCode.CANCELED, reason)

    async def stop(self, reason: str) -> StopResult:
        self._held = True
        self._body.catch_up()
        moving = not self._body.motion.still
        errand = self._body.halt()
        if errand is not None or moving:
            self._stream.publish(Stopped(errand.goal_id if errand else None, reason))
        if self._loop is not None:
            await self._body.still.wait()
        return StopResult(confirmed=self._body.motion.still)

    async def resume(self) -> None:
        self._held = False

    async def dock(self, goal_id: str) -> None:
        self._require_ready()
        dock = self._config.dock
        if dock is None:
            raise DriverError(FailureCode.UNSUPPORTED, "this robot has no dock")
        if self._body.docked:
            self._done(goal_id)
            return
        if math.dist(self._here(), (dock.x, dock.y)) > DOCK_REACH:
            raise DriverError(FailureCode.DOCKING_FAILED, "too far from the dock")
        errand = self._body.begin(goal_id, [self._here(), (dock.x, dock.y)], dock.theta)
        errand.docking = True

    async def undock(self, goal_id: str) -> None:
        self._require_ready()
        self._body.docked = False
        self._done(goal_id)

    async def say(self, text: str, language: str) -> None:
        raise DriverError(FailureCode.UNSUPPORTED, "the simulated robot has no loudspeaker")

    async def show(self, page: str) -> None:
        raise DriverError(FailureCode.UNSUPPORTED, "the simulated robot has no screen")

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        limit = self._config.max_speed if metres_per_second is None else metres_per_second
        if not (math.isfinite(limit) and limit > 0):
            raise ValueError("a speed limit is above 0 metres a second")
        self._body.catch_up()
        self._body.ceiling = min(limit, self._config.max_speed)

    def snapshot(self) -> RobotState:
        if not self._linked:
            return RobotState(link="lost")
        body = self._body
        body.catch_up()
        motion, errand, now = body.motion, body.errand, self._config.clock.monotonic()
        return RobotState(
            link="up",
            mode="manual" if self._manual else "automatic",
            pose=Pose(motion.x, motion.y, motion.theta, self._config.home.map),
            localised=self._localised,
            speed=abs(motion.speed),
            battery=body.battery.level,
            charging=body.docked,
            e_stop=self._e_stop,
            blocked=errand is not None and errand.blocked,
            activity=self._activity(),
            goal_id=errand.goal_id if errand else None,
            path=errand.follower.ahead() if errand else (),
            remaining=errand.follower.remaining if errand else None,
            state_at=now,
            pose_at=now,
            battery_at=now,
        )

    def events(self) -> AsyncIterator[DriverEvent]:
        return self._stream.read()

    # --- what only a simulation can do ---

    def add_obstacle(self, x: float, y: float, radius: float) -> int:
        """Put somebody or something into the lobby (metres); returns an id."""
        self._body.catch_up()
        return self._surroundings.add(x, y, radius)

    def remove_obstacle(self, obstacle: int) -> None:
        """Take it away again."""
        self._body.catch_up()
        self._surroundings.remove(obstacle)

    def press_e_stop(self) -> None:
        """As if somebody hit the red button on the robot's body."""
        self._e_stop = True
        self._fault(FailureCode.ESTOP, "emergency stop")
        self._stream.publish(SafetyChanged(e_stop=True, field_violation=False))

    def release_e_stop(self) -> None:
        """Somebody turns the red button back."""
        self._e_stop = False
        self._stream.publish(SafetyChanged(e_stop=False, field_violation=False))

    def set_manual(self, manual: bool) -> None:
        """Somebody takes the robot with its remote control, or gives it back."""
        self._manual = manual
        if manual:
            self._fault(FailureCode.MANUAL_MODE, "taken by hand")

    def set_localised(self, localised: bool) -> None:
        """The robot loses or finds its place on the map."""
        self._localised = localised
        if not localised:
            self._fault(FailureCode.NOT_LOCALISED, "lost its place")

    def set_battery(self, level: float) -> None:
        """0 to 1."""
        self._body.catch_up()
        self._body.battery.level = min(1.0, max(0.0, level))

    def cut_link(self) -> None:
        """The connection breaks; the robot's own dead man's switch brakes it."""
        self._reachable = self._linked = False
        self._fault(FailureCode.LINK_LOST, "link cut")
        self._stream.publish(LinkLost("link cut"))

    def restore_link(self) -> None:
        """The connection comes back; nothing is resumed."""
        self._reachable = self._linked = True
        self._stream.publish(LinkBack())

    def _require_ready(self) -> None:
        self._body.catch_up()
        for wrong, code, text in (
            (not self._linked, FailureCode.LINK_LOST, "not connected"),
            (self._held, FailureCode.REJECTED, "stopped: resume first"),
            (self._e_stop, FailureCode.ESTOP, "the emergency stop is pressed"),
            (self._manual, FailureCode.MANUAL_MODE, "driven by hand"),
            (not self._localised, FailureCode.NOT_LOCALISED, "does not know where it is"),
            (self._body.battery.level <= 0, FailureCode.BATTERY_LOW, "the battery is empty"),
        ):
            if wrong:
                raise DriverError(code, text)

    def _plan(self, start: Point, goal: Point) -> list[Point]:
        lobby = self._config.lobby_map
        seen = self._surroundings.visible(*start, SIGHT)
        try:
            return plan(lobby, start, goal, clearance=CLEARANCE, obstacles=seen)
        except NoPath:
            if not seen:
                raise
            # What stands in the way may walk on: take the way as if it had, and wait before it.
            return plan(lobby, start, goal, clearance=CLEARANCE)

    def _activity(self) -> DriverActivity:
        if self._body.errand is not None:
            return "docking" if self._body.errand.docking else "moving"
        if not self._body.motion.still:
            return "moving"
        return "docked" if self._body.docked else "idle"

    def _here(self) -> Point:
        return self._body.motion.x, self._body.motion.y

    def _fault(self, code: FailureCode, text: str) -> None:
        self._body.catch_up()
        self._body.end(code, text, emergency=True)

    def _done(self, goal_id: str) -> None:
        self._stream.publish(Accepted(goal_id))
        self._stream.publish(Arrived(goal_id))
