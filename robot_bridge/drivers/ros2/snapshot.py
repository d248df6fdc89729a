"""What is known about a robot, in the words that all drivers share."""

import math

from robot_bridge.driver import DriverActivity, DriverConfig, Mode, Pose, RobotState
from robot_bridge.drivers.ros2.errand import Errand
from robot_bridge.drivers.ros2.robot import Robot

Path = tuple[tuple[float, float], ...]


def snapshot(
    robot: Robot,
    errand: Errand | None,
    config: DriverConfig,
    *,
    linked: bool,
    stale_after: float,
    now: float,
) -> RobotState:
    """The state as it is now."""
    if not linked:
        return RobotState(link="lost")
    up = robot.fresh(now, stale_after)
    here = robot.place.position
    mode: Mode = "manual" if robot.manual else "automatic" if robot.manual_known else "unknown"
    return RobotState(
        link="up" if up else "silent",
        mode=mode,
        pose=Pose(here.x, here.y, here.theta, config.home.map) if here else None,
        localised=robot.place.localised(now),
        speed=0.0 if robot.still(now) else robot.speed,
        battery=robot.battery,
        charging=robot.charging,
        e_stop=robot.e_stop,
        field_violation=robot.field_violation,
        blocked=errand is not None and errand.blocked,
        activity=_activity(robot, errand, now) if up else "unknown",
        goal_id=errand.goal_id if errand else None,
        path=ahead(errand.path, (here.x, here.y)) if errand and here else (),
        remaining=errand.remaining if errand else None,
        errors=tuple(robot.complaints(now)),
        state_at=robot.state_at,
        pose_at=robot.place.at,
        battery_at=robot.battery_at,
    )


def _activity(robot: Robot, errand: Errand | None, now: float) -> DriverActivity:
    if errand is not None:
        return errand.activity
    if not robot.still(now):
        return "moving"
    return "docked" if robot.charging else "idle"


def ahead(path: Path, here: tuple[float, float]) -> Path:
    """The part of a way that is still to go, from where the robot is."""
    if len(path) < 2:
        return path
    nearest = min(range(len(path) - 1), key=lambda i: _distance(here, path[i], path[i + 1]))
    return (here, *path[nearest + 1 :])


def _distance(
    point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    """Metres from a point to a straight line between two others."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    if length == 0:
        return math.dist(point, start)
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = min(1.0, max(0.0, along))
    return math.dist(point, (start[0] + along * dx, start[1] + along * dy))
