"""A bridge as a process of its own, which shares its robot with others by a database.

Arguments: database, broker, name of the instant actions' field (by which a reader of the broker
knows who has sent). Input: ``lead PLACE``, ``stop``. Output: what changes, a line each.
"""

import asyncio
import sys

from small_lobby import small_lobby

from assistant.errors import LetanError
from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases, Terms
from assistant.robots.service import Fleet
from assistant.settings import RobotSettings
from assistant.storage.database import Database
from robot_bridge.clock import SystemClock
from robot_bridge.missions import Policy

FACTOR = 4.0
PLACES = [
    {"id": "home", "kind": "home", "pose": {"x": 1.0, "y": 1.0}},
    {"id": "dock", "kind": "dock", "pose": {"x": 3.0, "y": 1.0}},
    {"id": "near", "kind": "counter", "pose": {"x": 2.5, "y": 1.5}},
    {"id": "far", "kind": "counter", "pose": {"x": 6.5, "y": 1.0}},
]


async def main(url: str, broker: str, field: str) -> None:
    database = Database(url)
    robot = RobotSettings.model_validate(
        {
            "id": "robot-1",
            "driver": "vda5050",
            "url": broker,
            "map": "lobby",
            "manufacturer": "letan-test",
            "serial": "peer-1",
            "instant_actions_field": field,
        }
    )
    fleet = Fleet(
        [robot],
        small_lobby(),
        PLACES,
        SystemClock(FACTOR),
        policy=Policy(announce_seconds=0.1, return_after=None),
        journal=StoredJournal(database),
        leases=StoredLeases(database, terms=Terms(0.2, 1.0, 1.5, 2.5)),
    )
    await fleet.start()
    obeying = asyncio.create_task(obey(fleet))
    told: set[str] = set()
    async for view in fleet.states("robot-1"):
        mission = view.mission
        now = {f"link {view.link}"}
        if mission is not None:
            now.add(f"{mission.target.id} {mission.state}")
        for line in now - told:
            print(line, flush=True)
        told = now
        if obeying.done():
            break
    await fleet.close()
    await database.close()


async def obey(fleet: Fleet) -> None:
    """Until the input ends."""
    while line := (await asyncio.to_thread(sys.stdin.readline)).split():
        try:
            if line[0] == "lead":
                await fleet.start_mission("robot-1", "lead", line[1], "test")
            elif line[0] == "stop":
                await fleet.stop("robot-1")
        except LetanError as error:
            print(error.code, flush=True)


asyncio.run(main(*sys.argv[1:]))
