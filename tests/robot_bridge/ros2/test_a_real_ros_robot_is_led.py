"""Real ROS 2 Jazzy (rclpy) behind a real rosbridge server: nothing of ours is in either."""

import asyncio
import math
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from real_ros import PEER_SECONDS, Peer, install
from small_lobby import DOCK, HOME, small_lobby

from robot_bridge.clock import SystemClock, wait_for_event
from robot_bridge.driver import (
    Accepted,
    Arrived,
    DriverConfig,
    DriverEvent,
    Failed,
    FailureCode,
    Goal,
    LinkBack,
    LinkError,
    LinkLost,
    Pose,
    Stopped,
)
from robot_bridge.drivers.ros2 import KIND, Ros2Robot

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
# A machine with more to do than it can lets the peers live more slowly; our patience as well then.
CLOCK = SystemClock(min(1.0, max(0.4, (os.cpu_count() or 1) / max(1.0, os.getloadavg()[0]))))


@pytest.fixture(scope="module")
def installed() -> object:
    return install()


@pytest.fixture
def peer(installed: object) -> Iterator[Peer]:
    made = Peer(installed)  # type: ignore[arg-type]
    yield made
    made.close()


@dataclass
class Led:
    """A driver that is connected to the robot, and what it has told."""

    driver: Ros2Robot
    events: list[DriverEvent] = field(default_factory=list)

    async def until(self, condition: Callable[[], bool], seconds: float = PEER_SECONDS) -> float:
        """Wait until it holds; seconds that it took."""
        start, news = CLOCK.monotonic(), self.driver._connection._listener.news
        while not condition():
            took = CLOCK.monotonic() - start
            assert took < seconds, f"never held: {self.driver.snapshot()} {self.events}"
            news.clear()
            await wait_for_event(news, CLOCK, 0.2)
        return CLOCK.monotonic() - start

    def end(self, goal: str) -> DriverEvent | None:
        ends = Arrived | Failed | Stopped
        return next((e for e in self.events if isinstance(e, ends) and e.goal_id == goal), None)

    async def ended(self, goal: str) -> DriverEvent:
        await self.until(lambda: self.end(goal) is not None)
        event = self.end(goal)
        assert event is not None
        return event

    async def moving(self) -> None:
        await self.until(lambda: self.driver.snapshot().speed > 0.4)


async def _connected(url: str) -> Ros2Robot:
    """As `KeptDriver` does it: built anew until it is there."""
    end = CLOCK.monotonic() + PEER_SECONDS
    while True:
        made = KIND(DriverConfig("robot-1", small_lobby(), HOME.pose, DOCK.pose, 0.6, CLOCK, url))
        assert isinstance(made, Ros2Robot)
        try:
            await made.connect()
        except LinkError:
            await made.close()
            assert CLOCK.monotonic() < end, "the server does not come up"
            await CLOCK.sleep(0.2)
        else:
            return made


@pytest.fixture
async def led(peer: Peer) -> AsyncIterator[Led]:
    made = Led(await _connected(peer.url))

    async def listen() -> None:
        async for event in made.driver.events():
            made.events.append(event)

    listening = asyncio.create_task(listen())
    await made.until(lambda: made.driver.snapshot().localised)
    yield made
    await made.driver.close()
    await asyncio.wait_for(listening, 5)


EAST = Pose(3.0, 1.0, 0.0)
NORTH = Pose(1.0, 2.2, 0.0)


async def test_it_is_led_stopped_at_once_and_led_again(led: Led, peer: Peer) -> None:
    driver = led.driver
    assert driver.snapshot().battery is None, "NaN comes as null"
    await driver.set_speed_limit(0.5)
    await driver.go_to(Goal("a", EAST))
    await led.moving()
    assert Accepted("a") in led.events
    began = CLOCK.monotonic()
    assert (await driver.stop("test")).confirmed
    assert CLOCK.monotonic() - began < 1, "what is not confirmed by then is not confirmed"
    assert isinstance(await led.ended("a"), Stopped)
    await driver.resume()
    peer.tell(percentage=0.7)
    await driver.go_to(Goal("b", EAST))
    assert isinstance(await led.ended("b"), Arrived)
    state = driver.snapshot()
    assert state.pose is not None
    assert math.dist((state.pose.x, state.pose.y), (EAST.x, EAST.y)) <= 0.25
    await led.until(lambda: driver.snapshot().battery == pytest.approx(0.7, abs=1e-6))


async def test_goals_that_are_replaced_refused_aborted_or_taken_over(led: Led, peer: Peer) -> None:
    driver = led.driver
    await driver.go_to(Goal("a", EAST))
    await led.moving()
    await driver.go_to(Goal("b", NORTH))
    assert isinstance(await led.ended("b"), Arrived)
    event = await led.ended("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.PREEMPTED

    peer.tell(refuses=True)
    for fault, code in (("refuses", FailureCode.REJECTED), ("aborts", FailureCode.UNREACHABLE)):
        peer.tell(**{"refuses": fault == "refuses", "aborts": 208 if fault == "aborts" else 0})
        await led.until(lambda: driver._robot.still_reports > 10)
        await driver.go_to(Goal(fault, EAST))
        event = await led.ended(fault)
        assert isinstance(event, Failed)
        assert event.code is code, event

    peer.tell(aborts=0)
    await led.until(lambda: driver._robot.still_reports > 30)
    await driver.go_to(Goal("c", EAST))
    await led.moving()
    peer.tell(rival=[6.5, 1.0])  # so far that it is seen on its way there
    event = await led.ended("c")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.PREEMPTED, event


async def test_a_frozen_server_and_a_killed_robot_are_noticed(led: Led, peer: Peer) -> None:
    driver = led.driver
    await driver.go_to(Goal("a", EAST))
    await led.moving()
    os.kill(peer.server.pid, signal.SIGSTOP)
    try:
        took = await led.until(lambda: led.end("a") is not None)
    finally:
        os.kill(peer.server.pid, signal.SIGCONT)
    assert took <= 4
    event = led.end("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.LINK_LOST
    await led.until(lambda: LinkBack() in led.events)
    await led.until(lambda: driver.snapshot().link == "up" and driver.snapshot().speed == 0)
    stood = driver.snapshot().pose
    await driver.go_to(Goal("b", NORTH))
    await led.moving()
    assert stood is not None
    lost = sum(isinstance(e, LinkLost) for e in led.events)
    peer.robot.kill()
    peer.robot.wait(10)
    await led.until(lambda: sum(isinstance(e, LinkLost) for e in led.events) > lost, 4)
    event = await led.ended("b")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.LINK_LOST
