"""What simulated robots cost: processor time of so many, driving among people, seen at 10 Hz.

    .venv/bin/python -m benchmarks.robots [--robots 20] [--people 20] [--seconds 60] [--json OUT]

Every robot drives from place to place in the demonstration centre's lobby, scans ten times a second
and is looked at ten times a second; people cross their ways. Time is simulated, so the share of a
core is processor time over simulated time and does not depend on what else the machine does. A
contact ends the benchmark with exit code 1.
"""

import argparse
import asyncio
import json
import math
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverConfig, DriverError, Goal, Pose
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.drivers.simulator.world import World
from robot_bridge.lobby_map import LobbyMap, load_map
from robot_bridge.planner import NoPath, Point, plan

MAP = Path(__file__).resolve().parent.parent / "data" / "centre" / "map.yaml"


class Hall:
    """Robots and people on the go."""

    def __init__(self, robots: int, people: int) -> None:
        self.rng, self.clock = Random(1), ManualClock()
        self.map: LobbyMap = load_map(MAP)
        self.world = World(self.map, self.clock)
        self.goals = 0
        self.robots = [self._robot(number) for number in range(robots)]
        self.people = [Walker(*self._spot(0.3)) for _ in range(people)]
        for person in self.people:
            self.world.welcome(person)

    def _robot(self, number: int) -> SimulatedRobot:
        home = Pose(*self._spot(0.5), 0.0)
        config = DriverConfig(f"robot-{number}", self.map, home, None, 0.6, self.clock)
        return SimulatedRobot(config, world=self.world)

    def _spot(self, clearance: float) -> Point:
        while True:
            spot = self.rng.uniform(-9.5, 7.5), self.rng.uniform(-6.5, 5.0)
            if self.map.clearance(*spot) > clearance and all(
                math.dist(spot, (thing.x, thing.y)) > 0.9 for thing in self.world.others(None)
            ):
                return spot

    async def live(self, seconds: int) -> None:
        for second in range(seconds):
            for number, robot in enumerate(self.robots):
                state = robot.snapshot()
                if state.goal_id is None or (state.blocked and self.rng.random() < 0.12):
                    self.goals += state.goal_id is None
                    with suppress(DriverError):
                        pose = Pose(*self._spot(0.5), 0.0)
                        await robot.go_to(Goal(f"{number}-{second}", pose))
            for person in self.people:
                if not person.walking and self.rng.random() < 0.2:
                    with suppress(NoPath):
                        here, there = (person.x, person.y), self._spot(0.3)
                        person.go(plan(self.map, here, there, clearance=0.26)[1:])
            for _ in range(10):
                await self.clock.advance(0.1)
                for robot in self.robots:
                    robot.snapshot()


async def measure(robots: int, people: int, seconds: int) -> dict[str, Any]:
    hall = Hall(robots, people)
    for robot in hall.robots:
        await robot.connect()
    began = time.process_time()
    await hall.live(seconds)
    spent = time.process_time() - began
    for robot in hall.robots:
        await robot.close()
    metres = sum(robot.odometer for robot in hall.robots)
    return {
        "robots": robots,
        "people": people,
        "simulated_s": seconds,
        "share_of_a_core": round(spent / seconds, 3),
        "metres": round(metres),
        "goals": hall.goals,
        "contacts": len(hall.world.contacts),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", type=int, default=20)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--json", type=Path)
    wanted = parser.parse_args()
    result = asyncio.run(measure(wanted.robots, wanted.people, wanted.seconds))
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    if wanted.json is not None:
        wanted.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if result["contacts"] else 0


if __name__ == "__main__":
    sys.exit(main())
