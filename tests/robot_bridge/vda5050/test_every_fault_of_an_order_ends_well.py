"""Orders that are lost, refused, forgotten, taken over or not carried out (robot.md §11)."""

import json
import math

import aiomqtt
import pytest
from small_lobby import COUNTER, DOCK, HOME, TOILET
from vda_rig import Floor, Scene, build, open_scene
from vda_scripted import ScriptedVehicle

from robot_bridge.driver import DriverError, FailureCode, Goal, Pose, RobotDriver


async def driven(scene: Scene, goal_id: str, pose: Pose) -> RobotDriver:
    """Straight to the driver: its own patience is looked at, not that of missions."""
    await scene.driver.go_to(Goal(goal_id, pose))
    return scene.driver


def failure(scene: Scene, goal_id: str) -> tuple[FailureCode, str] | None:
    for event in scene.events:
        if getattr(event, "goal_id", None) == goal_id and hasattr(event, "code"):
            return event.code, event.text
    return None


def arrived(scene: Scene, goal_id: str) -> bool:
    return any(
        type(event).__name__ == "Arrived" and getattr(event, "goal_id", "") == goal_id
        for event in scene.events
    )


async def test_a_lost_order_is_repeated_with_the_same_ids(scene: Scene) -> None:
    scene.vehicle.faults.drop_orders = 2
    await driven(scene, "a", HOME.pose)
    await scene.floor.until(lambda: arrived(scene, "a"), 30)
    sent = [body for body in scene.vehicle.messages if body.get("orderUpdateId") == 0]
    assert len(sent) == 3
    assert len({body["orderId"] for body in sent}) == 1
    assert len({body["headerId"] for body in sent}) == 3
    assert [body["nodes"] for body in sent] == [sent[0]["nodes"]] * 3


async def test_a_mission_survives_a_lost_order(scene: Scene) -> None:
    scene.vehicle.faults.drop_orders = 1
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_an_order_that_is_never_taken_is_repeated_twice_at_most(scene: Scene) -> None:
    scene.vehicle.faults.drop_orders = 99
    await driven(scene, "a", COUNTER.pose)
    await scene.floor.until(lambda: failure(scene, "a") is not None, 20)
    assert failure(scene, "a") == (FailureCode.TIMEOUT, "the order was not taken")
    assert scene.vehicle.faults.drop_orders == 99 - 3
    await scene.floor.advance(5)
    assert scene.vehicle.faults.drop_orders == 99 - 3


async def test_a_lost_update_is_repeated_and_the_vehicle_gets_on(scene: Scene) -> None:
    await driven(scene, "a", COUNTER.pose)
    await scene.moving()
    scene.vehicle.faults.drop_orders = 1
    await scene.floor.until(lambda: arrived(scene, "a"), 60)
    ids = [body["orderUpdateId"] for body in scene.vehicle.messages if "orderId" in body]
    assert len(ids) - len(set(ids)) == 1
    assert sorted(ids) == ids


@pytest.mark.parametrize(
    ("kind", "reason"), [("orderError", "rejected"), ("noRouteError", "unreachable")]
)
async def test_a_refused_order_fails_at_once_and_is_not_tried_again(
    scene: Scene, kind: str, reason: str
) -> None:
    scene.vehicle.faults.refuse_orders = kind
    scene.lead()
    await scene.floor.until(scene.ended, 5)
    assert scene.outcome == ("failed", reason)
    await scene.floor.advance(10)
    assert len(scene.vehicle.orders) == 1


async def test_an_earlier_refusal_is_not_blamed_on_the_next_order(scene: Scene) -> None:
    leftover = {
        "errorType": "orderError",
        "errorLevel": "WARNING",
        "errorReferences": [{"referenceKey": "orderId", "referenceValue": "somebody-elses"}],
    }
    bare = {"errorType": "validationError", "errorLevel": "WARNING"}
    scene.vehicle.extra["errors"] = [leftover, bare]
    await scene.floor.advance(0.2)
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_new_refusal_that_names_nothing_is_ours(scene: Scene) -> None:
    scene.vehicle.faults.drop_orders = 1
    await driven(scene, "a", COUNTER.pose)
    await scene.floor.advance(0.3)
    scene.vehicle.extra["errors"] = [{"errorType": "validationError", "errorLevel": "WARNING"}]
    await scene.floor.until(lambda: failure(scene, "a") is not None, 2)
    assert failure(scene, "a") == (FailureCode.REJECTED, "validationError")


