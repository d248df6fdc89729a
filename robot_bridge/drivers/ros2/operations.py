"""What is sent to a rosbridge server (protocol v2), as mappings. Pure.

Field names as in ROSBRIDGE_PROTOCOL of rosbridge_suite, nav2_msgs and action_msgs.
"""

import math
from collections.abc import Mapping
from typing import Any

from robot_bridge.driver import Pose

Operation = Mapping[str, Any]

_NO_STAMP = {"sec": 0, "nanosec": 0}
CANCEL_TYPE = "action_msgs/srv/CancelGoal"
STATUS_TYPE = "action_msgs/msg/GoalStatusArray"
SPEED_LIMIT_TYPE = "nav2_msgs/msg/SpeedLimit"


def send_goal(
    goal_id: str, action: str, action_type: str, args: Mapping[str, Any]
) -> dict[str, Any]:
    """Without ``feedback`` a server would never say that it has taken the goal."""
    return {
        "op": "send_action_goal",
        "id": goal_id,
        "action": action,
        "action_type": action_type,
        "feedback": True,
        "args": args,
    }


def cancel_goal(goal_id: str, action: str) -> dict[str, Any]:
    """End one goal; not every server understands it from another socket."""
    return {"op": "cancel_action_goal", "id": goal_id, "action": action}


def cancel_all(call_id: str, action: str) -> dict[str, Any]:
    """End every goal of an action, whoever sent it: id and stamp zero (action_msgs/CancelGoal)."""
    return {
        "op": "call_service",
        "id": call_id,
        "service": f"{action}/_action/cancel_goal",
        "type": CANCEL_TYPE,
        "args": {"goal_info": {"goal_id": {"uuid": [0] * 16}, "stamp": _NO_STAMP}},
    }


def subscribe(topic: str, kind: str, *, every: float = 0.0) -> dict[str, Any]:
    """``every``: seconds between two messages at least; then only the newest waits."""
    made: dict[str, Any] = {"op": "subscribe", "id": f"of:{topic}", "topic": topic, "type": kind}
    if every:
        made |= {"throttle_rate": round(every * 1000), "queue_length": 1}
    return made


def unsubscribe(topic: str) -> dict[str, Any]:
    return {"op": "unsubscribe", "id": f"of:{topic}", "topic": topic}


def advertise(topic: str, kind: str) -> dict[str, Any]:
    return {"op": "advertise", "id": f"to:{topic}", "topic": topic, "type": kind}


def publish(topic: str, message: Mapping[str, Any]) -> dict[str, Any]:
    return {"op": "publish", "id": f"to:{topic}", "topic": topic, "msg": message}


def pose_stamped(pose: Pose, frame: str) -> dict[str, Any]:
    """geometry_msgs/PoseStamped; stamp zero: the newest transform."""
    return {
        "header": {"frame_id": frame, "stamp": _NO_STAMP},
        "pose": {
            "position": {"x": pose.x, "y": pose.y, "z": 0.0},
            "orientation": {
                "x": 0.0,
                "y": 0.0,
                "z": math.sin(pose.theta / 2),
                "w": math.cos(pose.theta / 2),
            },
        },
    }


def navigate(pose: Pose, frame: str, behavior_tree: str) -> dict[str, Any]:
    """The goal of nav2_msgs/NavigateToPose."""
    return {"pose": pose_stamped(pose, frame), "behavior_tree": behavior_tree}


def dock(dock_id: str, dock_type: str, pose: Pose, frame: str) -> dict[str, Any]:
    """The goal of nav2_msgs/DockRobot: a dock of the robot's database, or one by its pose."""
    return {
        "use_dock_id": bool(dock_id),
        "dock_id": dock_id,
        "dock_pose": pose_stamped(pose, frame),
        "dock_type": dock_type,
        "max_staging_time": 60.0,
        "navigate_to_staging_pose": True,
    }


def undock(dock_type: str) -> dict[str, Any]:
    """The goal of nav2_msgs/UndockRobot."""
    return {"dock_type": dock_type, "max_undocking_time": 30.0}


def speed_limit(metres_per_second: float, frame: str) -> dict[str, Any]:
    """nav2_msgs/SpeedLimit in metres a second."""
    return {
        "header": {"frame_id": frame, "stamp": _NO_STAMP},
        "percentage": False,
        "speed_limit": metres_per_second,
    }
