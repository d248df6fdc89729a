"""A robot with Nav2 as seen through ROS: it drives, docks and publishes; time passes by `step`."""

import base64
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import uuid4

from small_lobby import DOCK, HOME, small_lobby

from robot_bridge.planner import NoPath, plan

TICK = 0.05
ACCELERATION, BRAKING, TURNING = 1.0, 6.0, 2.0
EXECUTING, SUCCEEDED, CANCELED, ABORTED = 2, 4, 5, 6


@dataclass
class Faults:
    """What goes wrong, until it is put right again."""

    rejects: bool = False
    """An inactive action server: every goal is refused."""
    absent: bool = False
    """There is no action server at all."""
    aborts: tuple[int, str] | None = None
    """Every goal is aborted at once with this code and text."""
    ignores_cancel: bool = False
    stuck: bool = False
    """Says that it drives, and stays where it is."""
    mute: bool = False
    """Nothing is heard of goals any more."""
    dead: bool = False
    """ROS is gone below the server: nothing is published, nothing works."""
    dock_code: int = 0
    no_charge: bool = False


@dataclass
class NavGoal:
    """A goal that an action carries out."""

    action: str
    args: dict[str, Any]
    feedback: Callable[[dict[str, Any]], None]
    ended: Callable[[int, dict[str, Any]], None]
    uuid: str = field(default_factory=lambda: base64.b64encode(uuid4().bytes).decode())
    way: list[tuple[float, float]] = field(default_factory=list)
    elapsed: float = 0.0


