"""A link that is down, cut, frozen, deaf in one direction, or silent (robot.md §11, 1 to 4)."""

import asyncio
import json
import math
from collections.abc import AsyncIterator

import aiomqtt
import pytest
from small_lobby import COUNTER, HOME, TOILET
from tcp_proxy import Proxy
from vda_rig import Floor, Scene, open_scene
from vda_scripted import ScriptedVehicle

from robot_bridge.driver import (
    DriverError,
    FailureCode,
    Goal,
    LinkBack,
    LinkError,
    LinkLost,
)
from robot_bridge.drivers.vda5050.address import Broker
from robot_bridge.drivers.vda5050.mqtt import MqttLink
from robot_bridge.missions import Refused


@pytest.fixture
async def proxy(floor: Floor) -> AsyncIterator[Proxy]:
    made = Proxy(floor.broker.port)
    await made.open()
    yield made
    made.thaw()
    await made.close()


@pytest.fixture
async def behind(floor: Floor, proxy: Proxy) -> AsyncIterator[Scene]:
    """The driver reaches the broker through the proxy, the vehicle directly."""
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    made = await open_scene(floor, vehicle, url=f"mqtt://127.0.0.1:{proxy.port}")
    await floor.until(lambda: made.state().link == "up", 5)
    yield made
    proxy.thaw()
    await made.close()


async def test_a_broker_that_is_down_at_start_is_tried_again_ever_more_seldom(
    floor: Floor, proxy: Proxy
) -> None:
    proxy.refuse()
    vehicle = ScriptedVehicle(floor.broker.port)
    await vehicle.connect()
    scene = await open_scene(floor, vehicle, url=f"mqtt://127.0.0.1:{proxy.port}")
    await floor.advance(20)
    assert scene.state().link == "lost"
    assert "127.0.0.1" in scene.state().errors[0]
    tries = len([event for event in scene.events if isinstance(event, LinkLost)])
    assert 3 <= tries <= 6, "1, 2, 4, 8 … seconds apart"
    await proxy.open()
    await floor.until(lambda: scene.state().link == "up", 30)
    scene.lead(HOME)
    await floor.until(scene.ended)
    await scene.close()


async def test_a_cut_link_fails_the_mission_and_nothing_is_resumed(
    behind: Scene, proxy: Proxy
) -> None:
    behind.lead()
    await behind.moving()
    port_open = behind.sent("cancelOrder")
    proxy.refuse()
    took = await behind.floor.until(behind.ended, 10)
    assert took <= 4
    assert behind.outcome == ("failed", "link_lost")
    assert behind.state().link == "lost"
    await behind.floor.advance(6)
    stood = (behind.vehicle.x, behind.vehicle.y)
    await proxy.open()
    await behind.floor.until(lambda: behind.state().link == "up", 60)
    assert behind.sent("cancelOrder") > port_open, "first of all, whatever runs is cancelled"
    orders = len(behind.vehicle.orders)
    await behind.floor.advance(5)
    assert len(behind.vehicle.orders) == orders
    assert (behind.vehicle.x, behind.vehicle.y) == stood
    assert any(isinstance(event, LinkBack) for event in behind.events)


@pytest.mark.parametrize("one_way", [False, True])
async def test_a_frozen_link_is_noticed_within_four_seconds(
    behind: Scene, proxy: Proxy, one_way: bool
) -> None:
    behind.lead()
    await behind.moving()
    if one_way:
        proxy.lost.add("answers")
    else:
        proxy.freeze()
    behind.floor.cut_off = True
    at = (behind.vehicle.x, behind.vehicle.y)
    took = await behind.floor.until(behind.ended, 10)
    assert took <= 4
    assert behind.outcome == ("failed", "link_lost")
    await behind.floor.advance(6)
    way = math.dist(at, (behind.vehicle.x, behind.vehicle.y))
    assert way <= 1.6, "it stands at the end of its base"
    proxy.thaw()
    proxy.lost.clear()
    proxy.cut()
    behind.floor.cut_off = False
    await behind.floor.until(lambda: behind.state().link == "up", 90)
    assert not behind.vehicle.nodes
    await behind.floor.advance(3)
    assert math.dist(at, (behind.vehicle.x, behind.vehicle.y)) == way


async def test_a_frozen_link_is_noticed_while_nothing_happens(behind: Scene, proxy: Proxy) -> None:
    await behind.floor.advance(1)
    proxy.freeze()
    behind.floor.cut_off = True
    assert await behind.floor.until(lambda: behind.state().link == "lost", 10) <= 4
    with pytest.raises(Refused):
        behind.lead()


