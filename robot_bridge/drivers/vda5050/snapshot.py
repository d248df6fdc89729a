"""What is known about a vehicle, in the words that all drivers share."""

from robot_bridge.driver import DriverActivity, DriverConfig, Link, Pose, RobotState
from robot_bridge.drivers.vda5050.dialect import NO_ORDER
from robot_bridge.drivers.vda5050.drive import Drive
from robot_bridge.drivers.vda5050.errand import Errand
from robot_bridge.drivers.vda5050.options import Options
from robot_bridge.drivers.vda5050.reader import Report
from robot_bridge.drivers.vda5050.vehicle import Vehicle


def snapshot(
    vehicle: Vehicle,
    errand: Errand | None,
    config: DriverConfig,
    options: Options,
    *,
    linked: bool,
    stale_after: float,
    now: float,
) -> RobotState:
    """The state as it is now."""
    report = vehicle.report
    if not linked or vehicle.gone or report is None:
        return RobotState(link="lost" if not linked or vehicle.gone else "silent")
    link: Link = "up" if vehicle.fresh(now, stale_after) else "silent"
    here = vehicle.position
    order = errand.order if isinstance(errand, Drive) else None
    complaints = [
        str(error) for error in report.errors if error.kind and error.kind not in NO_ORDER
    ]
    if vehicle.rivalled(now):
        complaints.insert(0, vehicle.rival)
    if not vehicle.on_map:
        complaints.insert(0, "the vehicle drives by another map")
    return RobotState(
        link=link,
        mode=report.mode,
        pose=Pose(here.x, here.y, here.theta, config.home.map) if here else None,
        localised=vehicle.localised(now),
        speed=vehicle.speed or 0.0,
        battery=_battery(report, options),
        charging=report.charging,
        e_stop=report.e_stop,
        field_violation=report.field_violation,
        blocked=errand is not None and errand.blocked,
        activity=_activity(report, errand) if link == "up" else "unknown",
        goal_id=errand.goal_id if errand else None,
        path=order.route.ahead(order.along) if order else (),
        remaining=order.remaining if order else None,
        errors=tuple(complaints),
        state_at=vehicle.state_at,
        pose_at=vehicle.position_at,
        battery_at=vehicle.charge_at,
    )


def _activity(report: Report, errand: Errand | None) -> DriverActivity:
    if errand is not None:
        return errand.activity
    if report.driving:
        return "moving"
    return "docked" if report.charging else "idle"


def _battery(report: Report, options: Options) -> float | None:
    """0 to 1; what lies outside of the scale is not known."""
    if report.charge is None or not 0 <= report.charge <= options.full_battery:
        return None
    return report.charge / options.full_battery
