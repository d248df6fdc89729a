"""People of the simulated lobby: they follow a way, give way to whatever stands there, and stop.

A walker never steps where it would touch something, so that a contact with a robot is always the
robot's doing. Avoidance is a search over a few headings, the nearest to the wanted one first.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from robot_bridge.lobby_map import LobbyMap
from robot_bridge.planner import NoPath, plan

if TYPE_CHECKING:
    from robot_bridge.drivers.simulator.world import Thing

Point = tuple[float, float]

TICK = 0.1
"""Seconds of one step."""
RADIUS = 0.22
"""Metres: a person seen from above."""
WALL = 0.2
"""Metres that the middle of a person keeps from walls."""
PERSONAL = 0.08
"""Metres of air that people leave between themselves and others."""
BESIDE_ROBOT = 0.15
"""The same to a robot."""
REACHED = 0.15
"""Metres to a corner of the way at which it is done with."""
_HEADINGS = tuple(math.radians(angle) for angle in (0, 25, -25, 50, -50, 80, -80, 110, -110))
_IMPATIENT = 2.0
"""Seconds without getting on until another way is looked for."""


@dataclass(eq=False, slots=True)
class Walker:
    """Somebody on foot; metres, metres a second."""

    x: float
    y: float
    pace: float = 1.1
    radius: float = RADIUS
    heading: float = 0.0
    way: list[Point] = field(default_factory=list)
    """Corner points still to come."""
    close_enough: float = REACHED
    """Metres to the last one at which it has arrived."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while it has nowhere to go."""
    woken: Callable[[], None] = lambda: None
    stuck: float = 0.0
    """Seconds that it has not got on."""
    kind: Literal["person"] = "person"

    def __post_init__(self) -> None:
        self.arrived.set()

    @property
    def walking(self) -> bool:
        return bool(self.way)

    def go(self, way: Sequence[Point], close_enough: float = REACHED) -> None:
        """Walk along corner points from now on, instead of whatever it did."""
        self.way, self.close_enough, self.stuck = list(way), close_enough, 0.0
        if self.way:
            self.arrived.clear()
            self.woken()

    def stop(self) -> None:
        """Stand where it is."""
        self.way.clear()
        self.arrived.set()


def step(walker: Walker, lobby_map: LobbyMap, others: Sequence["Thing"]) -> None:
    """One `TICK` of walking."""
    while walker.way and _is_there(walker):
        walker.way.pop(0)
    if not walker.way:
        walker.stop()
        return
    there = walker.way[0]
    wanted = math.atan2(there[1] - walker.y, there[0] - walker.x)
    length = min(walker.pace * TICK, math.dist((walker.x, walker.y), there))
    for turned in _HEADINGS:
        heading = wanted + turned
        x, y = walker.x + length * math.cos(heading), walker.y + length * math.sin(heading)
        if _may_stand(walker, x, y, lobby_map, others):
            walker.x, walker.y, walker.heading = x, y, heading
            walker.stuck = 0.0 if abs(turned) < 1 else walker.stuck + TICK
            break
    else:
        walker.stuck += TICK
    if walker.stuck > _IMPATIENT:
        walker.stuck = 0.0
        _look_for_another_way(walker, lobby_map, others)


def _is_there(walker: Walker) -> bool:
    last = len(walker.way) == 1
    close = walker.close_enough if last else max(REACHED, walker.pace * TICK)
    return math.dist((walker.x, walker.y), walker.way[0]) <= close


def _may_stand(
    walker: Walker, x: float, y: float, lobby_map: LobbyMap, others: Sequence["Thing"]
) -> bool:
    """Whether there is room; whoever has too little already may go where there is more."""
    room = lobby_map.clearance(x, y)
    if room < WALL and room <= lobby_map.clearance(walker.x, walker.y):
        return False
    for other in others:
        air = BESIDE_ROBOT if other.kind == "robot" else PERSONAL
        gap = math.hypot(other.x - x, other.y - y) - other.radius - walker.radius
        if gap < air:
            now = math.hypot(other.x - walker.x, other.y - walker.y) - other.radius - walker.radius
            if gap <= now or gap < 0:
                return False
    return True


def _look_for_another_way(walker: Walker, lobby_map: LobbyMap, others: Sequence["Thing"]) -> None:
    """Round whoever stands there; when there is no such way, whoever stands there may go."""
    seen = [(other.x, other.y, other.radius + PERSONAL) for other in others]
    try:
        way = plan(
            lobby_map,
            (walker.x, walker.y),
            walker.way[-1],
            clearance=walker.radius + 0.02,
            obstacles=seen,
        )
    except NoPath:
        return
    walker.way = way[1:]
