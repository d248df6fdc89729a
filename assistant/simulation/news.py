"""What is heard of the robots during a day: missions, questions, requests to make way."""

import math
from collections.abc import Iterable
from contextlib import aclosing
from random import Random

from assistant.robots.service import Fleet
from assistant.simulation.hall import Hall
from assistant.simulation.record import Lead, Record
from robot_bridge.driver import Pose
from robot_bridge.drivers.simulator.people import Walker

_ENDED = {"arrived", "cancelled", "stopped", "failed", "interrupted"}
_EARSHOT = 1.8
"""Metres within which people ahead of a robot step aside when it asks."""


class News:
    """Listens to all robots through the fleet's own events."""

    def __init__(self, fleet: Fleet, hall: Hall, record: Record, seed: int) -> None:
        self._fleet = fleet
        self._hall = hall
        self._record = record
        self._rng = Random(f"letan {seed} making way")
        self._ended: dict[str, tuple[str, str | None]] = {}
        self._begun: set[str] = set()
        self._questions: dict[str, tuple[str, int]] = {}
        self.led: dict[str, Lead] = {}
        """Whom each robot leads now."""

    async def listen(self) -> None:
        """Until the fleet closes."""
        async with aclosing(self._fleet.events()) as events:
            async for event in events:
                match event["kind"]:
                    case "mission":
                        self._mission(event)
                    case "question":
                        self._questions[event["mission"]] = (event["id"], event["times"])
                    case "say":
                        self._record.said[event["code"] or "other"] += 1
                        if event["code"] == "excuse_me":
                            self._make_way(event["robot"])

    def ended(self, mission: str) -> tuple[str, str | None] | None:
        """State and reason, once it has ended."""
        return self._ended.get(mission)

    def begun(self, mission: str) -> bool:
        return mission in self._begun

    def question(self, mission: str) -> tuple[str, int] | None:
        """The last question that was asked in this mission, and how often by now."""
        return self._questions.get(mission)

    def _mission(self, event: dict[str, str]) -> None:
        self._begun.add(event["id"])
        if event["state"] in _ENDED and event["id"] not in self._ended:
            self._ended[event["id"]] = (event["state"], event["reason"])
            self._record.missions[f"{event['mission']} {event['state']}"] += 1
            if event["mission"] == "dock" and event["state"] == "arrived":
                self._record.dockings[event["robot"]] += 1

    def _make_way(self, robot: str) -> None:
        pose = self._fleet.robot(robot).pose
        if pose is None:
            return
        for walker in self._hall.world.people():
            if not walker.walking and _ahead(pose, walker) and self._rng.random() < 0.9:
                self._step_aside(pose, walker)

    def _step_aside(self, pose: Pose, walker: Walker) -> None:
        for side in self._both_sides():
            angle = pose.theta + side * math.pi / 2
            for far in (0.9, 0.6):
                spot = (walker.x + far * math.cos(angle), walker.y + far * math.sin(angle))
                if self._hall.map.clearance(*spot) >= 0.25:
                    walker.go([spot], 0.1)
                    return

    def _both_sides(self) -> Iterable[int]:
        first = self._rng.choice((1, -1))
        return (first, -first)


def _ahead(pose: Pose, walker: Walker) -> bool:
    dx, dy = walker.x - pose.x, walker.y - pose.y
    if math.hypot(dx, dy) > _EARSHOT:
        return False
    off = math.remainder(math.atan2(dy, dx) - pose.theta, math.tau)
    return abs(off) < math.pi / 2
