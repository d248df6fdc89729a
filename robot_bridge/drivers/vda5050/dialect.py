"""What VDA 5050 calls things in its versions 2.0, 2.1 and 3.0: one table, known nowhere else.

Sources: the specification's tags 2.0.0, 2.1.0 and 3.0.0 with their JSON schemas. What a vehicle
sends is read under the names of every version, whatever it says of itself; what we send is written
in one dialect.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Dialect:
    """How we write to a vehicle of one version."""

    version: str
    """As in every header, for example 2.0.0; some vehicles refuse another text."""
    interface: str
    """First part of the topics, where the settings name none."""
    fraction_digits: int
    """Of the seconds in a timestamp."""
    deviation: str
    """How far from a node the vehicle may pass, in metres."""
    deviation_is_ellipse: bool
    edge_speed: str
    """The ceiling of the speed on an edge, metres a second."""
    edge_names_its_ends: bool
    action_has_name: bool
    """The schema of 2.0 asks for actionName where its text says actionType."""
    instant_fields: tuple[str, ...]
    """Names of the array of instant actions that are in use among vehicles of this version."""

    @property
    def major(self) -> str:
        """As in the topics: v2."""
        return f"v{self.version.partition('.')[0]}"


_V20 = Dialect(
    version="2.0.0",
    interface="uagv",
    fraction_digits=2,
    deviation="allowedDeviationXy",
    deviation_is_ellipse=False,
    edge_speed="maxSpeed",
    edge_names_its_ends=True,
    action_has_name=True,
    instant_fields=("actions", "instantActions"),
)
_V21 = replace(_V20, version="2.1.0", deviation="allowedDeviationXY", action_has_name=False)
_V30 = Dialect(
    version="3.0.0",
    interface="vda5050",
    fraction_digits=3,
    deviation="allowedDeviationXY",
    deviation_is_ellipse=True,
    edge_speed="maximumSpeed",
    edge_names_its_ends=False,
    action_has_name=False,
    instant_fields=("actions",),
)
DIALECTS = {"2.0": _V20, "2.1": _V21, "3.0": _V30}

_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,5})?")


def dialect_of(version: str) -> Dialect:
    """The dialect for ``2.1`` or ``2.1.0``, or the nearest older one of the same major version.

    Raises ValueError naming the versions that there are.
    """
    match = _VERSION.fullmatch(version.strip())
    known = ", ".join(DIALECTS)
    if match is None:
        raise ValueError(f"version: one of {known} is needed")
    major, minor = int(match[1]), int(match[2])
    older = [
        dialect
        for name, dialect in DIALECTS.items()
        if int(name.partition(".")[0]) == major and int(name.partition(".")[2]) <= minor
    ]
    if not older:
        raise ValueError(f"version: one of {known} is needed")
    full = version.strip() if version.count(".") == 2 else f"{version.strip()}.0"
    return replace(older[-1], version=full)


@lru_cache(maxsize=64)
def adapt(dialect: Dialect, reported: str) -> Dialect:
    """The dialect for a vehicle that reports this version; another major version changes nothing.

    Vehicles of one major version refuse the version text of another minor one.
    """
    try:
        told = dialect_of(reported)
    except ValueError:
        return dialect
    return told if told.major == dialect.major else dialect


# --- what vehicles of any version send ---

E_STOP = ("eStop", "activeEmergencyStop")
POWER = ("batteryState", "powerSupply")
CHARGE = ("batteryCharge", "stateOfCharge")
POSITION = ("agvPosition", "mobileRobotPosition")
LOCALISED = ("positionInitialized", "localized")
ACTION_STATES = ("actionStates", "instantActionStates")
"""2.x puts instant actions into the first, 3.0 into the second."""
RESULT = ("resultDescription", "actionResult")

AUTOMATIC = frozenset({"AUTOMATIC", "SEMIAUTOMATIC"})
BY_HAND = frozenset({"MANUAL", "SERVICE", "TEACHIN", "TEACH_IN", "STARTUP", "INTERVENED"})
GRAVE = frozenset({"FATAL", "CRITICAL"})
"""Error levels after which a person has to come."""
NO_ORDER = frozenset({"noOrderToCancel", "NO_ORDER_TO_CANCEL"})
"""The answer to a cancel where nothing was left to cancel."""
ORDER_ERRORS = frozenset(
    {
        "validationError",
        "validation",
        "orderError",
        "orderUpdateError",
        "orderValidationError",
        "noRouteError",
        "VALIDATION_FAILURE",
        "INVALID_ORDER_ACTION",
        "OUTDATED_ORDER_UPDATE",
        "SAME_ORDER_UPDATE_ID",
        "ORDER_UPDATE_FOLLOWING_CANCEL",
        "NODE_UNREACHABLE",
        "NO_ROUTE_TO_TARGET",
        "OTHER_ORDER_ACTIVE",
        "START_NODE_OUT_OF_RANGE",
        "MOBILE_ROBOT_NOT_AVAILABLE",
        "UNKNOWN_MAP_ID",
        "UNSUPPORTED_PARAMETER",
    }
)
"""Types of a refused order, for errors that name no order."""
UNREACHABLE_ERRORS = frozenset({"noRouteError", "NODE_UNREACHABLE", "NO_ROUTE_TO_TARGET"})
GONE = frozenset({"OFFLINE", "CONNECTIONBROKEN", "CONNECTION_BROKEN", "HIBERNATING"})
"""Connection states in which a vehicle cannot be told anything."""
