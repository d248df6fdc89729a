"""The simulated robot: the default driver, and the first to obey the contract of all drivers."""

from robot_bridge.driver import DriverConfig, DriverKind, RobotDriver
from robot_bridge.drivers.simulator.driver import SimulatedRobot
from robot_bridge.drivers.simulator.kinematics import Limits
from robot_bridge.drivers.simulator.options import Options

__all__ = ["KIND", "Limits", "SimulatedRobot", "create"]


def create(config: DriverConfig) -> RobotDriver:
    """A robot as its settings want it."""
    people = Options.model_validate(dict(config.options)).people
    return SimulatedRobot(config, people=people)


KIND = DriverKind(create, Options)
"""What the registry names."""
