"""What driving and charging have in common: a goal, looked at with every report and every tick."""

from dataclasses import dataclass
from typing import Protocol

from robot_bridge.driver import DriverActivity, DriverEvent, Failed, FailureCode
from robot_bridge.drivers.vda5050.reader import Report
from robot_bridge.drivers.vda5050.vehicle import Vehicle


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at one instant."""

    now: float
    """Monotonic seconds."""
    vehicle: Vehicle
    report: Report
    """The newest one."""
    new: bool
    """It has just come."""
    halting: bool
    """An earlier order is still being cancelled."""
    may_release: bool
    """Our own loop, the link and the last state are fresh: the dead man's switch is held."""


class Errand(Protocol):
    """One goal under way."""

    goal_id: str
    activity: DriverActivity
    blocked: bool

    @property
    def watched(self) -> bool:
        """States have to come quickly from now on: something was sent that moves the vehicle."""

    def is_mine(self, report: Report) -> bool:
        """Whether what the vehicle does, it does for this errand."""

    def look(self, look: Look) -> list[DriverEvent]:
        """What has happened; ends with Arrived or Failed when the errand is over.

        Raises `LinkError` when something could not be sent.
        """


def danger(goal_id: str, look: Look) -> Failed | None:
    """Why no vehicle may go on with anything."""
    report, vehicle = look.report, look.vehicle
    grave = next((error for error in report.errors if error.grave), None)
    if report.e_stop:
        return Failed(goal_id, FailureCode.ESTOP, "emergency stop")
    if report.mode == "manual":
        return Failed(goal_id, FailureCode.MANUAL_MODE, "driven by hand")
    if grave is not None:
        return Failed(goal_id, FailureCode.INTERNAL, f"a person has to come: {grave}")
    if vehicle.taken_over(look.now):
        return Failed(goal_id, FailureCode.PREEMPTED, vehicle.rival)
    if not vehicle.localised(look.now):
        where = "another map" if not vehicle.on_map else "does not know where it is"
        return Failed(goal_id, FailureCode.NOT_LOCALISED, where)
    return None
