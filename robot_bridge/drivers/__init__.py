"""The drivers that ship with Lễ Tân, and how others are found.

A package outside adds one by an entry point in the group ``letan.robot_drivers`` whose object is a
`robot_bridge.driver.DriverFactory`.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from pydantic import ValidationError

from robot_bridge.driver import DriverFactory, DriverKind

GROUP = "letan.robot_drivers"

DRIVERS: Mapping[str, str] = MappingProxyType(
    {
        "simulator": "robot_bridge.drivers.simulator:KIND",
        "ros2": "robot_bridge.drivers.ros2:KIND",
        "vda5050": "robot_bridge.drivers.vda5050:KIND",
    }
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


def check_options(robot_id: str, name: str, options: Mapping[str, object]) -> None:
    """Check what a robot's settings hold beside the keys that every robot has.

    Raises ValueError naming the robot, the key and the remedy; values are not repeated.
    """
    kind = find_driver(name)
    if not isinstance(kind, DriverKind):
        if options and name in DRIVERS:
            raise ValueError(f"robots: '{robot_id}': the driver {name} knows no {min(options)}")
        return
    try:
        kind.options.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "options"
        if first["type"] == "extra_forbidden":
            known = ", ".join(sorted(kind.options.model_fields))
            raise ValueError(
                f"robots: '{robot_id}': no key {key} for {name}; it has {known}"
            ) from None
        raise ValueError(f"robots: '{robot_id}': {key}: {first['msg']}") from None
