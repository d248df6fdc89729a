"""A small lobby and everything needed to let a robot live in it without waiting."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from robot_bridge.clock import ManualClock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.driver import DriverConfig, Pose
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.link import KeptDriver
from robot_bridge.lobby_map import OCCUPIED, LobbyMap
from robot_bridge.missions import Mission, Policy
from robot_bridge.places import Place
from robot_bridge.sentences import Sentence


def small_lobby() -> LobbyMap:
    """8 m x 6 m at 5 cm; a wall from the west leaves a passage of 2 m in the east at y = 3."""
    cells = np.zeros((120, 160), dtype=np.int8)
    cells[[0, -1], :] = OCCUPIED
    cells[:, [0, -1]] = OCCUPIED
    cells[58:62, :120] = OCCUPIED
    return LobbyMap(0.05, (0.0, 0.0, 0.0), cells)


HOME = Place("home", "home", "chỗ đón khách", "greeting spot", Pose(1.0, 1.0, 0.0))
DOCK = Place("dock", "dock", "trạm sạc", "charging dock", Pose(3.0, 1.0, 3.1))
COUNTER = Place("counter-3", "counter", "Quầy số 3", "Counter 3", Pose(1.0, 5.0, 1.57))
TOILET = Place("toilet", "poi", "nhà vệ sinh", "toilets", Pose(6.5, 1.0, 0.0))


@dataclass
class Lobby:
    """One robot in the small lobby."""

    clock: ManualClock
    robot: SimulatedRobot
    conductor: Conductor
    said: list[Sentence] = field(default_factory=list)
    states: list[tuple[str, str, str | None]] = field(default_factory=list)

    def mission(self) -> Mission:
        assert self.conductor.mission is not None
        return self.conductor.mission

    async def until(self, condition: Callable[[], bool], limit: float = 120) -> float:
        """Let time pass until the condition holds; seconds that it took."""
        start = self.clock.monotonic()
        while not condition():
            assert self.clock.monotonic() - start < limit, (
                f"never held: {self.conductor.mission} {self.robot.snapshot()}"
            )
            await self.clock.advance(0.1)
        return self.clock.monotonic() - start

    async def ended(self, limit: float = 200) -> Mission:
        await self.until(lambda: self.mission().ended, limit)
        return self.mission()

    async def stop(self) -> bool:
        """Stop, time passing meanwhile; whether it was confirmed."""
        stopping = asyncio.create_task(self.conductor.stop())
        await self.clock.advance(0.2)
        assert stopping.done(), "not standing after 200 ms"
        return stopping.result().confirmed


def config_for(clock: ManualClock, lobby_map: LobbyMap | None = None) -> DriverConfig:
    return DriverConfig("robot-1", lobby_map or small_lobby(), HOME.pose, DOCK.pose, 0.6, clock)


async def open_lobby(policy: Policy | None = None, **options: Any) -> Lobby:
    clock = ManualClock()
    lobby_map = small_lobby()
    robot = SimulatedRobot(config_for(clock, lobby_map))
    said: list[Sentence] = []
    states: list[tuple[str, str, str | None]] = []

    def changed() -> None:
        mission = conductor.mission
        if mission is not None:
            entry = (mission.kind, mission.state, mission.reason)
            if not states or states[-1] != entry:
                states.append(entry)

    conductor = Conductor(
        "robot-1",
        KeptDriver("robot-1", lambda: robot, clock),
        lobby_map=lobby_map,
        posts=options.pop("posts", Posts(HOME, DOCK)),
        policy=policy or Policy(),
        clock=clock,
        on_change=changed,
        on_say=said.append,
        **options,
    )
    await conductor.open()
    await clock.advance(0.1)
    return Lobby(clock, robot, conductor, said, states)