async def test_nothing_that_was_wanted_without_a_link_is_done_later(
    behind: Scene, proxy: Proxy
) -> None:
    driver = behind.driver
    proxy.refuse()
    await behind.floor.until(lambda: driver.snapshot().link == "lost", 5)
    with pytest.raises(DriverError) as error:
        await driver.go_to(Goal("late", COUNTER.pose))
    assert error.value.code is FailureCode.LINK_LOST
    assert not (await driver.stop("test")).confirmed
    await driver.resume()
    await proxy.open()
    await behind.floor.until(lambda: driver.snapshot().link == "up", 60)
    await behind.floor.advance(3)
    assert behind.vehicle.orders == []


async def test_an_order_that_got_stuck_on_its_way_is_cancelled_when_it_comes(
    behind: Scene, proxy: Proxy
) -> None:
    proxy.freeze()
    behind.floor.cut_off = True
    await behind.driver.go_to(Goal("stuck", TOILET.pose))
    await behind.floor.until(lambda: behind.state().link == "lost", 10)
    assert behind.vehicle.orders == []
    proxy.thaw()  # what the network still held is delivered now
    behind.floor.cut_off = False
    await behind.floor.until(lambda: behind.state().link == "up", 60)
    await behind.floor.advance(3)
    assert not behind.vehicle.nodes
    assert behind.vehicle.speed == 0
    assert behind.vehicle.x <= 1 + 1.6


async def test_what_could_not_be_sent_in_time_never_leaves(floor: Floor, proxy: Proxy) -> None:
    link = MqttLink(
        Broker("127.0.0.1", proxy.port),
        ["letan/nothing"],
        lambda topic, payload, retained: None,
        floor.clock,
        name="robot-1",
        keepalive=10,
        tls=None,
    )
    async with aiomqtt.Client("127.0.0.1", floor.broker.port) as reader:
        await reader.subscribe("late")
        await link.open()
        proxy.freeze()
        link.send("late", b"x" * 40_000_000)  # more than every buffer on the way can hold
        await floor.clock.advance(1)
        assert await asyncio.wait_for(link.lost(), 5) == "a message could not be sent in time"
        with pytest.raises(LinkError):
            link.send("late", b"more")
        proxy.thaw()
        await asyncio.wait(proxy.tasks, timeout=5)
        await reader.unsubscribe("nobody/nothing")
        assert len(reader.messages) == 0
    await link.close()


async def test_a_vehicle_that_falls_silent_is_lost_within_four_seconds(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    before = scene.sent("cancelOrder")
    scene.vehicle.faults.mute = True
    took = await scene.floor.until(scene.ended, 10)
    assert took <= 4
    assert scene.outcome == ("failed", "link_lost")
    await scene.floor.advance(1)
    assert scene.sent("cancelOrder") > before
    assert scene.sent("stateRequest") > 1, "it was asked before it was given up"
    assert scene.vehicle.speed == 0
    assert scene.state().link == "silent"
    assert not any(isinstance(event, LinkBack) for event in scene.events[-1:])
    scene.vehicle.faults.mute = False
    await scene.floor.advance(0.3)
    assert scene.state().link == "up"


async def test_a_loop_of_ours_that_was_kept_busy_releases_nothing_at_once(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.faults.mute = True
    for _ in range(10):
        await scene.vehicle.step(0.1)
    orders = len(scene.vehicle.orders)
    scene.floor.clock._elapsed += 2.0  # nobody of ours got to run meanwhile
    scene.vehicle.faults.mute = False
    await scene.vehicle.publish()
    await scene.floor.exchange()
    assert len(scene.vehicle.orders) == orders, "what has waited looks fresh"
    await scene.floor.advance(0.5)
    assert len(scene.vehicle.orders) > orders
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_blocked_loop_is_halted_from_another_thread(scene: Scene, proxy: Proxy) -> None:
    scene.lead()
    await scene.moving()
    cancels = scene.sent("cancelOrder")
    await asyncio.to_thread(scene.kept.halt_from_thread)
    await scene.floor.advance(1)
    assert scene.sent("cancelOrder") == cancels + 1
    assert scene.vehicle.speed == 0
    assert "another master commands this vehicle" not in scene.state().errors
    await scene.floor.until(scene.ended, 5)
    await asyncio.to_thread(scene.kept.halt_from_thread)
    await scene.floor.advance(0.5)
    assert scene.sent("cancelOrder") <= cancels + 2, "nothing runs, nothing is sent"


async def test_a_last_will_ends_the_mission_and_a_state_undoes_it(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    broken = json.dumps({"connectionState": "CONNECTIONBROKEN"})
    scene.vehicle.faults.mute = True
    await scene.vehicle.send("connection", broken, retain=True)
    assert await scene.floor.until(scene.ended, 5) <= 1
    assert scene.outcome == ("failed", "link_lost")
    assert scene.state().link == "lost"
    scene.vehicle.faults.mute = False  # it lives, and never says ONLINE again
    await scene.floor.until(lambda: scene.state().link == "up", 5)
    await scene.floor.advance(2)
    assert not scene.vehicle.nodes
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
