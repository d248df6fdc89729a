"""Where visitors stand who ask a robot for its company: before their kiosk."""

from collections.abc import Iterable, Mapping

from assistant.robots.errors import kiosk_place_unknown
from assistant.settings import KioskSettings
from robot_bridge.places import Place

ON_THE_ROBOT = "robot"
"""``kiosks.place`` of a screen that the robot carries: its visitors are where the robot is."""

Stands = Mapping[str, Place]
"""By kiosk; those that a robot carries, or without a robot and a place, are not in it."""


def stands_of(
    kiosks: Iterable[KioskSettings], homes: Mapping[str, Place], places: Mapping[str, Place]
) -> Stands:
    """Every kiosk's place, or its robot's home. Raises LetanError `kiosk_place_unknown`."""
    found: dict[str, Place] = {}
    for kiosk in kiosks:
        if kiosk.place == ON_THE_ROBOT:
            continue
        if kiosk.place is not None:
            if kiosk.place not in places:
                raise kiosk_place_unknown(kiosk.id, kiosk.place, list(places))
            found[kiosk.id] = places[kiosk.place]
        elif kiosk.robot is not None and kiosk.robot in homes:
            found[kiosk.id] = homes[kiosk.robot]
    return found
