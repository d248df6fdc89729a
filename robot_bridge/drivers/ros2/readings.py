"""What a rosbridge server sends, read without trusting it. Pure.

JSON has no NaN: servers write ``null`` for it. Byte arrays come as base64. Whatever is not a
finite number is `None`, never 0.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Message = Mapping[str, Any]

LONGEST = 4 * 1024 * 1024
"""Characters of a message that is still parsed."""


class BadMessage(ValueError):  # noqa: N818 - what it is called everywhere
    """What came is not what the protocol says; says what is wrong with it."""


def decode(text: str | bytes) -> dict[str, Any]:
    """A message as a mapping. Raises `BadMessage`."""
    if len(text) > LONGEST:
        raise BadMessage("too long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadMessage("no JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("no JSON object")
    return message


def number(value: Any) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        made = float(value)
    except OverflowError:
        return None
    return made if math.isfinite(made) else None


def part(message: Any, *path: str) -> Any:
    """A field within fields; None where there is none."""
    for name in path:
        if not isinstance(message, Mapping):
            return None
        message = message.get(name)
    return message


def text_of(value: Any, most: int = 200) -> str:
    """Something for the log, of a bounded length."""
    return (value if isinstance(value, str) else "")[:most]


@dataclass(frozen=True, slots=True)
class Placed:
    """A position: metres and radians in a frame."""

    x: float
    y: float
    theta: float
    frame: str = ""
    child: str = ""
    """The frame whose position it is, where that is told."""
    deviation: float = 0.0
    """Metres (1 sigma) by which it may be wrong, as far as that is told."""

    def then(self, step: "Placed") -> "Placed":
        """The position that ``step`` has, seen from here, in the frame of this one."""
        cos, sin = math.cos(self.theta), math.sin(self.theta)
        return Placed(
            self.x + cos * step.x - sin * step.y,
            self.y + sin * step.x + cos * step.y,
            math.remainder(self.theta + step.theta, math.tau),
            self.frame,
            step.child,
            self.deviation,
        )

    def seen_from(self, origin: "Placed") -> "Placed":
        """This position as seen from another one of the same frame."""
        cos, sin = math.cos(origin.theta), math.sin(origin.theta)
        dx, dy = self.x - origin.x, self.y - origin.y
        return Placed(
            cos * dx + sin * dy,
            cos * dy - sin * dx,
            math.remainder(self.theta - origin.theta, math.tau),
        )


FARTHEST = 1e5
"""Metres: whoever claims to be farther away is not believed."""


def _placed(position: Any, orientation: Any) -> Placed | None:
    x, y = number(part(position, "x")), number(part(position, "y"))
    axes = [number(part(orientation, name)) for name in "xyzw"]
    if x is None or y is None or max(abs(x), abs(y)) > FARTHEST:
        return None
    qx, qy, qz, qw = (value if value is not None else math.nan for value in axes)
    length = qx * qx + qy * qy + qz * qz + qw * qw
    if not 0.5 < length < 2:  # false for NaN as well
        return None
    theta = math.atan2(2 * (qw * qz + qx * qy), qw * qw + qx * qx - qy * qy - qz * qz)
    return Placed(x, y, theta)


def read_pose(message: Message) -> Placed | None:
    """PoseWithCovarianceStamped, PoseStamped or Odometry; None when it is no position."""
    pose = part(message, "pose")
    covariance = part(pose, "covariance")
    if isinstance(part(pose, "pose"), Mapping):
        pose = part(pose, "pose")
    placed = _placed(part(pose, "position"), part(pose, "orientation"))
    if placed is None:
        return None
    deviation = 0.0
    if isinstance(covariance, list) and len(covariance) == 36:
        variances = [number(covariance[0]), number(covariance[7])]
        if any(value is None for value in variances):
            return None
        deviation = math.sqrt(max(0.0, *(value for value in variances if value is not None)))
    frame, child = part(message, "header", "frame_id"), part(message, "child_frame_id")
    return Placed(placed.x, placed.y, placed.theta, frame_name(frame), frame_name(child), deviation)


def frame_name(value: Any) -> str:
    """ROS 1 wrote frames with a leading slash, and some robots still do."""
    return text_of(value).lstrip("/")


def read_transforms(message: Message) -> list[Placed]:
    """tf2_msgs/TFMessage: every usable transform; ``frame`` is the parent."""
    found = []
    transforms = part(message, "transforms")
    for entry in transforms if isinstance(transforms, list) else []:
        transform = part(entry, "transform")
        placed = _placed(part(transform, "translation"), part(transform, "rotation"))
        frame = frame_name(part(entry, "header", "frame_id"))
        child = frame_name(part(entry, "child_frame_id"))
        if placed is not None and frame and child:
            found.append(Placed(placed.x, placed.y, placed.theta, frame, child))
    return found


@dataclass(frozen=True, slots=True)
class Motion:
    """How fast the robot moves: metres and radians a second."""

    speed: float
    turning: float


def read_motion(message: Message) -> Motion | None:
    """The twist of nav_msgs/Odometry."""
    twist = part(message, "twist", "twist")
    x, y = number(part(twist, "linear", "x")), number(part(twist, "linear", "y"))
    turning = number(part(twist, "angular", "z"))
    if x is None:
        return None
    return Motion(math.hypot(x, y or 0.0), abs(turning or 0.0))


@dataclass(frozen=True, slots=True)
class Charge:
    """A battery: ``level`` as it was sent, whatever its scale; ``supply`` 1 charging, 4 full."""

    level: float | None
    supply: int


def read_battery(message: Message) -> Charge:
    """sensor_msgs/BatteryState; without a percentage the level comes from charge and capacity."""
    level = number(part(message, "percentage"))
    charge, capacity = number(part(message, "charge")), number(part(message, "capacity"))
    if level is None and charge is not None and capacity is not None and capacity > 0:
        level = charge / capacity
    supply = number(part(message, "power_supply_status"))
    return Charge(level if level is not None and level >= 0 else None, int(supply or 0))


def read_flag(message: Message) -> bool | None:
    """std_msgs/Bool."""
    value = part(message, "data")
    if isinstance(value, bool):
        return value
    return bool(value) if value in (0, 1) else None


def read_collision(message: Message) -> bool | None:
    """nav2_msgs/CollisionMonitorState: whether somebody stands where the robot must not go on."""
    action = number(part(message, "action_type"))
    return None if action is None else int(action) == 1


def read_complaints(message: Message) -> dict[str, str | None]:
    """diagnostic_msgs/DiagnosticArray: what each part complains of (level 2 and 3), or None."""
    found: dict[str, str | None] = {}
    entries = part(message, "status")
    for entry in entries[:200] if isinstance(entries, list) else []:
        name, level = text_of(part(entry, "name"), 80), part(entry, "level")
        if isinstance(level, str):  # a byte comes as a number, or as base64 of one
            level = {"AA==": 0, "AQ==": 1, "Ag==": 2, "Aw==": 3}.get(level, ord(level[:1] or "\0"))
        if name and isinstance(level, int):
            found[name] = text_of(part(entry, "message"), 120) if level >= 2 else None
    return found


Ending = Literal["succeeded", "canceled", "aborted", "unknown"]
_ENDINGS: dict[int, Ending] = {4: "succeeded", 5: "canceled", 6: "aborted"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a goal ended: its ``status`` decides, nothing else."""

    ending: Ending
    code: int = 0
    """``error_code`` of the result; 0: none, or not told."""
    text: str = ""
    refused: bool = False
    """There is no result, only a sentence: the goal was not taken at all."""


