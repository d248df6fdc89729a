"""Cancelling whatever order a vehicle has, and knowing when it has come to rest.

``cancelOrder`` is sent again until the vehicle stands: messages get lost, and a vehicle between
two nodes may first drive on to the next (VDA 5050, §6.6.3).
"""

from robot_bridge.drivers.vda5050.desk import Desk
from robot_bridge.drivers.vda5050.dialect import NO_ORDER
from robot_bridge.drivers.vda5050.reader import Report

AGAIN_AFTER = 1.0
"""Seconds until a cancel without effect is repeated."""
WITHOUT_WORD = 0.5
"""Seconds after which standing without an order counts, although the cancel was not answered."""
MOST = 30
"""Repetitions: then a person has to look."""


class Halt:
    """One wish that the vehicle stands and has no order. Raises `LinkError` when it cannot be
    sent."""

    def __init__(self, desk: Desk, reports: int, now: float) -> None:
        """``reports``: how many states had come before."""
        self._desk = desk
        self._ids: list[str] = []
        self._reports = reports
        self._began = self._last = now
        self.done = False
        self.send(now)

    def send(self, now: float) -> None:
        """Ask (again)."""
        self._last = now
        self._ids.append(self._desk.act("cancelOrder"))

    def look(self, report: Report, reports: int, now: float) -> bool:
        """Whether it is done; repeats the cancel when that is due."""
        if reports > self._reports and report.standing and not report.has_order:
            self.done = self.answered(report) or now - self._began >= WITHOUT_WORD
        if self.done:
            return True
        if now - self._last >= AGAIN_AFTER and len(self._ids) < MOST:
            self.send(now)
        return False

    def named_in(self, payload: bytes) -> bool:
        """Whether a state, not yet read, says something of our cancels."""
        return any(action_id.encode() in payload for action_id in self._ids)

    def answered(self, report: Report) -> bool:
        """Whether the vehicle has said that it is done, or that there was nothing to be done."""
        for action_id in self._ids:
            state = report.actions.get(action_id)
            if state is not None and state.ended:
                return True
            if any(
                error.kind in NO_ORDER and error.names("actionId", action_id)
                for error in report.errors
            ):
                return True
        return False

    def understood(self, report: Report) -> bool:
        """Whether the vehicle has taken notice of one of our cancels at all."""
        return any(
            action_id in report.actions
            or any(error.names("actionId", action_id) for error in report.errors)
            for action_id in self._ids
        )
