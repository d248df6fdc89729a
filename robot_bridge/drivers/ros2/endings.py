"""What the end of a goal means: nav2_msgs codes in the few words that all drivers share. Pure."""

from robot_bridge.driver import FailureCode
from robot_bridge.drivers.ros2.readings import Outcome

_UNREACHABLE = frozenset({203, 204, 205, 206, 208, 304, 305, 306, 307, 308})
"""Planner: start or goal off the map or occupied, no way (through poses: 300 and on)."""
_BLOCKED = frozenset({104, 105, 106})
"""Controller: out of patience, no progress, no way to go on."""
_NOT_LOCALISED = frozenset({102, 202, 302, 9002})
"""A transform is missing."""
_TIMEOUT = frozenset({107, 207, 309, 9003})

_DOCKING = {
    901: "the dock is not in the robot's database",
    902: "the dock is not valid",
    903: "it did not get to the place before the dock",
    904: "it does not see the dock",
    905: "it could not drive to the dock",
    906: "it does not charge",
    907: "it took too long",
}


def failure_of(outcome: Outcome, *, docking: bool) -> tuple[FailureCode, str]:
    """Why a goal that has not succeeded has failed, and a text for the log."""
    text = outcome.text or _DOCKING.get(outcome.code, "")
    if outcome.code:
        text = f"{text} (code {outcome.code})".strip()
    if outcome.refused:
        return FailureCode.REJECTED, text or "refused"
    if outcome.ending in ("canceled", "unknown"):  # servers of early 2024 tell no status then
        return FailureCode.CANCELED, text or "ended by somebody else"
    if docking:
        return FailureCode.DOCKING_FAILED, text or f"the goal was {outcome.ending}"
    for codes, code in (
        (_UNREACHABLE, FailureCode.UNREACHABLE),
        (_BLOCKED, FailureCode.BLOCKED),
        (_NOT_LOCALISED, FailureCode.NOT_LOCALISED),
        (_TIMEOUT, FailureCode.TIMEOUT),
    ):
        if outcome.code in codes:
            return code, text
    if outcome.code == 1:
        return FailureCode.REJECTED, text
    return FailureCode.INTERNAL, text or f"{outcome.ending} without a reason"
