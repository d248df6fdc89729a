"""A vehicle that speaks VDA 5050 as a `RobotDriver`: one broker, one vehicle, one errand at a time.

`Connection` listens, `Pilot` decides, this module is what the rest of the bridge sees of them.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import structlog

from robot_bridge.clock import wait_for_event
from robot_bridge.driver import (
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
from robot_bridge.drivers.vda5050.charge import Charge
from robot_bridge.drivers.vda5050.connection import Connection
from robot_bridge.drivers.vda5050.drive import Drive
from robot_bridge.drivers.vda5050.halt import Halt
from robot_bridge.drivers.vda5050.lanes import read_lanes
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.order import Order
from robot_bridge.drivers.vda5050.pilot import TICK, Pilot
from robot_bridge.drivers.vda5050.reader import Position
from robot_bridge.drivers.vda5050.route import Route, route_along
from robot_bridge.drivers.vda5050.snapshot import snapshot
from robot_bridge.planner import NoPath, plan

STOP_SECONDS = 0.9
"""For a stop to be confirmed."""
SPEAK_SECONDS = 0.8
"""For a vehicle to refuse to speak."""
DOCK_REACH = 0.5
"""Metres from the dock within which charging can begin."""

log = structlog.get_logger(__name__)


class Vda5050Robot:
    """See `robot_bridge.driver.RobotDriver` for what every method promises."""

    name = "vda5050"

    def __init__(self, config: DriverConfig, options: Options) -> None:
        self._config = config
        self._options = options
        self._clock = config.clock
        self._stream = EventStream()
        self._connection = Connection(config, options, self._heard, self._awaits)
        self._desk = self._connection.desk
        self._vehicle = self._connection.vehicle
        self._pilot = Pilot(
            config.robot_id,
            options,
            self._desk,
            self._vehicle,
            self._stream,
            now=config.clock.monotonic,
        )
        self._lanes = read_lanes(options.lanes, config.map) if options.lanes else None
        self._closed = False
        self._begun: Halt | None = None
        """A stop that has been sent and not yet been waited for."""
        self._ceiling = config.max_speed
        self._unable: set[Capability] = set()
        self._reported = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def stale_after(self) -> float:
        return self._pilot.stale_after

    # --- the connection ---

    async def connect(self) -> None:
        self._pilot.find(await self._connection.open())
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
        report = self._vehicle.report
        if self._pilot.errand is not None or (report is not None and not report.standing):
            self._pilot.cancel_all()
        self._pilot.end(FailureCode.CANCELED, "closed")
        await self._connection.close()
        self._stream.close()

    async def _keep(self) -> None:
        while True:
            reason = await self._connection.lost()
            self._pilot.lose(reason)
            pause = 1.0
            while True:
                await self._clock.sleep(pause * random.uniform(0.8, 1.2))
                try:
                    halt = await self._connection.open()
                    break
                except LinkError as error:
                    log.info("vehicle out of reach", robot=self._config.robot_id, reason=str(error))
                except Exception:
                    log.exception("connecting failed", robot=self._config.robot_id)
                pause = min(30.0, pause * 2)
            self._pilot.find(halt)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK)
            try:
                if self._connection.ready:
                    self._pilot.look(new=False)
            except Exception:  # whatever a vehicle made of us, the next look must come
                log.exception("looking at the vehicle failed", robot=self._config.robot_id)

    def _heard(self, *, state: bool) -> None:
        """Something has come from the vehicle."""
        if self._connection.ready:
            self._pilot.look(new=state)
        if state:
            self._reported.set()

    def _awaits(self, payload: bytes) -> bool:
        halt = self._pilot.halt
        return halt is not None and halt.named_in(payload)

    # --- commands ---

    def capabilities(self) -> frozenset[Capability]:
        if self._config.capabilities is not None:
            return self._config.capabilities - self._unable
        able = {Capability.NAVIGATE, Capability.SPEED_LIMIT}
        if self._config.dock is not None:
            able.add(Capability.DOCK)
        facts = self._vehicle.factsheet
        known = facts.actions if facts is not None else frozenset()
        for capability, action in (
            (Capability.SAY, self._options.say_action),
            (Capability.SHOW, self._options.show_action),
        ):
            if action is not None and (not known or action in known):
                able.add(capability)
        return frozenset(able - self._unable)

    async def go_to(self, goal: Goal) -> None:
        report = self._pilot.require_ready()
        if report.charging:
            raise DriverError(FailureCode.REJECTED, "charging: undock first")
        self._plan(goal)  # refuses at once what cannot be reached
        now = self._clock.monotonic()
        self._pilot.begin(
            Drive(goal.id, self._desk, lambda: self._plan(goal), lambda: self._ceiling, now)
        )

    async def cancel(self, reason: str) -> None:
        if self._pilot.errand is not None:
            self._pilot.end(FailureCode.CANCELED, reason)
            self._pilot.cancel_all()

    def stop_at_once(self, reason: str) -> None:
        """The ``cancelOrder`` leaves before this returns (`KeptDriver.stop_at_once`)."""
        self._begun = self._pilot.stop(reason)

    async def stop(self, reason: str) -> StopResult:
        begun, self._begun = self._begun, None
        halt = begun or self._pilot.stop(reason)
        if halt is None or not self._desk.up:
            return StopResult(confirmed=False, text="no connection to the vehicle")
        end = self._clock.monotonic() + STOP_SECONDS
        while not halt.done:
            left = end - self._clock.monotonic()
            if left <= 0 or not self._desk.up:
                return StopResult(confirmed=False, text="the vehicle has not said that it stands")
            self._reported.clear()
            await wait_for_event(self._reported, self._clock, left)
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
        dock, here = self._config.dock, self._vehicle.position
        if dock is None:
            raise DriverError(FailureCode.UNSUPPORTED, "this robot has no dock")
        if here is None or math.dist((here.x, here.y), (dock.x, dock.y)) > DOCK_REACH:
            raise DriverError(FailureCode.DOCKING_FAILED, "too far from the dock")
        self._charge(goal_id, begin=True)

    async def undock(self, goal_id: str) -> None:
        self._pilot.require_ready()
        self._charge(goal_id, begin=False)

    async def say(self, text: str, language: str) -> None:
        kind = self._options.say_action
        await self._perform(Capability.SAY, kind, {"text": text, "lang": language})

    async def show(self, page: str) -> None:
        await self._perform(Capability.SHOW, self._options.show_action, {"page": page})

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        limit = self._config.max_speed if metres_per_second is None else metres_per_second
        if not (math.isfinite(limit) and limit > 0):
            raise ValueError("a speed limit is above 0 metres a second")
        self._ceiling = min(limit, self._config.max_speed)

    def snapshot(self) -> RobotState:
        return snapshot(
            self._vehicle,
            self._pilot.errand,
            self._config,
            self._options,
            linked=self._desk.up and not self._closed,
            stale_after=self._pilot.stale_after,
            now=self._clock.monotonic(),
        )

    def events(self) -> AsyncIterator[DriverEvent]:
        return self._stream.read()

    def _plan(self, goal: Goal) -> Order:
        here, report = self._vehicle.position, self._vehicle.report
        if here is None or report is None:
            raise DriverError(FailureCode.NOT_LOCALISED, "does not know where it is")
        order_id = f"{goal.id}-{uuid4().hex[:8]}"
        route = self._route(goal, order_id, here, report.last_node_id)
        facts = self._vehicle.factsheet
        longest = facts.longest_order if facts and facts.longest_order else 100
        return Order(order_id, route, self._options.base_length, longest)

    def _route(self, goal: Goal, order_id: str, here: Position, last_node: str) -> Route:
        """Along the lanes where there are some, else along the way that we plan on our map."""
        options, start = self._options, (here.x, here.y)
        there, map_id = (goal.pose.x, goal.pose.y), self._config.map or here.map_id
        if not self._config.lobby_map.inside(*there):
            raise DriverError(FailureCode.UNREACHABLE, "outside of the map")
        if self._lanes is not None:
            on_lanes = self._lanes.route(
                start,
                there,
                goal.pose.theta,
                last_node=last_node,
                map_id=map_id,
                deviation=options.deviation,
            )
            if on_lanes is None:
                raise DriverError(FailureCode.UNREACHABLE, "no lane leads there from here")
            return on_lanes
        try:
            path = plan(self._config.lobby_map, start, there, clearance=options.clearance)
        except NoPath as error:
            raise DriverError(FailureCode.UNREACHABLE, str(error)) from error
        return route_along(
            path,
            goal.pose.theta,
            prefix=order_id,
            start_id=last_node or f"{order_id}-0",
            map_id=map_id,
            step=options.base_length / 3,
            deviation=options.deviation,
        )

    def _charge(self, goal_id: str, *, begin: bool) -> None:
        now = self._clock.monotonic()
        self._pilot.begin(Charge(goal_id, self._desk, now, begin=begin))

    async def _perform(
        self, capability: Capability, kind: str | None, parameters: dict[str, str]
    ) -> None:
        if kind is None or capability not in self.capabilities():
            raise DriverError(FailureCode.UNSUPPORTED, f"this robot cannot {capability}")
        if not self._pilot.present:
            raise DriverError(FailureCode.LINK_LOST, "not connected")
        try:
            action = self._desk.act(kind, parameters)
        except LinkError as error:
            raise DriverError(FailureCode.LINK_LOST, str(error)) from error
        end = self._clock.monotonic() + SPEAK_SECONDS
        while (left := end - self._clock.monotonic()) > 0:
            self._reported.clear()
            await wait_for_event(self._reported, self._clock, left)
            report = self._vehicle.report
            state = report.actions.get(action) if report else None
            refused = report and any(e.names("actionId", action) for e in report.errors)
            if refused or (state is not None and state.status == "FAILED"):
                self._unable.add(capability)
                raise DriverError(FailureCode.UNSUPPORTED, f"the vehicle cannot {capability}")
            if state is not None:
                return
