"""The settings that only a ROS 2 robot behind rosbridge has: further keys of ``[[robots]]``.

Names that a robot does not have are switched off by an empty string.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

_NAME = r"^/?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*$"
_TYPE = r"^[a-z][a-z0-9_]*(/(msg|action))?/[A-Za-z][A-Za-z0-9]*$"


def _off(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Name = Annotated[str, Field(pattern=_NAME, max_length=255)]
Maybe = Annotated[Name | None, BeforeValidator(_off)]


class Options(BaseModel):
    """Names of topics and actions, patience and credentials of one robot."""

    model_config = ConfigDict(extra="forbid")

    navigate_action: Name = "/navigate_to_pose"
    navigate_type: str = Field("nav2_msgs/action/NavigateToPose", pattern=_TYPE)
    behavior_tree: str = Field("", description="of Nav2, for driving; empty: its default")
    dock_action: Maybe = Field(None, description="nav2_msgs DockRobot, as /dock_robot")
    undock_action: Maybe = Field(None, description="nav2_msgs UndockRobot, as /undock_robot")
    dock_id: str = Field("", description="in the dock database; empty: the pose of our dock")
    dock_type: str = ""
    charge_seconds: float = Field(
        10.0, ge=0, le=120, description="for the battery to say that it charges, or no longer"
    )
    leaves_charger: bool = Field(
        False, description="may drive off its charger by itself, without undocking"
    )
    frame: str = Field("map", min_length=1, description="the frame of poses and goals")
    base_frame: str = Field("base_link", min_length=1, description="the robot, where TF is read")
    pose_topic: Name = Field("/amcl_pose", description="or /tf")
    pose_type: str = Field(
        "", description="empty: PoseWithCovarianceStamped, TFMessage for a topic named tf"
    )
    odom_topic: Maybe = "/odom"
    battery_topic: Maybe = "/battery_state"
    battery_scale: Literal["auto", "fraction", "percent"] = "auto"
    speed_limit_topic: Maybe = "/speed_limit"
    e_stop_topic: Maybe = Field(None, description="std_msgs/Bool; no standard name")
    e_stop_pressed: bool = Field(True, description="what the topic says when it is pressed")
    manual_topic: Maybe = Field(None, description="std_msgs/Bool; no standard name")
    manual_on: bool = Field(True, description="what the topic says when driven by hand")
    collision_topic: Maybe = Field(
        None, description="nav2_msgs CollisionMonitorState, as /collision_monitor_state"
    )
    diagnostics_topic: Maybe = Field(None, description="DiagnosticArray, as /diagnostics")
    stale_after: float = Field(
        2.0, ge=0.5, le=30, description="seconds without odometry or pose until it is lost"
    )
    clearance: float = Field(0.3, gt=0, le=2, description="metres from walls that a goal keeps")
    deviation: float = Field(
        1.0, gt=0, le=20, description="metres (1 sigma) by which a pose may be wrong"
    )
    token: SecretStr | None = Field(None, description="sent as a bearer token to a proxy")
    headers: dict[str, str] = Field(default_factory=dict, description="sent to a proxy")
    ca: Path | None = Field(None, description="certificate authority of a wss server (PEM)")
    cert: Path | None = Field(None, description="our certificate (PEM)")
    key: Path | None = Field(None, description="its key (PEM)")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key are needed together")
        if (self.dock_action is None) != (self.undock_action is None):
            raise ValueError("dock_action and undock_action are needed together")
        if self.dock_action is not None and self.battery_topic is None:
            raise ValueError("docking needs battery_topic: docked is who charges")
        return self

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action that may move the robot."""
        names = (self.navigate_action, self.dock_action, self.undock_action)
        return tuple(name for name in names if name is not None)

    @property
    def reads_tf(self) -> bool:
        return self.pose_message.endswith("/TFMessage")

    @property
    def pose_message(self) -> str:
        """The type of what comes on `pose_topic`."""
        if self.pose_type:
            return self.pose_type
        if self.pose_topic.rsplit("/", 1)[-1] == "tf":
            return "tf2_msgs/msg/TFMessage"
        return "geometry_msgs/msg/PoseWithCovarianceStamped"
