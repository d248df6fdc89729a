"""Which of several robots is sent when nobody says which one."""

import math
from collections.abc import Iterable

from robot_bridge.conductor import Conductor
from robot_bridge.driver import Pose
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.places import Place
from robot_bridge.planner import NoPath, path_length, plan

FAR = 1e6
"""Metres: farther than any robot that knows where it is."""


def choose(
    conductors: Iterable[Conductor], lobby_map: LobbyMap, near: Place, clearance: float
) -> Conductor | None:
    """The free robot with the shortest way to a place; when all are busy, the one free soonest.

    One that cannot move now (no link, stopped, low battery) is taken only when no other is left,
    so that its refusal says why. None: there are no robots.
    """

    def cost(conductor: Conductor) -> tuple[int, float]:
        mission = conductor.mission
        if not conductor.can_lead(near):
            return 2, 0.0
        if mission is not None and not mission.ended and not mission.gives_way:
            return 1, conductor.busy_seconds()
        return 0, _way(lobby_map, conductor.state().pose, near.pose, clearance)

    return min(conductors, key=cost, default=None)


def _way(lobby_map: LobbyMap, here: Pose | None, there: Pose, clearance: float) -> float:
    if here is None:
        return FAR
    try:
        return path_length(
            plan(lobby_map, (here.x, here.y), (there.x, there.y), clearance=clearance)
        )
    except NoPath:
        return FAR + math.dist((here.x, here.y), (there.x, there.y))
