"""Named places: the only targets that a robot may be sent to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from robot_bridge.driver import Pose
from robot_bridge.lobby_map import LobbyMap


@dataclass(frozen=True, slots=True)
class Place:
    """A named pose in the lobby."""

    id: str
    kind: str
    """poi, counter, home or dock."""
    vi: str
    """Its name."""
    en: str
    pose: Pose


def read_places(items: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Places from the form of ``centre.json``; entries without a pose lie outside the lobby."""
    places = []
    for item in items:
        pose = item.get("pose")
        if not pose:
            continue
        name = item.get("name") or {}
        vi = str(name.get("vi") or item["id"])
        places.append(
            Place(
                str(item["id"]),
                str(item.get("kind", "poi")),
                vi,
                str(name.get("en") or vi),
                Pose(float(pose["x"]), float(pose["y"]), float(pose.get("theta", 0.0))),
            )
        )
    return places


def reachable(places: Iterable[Place], lobby_map: LobbyMap, clearance: float) -> dict[str, Place]:
    """Those that lie inside the map with room for a robot, by id."""
    return {
        place.id: place
        for place in places
        if lobby_map.clearance(place.pose.x, place.pose.y) >= clearance
    }
