"""A goal to drive to: an order is sent, followed, lengthened while all is fresh, and judged."""

from collections.abc import Callable

from robot_bridge.driver import (
    Accepted,
    Arrived,
    DriverActivity,
    DriverError,
    DriverEvent,
    Failed,
    FailureCode,
    Obstructed,
    Progress,
)
from robot_bridge.drivers.vda5050.desk import Desk
from robot_bridge.drivers.vda5050.dialect import ORDER_ERRORS, UNREACHABLE_ERRORS
from robot_bridge.drivers.vda5050.errand import Look, danger
from robot_bridge.drivers.vda5050.order import Order, Part
from robot_bridge.drivers.vda5050.reader import Report, VehicleError

REST_SECONDS = 8.0
"""For an earlier order to end."""
FRESH = 1.0
"""Seconds: a state that an order may be based on."""
ASK_SECONDS = 2.0
"""For a fresh state to come when it was asked for."""
LOST_AFTER = 2.5
"""Seconds without a state of the order until it is sent again, within the patience of missions."""
REPEATS = 2
GIVEN_UP_AFTER = 1.0
"""Seconds for which an order has to be seen abandoned."""
STUCK_AFTER = 1.5
"""Seconds of standing on the way that count as being blocked."""
NEAR = 0.3
"""Metres before the goal within which standing is no blockage."""


class Drive:
    """The way to one goal."""

    activity: DriverActivity = "moving"

    def __init__(
        self,
        goal_id: str,
        desk: Desk,
        plan: Callable[[], Order],
        ceiling: Callable[[], float],
        now: float,
    ) -> None:
        """``plan`` makes the order from where the vehicle stands; raises `DriverError`."""
        self.goal_id = goal_id
        self.blocked = False
        self.order: Order | None = None
        self._desk = desk
        self._plan = plan
        self._ceiling = ceiling
        self._since = now
        self._asked: float | None = None
        self._part: Part | None = None
        self._sent_at = 0.0
        self._repeats = 0
        self._headers: set[int] = set()
        self._before: frozenset[VehicleError] = frozenset()
        self._order_before = ""
        self._accepted = False
        self._told = -1.0
        self._abandoned_since: float | None = None
        self._standing_since: float | None = None

    @property
    def watched(self) -> bool:
        return self.order is not None

    def is_mine(self, report: Report) -> bool:
        return self.order is not None and self.order.is_mine(report)

    def look(self, look: Look) -> list[DriverEvent]:
        failed = danger(self.goal_id, look)
        if failed is not None:
            return [failed]
        if self.order is None:
            return self._begin(look)
        report = look.report
        position = look.vehicle.position
        self.order.follow(report, (position.x, position.y) if position else None)
        failed = self._refused(report) or self._taken_over(look, self.order)
        if failed is not None:
            return [failed]
        if not self.order.taken(report):
            return self._repeat(look)
        return self._go_on(look, self.order)

    def _begin(self, look: Look) -> list[DriverEvent]:
        """Send the order, once the vehicle rests and a fresh state says where."""
        if look.halting:
            if look.now - self._since > REST_SECONDS:
                return [self._fail(FailureCode.TIMEOUT, "does not let go of its earlier order")]
            return []
        state_at = look.vehicle.state_at or 0.0
        if look.now - state_at > FRESH:
            if self._asked is None:
                self._asked = look.now
                self._desk.act("stateRequest")
            elif look.now - self._asked > ASK_SECONDS:
                return [self._fail(FailureCode.LINK_LOST, "no fresh state")]
            return []
        try:
            self.order = self._plan()
        except DriverError as error:
            return [self._fail(error.code, error.text)]
        self._before = frozenset(look.report.errors)
        self._order_before = look.report.order_id
        self._send(self.order.first_part(self._ceiling()), look.now)
        return []

    def _send(self, part: Part, now: float) -> None:
        self._part, self._sent_at = part, now
        self._headers.add(self._desk.order(part))

    def _repeat(self, look: Look) -> list[DriverEvent]:
        """QoS 0 loses messages: the same again with the same ids, which no vehicle takes twice."""
        if look.now - self._sent_at < LOST_AFTER or self._part is None:
            return []
        if self._repeats == REPEATS:
            return [self._fail(FailureCode.TIMEOUT, "the order was not taken")]
        self._repeats += 1
        self._send(self._part, look.now)
        return []

    def _refused(self, report: Report) -> Failed | None:
        """An error that is about this order. What was there before it is not its fault."""
        assert self.order is not None
        for error in report.errors:
            if error in self._before or error.kind == "SAME_ORDER_UPDATE_ID":
                continue
            named = self.order.blamed(error, self._headers)
            if named or (named is None and error.kind in ORDER_ERRORS):
                far = error.kind in UNREACHABLE_ERRORS
                code = FailureCode.UNREACHABLE if far else FailureCode.REJECTED
                return self._fail(code, str(error))
        return None

    def _taken_over(self, look: Look, order: Order) -> Failed | None:
        """The vehicle works for somebody else, or has forgotten what it was told."""
        report = look.report
        if order.is_mine(report):
            return None
        if self._accepted and not report.order_id:
            return self._fail(FailureCode.LINK_LOST, "the vehicle has started anew")
        if self._accepted or (report.has_order and report.order_id != self._order_before):
            return self._fail(FailureCode.PREEMPTED, "the vehicle has another order")
        return None

    def _go_on(self, look: Look, order: Order) -> list[DriverEvent]:
        events: list[DriverEvent] = []
        report, now = look.report, look.now
        if not self._accepted:
            self._accepted = True
            events.append(Accepted(self.goal_id))
        if order.arrived(report):
            return [*events, Arrived(self.goal_id)]
        self._abandoned_since = self._abandoned_since if order.given_up(report) else None
        if order.given_up(report):
            self._abandoned_since = self._abandoned_since or now
            if now - self._abandoned_since >= GIVEN_UP_AFTER:
                text = "the vehicle has given the order up"
                return [*events, self._fail(FailureCode.CANCELED, text)]
            return events
        facts = look.vehicle.factsheet
        rested = now - self._sent_at >= (facts.order_interval if facts else 0.0)
        if look.may_release and rested and not report.field_violation:
            part = order.next_part(self._ceiling())
            if part is not None:
                self._repeats = 0
                self._send(part, now)
        blocked = self._stuck(look, order)
        if blocked != self.blocked:
            self.blocked = blocked
            events.append(Obstructed(self.goal_id, blocked))
        if abs(order.remaining - self._told) >= 0.05:
            self._told = order.remaining
            events.append(Progress(self.goal_id, order.remaining))
        return events

    def _stuck(self, look: Look, order: Order) -> bool:
        """It has a way to go and does not go."""
        report = look.report
        if not report.standing:
            self._standing_since = None
        elif self._standing_since is None:
            self._standing_since = look.now
        still = self._standing_since is not None and look.now - self._standing_since > STUCK_AFTER
        return report.field_violation or report.paused or (still and order.remaining > NEAR)

    def _fail(self, code: FailureCode, text: str) -> Failed:
        return Failed(self.goal_id, code, text)
