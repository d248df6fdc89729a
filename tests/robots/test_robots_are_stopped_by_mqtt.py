"""A button on the wall, behind a real broker: any message stops, nothing else is obeyed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiomqtt
import pytest
from small_fleet import fleet_of
from vda_broker import Mosquitto

from assistant.robots.mqtt_stops import MqttStops
from assistant.robots.service import Fleet
from robot_bridge.clock import SystemClock
from robot_bridge.missions import Policy


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    made = Mosquitto(tmp_path)
    made.start()
    yield made
    made.kill()


class Wall:
    """A fleet that listens at the broker, and a client there."""

    def __init__(self, broker: Mosquitto, client: aiomqtt.Client) -> None:
        self.client = client
        self.stops = MqttStops(broker.url, "letan/robots")
        self.fleet: Fleet = fleet_of(
            SystemClock(), policy=Policy(stop_seconds=30), mqtt_stops=self.stops
        )

    async def stopped(self, robot: str) -> None:
        """Wait until it is held."""
        async with asyncio.timeout(20):
            async for view in self.fleet.states(robot):
                if view.stopped:
                    return


@pytest.fixture
async def wall(broker: Mosquitto) -> AsyncIterator[Wall]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        made = Wall(broker, client)
        await made.fleet.start()
        await asyncio.wait_for(made.stops.listening.wait(), 20)
        yield made
        await made.fleet.close()


async def test_one_is_stopped_or_all(wall: Wall) -> None:
    await wall.client.publish("letan/robots/robot-2/stop", b"\xff" * 100)
    await wall.stopped("robot-2")
    assert not wall.fleet.robot("robot-1").stopped
    await wall.client.publish("letan/robots/stop")
    await wall.stopped("robot-1")


async def test_nothing_but_a_stop_is_obeyed(wall: Wall) -> None:
    await wall.fleet.stop("robot-2")
    for topic in ("robot-9/stop", "robot-2/resume", "resume", "robot-1/stop/now", "x/robot-1/stop"):
        await wall.client.publish(f"letan/robots/{topic}", b"resume")
    assert not wall.fleet.robot("robot-1").stopped
    await wall.client.publish("letan/robots/robot-1/stop")
    await wall.stopped("robot-1")
    assert wall.fleet.robot("robot-2").stopped


async def test_a_retained_stop_is_an_old_one_and_a_broker_may_come_back(
    wall: Wall, broker: Mosquitto
) -> None:
    await wall.client.publish("letan/robots/robot-1/stop", b"1", retain=True)
    await wall.stopped("robot-1")
    late = Wall(broker, wall.client)
    await late.fleet.start()
    await asyncio.wait_for(late.stops.listening.wait(), 20)
    await wall.client.publish("letan/robots/robot-2/stop")
    await late.stopped("robot-2")
    assert not late.fleet.robot("robot-1").stopped
    broker.kill()
    await asyncio.wait_for(late.stops.deaf.wait(), 20)
    broker.start()
    await asyncio.wait_for(late.stops.listening.wait(), 30)
    async with aiomqtt.Client("127.0.0.1", broker.port) as again:
        await again.publish("letan/robots/stop")
        await late.stopped("robot-1")
    await late.fleet.close()
