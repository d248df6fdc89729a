"""A ROS 2 robot behind a rosbridge server as a `RobotDriver`: Nav2 drives, the bridge decides.

`Connection` listens, `Pilot` decides, this module is what the rest of the bridge sees of them.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Mapping
from typing import Any

import structlog

from robot_bridge.clock import wait_for_event
from robot_bridge.driver import (
    Accepted,
    Arrived,
    Capability,
    DriverConfig,
    DriverError,
    DriverEvent,
    EventStream,
    FailureCode,
    Goal,
    LinkError,
    RobotState,
    StopResult,
)
from robot_bridge.drivers.ros2 import operations
from robot_bridge.drivers.ros2.connection import Connection
from robot_bridge.drivers.ros2.errand import Drive, Manoeuvre
from robot_bridge.drivers.ros2.options import Options
from robot_bridge.drivers.ros2.pilot import TICK, Pilot
from robot_bridge.drivers.ros2.robot import Robot
from robot_bridge.drivers.ros2.snapshot import snapshot
from robot_bridge.planner import NoPath, plan

STOP_SECONDS = 0.9
"""For a stop to be confirmed."""
PARTING_SECONDS = 0.1
DOCK_REACH = 0.5
"""Metres from the dock within which docking can begin."""

log = structlog.get_logger(__name__)


class Ros2Robot:
    """See `robot_bridge.driver.RobotDriver` for what every method promises."""

    name = "ros2"

    def __init__(self, config: DriverConfig, options: Options) -> None:
        self._config = config
        self._options = options
        self._clock = config.clock
        self._stream = EventStream()
        self._robot = Robot(config, options)
        self._connection = Connection(config, options, self._robot, self._heard)
        self._pilot = Pilot(config, options, self._connection, self._robot, self._stream)
        self._closed = False
        self._moved = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def stale_after(self) -> float:
        return self._options.stale_after

    # --- the connection ---

    async def connect(self) -> None:
        await self._connection.open()
        self._pilot.find()
        self._tasks = [
            asyncio.create_task(self._keep(), name=f"{self._config.robot_id} link"),
            asyncio.create_task(self._tick(), name=f"{self._config.robot_id} watch"),
        ]

    async def close(self) -> None:
        self._closed = True
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        drives = self._pilot.errand is not None or not self._robot.still(self._clock.monotonic())
        errand = self._pilot.end(FailureCode.CANCELED, "closed")
        if drives and self._connection.can_stop:
            self._pilot.cancel_all(errand)
        await self._connection.close(friendly=True)
        self._stream.close()

    async def _keep(self) -> None:
        while True:
            reason = await self._connection.lost()
            self._pilot.lose(reason)
            if self._connection.can_stop:
                await self._clock.sleep(PARTING_SECONDS)  # for the cancel to go out
            await self._connection.close()
            self._pilot.halt = None
            pause = 1.0
            while True:
                await self._clock.sleep(pause * random.uniform(0.8, 1.2))
                try:
                    await self._connection.open()
                    break
                except LinkError as error:
                    log.info("robot out of reach", robot=self._config.robot_id, reason=str(error))
                except Exception:
                    log.exception("connecting failed", robot=self._config.robot_id)
                pause = min(30.0, pause * 2)
            self._pilot.find()

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK)
            try:
                self._pilot.look()
                if self._pilot.errand is None and self._connection.ready:
                    self._connection.listen_again()
            except LinkError as error:
                log.info("not heard", robot=self._config.robot_id, reason=str(error))
            except Exception:  # whatever a robot made of us, the next look must come
                log.exception("looking at the robot failed", robot=self._config.robot_id)

    def _heard(self, operation: Mapping[str, Any] | None) -> None:
        """Something has come from the robot."""
        if operation is not None:
            self._pilot.hear(operation)
        self._pilot.look()
        self._moved.set()

    # --- commands ---

    def capabilities(self) -> frozenset[Capability]:
        able = {Capability.NAVIGATE}
        if self._options.speed_limit_topic is not None:
            able.add(Capability.SPEED_LIMIT)
        if self._options.dock_action is not None and self._config.dock is not None:
            able.add(Capability.DOCK)
        if self._config.capabilities is not None:
            able &= self._config.capabilities
        return frozenset(able)

    async def go_to(self, goal: Goal) -> None:
        self._pilot.require_ready()
        if self._robot.charging and not self._options.leaves_charger:
            raise DriverError(FailureCode.REJECTED, "charging: undock first")
        self._pilot.begin(Drive(goal, self._options, self._way(goal)))

    async def cancel(self, reason: str) -> None:
        if self._pilot.errand is not None:
            self._pilot.cancel_all(self._pilot.end(FailureCode.CANCELED, reason))

    async def stop(self, reason: str) -> StopResult:
        halt = self._pilot.stop(reason)
        if halt is None or not self._connection.can_stop:
            return StopResult(confirmed=False, text="no connection to the robot")
        end = self._clock.monotonic() + STOP_SECONDS
        while not halt.rested:
            left = end - self._clock.monotonic()
            if left <= 0 or not self._connection.can_stop:
                return StopResult(confirmed=False, text=halt.answer)
            self._moved.clear()
            await wait_for_event(self._moved, self._clock, left)
        return StopResult(confirmed=True)

    def halt_from_thread(self) -> None:
        """Cancel while our own event loop is blocked (`KeptDriver.halt_from_thread`)."""
        if self._pilot.errand is not None:
            taken = self._connection.cancel_aside()
            log.warning("cancelled aside", robot=self._config.robot_id, taken=taken)

    async def resume(self) -> None:
        self._pilot.held = False

    async def dock(self, goal_id: str) -> None:
        self._pilot.require_ready()
        dock, here, action = (
            self._config.dock,
            self._robot.place.position,
            self._options.dock_action,
        )
        if dock is None or action is None:
            raise DriverError(FailureCode.UNSUPPORTED, "this robot has no dock")
        if here is None or math.dist((here.x, here.y), (dock.x, dock.y)) > DOCK_REACH:
            raise DriverError(FailureCode.DOCKING_FAILED, "too far from the dock")
        if self._robot.charging:
            self._done(goal_id)
            return
        options = self._options
        args = operations.dock(options.dock_id, options.dock_type, dock, options.frame)
        self._pilot.begin(Manoeuvre(goal_id, options, action, args, docking=True))

    async def undock(self, goal_id: str) -> None:
        self._pilot.require_ready()
        action = self._options.undock_action
        if action is None:
            raise DriverError(FailureCode.UNSUPPORTED, "this robot has no dock")
        if not self._robot.charging:
            self._done(goal_id)
            return
        args = operations.undock(self._options.dock_type)
        self._pilot.begin(Manoeuvre(goal_id, self._options, action, args, docking=False))

    async def say(self, text: str, language: str) -> None:
        raise DriverError(FailureCode.UNSUPPORTED, "Nav2 has no loudspeaker")

    async def show(self, page: str) -> None:
        raise DriverError(FailureCode.UNSUPPORTED, "Nav2 has no screen")

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        limit = self._config.max_speed if metres_per_second is None else metres_per_second
        if not (math.isfinite(limit) and limit > 0):
            raise ValueError("a speed limit is above 0 metres a second")
        self._pilot.limit = min(limit, self._config.max_speed)
        if self._connection.can_stop:
            try:
                self._pilot.tell_limit()
            except LinkError as error:
                raise DriverError(FailureCode.LINK_LOST, str(error)) from error

    def snapshot(self) -> RobotState:
        return snapshot(
            self._robot,
            self._pilot.errand,
            self._config,
            linked=self._connection.ready and self._connection.up and not self._closed,
            stale_after=self._options.stale_after,
            now=self._clock.monotonic(),
        )

    def events(self) -> AsyncIterator[DriverEvent]:
        return self._stream.read()

    def _way(self, goal: Goal) -> tuple[tuple[float, float], ...]:
        """By our map, to be shown; the robot finds its own. Refuses what cannot be reached."""
        here = self._robot.place.position
        if here is None:
            raise DriverError(FailureCode.NOT_LOCALISED, "does not know where it is")
        target = (goal.pose.x, goal.pose.y)
        try:
            way = plan(
                self._config.lobby_map,
                (here.x, here.y),
                target,
                clearance=self._options.clearance,
            )
        except NoPath as error:
            if error.reason != "start_blocked":
                raise DriverError(FailureCode.UNREACHABLE, str(error)) from error
            return ((here.x, here.y), target)
        return tuple(way)

    def _done(self, goal_id: str) -> None:
        self._stream.publish(Accepted(goal_id))
        self._stream.publish(Arrived(goal_id))
