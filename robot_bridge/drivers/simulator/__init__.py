"""The simulated robot: the default driver, and the first to obey the contract of all drivers."""

from robot_bridge.driver import DriverConfig, RobotDriver
from robot_bridge.drivers.simulator.driver import SimulatedRobot
from robot_bridge.drivers.simulator.kinematics import Limits

__all__ = ["Limits", "SimulatedRobot", "create"]


def create(config: DriverConfig) -> RobotDriver:
    """The factory in the registry."""
    return SimulatedRobot(config)
