"""A lobby with a scripted rosbridge server and its robot, in which time passes by hand."""

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from ros_scripted import ScriptedServer
from small_lobby import COUNTER, DOCK, HOME, small_lobby
from websockets.exceptions import ConnectionClosed

from robot_bridge.clock import ManualClock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.driver import DriverConfig, DriverEvent, RobotState
from robot_bridge.drivers.ros2 import KIND, Ros2Robot
from robot_bridge.drivers.ros2.socket import RosSocket
from robot_bridge.link import KeptDriver
from robot_bridge.missions import Policy
from robot_bridge.places import Place
from robot_bridge.sentences import Sentence

STEP = 0.1
EVERYTHING = {
    "dock_action": "/dock_robot",
    "undock_action": "/undock_robot",
    "e_stop_topic": "/e_stop",
    "manual_topic": "/manual",
    "collision_topic": "/collision_monitor_state",
}
"""Options of a robot that has all that this driver knows of."""


def build(clock: ManualClock, url: str, **options: Any) -> Ros2Robot:
    made = KIND(
        DriverConfig(
            "robot-1",
            small_lobby(),
            HOME.pose,
            DOCK.pose,
            0.6,
            clock,
            url,
            None,
            None,
            {**EVERYTHING, **options},
        )
    )
    assert isinstance(made, Ros2Robot)
    return made


@dataclass
class Hall:
    """A clock, a server and the drivers that look after its robot."""

    server: ScriptedServer
    clock: ManualClock = field(default_factory=ManualClock)
    drivers: list[Ros2Robot] = field(default_factory=list)
    opening: int = 0
    """Connections that are being opened: that takes the machine's time, not ours."""
    deaf: bool = False
    """Nothing gets through between driver and server (any more): do not wait for it."""
    listening: asyncio.Future[None] | None = None

    async def advance(self, seconds: float, step: float = STEP) -> None:
        for _ in range(max(1, round(seconds / step))):
            await self.clock.advance(step)
            await self.exchange(step)

    async def exchange(self, step: float = 0.0) -> None:
        """What was sent arrives; the robot lives for ``step`` seconds; what it says arrives."""
        await self._settle()
        await self._deliver()
        await (self.server.step(step) if step else self.server.flush())
        await self._collect()
        await self._settle()

    async def until(
        self, condition: Callable[[], bool], limit: float = 60, step: float = STEP
    ) -> float:
        """Let time pass until the condition holds; seconds that it took."""
        start = self.clock.monotonic()
        while not condition():
            states = [driver.snapshot() for driver in self.drivers]
            assert self.clock.monotonic() - start < limit, f"never held: {states}"
            await self.advance(step, step)
        return self.clock.monotonic() - start

    async def finish(self, work: Coroutine[Any, Any, Any], limit: float = 20) -> Any:
        """Let time pass until something is done; its result."""
        running = asyncio.ensure_future(work)
        await self.clock.settle()
        await self.until(running.done, limit)
        return running.result()

    async def _settle(self) -> None:
        await self.clock.settle(4)

        async def over() -> None:
            while self.opening:
                await asyncio.to_thread(lambda: None)

        if self.opening and not self.deaf:
            await asyncio.wait_for(over(), 10)
            await self.clock.settle(4)

    async def _deliver(self) -> None:
        if not self.deaf:
            for driver in self.drivers:
                for line in (driver._connection._control, driver._connection._work):
                    await _arrived(line)
        await self.clock.settle(4)

    async def _collect(self) -> None:
        if not self.deaf:
            for client in list(self.server.clients):
                with contextlib.suppress(ConnectionClosed, TimeoutError):
                    await asyncio.wait_for(await client.socket.ping(), 2)
        await self.clock.settle(4)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _arrived(line: RosSocket | None) -> None:
    if line is not None and line.up:
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            await asyncio.wait_for(line.ask(), 2)


def count_openings(hall: Hall) -> Callable[[], None]:
    """Make the hall wait for connections that are being opened; returns what undoes it."""
    original = RosSocket.open

    async def counted(line: RosSocket) -> None:
        hall.opening += 1
        try:
            await original(line)
        finally:
            hall.opening -= 1

    RosSocket.open = counted  # type: ignore[method-assign]

    def undo() -> None:
        RosSocket.open = original  # type: ignore[method-assign]

    return undo


@dataclass
class Scene:
    """A hall with one robot, kept and conducted as in the application."""

    hall: Hall
    conductor: Conductor
    kept: KeptDriver
    events: list[DriverEvent]
    said: list[Sentence]

    @property
    def server(self) -> ScriptedServer:
        return self.hall.server

    @property
    def driver(self) -> Ros2Robot:
        return self.hall.drivers[0]

    def state(self) -> RobotState:
        return self.kept.snapshot()

    def ended(self) -> bool:
        mission = self.conductor.mission
        return mission is not None and mission.ended

    @property
    def outcome(self) -> tuple[str, str | None]:
        mission = self.conductor.mission
        assert mission is not None
        return mission.state, mission.reason

    def lead(self, place: Place = COUNTER) -> None:
        self.conductor.start("lead", place, "test")

    async def moving(self, metres: float = 0.5) -> None:
        """Let the mission begin and the robot get on."""
        robot = self.server.robot
        at = (robot.x, robot.y)
        await self.hall.until(lambda: math.dist(at, (robot.x, robot.y)) > metres, 30)

    async def close(self) -> None:
        await self.conductor.close()


async def open_scene(
    hall: Hall, *, url: str | None = None, policy: Policy | None = None, **options: Any
) -> Scene:
    """Bring a driver up; returns at once, connected or not."""
    events: list[DriverEvent] = []
    said: list[Sentence] = []

    def made() -> Ros2Robot:
        target = url or f"ws://127.0.0.1:{hall.server.port}"
        hall.drivers[:1] = [build(hall.clock, target, **options)]
        return hall.drivers[0]

    kept = KeptDriver("robot-1", made, hall.clock)
    conductor = Conductor(
        "robot-1",
        kept,
        lobby_map=small_lobby(),
        posts=Posts(HOME, DOCK),
        policy=policy or Policy(return_after=None),
        clock=hall.clock,
        on_change=lambda: None,
        on_say=said.append,
    )
    hall.listening = asyncio.ensure_future(_listen(kept.events(), events.append))
    await conductor.open()
    await hall.clock.settle()
    return Scene(hall, conductor, kept, events, said)


async def _listen(stream: AsyncIterator[DriverEvent], hear: Callable[[DriverEvent], None]) -> None:
    async for event in stream:
        hear(event)
