"""Vehicles that others have written, over a real broker, reach their goals and stop."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable

import pytest
from small_lobby import DOCK, HOME, small_lobby
from vda_broker import Mosquitto
from vda_peers import node_vehicle

from robot_bridge.clock import SystemClock
from robot_bridge.driver import (
    Arrived,
    DriverConfig,
    DriverEvent,
    Failed,
    Goal,
    Pose,
    Progress,
    Stopped,
)
from robot_bridge.drivers.vda5050 import KIND

NEAR = Pose(2.2, 1.4, 1.57)
FACTOR = 4.0


class Watched:
    def __init__(self, url: str, **options: object) -> None:
        config = DriverConfig(
            "robot-1",
            small_lobby(),
            HOME.pose,
            DOCK.pose,
            0.6,
            SystemClock(FACTOR),
            url,
            "lobby",
            None,
            options,
        )
        self.driver = KIND(config)
        self.events: list[DriverEvent] = []
        self.changed = asyncio.Event()

    async def open(self) -> None:
        await self.driver.connect()
        self._listening = asyncio.create_task(self._listen(self.driver.events()))

    async def close(self) -> None:
        await self.driver.close()
        await asyncio.wait_for(self._listening, 5)

    async def _listen(self, events: AsyncIterator[DriverEvent]) -> None:
        async for event in events:
            self.events.append(event)
            self.changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        async def wait() -> None:
            while not condition():
                self.changed.clear()
                await self.changed.wait()

        try:
            await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            pytest.fail(f"never held: {self.driver.snapshot()} {self.events}")

    def ended(self, goal_id: str) -> DriverEvent | None:
        for event in self.events:
            if isinstance(event, Arrived | Failed | Stopped) and event.goal_id == goal_id:
                return event
        return None


@pytest.fixture
async def node(broker: Mosquitto) -> AsyncIterator[Watched]:
    peer = node_vehicle(broker.url, factor=FACTOR, statePeriod=30_000 / FACTOR)
    try:
        watched = Watched(broker.url, manufacturer="letan-test", serial="nv-1")
        await watched.open()
        yield watched
        await watched.close()
    finally:
        peer.kill()


async def test_a_goal_is_reached(node: Watched) -> None:
    await node.driver.go_to(Goal("a", NEAR))
    await node.until(lambda: node.ended("a") is not None)
    assert node.ended("a") == Arrived("a")
    state = node.driver.snapshot()
    assert state.pose is not None
    assert math.dist((state.pose.x, state.pose.y), (NEAR.x, NEAR.y)) <= 0.25
    assert abs(math.remainder(state.pose.theta - NEAR.theta, math.tau)) <= 0.25


async def test_a_stop_ends_the_goal(node: Watched) -> None:
    await node.driver.go_to(Goal("a", Pose(6.5, 1.0, 0.0)))
    await node.until(lambda: any(isinstance(event, Progress) for event in node.events))
    result = await node.driver.stop("test")
    assert result.confirmed, result
    await node.until(lambda: isinstance(node.ended("a"), Stopped))
    assert node.driver.snapshot().speed == 0
