"""Vehicles that nobody here has seen: numbers and words written otherwise, much left out."""

import asyncio
import json
from typing import Any

import aiomqtt
import pytest
from vda_rig import Floor, open_scene
from vda_scripted import AT_ONCE, ScriptedVehicle

from robot_bridge.drivers.vda5050.reader import whole

WORDS = {"operatingMode", "eStop", "errorLevel", "actionStatus", "connectionState"}


class SloppyVehicle(ScriptedVehicle):
    """Floats for whole numbers, small letters, fields of its own; says no connection, no facts."""

    case = str.lower

    async def connect(self, port: int | None = None) -> None:
        self.client = aiomqtt.Client(
            "127.0.0.1", port or self.port, timeout=5, socket_options=[AT_ONCE]
        )
        await self.client.__aenter__()
        await self.client.subscribe([(f"{self.root}/order", 0), (f"{self.root}/instantActions", 0)])
        self._reading = asyncio.create_task(self._read(self.client))
        await self.publish()

    def state(self) -> dict[str, Any]:
        rewritten: dict[str, Any] = self._rewritten(super().state())
        return rewritten

    def _rewritten(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            mine = {"vendorExtension": {"nested": [None, 1e9]}}
            return mine | {key: self._rewritten(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self._rewritten(item, name) for item in value]
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return float(value)
        if isinstance(value, str) and name in WORDS:
            return type(self).case(value)
        return value


class TitleVehicle(SloppyVehicle):
    case = str.title


@pytest.mark.parametrize("kind", [SloppyVehicle, TitleVehicle])
async def test_it_is_led_stopped_and_led_again(floor: Floor, kind: type[SloppyVehicle]) -> None:
    vehicle = kind(floor.broker.port, version="2.0.0")
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, version="2.0")
    await floor.until(lambda: scene.state().link == "up", 15)
    assert '"headerId": 0.0' in json.dumps(vehicle._rewritten({"headerId": 0}))
    assert not scene.state().e_stop
    scene.lead()
    await scene.moving()
    stopping = asyncio.create_task(scene.conductor.stop())
    await floor.until(stopping.done, 5)
    assert stopping.result().confirmed
    await scene.conductor.resume()
    scene.lead()
    await floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    vehicle.e_stop = "MANUAL"
    await floor.until(lambda: scene.state().e_stop, 5)
    await scene.close()


class OneShotVehicle(ScriptedVehicle):
    """Takes whole orders and no updates of them."""

    def take_order(self, order: dict[str, Any]) -> None:
        if order["orderUpdateId"] > 0:
            self._refuse(order, "orderUpdateError")
            return
        super().take_order(order)


async def test_one_that_takes_no_updates_fails_clearly_and_is_led_by_a_long_base(
    floor: Floor,
) -> None:
    vehicle = OneShotVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle)
    await floor.until(lambda: scene.state().link == "up", 15)
    scene.lead()
    await floor.until(scene.ended)
    assert scene.outcome == ("failed", "rejected")
    await scene.close()


async def test_a_base_as_long_as_the_way_needs_no_updates(floor: Floor) -> None:
    vehicle = OneShotVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, base_length=20)
    await floor.until(lambda: scene.state().link == "up", 15)
    scene.lead()
    await floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
    assert {order["orderUpdateId"] for order in vehicle.orders} == {0}
    await scene.close()


def test_whole_numbers_may_have_a_decimal_point() -> None:
    assert [whole(value) for value in (3, 3.0, 3.5, True, "3", float("nan"), float("inf"))] == [
        3,
        3,
        None,
        None,
        None,
        None,
        None,
    ]
