"""What visitors meet: the rooms of the application, the hall, and the kiosks in it."""

import asyncio
from dataclasses import dataclass, field

from assistant.centre.service import Centre
from assistant.robots.service import Fleet
from assistant.simulation.clock import DayClock
from assistant.simulation.counters import Counters
from assistant.simulation.desk import Desk
from assistant.simulation.hall import Hall
from assistant.simulation.news import News
from assistant.simulation.record import Record
from robot_bridge.driver import Pose
from robot_bridge.planner import Point


@dataclass(slots=True)
class Kiosk:
    """Where visitors talk: beside a robot's post."""

    id: str
    robot: str
    home: Pose
    front: Point
    spots: list[Point]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that a visitor meets."""

    clock: DayClock
    centre: Centre
    fleet: Fleet
    hall: Hall
    desk: Desk
    counters: Counters
    news: News
    kiosks: list[Kiosk]
    record: Record