def read_outcome(message: Message) -> Outcome | None:
    """``action_result``, flat or nested (servers of early 2024); None: the goal still runs."""
    values, status = message.get("values"), number(message.get("status"))
    result = values
    if status is None and isinstance(values, Mapping):
        status = number(values.get("status"))
        result = values.get("result", values)
    if status in (1, 2, 3):
        return None
    ending = _ENDINGS.get(int(status or 0), "unknown")
    if isinstance(values, str):
        return Outcome(ending, 0, text_of(values), refused=ending in ("aborted", "unknown"))
    code = number(part(result, "error_code"))
    return Outcome(ending, int(code or 0), text_of(part(result, "error_msg")))


@dataclass(frozen=True, slots=True)
class Feedback:
    """How a goal gets on; metres."""

    remaining: float | None = None


def read_feedback(values: Any) -> Feedback:
    """Of nav2_msgs/NavigateToPose; nothing in it is needed."""
    if not isinstance(values, Mapping):
        return Feedback()
    remaining = number(values.get("distance_remaining"))
    return Feedback(remaining if remaining is not None and 0 <= remaining <= FARTHEST else None)


def read_running(message: Message) -> set[str] | None:
    """action_msgs/GoalStatusArray: ids of the goals that an action carries out."""
    entries = part(message, "status_list")
    if not isinstance(entries, list):
        return None
    return {
        str(part(entry, "goal_info", "goal_id", "uuid"))
        for entry in entries[-100:]
        if part(entry, "status") in (1, 2, 3)
    }
