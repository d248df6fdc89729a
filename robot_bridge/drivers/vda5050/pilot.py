"""What the vehicle is told and when: decided in `Pilot.look`, with every message and every tick.

Commands only change what is wanted, so a stop never waits for anything. Nothing here waits.
"""

import math
from collections.abc import Callable

import structlog

from robot_bridge.driver import (
    Arrived,
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
from robot_bridge.drivers.vda5050.desk import Desk
from robot_bridge.drivers.vda5050.errand import Errand, Look
from robot_bridge.drivers.vda5050.halt import Halt
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.reader import Report
from robot_bridge.drivers.vda5050.vehicle import Vehicle

TICK = 0.25
"""Seconds between two looks when no message comes."""
LATE = 1.0
"""Seconds by which a look may be late until our own loop counts as having been blocked."""
RELEASE_FRESH = 1.5
"""Seconds: a state on which more way may be released."""
ASK_AFTER = 1.0
"""Seconds without a state of a driving vehicle until it is asked for one."""
PROBE_EVERY = 5.0
"""Seconds between two cancels for a vehicle that has not yet answered to any."""
SHOW_EVERY = 10.0
"""Seconds between two signs of ours for another master, who should notice us as well."""

log = structlog.get_logger(__name__)


class Pilot:
    """The goal under way, the order being cancelled, and whether the vehicle is there."""

    def __init__(
        self,
        robot_id: str,
        options: Options,
        desk: Desk,
        vehicle: Vehicle,
        stream: EventStream,
        *,
        now: Callable[[], float],
    ) -> None:
        self._robot = robot_id
        self._options = options
        self._desk = desk
        self._vehicle = vehicle
        self._stream = stream
        self._now = now
        self._safety = (False, False)
        self._looked_at = self._asked_at = self._shown_at = self._trust_from = -math.inf
        self._probed_at = -math.inf
        self.errand: Errand | None = None
        self.halt: Halt | None = None
        self.held = False
        """Stopped, until somebody resumes."""
        self.present = False
        """The vehicle is there; said to those above."""

    @property
    def stale_after(self) -> float:
        """Seconds. A vehicle that stands may be silent for half a minute (VDA 5050, §6.10)."""
        if self.errand is not None and self.errand.watched:
            return self._options.stale_after
        return self._options.quiet_after

    def look(self, *, new: bool) -> None:
        """Decide what is due. ``new``: a state has just come."""
        now = self._now()
        if now - self._looked_at > LATE:
            self._trust_from = now + TICK  # what waited meanwhile looks fresh and is not
        self._looked_at = now
        report, vehicle = self._vehicle.report, self._vehicle
        if report is None or not self._desk.up:
            return
        try:
            if not vehicle.fresh(now, self.stale_after):
                vehicle.silent = True
                self.lose("the vehicle is offline" if vehicle.gone else "no state from the vehicle")
                return
            self.find()
            self._tell_safety(report)
            self._carry_on(report, now, new)
        except LinkError as error:
            self.lose(str(error))

    def lose(self, reason: str) -> None:
        """The link, or the vehicle at its end, is not there any more."""
        if not self._desk.up:
            self.halt = None
        if self.present:
            self.present = False
            log.warning("vehicle lost", robot=self._robot, reason=reason)
            self._stream.publish(LinkLost(reason))
        if self.errand is not None:
            self.end(FailureCode.LINK_LOST, reason)
            self.cancel_all()

    def find(self, halt: Halt | None = None) -> None:
        """The vehicle is there (again): nothing that it still does is wanted.

        ``halt``: says that already.
        """
        if not self.present:
            self.present = True
            self.halt = halt
            if halt is None:
                self.cancel_all()
            log.info("vehicle found", robot=self._robot)
            self._stream.publish(LinkBack())

    def begin(self, errand: Errand) -> None:
        """Take a new goal on, in place of what runs."""
        report = self._vehicle.report
        if self.errand is not None or (report and (report.has_order or report.driving)):
            self.end(FailureCode.PREEMPTED, "replaced")
            self.cancel_all()
        self.errand = errand
        self.look(new=False)

    def end(self, code: FailureCode, text: str) -> None:
        """The goal that runs has failed."""
        errand, self.errand = self.errand, None
        if errand is not None:
            log.info(
                "goal ended", robot=self._robot, goal=errand.goal_id, code=code.value, text=text
            )
            self._stream.publish(Failed(errand.goal_id, code, text))

    def stop(self, reason: str) -> Halt | None:
        """Hold, and cancel whatever the vehicle does; what tells when it rests."""
        self.held = True
        errand, self.errand = self.errand, None
        report = self._vehicle.report
        if errand is not None or (report is not None and not report.standing):
            self._stream.publish(Stopped(errand.goal_id if errand else None, reason))
        self.cancel_all()
        return self.halt

    def cancel_all(self) -> None:
        """Make the vehicle let go of whatever it does. Without a link it is done on its return."""
        now = self._now()
        try:
            if self.halt is None:
                self.halt = Halt(self._desk, self._vehicle.reports, now)
            else:
                self.halt.send(now)
        except LinkError as error:
            log.warning("cancel not sent", robot=self._robot, reason=str(error))

    def require_ready(self) -> Report:
        """The newest report of a vehicle that may move. Raises `DriverError` for any other."""
        vehicle, now = self._vehicle, self._now()
        report = vehicle.report
        if report is None or not self._desk.up or not vehicle.fresh(now, self.stale_after):
            raise DriverError(FailureCode.LINK_LOST, "not connected")
        grave = next((error for error in report.errors if error.grave), None)
        for wrong, code, text in (
            (self.held, FailureCode.REJECTED, "stopped: resume first"),
            (report.e_stop, FailureCode.ESTOP, "the emergency stop is pressed"),
            (report.mode != "automatic", FailureCode.MANUAL_MODE, "not in automatic mode"),
            (not vehicle.on_map, FailureCode.NOT_LOCALISED, "drives by another map"),
            (not vehicle.localised(now), FailureCode.NOT_LOCALISED, "does not know where it is"),
            (grave is not None, FailureCode.REJECTED, f"a person has to come: {grave}"),
            (vehicle.rivalled(now), FailureCode.REJECTED, vehicle.rival),
            (not self._desk.understood, FailureCode.REJECTED, "does not answer to cancelOrder"),
        ):
            if wrong:
                raise DriverError(code, text)
        return report

    def _carry_on(self, report: Report, now: float, new: bool) -> None:
        vehicle = self._vehicle
        if not self._desk.understood:
            self._probe(report, now)
        if report.mode == "manual" and not self.held:
            self.halt = None  # whoever drives it by hand is not to be disturbed
        elif self.halt is None and self.errand is None and self._drives_unwanted(report):
            self.cancel_all()
        if self.halt is not None and self.halt.look(report, vehicle.reports, now):
            self.halt = None
        if self.errand is not None:
            release = (
                vehicle.fresh(now, RELEASE_FRESH)
                and now >= self._trust_from
                and not vehicle.rivalled(now)
            )
            look = Look(now, vehicle, report, new, self.halt is not None, release)
            for event in self.errand.look(look):
                self._tell(event, report)
        watched = self.halt is not None if self.errand is None else self.errand.watched
        if watched and now - max(vehicle.state_at or 0.0, self._asked_at) >= ASK_AFTER:
            self._asked_at = now
            self._desk.act("stateRequest")
        if vehicle.rivalled(now) and now - self._shown_at >= SHOW_EVERY:
            self._shown_at = now
            self._desk.act("stateRequest")

    def _drives_unwanted(self, report: Report) -> bool:
        """An order of ours that nobody wants any more: it has arrived after its cancel."""
        return report.has_order and report.order_id in self._desk.orders

    def _probe(self, report: Report, now: float) -> None:
        """A vehicle that could not be stopped is not set in motion: find out how it can be."""
        if self.halt is not None and self.halt.understood(report):
            self._desk.settle()
        elif self.halt is None and now - self._probed_at >= PROBE_EVERY:
            self._probed_at = now
            self._desk.try_next()
            self.cancel_all()

    def _tell(self, event: DriverEvent, report: Report) -> None:
        if isinstance(event, Failed):
            errand = self.errand
            self.end(event.code, event.text)
            own = errand is not None and errand.is_mine(report)
            if event.code is FailureCode.MANUAL_MODE:
                return  # the vehicle lets go by itself, and wants to be told nothing
            if event.code is not FailureCode.PREEMPTED or own:
                self.cancel_all()
            return
        if isinstance(event, Arrived):
            self.errand = None
        self._stream.publish(event)

    def _tell_safety(self, report: Report) -> None:
        safety = (report.e_stop, report.field_violation)
        if safety != self._safety:
            self._safety = safety
            self._stream.publish(SafetyChanged(*safety))
