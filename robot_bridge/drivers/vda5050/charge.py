"""Charging and ending it: an instant action; docked is who charges, whatever the action says."""

from robot_bridge.driver import Accepted, Arrived, DriverActivity, DriverEvent, Failed, FailureCode
from robot_bridge.drivers.vda5050.desk import Desk
from robot_bridge.drivers.vda5050.errand import Look, danger
from robot_bridge.drivers.vda5050.reader import Report

LOST_AFTER = 1.5
"""Seconds without any sign of the action, then it is sent again with the same id."""
REPEATS = 2
SECONDS = 30.0
"""For the charging to begin or end."""


class Charge:
    """Connect to the charger near which the vehicle stands, or let go of it."""

    blocked = False

    def __init__(self, goal_id: str, desk: Desk, now: float, *, begin: bool) -> None:
        self.goal_id = goal_id
        self.activity: DriverActivity = "docking" if begin else "undocking"
        self._desk = desk
        self._begin = begin
        self._kind = "startCharging" if begin else "stopCharging"
        self._since = now
        self._sent_at: float | None = None
        self._action = ""
        self._repeats = 0
        self._accepted = False

    @property
    def watched(self) -> bool:
        return self._sent_at is not None

    def is_mine(self, report: Report) -> bool:
        return self._action in report.actions

    def look(self, look: Look) -> list[DriverEvent]:
        failed = danger(self.goal_id, look)
        if failed is not None:
            return [failed]
        report, now = look.report, look.now
        if report.charging == self._begin and (self._sent_at is None or look.new):
            return [*self._accept(), Arrived(self.goal_id)]
        if look.halting:
            return []
        if self._sent_at is None:
            self._action = self._desk.act(self._kind)
            self._sent_at = now
            return []
        state = report.actions.get(self._action)
        refused = next((e for e in report.errors if e.names("actionId", self._action)), None)
        if refused is not None or (state is not None and state.status == "FAILED"):
            text = str(refused) if refused else (state and state.result) or "the action failed"
            return [Failed(self.goal_id, FailureCode.DOCKING_FAILED, text)]
        if now - self._since > SECONDS:
            return [Failed(self.goal_id, FailureCode.DOCKING_FAILED, "nothing came of it")]
        if state is not None:
            return self._accept()
        if now - self._sent_at > LOST_AFTER and self._repeats < REPEATS:
            self._repeats += 1
            self._sent_at = now
            self._desk.act(self._kind, again=self._action)
        return []

    def _accept(self) -> list[DriverEvent]:
        if self._accepted:
            return []
        self._accepted = True
        return [Accepted(self.goal_id)]