async def test_a_vehicle_that_starts_anew_has_lost_its_goal(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.restart()
    scene.vehicle.speed = 0.0
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome == ("failed", "link_lost")
    await scene.floor.advance(3)
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_another_masters_order_is_not_fought(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    cancels = scene.sent("cancelOrder")
    vehicle = scene.vehicle
    first = {"nodeId": "x", "sequenceId": 0, "released": True, "actions": []}
    first["nodePosition"] = {"x": vehicle.x, "y": vehicle.y, "mapId": "lobby"}
    other = {"headerId": 7, "orderId": "theirs", "orderUpdateId": 0, "nodes": [first], "edges": []}
    vehicle.nodes, vehicle.edges = [], []
    async with aiomqtt.Client("127.0.0.1", scene.floor.broker.port) as master:
        first["nodePosition"]["allowedDeviationXY"] = 2.0
        await master.publish(f"{vehicle.root}/order", json.dumps(other))
    await scene.floor.until(scene.ended, 5)
    assert scene.outcome == ("failed", "preempted")
    assert scene.sent("cancelOrder") == cancels
    with pytest.raises(DriverError, match="another master"):
        await scene.driver.go_to(Goal("b", HOME.pose))
    await scene.floor.until(lambda: not scene.state().errors, 60)
    await driven(scene, "c", HOME.pose)
    await scene.floor.until(lambda: arrived(scene, "c"), 60)


async def test_an_order_that_the_vehicle_gives_up_is_over(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.canceling = "somebody at the vehicle"
    await scene.floor.until(scene.ended, 6)
    assert scene.outcome == ("failed", "canceled")


async def test_an_order_given_up_just_before_its_end_is_not_done(scene: Scene) -> None:
    scene.lead()
    await scene.floor.until(lambda: (scene.state().remaining or 9.0) < 0.8)
    scene.vehicle.canceling = "somebody at the vehicle"
    await scene.floor.until(scene.ended, 6)
    assert scene.outcome == ("failed", "canceled")


async def test_a_goal_is_reached_only_when_the_vehicle_stands(scene: Scene) -> None:
    scene.lead()
    await scene.floor.until(lambda: (scene.state().remaining or 9.0) < 0.8)
    scene.vehicle.extra["driving"] = True
    await scene.floor.advance(5)
    assert not scene.vehicle.nodes
    assert not scene.ended()
    del scene.vehicle.extra["driving"]
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome == ("arrived", None)


async def test_a_vehicle_that_says_it_drives_and_does_not_counts_as_blocked(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.faults.frozen = True
    await scene.floor.until(scene.ended, 120, 0.25)
    assert scene.outcome == ("failed", "blocked")
    assert any("xin lỗi" in said.vi.lower() for said in scene.said)
    scene.vehicle.faults.frozen = False
    await scene.floor.advance(3)
    assert not scene.vehicle.nodes
    assert scene.vehicle.speed == 0


async def test_a_vehicle_that_stands_on_its_way_is_blocked_and_goes_on(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.faults.blocked = True
    await scene.floor.until(lambda: scene.state().blocked, 5)
    await scene.floor.advance(2)
    scene.vehicle.faults.blocked = False
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_cancel_that_is_not_heard_is_reported_and_repeated(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.faults.deaf_to_cancel = True
    before = scene.sent("cancelOrder")
    result = await scene.floor.finish(scene.conductor.stop(), 3)
    assert not result.confirmed
    await scene.floor.advance(3)
    assert scene.sent("cancelOrder") >= before + 4, "again and again"
    assert scene.vehicle.x < TOILET.pose.x
    scene.vehicle.faults.deaf_to_cancel = False
    await scene.floor.advance(2)
    assert scene.vehicle.speed == 0
    assert not scene.vehicle.nodes
    assert (await scene.floor.finish(scene.conductor.stop(), 3)).confirmed


async def test_a_stop_is_confirmed_once_the_vehicle_stands_and_never_before(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    stopping = scene.conductor.stop()
    assert (await scene.floor.finish(stopping, 1)).confirmed
    assert scene.vehicle.speed == 0
    assert not scene.vehicle.nodes


async def test_an_order_that_overtook_its_cancel_is_cancelled_again(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    assert (await scene.floor.finish(scene.conductor.stop(), 2)).confirmed
    await scene.floor.advance(2)
    at, late = scene.vehicle.x, dict(scene.vehicle.orders[0])
    scene.vehicle.restart()
    late["nodes"][0]["nodePosition"] |= {"x": scene.vehicle.x, "y": scene.vehicle.y}
    scene.vehicle.take_order(late)
    assert scene.vehicle.nodes
    await scene.floor.advance(2)
    assert not scene.vehicle.nodes
    assert scene.vehicle.speed == 0
    assert abs(scene.vehicle.x - at) < 0.3


async def test_who_drives_it_by_hand_is_not_disturbed(scene: Scene) -> None:
    scene.vehicle.faults.deaf_to_cancel = True
    scene.lead()
    await scene.moving()
    await scene.conductor.cancel()
    await scene.floor.advance(0.5)
    assert scene.vehicle.driving, "a cancel is still wanted"
    scene.vehicle.mode = "MANUAL"
    scene.vehicle.extra["driving"] = True
    await scene.floor.advance(0.3)
    said = len(scene.vehicle.messages)
    await scene.floor.advance(10, 0.5)
    assert len(scene.vehicle.messages) == said


async def test_stop_works_twice_without_a_goal_while_docking_and_while_connecting(
    floor: Floor,
) -> None:
    vehicle = ScriptedVehicle(floor.broker.port, x=DOCK.pose.x, y=DOCK.pose.y)
    scene = await open_scene(floor, vehicle)
    assert not (await floor.finish(scene.conductor.stop(), 3)).confirmed
    await vehicle.connect()
    await floor.until(lambda: scene.state().link == "up", 30)
    for _ in range(2):
        assert (await floor.finish(scene.conductor.stop(), 3)).confirmed
    with pytest.raises(DriverError, match="resume"):
        await scene.driver.go_to(Goal("a", TOILET.pose))
    await scene.conductor.resume()
    vehicle.faults.no_charge = True
    await scene.driver.dock("d")
    await floor.advance(1)
    assert (await floor.finish(scene.conductor.stop(), 3)).confirmed
    assert scene.state().activity == "idle"
    await scene.close()


async def test_docking_without_charging_fails_after_two_tries(scene: Scene) -> None:
    scene.vehicle.x, scene.vehicle.y = DOCK.pose.x, DOCK.pose.y
    scene.vehicle.faults.no_charge = True
    await scene.floor.advance(3)
    scene.conductor.start("dock", DOCK, "test")
    await scene.floor.until(scene.ended, 200, 0.5)
    assert scene.outcome == ("failed", "docking_failed")
    assert scene.sent("startCharging") == 2


async def test_what_an_earlier_life_began_is_cancelled_by_the_next(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    link = scene.driver._desk.link
    assert link is not None
    at = (scene.vehicle.x, scene.vehicle.y)
    cancels = scene.sent("cancelOrder")
    await link.close()  # as kill -9 does it: without a word to the vehicle
    for task in scene.driver._tasks:
        task.cancel()
    scene.floor.drivers.clear()
    await scene.floor.advance(6)
    assert scene.sent("cancelOrder") == cancels
    assert 0 < math.dist(at, (scene.vehicle.x, scene.vehicle.y)) <= 1.6, "the end of its base"
    assert scene.vehicle.nodes
    again = build(scene.floor.clock, scene.floor.broker.url)
    scene.floor.drivers.append(again)
    await again.connect()
    await scene.floor.advance(0.5)
    assert not scene.vehicle.nodes
    await again.close()
