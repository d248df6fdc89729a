"""A lobby with a scripted vehicle behind a real broker, in which time passes by hand."""

import asyncio
import contextlib
import math
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from small_lobby import DOCK, HOME, TOILET, small_lobby
from vda_broker import Mosquitto
from vda_scripted import ScriptedVehicle

from robot_bridge.clock import ManualClock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.driver import DriverConfig, DriverEvent, RobotState
from robot_bridge.drivers.vda5050 import KIND, Vda5050Robot
from robot_bridge.drivers.vda5050.mqtt import MqttLink
from robot_bridge.link import KeptDriver
from robot_bridge.missions import Policy
from robot_bridge.places import Place
from robot_bridge.sentences import Sentence

STEP = 0.1


def config_for(
    clock: ManualClock, url: str, *, map_id: str | None = "lobby", **options: Any
) -> DriverConfig:
    given = {"manufacturer": "letan-test", "serial": "sv-1", **options}
    return DriverConfig(
        "robot-1", small_lobby(), HOME.pose, DOCK.pose, 0.6, clock, url, map_id, None, given
    )


def build(clock: ManualClock, url: str, **options: Any) -> Vda5050Robot:
    made = KIND(config_for(clock, url, **options))
    assert isinstance(made, Vda5050Robot)
    return made


class Opening:
    """Counts the connections that are being opened: that takes real time, not ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch | None = None) -> None:
        self.count = 0
        original = MqttLink.open

        async def counted(link: MqttLink) -> None:
            self.count += 1
            try:
                await original(link)
            finally:
                self.count -= 1

        if monkeypatch is not None:
            monkeypatch.setattr(MqttLink, "open", counted)

    async def over(self) -> None:
        """Wait until none is."""

        async def wait() -> None:
            while self.count:
                await asyncio.to_thread(lambda: None)

        await asyncio.wait_for(wait(), 10)


@dataclass
class Floor:
    """A clock, a broker, vehicles and the drivers that look after them."""

    broker: Mosquitto
    clock: ManualClock = field(default_factory=ManualClock)
    vehicles: list[ScriptedVehicle] = field(default_factory=list)
    drivers: list[Vda5050Robot] = field(default_factory=list)
    opening: Opening = field(default_factory=Opening)
    listening: asyncio.Future[None] | None = None
    cut_off: bool = False
    """Nothing gets through between the drivers and the broker: do not wait for it."""

    async def advance(self, seconds: float, step: float = STEP) -> None:
        """Let time pass for everybody."""
        for _ in range(max(1, round(seconds / step))):
            await self.clock.advance(step)
            await self.exchange(step)

    async def exchange(self, step: float = 0.0) -> None:
        """What was sent arrives; the vehicles live for ``step`` seconds; their states arrive."""
        await self._settle()
        await self._ask_drivers()
        for vehicle in self.vehicles:
            await vehicle.ask()
        await self.clock.settle(4)
        for vehicle in self.vehicles:
            await (vehicle.step(step) if step else vehicle.ask())
        for vehicle in self.vehicles:
            await vehicle.ask()
        await self._ask_drivers()
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
        if self.opening.count:
            await self.opening.over()
            await self.clock.settle(4)

    async def _ask_drivers(self) -> None:
        for driver in self.drivers:
            link = driver._desk.link
            if link is not None and link.up and not self.cut_off:
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    await asyncio.wait_for(link.ask(), 2)


@dataclass
class Scene:
    """A floor with one scripted vehicle, kept and conducted as in the application."""

    floor: Floor
    vehicle: ScriptedVehicle
    conductor: Conductor
    kept: KeptDriver
    events: list[DriverEvent]
    said: list[Sentence]

    @property
    def driver(self) -> Vda5050Robot:
        return self.floor.drivers[0]

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

    def lead(self, place: Place = TOILET) -> None:
        self.conductor.start("lead", place, "test")

    async def moving(self, metres: float = 0.5) -> None:
        """Let the mission begin and the vehicle get on."""
        at = (self.vehicle.x, self.vehicle.y)
        await self.floor.until(lambda: math.dist(at, (self.vehicle.x, self.vehicle.y)) > metres, 30)

    def sent(self, kind: str) -> int:
        """How many instant actions of this kind the vehicle has got."""
        return sum(action["actionType"] == kind for action in self.vehicle.actions)

    async def close(self) -> None:
        await self.conductor.close()
        for vehicle in self.floor.vehicles:
            await vehicle.close()


async def open_scene(
    floor: Floor,
    vehicle: ScriptedVehicle,
    *,
    url: str | None = None,
    policy: Policy | None = None,
    **options: Any,
) -> Scene:
    """Bring a vehicle and its driver up; returns at once, connected or not."""
    events: list[DriverEvent] = []
    said: list[Sentence] = []

    def made() -> Vda5050Robot:
        floor.drivers[:1] = [build(floor.clock, url or floor.broker.url, **options)]
        return floor.drivers[0]

    kept = KeptDriver("robot-1", made, floor.clock)
    conductor = Conductor(
        "robot-1",
        kept,
        lobby_map=small_lobby(),
        posts=Posts(HOME, DOCK),
        policy=policy or Policy(return_after=None),
        clock=floor.clock,
        on_change=lambda: None,
        on_say=said.append,
    )
    floor.listening = asyncio.ensure_future(_listen(kept.events(), events.append))
    floor.vehicles.append(vehicle)
    await conductor.open()
    await floor.clock.settle()
    return Scene(floor, vehicle, conductor, kept, events, said)


async def _listen(stream: AsyncIterator[DriverEvent], hear: Callable[[DriverEvent], None]) -> None:
    async for event in stream:
        hear(event)


def temporary_broker() -> tuple[Mosquitto, "tempfile.TemporaryDirectory[str]"]:
    folder = tempfile.TemporaryDirectory(prefix="letan-mosquitto-")
    return Mosquitto(Path(folder.name)), folder
