"""A stop's first word is on its way before the call for it waits for anything; the rest follows."""

import asyncio

from vda_rig import Scene

from robot_bridge.drivers.vda5050.mqtt import MqttLink


async def test_the_cancel_is_written_before_anything_is_waited_for(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    link = scene.floor.drivers[0]._desk.link
    assert isinstance(link, MqttLink)
    before = scene.sent("cancelOrder")
    stopping = scene.conductor.stop()
    stopping.send(None)  # to its first pause
    assert not link._sending, "nothing is left for the event loop to send"
    assert link._client is not None
    assert not link._client._client.want_write()
    stopping.close()  # the caller hangs up
    await scene.floor.until(lambda: scene.sent("cancelOrder") == before + 1, 5)
    await scene.floor.until(lambda: scene.vehicle.speed == 0, 5)


async def test_one_stop_sends_one_cancel_and_is_confirmed(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    before = scene.sent("cancelOrder")
    stopping = asyncio.create_task(scene.conductor.stop())
    await scene.floor.until(stopping.done, 5)
    assert stopping.result().confirmed
    assert scene.sent("cancelOrder") == before + 1


async def test_a_flood_of_states_is_read_newest_first_and_ends_with_the_last(scene: Scene) -> None:
    for number in range(40):
        scene.vehicle.charge = 80.0 - number
        await scene.vehicle.publish()
    await scene.floor.until(lambda: scene.state().battery == 0.41, 5)
