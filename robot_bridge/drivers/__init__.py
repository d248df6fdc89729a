"""The drivers that ship with Lễ Tân, and how others are found.

A package outside adds one by an entry point in the group ``letan.robot_drivers`` whose object is a
`robot_bridge.driver.DriverFactory`.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from robot_bridge.driver import DriverFactory

GROUP = "letan.robot_drivers"

DRIVERS: Mapping[str, str] = MappingProxyType(
    {"simulator": "robot_bridge.drivers.simulator:create"}
)
"""Name in the settings to ``module:function``; imported only when used."""


def driver_names() -> list[str]:
    """Every driver that can be configured here."""
    return sorted({*DRIVERS, *(entry.name for entry in entry_points(group=GROUP))})


def find_driver(name: str) -> DriverFactory:
    """The factory of a driver. Raises ValueError naming those that there are."""
    target = DRIVERS.get(name)
    if target is not None:
        module, _, function = target.partition(":")
        factory: DriverFactory = getattr(import_module(module), function)
        return factory
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            loaded: DriverFactory = entry.load()
            return loaded
    raise ValueError(f"driver: no '{name}'; there are {', '.join(driver_names())}")
