"""Vehicles that speak VDA 5050 (2.0, 2.1, 3.0) over MQTT."""

from robot_bridge.driver import DriverConfig, DriverKind, RobotDriver
from robot_bridge.drivers.vda5050.driver import Vda5050Robot
from robot_bridge.drivers.vda5050.options import Options

__all__ = ["KIND", "Options", "Vda5050Robot", "create"]


def create(config: DriverConfig) -> RobotDriver:
    """Build the driver of one vehicle. Raises ValueError for settings that cannot be used."""
    return Vda5050Robot(config, Options.model_validate(dict(config.options)))


KIND = DriverKind(create, Options)
"""The entry in the registry."""