class NavRobot:
    """Publishes by ``publish(topic, message)``."""

    def __init__(self) -> None:
        self.x, self.y, self.theta = HOME.pose.x, HOME.pose.y, HOME.pose.theta
        self.speed = self.turning = 0.0
        self.ceiling = 0.6
        self.told_limits: list[float] = []
        self.faults = Faults()
        self.goal: NavGoal | None = None
        self.braking = False
        self.seen: list[dict[str, Any]] = []
        """The arguments of every goal that has come."""
        self.charging = False
        self.percentage: float | None = 0.8
        self.e_stop = self.manual = False
        self.collision = 0
        self.deviation = 0.3
        self.pose_override: dict[str, Any] | None = None
        self.frame = "map"
        self.silent: set[str] = set()
        """Topics on which nothing comes."""
        self.publish: Callable[[str, dict[str, Any]], None] = lambda topic, message: None
        self._posed = (math.inf, math.inf)
        self.time = 0.0
        self._battery_at = -1.0
        self._map = small_lobby()

    # --- actions ---

    def begin(self, goal: NavGoal) -> bool:
        """Take a goal; False: refused. What ran before ends aborted, as in Nav2."""
        self.seen.append(goal.args)
        if self.faults.rejects:
            return False
        if self.faults.aborts is not None:
            code, text = self.faults.aborts
            goal.ended(ABORTED, {"error_code": code, "error_msg": text})
            return True
        docking = "dock" in goal.action
        if docking and self.charging == goal.action.endswith("/dock_robot"):
            goal.ended(ABORTED, {"success": True, "error_code": 0, "num_retries": 0})
            return True
        old, self.goal = self.goal, goal
        self.say_status()
        if old is not None:
            old.ended(ABORTED, {"error_code": 0, "error_msg": ""})
        if docking:
            return True
        target = goal.args["pose"]["pose"]["position"]
        try:
            way = plan(self._map, (self.x, self.y), (target["x"], target["y"]), clearance=0.25)
        except NoPath:
            self.end(ABORTED, {"error_code": 208, "error_msg": "no valid path found"})
            return True
        goal.way = way[1:]
        self.braking = False
        return True

    def cancel(self) -> list[str]:
        """End the goal that runs; the ids of goals that are being cancelled."""
        if self.goal is None or self.faults.ignores_cancel:
            return []
        found = [self.goal.uuid]
        self.braking = True
        self.end(CANCELED, {"error_code": 0, "error_msg": ""})
        return found

    def end(self, status: int, result: dict[str, Any]) -> None:
        goal, self.goal = self.goal, None
        self.braking = True
        self.say_status()
        if goal is not None and not self.faults.mute:
            goal.ended(status, result)

    # --- time ---

    def step(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / TICK))):
            self.time += TICK
            self._move()
            self._tell()

    def _move(self) -> None:
        goal = self.goal
        self.turning = 0.0
        if self.faults.stuck or self.e_stop or self.manual or self.collision == 1:
            self.speed = 0.0
        elif goal is not None and "dock" in goal.action:
            self._dock(goal)
        elif goal is not None and goal.way:
            self._drive(goal)
        else:
            self._brake()
        if goal is not None and self.goal is goal and not self.faults.mute:
            left = self._left(goal)
            values = {"distance_remaining": left, "number_of_recoveries": 0, "current_pose": {}}
            if "dock" in goal.action:
                values = {"state": 3, "num_retries": 0}
            if not goal.action.endswith("/undock_robot"):
                goal.feedback(values)

    def _left(self, goal: NavGoal) -> float:
        if goal.elapsed == 0:
            return 0.0  # as Nav2 says before it has a path
        return sum(math.dist(a, b) for a, b in _pairs([(self.x, self.y), *goal.way]))

    def _brake(self) -> None:
        self.speed = max(0.0, self.speed - BRAKING * TICK)
        self.x += math.cos(self.theta) * self.speed * TICK
        self.y += math.sin(self.theta) * self.speed * TICK

    def _drive(self, goal: NavGoal) -> None:
        goal.elapsed += TICK
        left = self._left(goal)
        fastest = min(self.ceiling, math.sqrt(2 * ACCELERATION * left))
        self.speed = max(0.0, min(fastest, self.speed + ACCELERATION * TICK))
        way = self.speed * TICK
        while way > 0 and goal.way:
            corner = goal.way[0]
            far = math.dist((self.x, self.y), corner)
            if far > 1e-9:
                self.theta = math.atan2(corner[1] - self.y, corner[0] - self.x)
            part = min(way, far)
            self.x += math.cos(self.theta) * part
            self.y += math.sin(self.theta) * part
            way -= part
            if part >= far - 0.01:
                goal.way.pop(0)
        if not goal.way or left < 0.03:
            q = goal.args["pose"]["pose"]["orientation"]
            self.theta = 2 * math.atan2(q["z"], q["w"])
            self.speed = 0.0
            self.end(SUCCEEDED, {"error_code": 0, "error_msg": ""})

    def _dock(self, goal: NavGoal) -> None:
        self.speed = 0.0
        goal.elapsed += TICK
        if goal.elapsed < 2:
            return
        if self.faults.dock_code:
            self.end(ABORTED, {"success": False, "error_code": self.faults.dock_code})
            return
        docking = goal.action.endswith("/dock_robot")
        if docking:
            self.x, self.y = DOCK.pose.x, DOCK.pose.y
        self.charging = docking and not self.faults.no_charge
        self._battery_at = -1.0
        self.end(SUCCEEDED, {"success": True, "error_code": 0, "num_retries": 0})

    # --- topics ---

    def _say(self, topic: str, message: dict[str, Any]) -> None:
        if not self.faults.dead and topic not in self.silent:
            self.publish(topic, message)

    def _tell(self) -> None:
        self._say("/odom", self.odometry())
        if self.pose_override is not None or math.dist(self._posed, (self.x, self.y)) > 0.2:
            self.say_pose()
        if self.time - self._battery_at >= 1:
            self._battery_at = self.time
            self._say("/battery_state", self.battery())
            self._say("/e_stop", {"data": self.e_stop})
            self._say("/manual", {"data": self.manual})
            self._say(
                "/collision_monitor_state",
                {"action_type": self.collision, "polygon_name": "front" if self.collision else ""},
            )

    def change(self, **fields: Any) -> None:
        """Change something that is published at once."""
        for name, value in fields.items():
            setattr(self, name, value)
        self._battery_at = -1.0
        self._posed = (math.inf, math.inf)

    def say_pose(self) -> None:
        self._posed = (self.x, self.y)
        self._say("/amcl_pose", self.pose())

    def say_status(self) -> None:
        for action in ("/navigate_to_pose", "/dock_robot", "/undock_robot"):
            goals = [self.goal] if self.goal is not None and self.goal.action == action else []
            self._say(f"{action}/_action/status", {"status_list": [_status(g) for g in goals]})

    def pose(self) -> dict[str, Any]:
        if self.pose_override is not None:
            return self.pose_override
        covariance = [0.0] * 36
        covariance[0] = covariance[7] = self.deviation**2
        return {
            "header": {"frame_id": self.frame, "stamp": {"sec": 1, "nanosec": 0}},
            "pose": {"pose": _pose(self.x, self.y, self.theta), "covariance": covariance},
        }

    def odometry(self) -> dict[str, Any]:
        """Counted from where it stood at first."""
        pose = _pose(self.x - HOME.pose.x, self.y - HOME.pose.y, self.theta)
        twist = {"linear": {"x": self.speed, "y": 0.0}, "angular": {"z": self.turning}}
        return {
            "header": {"frame_id": "odom"},
            "child_frame_id": "base_link",
            "pose": {"pose": pose},
            "twist": {"twist": twist},
        }

    def battery(self) -> dict[str, Any]:
        return {"percentage": self.percentage, "power_supply_status": 1 if self.charging else 2}


def _status(goal: NavGoal) -> dict[str, Any]:
    return {"goal_info": {"goal_id": {"uuid": goal.uuid}}, "status": EXECUTING}


def _pose(x: float, y: float, theta: float) -> dict[str, Any]:
    rotation = {"x": 0.0, "y": 0.0, "z": math.sin(theta / 2), "w": math.cos(theta / 2)}
    return {"position": {"x": x, "y": y, "z": 0.0}, "orientation": rotation}


def _pairs(
    points: list[tuple[float, float]],
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    return pairwise(points)
