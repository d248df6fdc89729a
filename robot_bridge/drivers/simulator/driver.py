"""The simulated robot as a `RobotDriver`, with people in its way and faults to order."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

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
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.drivers.simulator.strolling import stroll
from robot_bridge.drivers.simulator.world import Thing, World, circles, world_of
from robot_bridge.planner import NoPath, Obstacle, Point, plan

CLEARANCE = 0.32
"""Metres that a planned path keeps from walls and people."""
GIVE_WAY = 0.25
"""Metres that another robot is taken to stand farther to the left: two that meet keep right."""
DOCK_REACH = 0.5
"""Metres from the dock within which it can connect to the charger."""


class SimulatedRobot:
    """A differential drive robot in the lobby map; stands at its home when it is built."""

    name = "simulator"
    stale_after = 2.0

    def __init__(
        self,
        config: DriverConfig,
        limits: Limits | None = None,
        world: World | None = None,
        *,
        people: int = 0,
    ) -> None:
        self._config = config
        self._stream = EventStream()
        self.world = world or world_of(config.lobby_map, config.clock)
        """Shared with the other simulated robots of the fleet."""
        self._body = Body(
            config.robot_id,
            config.home,
            limits or Limits(speed=config.max_speed),
            world=self.world,
            clock=config.clock,
            out=self._stream,
            way_round=self._way_round,
        )
        self.world.enter(config.robot_id, self._body)
        self._people = people
        self._strolling: list[asyncio.Task[None]] = []
        self._loop: asyncio.Task[None] | None = None
        self._linked = False
        self._reachable = self._localised = True
        self._held = self._e_stop = self._manual = False

    async def connect(self) -> None:
        if not self._reachable:
            raise LinkError("the simulated link is cut")
        self._linked = True
        self.world.enter(self._config.robot_id, self._body)
        self.world.open()
        if self._loop is None:
            self._loop = asyncio.create_task(self._body.run(), name=f"{self._config.robot_id} body")
            self._strolling = [
                asyncio.create_task(stroll(self.world, self._config.clock, number))
                for number in range(self._people)
            ]

    async def close(self) -> None:
        self._body.catch_up()
        self._body.end(FailureCode.CANCELED, "closed")
        self._body.freeze()
        self._linked = False
        loop, self._loop = self._loop, None
        if loop is not None:
            tasks = [loop, *self._strolling]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.world.leave(self._config.robot_id, self._body)
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
            speed=body.speed,
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
        return self.world.put(x, y, radius)

    def remove_obstacle(self, obstacle: int) -> None:
        """Take it away again."""
        self._body.catch_up()
        self.world.take(obstacle)

    def people(self) -> list[Walker]:
        """Who is on foot in its lobby; for maps."""
        return self.world.people()

    def scan(self) -> list[float]:
        """What its scanner measures now: metres, a beam a degree, from ahead to the left."""
        self._body.catch_up()
        motion = self._body.motion
        others = circles(self.world.others(self._config.robot_id))
        return [float(r) for r in self.world.lidar.scan(motion.x, motion.y, motion.theta, others)]

    @property
    def odometer(self) -> float:
        """Metres that it has driven since it was built."""
        self._body.catch_up()
        return self._body.odometer

    def set_slip(self, share: float) -> None:
        """Its wheels turn in vain for this share of what they do; 0: they hold, 1: it stays."""
        if not 0 <= share <= 1:
            raise ValueError("slip: a share from 0 to 1 is needed")
        self._body.catch_up()
        self._body.slip = share

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
        """The way round what is in sight; what stands in the way may walk on: else as if it had."""
        self._body.surroundings.look(self._config.clock.monotonic(), self._body.motion)
        seen = self._body.surroundings.seen
        if seen:
            for obstacles in (self._keeping_right(seen), circles(seen)):
                with suppress(NoPath):
                    return self._way(start, goal, obstacles)
        return self._way(start, goal, ())

    def _way(self, start: Point, goal: Point, obstacles: Sequence[Obstacle]) -> list[Point]:
        lobby = self._config.lobby_map
        return plan(lobby, start, goal, clearance=CLEARANCE, obstacles=obstacles)

    def _way_round(self, goal: Point, *, keeping_right: bool) -> list[Point] | None:
        """Round what is in sight; None: there is no such way now."""
        seen = self._body.surroundings.seen
        tried = [circles(seen)]
        if keeping_right:
            tried.insert(0, self._keeping_right(seen))
        for obstacles in tried:
            with suppress(NoPath):
                return self._way(self._here(), goal, obstacles)
        return None

    def _keeping_right(self, seen: Sequence[Thing]) -> list[Obstacle]:
        """Other robots are taken to stand farther to the left, so that two pass each other."""
        x, y = self._here()
        obstacles = []
        for thing in seen:
            left = (0.0, 0.0)
            if thing.kind == "robot":
                away = max(math.hypot(thing.x - x, thing.y - y), 1e-6)
                left = (-(thing.y - y) / away * GIVE_WAY, (thing.x - x) / away * GIVE_WAY)
            wider = GIVE_WAY if thing.kind == "robot" else 0.0
            obstacles.append((thing.x + left[0], thing.y + left[1], thing.radius + wider))
        return obstacles

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
