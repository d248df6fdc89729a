"""From the settings file to the counter: the application's fleet with an independent vehicle."""

import asyncio
from collections.abc import Iterator

import pytest
from small_lobby import small_lobby
from vda_broker import Mosquitto
from vda_peers import Peer, node_vehicle, sdk_vehicle

from assistant.robots.service import Fleet
from assistant.settings import RobotSettings
from robot_bridge.clock import SystemClock
from robot_bridge.missions import Policy

FACTOR = 2.0
PLACES = [
    {"id": "home", "kind": "home", "pose": {"x": 1.0, "y": 1.0}},
    {"id": "dock", "kind": "dock", "pose": {"x": 3.0, "y": 1.0}},
    {"id": "counter-1", "kind": "counter", "pose": {"x": 2.5, "y": 1.5, "theta": 1.0}},
]


@pytest.fixture(params=["2.0", "2.1"])
def peer(request: pytest.FixtureRequest, broker: Mosquitto) -> Iterator[Peer]:
    started = {"2.0": node_vehicle, "2.1": sdk_vehicle}[request.param](broker.url, factor=FACTOR)
    yield started
    started.kill()


@pytest.mark.usefixtures("peer")
async def test_a_visitor_is_led_to_the_counter(broker: Mosquitto) -> None:
    settings = RobotSettings.model_validate(
        {
            "id": "robot-1",
            "driver": "vda5050",
            "url": broker.url,
            "map": "lobby",
            "manufacturer": "letan-test",
            "serial": "peer-1",
        }
    )
    fleet = Fleet(
        [settings],
        small_lobby(),
        PLACES,
        SystemClock(FACTOR),
        policy=Policy(announce_seconds=0.1, return_after=None),
    )
    await fleet.start()
    states: list[str] = []

    async def lead() -> None:
        async for view in fleet.states("robot-1"):
            if view.mission is None and view.link == "up":
                await fleet.start_mission("robot-1", "lead", "counter-1", "test")
            if view.mission is not None and states[-1:] != [view.mission.state]:
                states.append(view.mission.state)
            if view.mission is not None and view.mission.ended:
                return

    try:
        await asyncio.wait_for(lead(), 60)
    finally:
        await fleet.close()
    assert states[-1] == "arrived", states
    assert "moving" in states
