"""Vehicles that others have written, over a real broker, with a clock twice as fast as ours.

npm vda-5050-lib speaks 2.0.0; PyPI vda5050-sdk speaks 2.1.0 and checks messages by the schemas.
"""

import asyncio
import math
import signal
from collections.abc import AsyncIterator, Callable

import pytest
from small_lobby import DOCK, HOME, small_lobby
from vda_broker import Mosquitto
from vda_peers import Peer, node_vehicle, sdk_vehicle

from robot_bridge.clock import SystemClock
from robot_bridge.driver import (
    Accepted,
    Arrived,
    DriverConfig,
    DriverError,
    DriverEvent,
    Failed,
    FailureCode,
    Goal,
    LinkBack,
    LinkLost,
    Pose,
    Progress,
    Stopped,
)
from robot_bridge.drivers.vda5050 import KIND

NEAR = Pose(2.2, 1.4, 1.57)
FAR = Pose(6.5, 1.0, 0.0)
FACTOR = 2.0
PEERS = {"2.0": node_vehicle, "2.1": sdk_vehicle}


class Watched:
    """A driver with an ear for its events."""

    def __init__(self, url: str, peer: Peer, **options: object) -> None:
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
        self.peer = peer
        self.events: list[DriverEvent] = []
        self._changed = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.driver.connect()
        self._listening = asyncio.create_task(self._listen(self.driver.events()))

    async def close(self) -> None:
        await self.driver.close()
        if self._listening is not None:
            await asyncio.wait_for(self._listening, 5)

    async def _listen(self, events: AsyncIterator[DriverEvent]) -> None:
        async for event in events:
            self.events.append(event)
            self._changed.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for events until the condition holds."""

        async def wait() -> None:
            while not condition():
                self._changed.clear()
                await self._changed.wait()

        try:
            await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            pytest.fail(f"never held: {self.driver.snapshot()} {self.events}")

    def ended(self, goal_id: str) -> DriverEvent | None:
        for event in self.events:
            if isinstance(event, Arrived | Failed | Stopped) and event.goal_id == goal_id:
                return event
        return None

    async def end(self, goal_id: str) -> DriverEvent:
        await self.until(lambda: self.ended(goal_id) is not None)
        event = self.ended(goal_id)
        assert event is not None
        return event

    async def under_way(self, count: int = 3) -> None:
        def told() -> int:
            return sum(isinstance(event, Progress) for event in self.events)

        before = told()
        await self.until(lambda: told() >= before + count)

    def off(self, pose: Pose) -> float:
        here = self.driver.snapshot().pose
        assert here is not None
        return math.dist((here.x, here.y), (pose.x, pose.y))


@pytest.fixture(params=sorted(PEERS))
async def led(request: pytest.FixtureRequest, broker: Mosquitto) -> AsyncIterator[Watched]:
    peer = PEERS[request.param](broker.url, factor=FACTOR)
    watched = Watched(
        broker.url, peer, manufacturer="letan-test", serial="peer-1", version=request.param
    )
    try:
        await watched.open()
        yield watched
        await watched.close()
    finally:
        peer.kill()


async def test_a_goal_is_reached(led: Watched) -> None:
    await led.driver.go_to(Goal("a", NEAR))
    assert await led.end("a") == Arrived("a")
    assert led.events.index(Accepted("a")) < led.events.index(Arrived("a"))
    state = led.driver.snapshot()
    assert state.pose is not None
    assert led.off(NEAR) <= 0.25
    assert abs(math.remainder(state.pose.theta - NEAR.theta, math.tau)) <= 0.25


async def test_a_stop_ends_the_goal_and_another_order_follows(led: Watched) -> None:
    await led.driver.go_to(Goal("a", FAR))
    await led.under_way()
    assert (await led.driver.stop("test")).confirmed
    assert isinstance(await led.end("a"), Stopped)
    assert led.driver.snapshot().speed == 0
    assert led.off(FAR) > 1
    assert (await led.driver.stop("again")).confirmed
    await led.driver.resume()
    await led.driver.go_to(Goal("b", NEAR))
    assert await led.end("b") == Arrived("b")


async def test_a_goal_is_replaced_on_the_way(led: Watched) -> None:
    await led.driver.go_to(Goal("a", FAR))
    await led.under_way()
    await led.driver.go_to(Goal("b", HOME.pose))
    event = await led.end("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.PREEMPTED
    assert await led.end("b") == Arrived("b")
    assert led.off(HOME.pose) <= 0.25


async def test_docked_is_who_charges(led: Watched) -> None:
    await led.driver.go_to(Goal("a", DOCK.pose))
    assert await led.end("a") == Arrived("a")
    await led.driver.dock("d")
    assert await led.end("d") == Arrived("d")
    assert led.driver.snapshot().charging
    with pytest.raises(DriverError, match="undock"):
        await led.driver.go_to(Goal("b", HOME.pose))
    await led.driver.undock("u")
    assert await led.end("u") == Arrived("u")
    await led.driver.go_to(Goal("c", HOME.pose))
    assert await led.end("c") == Arrived("c")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_vehicle_that_dies_is_lost(led: Watched, how: signal.Signals) -> None:
    await led.driver.go_to(Goal("a", FAR))
    await led.under_way()
    led.peer.process.send_signal(how)
    event = await led.end("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.LINK_LOST
    assert any(isinstance(event, LinkLost) for event in led.events)
    assert led.driver.snapshot().link != "up"
    if how is signal.SIGSTOP:
        led.peer.process.send_signal(signal.SIGCONT)
        await led.until(lambda: any(isinstance(event, LinkBack) for event in led.events))
        await led.driver.stop("it may still have had an order")
        await led.driver.resume()
        await led.driver.go_to(Goal("b", NEAR))
        assert await led.end("b") == Arrived("b")


async def test_a_broker_that_dies_and_comes_back_moves_nothing(
    led: Watched, broker: Mosquitto
) -> None:
    await led.driver.go_to(Goal("a", FAR))
    await led.under_way()
    broker.kill()
    event = await led.end("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.LINK_LOST
    broker.start()
    if led.peer.comes_back:
        await led.until(lambda: any(isinstance(event, LinkBack) for event in led.events))
        assert (await led.driver.stop("test")).confirmed
        assert led.off(FAR) > 1
