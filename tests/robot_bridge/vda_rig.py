"""A lobby with a scripted vehicle behind a real broker, in which time passes by hand."""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
from small_lobby import DOCK, HOME, small_lobby
from vda_broker import Mosquitto
from vda_scripted import ScriptedVehicle

from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverConfig
from robot_bridge.drivers.vda5050 import KIND, Vda5050Robot

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


@dataclass
class Floor:
    """A clock, a broker, vehicles and the drivers that look after them."""

    broker: Mosquitto
    clock: ManualClock = field(default_factory=ManualClock)
    vehicles: list[ScriptedVehicle] = field(default_factory=list)
    drivers: list[Vda5050Robot] = field(default_factory=list)

    async def exchange(self) -> None:
        """Let everything that was sent arrive, and the answers to it, without time passing."""
        await self._deliver()
        await self._collect()

    async def advance(self, seconds: float) -> None:
        """Let time pass for everybody."""
        for _ in range(max(1, round(seconds / STEP))):
            await self.clock.advance(STEP)
            await self._deliver()
            for vehicle in self.vehicles:
                await vehicle.step(STEP)
            await self._collect()

    async def _deliver(self) -> None:
        """What drivers have sent reaches the vehicles."""
        await self.clock.settle(4)
        for driver in self.drivers:
            link = driver._desk.link
            if link is not None and link.up:
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    await asyncio.wait_for(link.ask(), 2)
        for vehicle in self.vehicles:
            await vehicle.ask()
        await self.clock.settle(4)

    async def _collect(self) -> None:
        """What vehicles have sent reaches the drivers."""
        for vehicle in self.vehicles:
            await vehicle.ask()
        for driver in self.drivers:
            link = driver._desk.link
            if link is not None and link.up:
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    await asyncio.wait_for(link.ask(), 2)
        await self.clock.settle(4)


def temporary_broker() -> tuple[Mosquitto, "tempfile.TemporaryDirectory[str]"]:
    folder = tempfile.TemporaryDirectory(prefix="letan-mosquitto-")
    return Mosquitto(Path(folder.name)), folder
