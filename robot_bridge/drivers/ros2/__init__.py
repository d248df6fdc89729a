"""Robots with ROS 2 and Nav2 behind a rosbridge server (protocol v2 over WebSocket)."""

from robot_bridge.driver import DriverConfig, DriverKind, RobotDriver
from robot_bridge.drivers.ros2.driver import Ros2Robot
from robot_bridge.drivers.ros2.options import Options

__all__ = ["KIND", "Options", "Ros2Robot", "create"]


def create(config: DriverConfig) -> RobotDriver:
    """Build the driver of one robot. Raises ValueError for settings that cannot be used."""
    return Ros2Robot(config, Options.model_validate(dict(config.options)))


KIND = DriverKind(create, Options)
"""The entry in the registry."""
