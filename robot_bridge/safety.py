"""The gate before motion and the watch during it. Pure functions of what is known.

Software promises here what software can (ISO 13482 lists the hazards; this is no certification):
the robot's own emergency stop and protective field are read, never cleared or worked around.
"""

from robot_bridge.driver import FailureCode, RobotState
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.missions import MissionKind, Policy, Refused
from robot_bridge.places import Place
from robot_bridge.sentences import (
    BATTERY_LOW,
    BY_HAND,
    E_STOP,
    HELD,
    LOST,
    NOT_LINKED,
    OFF_MAP,
    sentence,
)

OVERSPEED = 0.15
"""Metres a second above the ceiling that a measurement may be wrong by."""


def hazard(state: RobotState, now: float, stale_after: float) -> FailureCode | None:
    """Why the robot must not move (any further); None when nothing is wrong."""
    if state.link != "up" or state.state_at is None or now - state.state_at > stale_after:
        return FailureCode.LINK_LOST
    if state.e_stop:
        return FailureCode.ESTOP
    if state.mode == "manual":
        return FailureCode.MANUAL_MODE
    if state.pose is None or not state.localised:
        return FailureCode.NOT_LOCALISED
    if state.pose_at is None or now - state.pose_at > stale_after:
        return FailureCode.NOT_LOCALISED
    return None


def too_fast(state: RobotState, policy: Policy) -> bool:
    """Whether the robot reports a speed that it must not have."""
    return state.speed > policy.max_speed + OVERSPEED


_REFUSALS = {
    FailureCode.LINK_LOST: ("robot_unavailable", NOT_LINKED),
    FailureCode.ESTOP: ("robot_e_stop", E_STOP),
    FailureCode.MANUAL_MODE: ("robot_manual", BY_HAND),
    FailureCode.NOT_LOCALISED: ("robot_not_localised", LOST),
}


def refusal(
    state: RobotState,
    now: float,
    stale_after: float,
    *,
    stopped: bool,
    kind: MissionKind,
    target: Place,
    lobby_map: LobbyMap,
    policy: Policy,
) -> Refused | None:
    """Why a mission may not begin; None when it may."""
    if stopped:
        return _refused("robot_stopped", HELD)
    wrong = hazard(state, now, stale_after)
    if wrong is not None:
        code, text = _REFUSALS[wrong]
        return _refused(code, text)
    if state.battery is not None and state.battery < policy.battery_floor and kind != "dock":
        return _refused("robot_battery_low", BATTERY_LOW)
    if lobby_map.occupied(target.pose.x, target.pose.y):
        return _refused("place_unreachable", OFF_MAP, target)
    return None


def failure_of(refused: Refused) -> FailureCode:
    """The failure of a mission that has begun and may not go on for this reason."""
    codes = {code: failure for failure, (code, _) in _REFUSALS.items()}
    codes["robot_battery_low"] = FailureCode.BATTERY_LOW
    return codes.get(refused.code, FailureCode.REJECTED)


def _refused(code: str, text: str, place: Place | None = None) -> Refused:
    said = sentence(text, place)
    return Refused(code, said.vi, said.en)
