"""A vehicle that speaks VDA 5050 as a `RobotDriver`: one broker, one vehicle, one errand at a time.

Everything is decided in `_look`, which runs with every message and every `TICK`; commands only
change what is wanted. So a stop never waits for anything.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import structlog

from robot_bridge.clock import wait_for_event
from robot_bridge.driver import (
    Arrived,
    Capability,
    DriverConfig,
    DriverError,
    DriverEvent,
    EventStream,
    Failed,
    FailureCode,
    Goal,
    LinkBack,
    LinkError,
    LinkLost,
    RobotState,
    SafetyChanged,
    Stopped,
    StopResult,
)
from robot_bridge.drivers.vda5050.charge import Charge
from robot_bridge.drivers.vda5050.connection import Connection
from robot_bridge.drivers.vda5050.drive import Drive
from robot_bridge.drivers.vda5050.errand import Errand, Look
from robot_bridge.drivers.vda5050.halt import Halt
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.order import Order
from robot_bridge.drivers.vda5050.reader import Report
from robot_bridge.drivers.vda5050.route import route_along
from robot_bridge.drivers.vda5050.snapshot import snapshot
from robot_bridge.planner import NoPath, plan

TICK = 0.25
"""Seconds between two looks when no message comes."""
LATE = 1.0
"""Seconds by which a look may be late until our own loop counts as having been blocked."""
RELEASE_FRESH = 1.5
"""Seconds: a state on which more way may be released."""
ASK_AFTER = 1.0
"""Seconds without a state of a driving vehicle until it is asked for one."""
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
        self._connection = Connection(config, options, self._heard)
        self._desk = self._connection.desk
        self._vehicle = self._connection.vehicle
        self._errand: Errand | None = None
        self._halt: Halt | None = None
        self._held = self._present = self._closed = False
        self._ceiling = config.max_speed
        self._unable: set[Capability] = set()
        self._safety = (False, False)
        self._reported = asyncio.Event()
        self._looked_at = self._asked_at = self._trust_from = -math.inf
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def stale_after(self) -> float:
        """A vehicle that stands may be silent for half a minute (VDA 5050, §6.10)."""
        if self._errand is not None and self._errand.watched:
            return self._options.stale_after
        return self._options.quiet_after

    # --- the connection ---

    async def connect(self) -> None:
        self._halt = await self._connection.open()
        self._present = True
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
        if self._errand is not None or (report is not None and not report.standing):
            self._cancel_all()
        self._end(FailureCode.CANCELED, "closed")
        self._present = False
        await self._connection.close()
        self._stream.close()

    async def _keep(self) -> None:
        while True:
            reason = await self._connection.lost()
            self._absent(reason)
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
            self._back(halt)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(TICK)
            try:
                self._look(new=False)
            except Exception:  # whatever a vehicle made of us, the next look must come
                log.exception("looking at the vehicle failed", robot=self._config.robot_id)

    def _heard(self, *, state: bool) -> None:
        """Something has come from the vehicle."""
        self._look(new=state)
        if state:
            self._reported.set()

    def _absent(self, reason: str) -> None:
        if self._present:
            self._present = False
            log.warning("vehicle lost", robot=self._config.robot_id, reason=reason)
            self._stream.publish(LinkLost(reason))
        self._halt = None
        if self._errand is not None:
            self._end(FailureCode.LINK_LOST, reason)

    def _back(self, halt: Halt | None = None) -> None:
        if not self._present:
            self._present = True
            self._halt = halt
            if halt is None:
                self._cancel_all()
            log.info("vehicle back", robot=self._config.robot_id)
            self._stream.publish(LinkBack())

    # --- commands ---

    def capabilities(self) -> frozenset[Capability]:
        if self._config.capabilities is not None:
            return self._config.capabilities - self._unable
        able = {Capability.NAVIGATE, Capability.SPEED_LIMIT}
        if self._config.dock is not None:
            able.add(Capability.DOCK)
        if self._options.say_action:
            able.add(Capability.SAY)
        if self._options.show_action:
            able.add(Capability.SHOW)
        return frozenset(able - self._unable)

    async def go_to(self, goal: Goal) -> None:
        report = self._require_ready()
        if report.charging:
            raise DriverError(FailureCode.REJECTED, "charging: undock first")
        self._plan(goal)  # refuses at once what cannot be reached
        now = self._clock.monotonic()
        self._replace()
        self._errand = Drive(
            goal.id, self._desk, lambda: self._plan(goal), lambda: self._ceiling, now
        )
        self._look(new=False)

    async def cancel(self, reason: str) -> None:
        if self._errand is not None:
            self._end(FailureCode.CANCELED, reason)
            self._cancel_all()

    async def stop(self, reason: str) -> StopResult:
        self._held = True
        errand, self._errand = self._errand, None
        report = self._vehicle.report
        if errand is not None or (report is not None and not report.standing):
            self._stream.publish(Stopped(errand.goal_id if errand else None, reason))
        if not self._desk.up:
            return StopResult(confirmed=False, text="no connection to the vehicle")
        self._cancel_all()
        end = self._clock.monotonic() + STOP_SECONDS
        while self._halt is not None:
            left = end - self._clock.monotonic()
            if left <= 0 or not self._desk.up:
                return StopResult(confirmed=False, text="the vehicle has not said that it stands")
            self._reported.clear()
            await wait_for_event(self._reported, self._clock, left)
        return StopResult(confirmed=True)

    async def resume(self) -> None:
        self._held = False

    async def dock(self, goal_id: str) -> None:
        self._require_ready()
        dock, here = self._config.dock, self._vehicle.position
        if dock is None:
            raise DriverError(FailureCode.UNSUPPORTED, "this robot has no dock")
        if here is None or math.dist((here.x, here.y), (dock.x, dock.y)) > DOCK_REACH:
            raise DriverError(FailureCode.DOCKING_FAILED, "too far from the dock")
        self._charge(goal_id, begin=True)

    async def undock(self, goal_id: str) -> None:
        self._require_ready()
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
            self._errand,
            self._config,
            self._options,
            linked=self._desk.up and not self._closed,
            stale_after=self.stale_after,
            now=self._clock.monotonic(),
        )

    def events(self) -> AsyncIterator[DriverEvent]:
        return self._stream.read()

    # --- deciding ---

    def _look(self, *, new: bool) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at > LATE:
            self._trust_from = now + TICK  # what waited meanwhile looks fresh and is not
        self._looked_at = now
        report = self._vehicle.report
        if report is None or not self._desk.up or not self._connection.ready:
            return
        if not self._vehicle.fresh(now, self.stale_after):
            gone = self._vehicle.gone
            self._absent("the vehicle is offline" if gone else "no state from the vehicle")
            return
        self._back()
        safety = (report.e_stop, report.field_violation)
        if safety != self._safety:
            self._safety = safety
            self._stream.publish(SafetyChanged(*safety))
        try:
            self._carry_on(report, now, new)
        except LinkError as error:
            self._absent(str(error))

    def _carry_on(self, report: Report, now: float, new: bool) -> None:
        vehicle = self._vehicle
        if self._halt is not None and self._halt.look(report, vehicle.state_at, now):
            self._halt = None
        errand = self._errand
        if errand is None and self._halt is None:
            return
        if errand is not None:
            release = (
                vehicle.fresh(now, RELEASE_FRESH)
                and now >= self._trust_from
                and not vehicle.rivalled(now)
            )
            look = Look(now, vehicle, report, new, self._halt is not None, release)
            for event in errand.look(look):
                self._tell(event)
        quiet = now - max(vehicle.state_at or 0.0, self._asked_at)
        if quiet >= ASK_AFTER and (self._errand is None or self._errand.watched):
            self._asked_at = now
            self._desk.act("stateRequest")

    def _tell(self, event: DriverEvent) -> None:
        if isinstance(event, Failed):
            self._end(event.code, event.text)
            if event.code not in (FailureCode.MANUAL_MODE, FailureCode.PREEMPTED):
                self._cancel_all()
            return
        if isinstance(event, Arrived):
            self._errand = None
        self._stream.publish(event)

    def _end(self, code: FailureCode, text: str) -> None:
        errand, self._errand = self._errand, None
        if errand is not None:
            log.info(
                "goal ended",
                robot=self._config.robot_id,
                goal=errand.goal_id,
                code=code.value,
                text=text,
            )
            self._stream.publish(Failed(errand.goal_id, code, text))

    def _replace(self) -> None:
        """End what runs, and what the vehicle is still at, before something new begins."""
        report = self._vehicle.report
        driving = report is not None and (report.has_order or report.driving)
        if self._errand is not None or driving:
            self._end(FailureCode.PREEMPTED, "replaced")
            self._cancel_all()

    def _cancel_all(self) -> None:
        """Make the vehicle let go of whatever it does. Without a link it is done on its return."""
        now = self._clock.monotonic()
        try:
            if self._halt is None:
                self._halt = Halt(self._desk, now)
            else:
                self._halt.send(now)
        except LinkError as error:
            log.warning("cancel not sent", robot=self._config.robot_id, reason=str(error))

    def _require_ready(self) -> Report:
        report, now, vehicle = self._vehicle.report, self._clock.monotonic(), self._vehicle
        if report is None or not self._desk.up or not vehicle.fresh(now, self.stale_after):
            raise DriverError(FailureCode.LINK_LOST, "not connected")
        grave = next((error for error in report.errors if error.grave), None)
        for wrong, code, text in (
            (self._held, FailureCode.REJECTED, "stopped: resume first"),
            (report.e_stop, FailureCode.ESTOP, "the emergency stop is pressed"),
            (report.mode != "automatic", FailureCode.MANUAL_MODE, "not in automatic mode"),
            (not vehicle.on_map, FailureCode.NOT_LOCALISED, "drives by another map"),
            (not vehicle.localised(now), FailureCode.NOT_LOCALISED, "does not know where it is"),
            (grave is not None, FailureCode.REJECTED, f"a person has to come: {grave}"),
            (vehicle.rivalled(now), FailureCode.REJECTED, vehicle.rival),
        ):
            if wrong:
                raise DriverError(code, text)
        return report

    def _plan(self, goal: Goal) -> Order:
        here, report = self._vehicle.position, self._vehicle.report
        if here is None or report is None:
            raise DriverError(FailureCode.NOT_LOCALISED, "does not know where it is")
        lobby, options = self._config.lobby_map, self._options
        try:
            path = plan(
                lobby, (here.x, here.y), (goal.pose.x, goal.pose.y), clearance=options.clearance
            )
        except NoPath as error:
            raise DriverError(FailureCode.UNREACHABLE, str(error)) from error
        order_id = f"{goal.id}-{uuid4().hex[:8]}"
        route = route_along(
            path,
            goal.pose.theta,
            prefix=order_id,
            start_id=report.last_node_id or f"{order_id}-0",
            map_id=self._config.map or here.map_id,
            step=options.base_length / 3,
            deviation=options.deviation,
        )
        facts = self._vehicle.factsheet
        longest = facts.longest_order if facts and facts.longest_order else 100
        return Order(order_id, route, options.base_length, longest)

    def _charge(self, goal_id: str, *, begin: bool) -> None:
        self._replace()
        self._errand = Charge(goal_id, self._desk, self._clock.monotonic(), begin=begin)
        self._look(new=False)

    async def _perform(
        self, capability: Capability, kind: str | None, parameters: dict[str, str]
    ) -> None:
        if kind is None or capability in self._unable:
            raise DriverError(FailureCode.UNSUPPORTED, f"this robot cannot {capability}")
        if not self._present:
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
