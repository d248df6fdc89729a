"""What is known about one robot: every message of a topic goes in here, the newest wins."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from robot_bridge.driver import DriverConfig
from robot_bridge.drivers.ros2 import readings
from robot_bridge.drivers.ros2.operations import STATUS_TYPE
from robot_bridge.drivers.ros2.options import Options
from robot_bridge.drivers.ros2.readings import BadMessage, Message
from robot_bridge.drivers.ros2.whereabouts import Whereabouts

STILL_SPEED = 0.02
"""Metres a second below which a robot stands."""
STILL_TURNING = 0.05
"""Radians a second."""
AT_THE_DOCK = 1.0
"""Metres from the dock within which a full battery counts as being charged."""
COMPLAINT_SECONDS = 15.0
"""For which a complaint of the diagnostics is shown after it was last made."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that the robot is listened to for."""

    name: str
    kind: str
    take: Callable[[Message, float], None]
    """Takes a message and the monotonic time. Raises `BadMessage`."""
    every: float = 0.0
    """Seconds between two messages that are enough."""


class Robot:
    """The newest of everything; times are the driver's monotonic clock."""

    def __init__(self, config: DriverConfig, options: Options) -> None:
        self._options = options
        self._dock = config.dock
        self.place = Whereabouts(
            config.lobby_map, options.frame, options.base_frame, options.deviation
        )
        self._speed: float | None = None
        self._turning = 0.0
        self._motion_at = -math.inf
        self._last_pose: tuple[float, float, float] | None = None
        self._pose_speed = 0.0
        self._percent = options.battery_scale == "percent"
        self._supply = 0
        self.battery: float | None = None
        self.battery_at: float | None = None
        self._e_stop: bool | None = None
        self._manual: bool | None = None
        self.field_violation = False
        self._complaints: dict[str, tuple[str, float]] = {}
        self._running: dict[str, set[str]] = {}
        self.state_at: float | None = None
        self.reports = 0
        """How many messages about its motion have come."""
        self.still_reports = 0
        """How many of them in a row say that it stands."""

    def topics(self) -> list[Topic]:
        """All that are listened to."""
        options = self._options
        pose = self._take_transforms if options.reads_tf else self._take_pose
        flag = "std_msgs/msg/Bool"
        wanted = [
            (options.pose_topic, options.pose_message, pose, 0.0),
            (options.odom_topic, "nav_msgs/msg/Odometry", self._take_odometry, 0.05),
            (options.battery_topic, "sensor_msgs/msg/BatteryState", self._take_battery, 0.5),
            (options.e_stop_topic, flag, self._take_e_stop, 0.0),
            (options.manual_topic, flag, self._take_manual, 0.0),
            (
                options.collision_topic,
                "nav2_msgs/msg/CollisionMonitorState",
                self._take_collision,
                0.0,
            ),
            (
                options.diagnostics_topic,
                "diagnostic_msgs/msg/DiagnosticArray",
                self._take_complaints,
                0.0,
            ),
        ]
        found = [Topic(name, kind, take, every) for name, kind, take, every in wanted if name]
        return found + [self._status_of(action) for action in options.actions]

    def forget(self) -> None:
        """A new connection: what was known is not known any more."""
        self._speed, self._motion_at, self._last_pose = None, -math.inf, None
        self._pose_speed = 0.0
        self._e_stop = self._manual = None
        self.field_violation = False
        self._running.clear()
        self.still_reports = 0

    # --- what is known ---

    @property
    def e_stop(self) -> bool:
        """Pressed, or configured and never heard of."""
        return self._options.e_stop_topic is not None and self._e_stop is not False

    @property
    def manual(self) -> bool:
        return self._manual is True

    @property
    def manual_known(self) -> bool:
        return self._options.manual_topic is None or self._manual is not None

    @property
    def known(self) -> bool:
        """Everything without which it may not move has been heard of."""
        switches = self._options.e_stop_topic is None or self._e_stop is not None
        return switches and self.manual_known and self.place.position is not None

    @property
    def speed(self) -> float:
        """Metres a second: by its wheels, or by its poses where they say nothing."""
        return self._pose_speed if self._speed is None else self._speed

    def still(self, now: float) -> bool:
        """Whether it stands, by what it last said."""
        if self._speed is not None:
            return self._speed < STILL_SPEED and self._turning < STILL_TURNING
        return self.place.still_for(now) >= 0.5

    def fresh(self, now: float, limit: float) -> bool:
        return self.state_at is not None and now - self.state_at <= limit

    @property
    def charging(self) -> bool:
        """By its battery. A full one charges when the robot stands at its dock."""
        if self._supply == 1:
            return True
        here = self.place.position
        if self._supply != 4 or here is None or self._dock is None:
            return False
        return math.dist((here.x, here.y), (self._dock.x, self._dock.y)) <= AT_THE_DOCK

    def busy_with(self, action: str) -> set[str]:
        """Goals that an action carries out, whoever sent them."""
        return self._running.get(action, set())

    def complaints(self, now: float) -> list[str]:
        """In words, what is wrong with the robot."""
        found = [
            f"{name}: {text}"
            for name, (text, at) in self._complaints.items()
            if now - at <= COMPLAINT_SECONDS
        ]
        trouble = self.place.trouble(now)
        if trouble:
            found.insert(0, trouble)
        for topic, heard in (
            (self._options.e_stop_topic, self._e_stop),
            (self._options.manual_topic, self._manual),
        ):
            if topic is not None and heard is None:
                found.insert(0, f"nothing has come on {topic}")
        return found[:8]

    # --- topics ---

    def _take_pose(self, message: Message, now: float) -> None:
        self.state_at = now
        placed = readings.read_pose(message)
        self.place.take_pose(placed, now)
        self._count_pose(now)
        if placed is None:
            raise BadMessage("no position")

    def _take_transforms(self, message: Message, now: float) -> None:
        before = self.place.at
        self.place.take_transforms(readings.read_transforms(message), now)
        if self.place.at != before:
            self.state_at = now
            self._count_pose(now)

    def _count_pose(self, now: float) -> None:
        """Speed and rest by poses alone, for robots without odometry."""
        here, last = self.place.position, self._last_pose
        if here is None:
            self._last_pose = None
            return
        if last is None or now - last[2] >= 0.2:
            if last is not None:
                way = math.dist((here.x, here.y), last[:2])
                self._pose_speed = min(way / (now - last[2]), 9.9)
            self._last_pose = (here.x, here.y, now)
        if now - self._motion_at > 1.0:
            self._speed = None  # its wheels say nothing (any more)
        if self._speed is None:
            self._count(now)

    def _take_odometry(self, message: Message, now: float) -> None:
        motion, placed = readings.read_motion(message), readings.read_pose(message)
        if motion is None and placed is None:
            raise BadMessage("no odometry")
        self.state_at = now
        self.place.take_odometry(placed, now)
        if motion is not None:
            self._speed, self._turning, self._motion_at = motion.speed, motion.turning, now
            self._count(now)

    def _count(self, now: float) -> None:
        self.reports += 1
        self.still_reports = self.still_reports + 1 if self.still(now) else 0

    def _take_battery(self, message: Message, now: float) -> None:
        charge = readings.read_battery(message)
        level = charge.level
        if level is not None and self._options.battery_scale == "auto" and level > 1.02:
            self._percent = True  # and from now on: 0.9 of it is nearly empty
        if level is not None:
            level = level / 100 if self._percent else level
        self.battery = None if level is None or level > 1.02 else min(level, 1.0)
        self.battery_at = now
        self._supply = charge.supply

    def _take_e_stop(self, message: Message, now: float) -> None:
        self._e_stop = _flag(message) == self._options.e_stop_pressed

    def _take_manual(self, message: Message, now: float) -> None:
        self._manual = _flag(message) == self._options.manual_on

    def _take_collision(self, message: Message, now: float) -> None:
        stopped = readings.read_collision(message)
        if stopped is None:
            raise BadMessage("no action type")
        self.field_violation = stopped

    def _take_complaints(self, message: Message, now: float) -> None:
        for name, text in readings.read_complaints(message).items():
            if text is None:
                self._complaints.pop(name, None)
            elif name in self._complaints or len(self._complaints) < 50:
                self._complaints[name] = (text or "out of order", now)

    def _status_of(self, action: str) -> Topic:
        def take(message: Message, now: float) -> None:
            running = readings.read_running(message)
            if running is None:
                raise BadMessage("no list of goals")
            self._running[action] = running

        return Topic(f"{action}/_action/status", STATUS_TYPE, take)


def _flag(message: Message) -> bool:
    value = readings.read_flag(message)
    if value is None:
        raise BadMessage("neither true nor false")
    return value
