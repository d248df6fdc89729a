"""E-stop, field, mode, place, battery, another master, another vehicle (robot.md §9 and §11)."""

import json
from typing import Any

import aiomqtt
import pytest
from small_lobby import COUNTER, HOME
from vda_rig import Floor, Scene, build
from vda_scripted import ScriptedVehicle

from robot_bridge.driver import DriverError, FailureCode, Goal, Pose, SafetyChanged
from robot_bridge.missions import Refused


async def refused(scene: Scene) -> str:
    """How a mission is refused; nothing may have been sent for it."""
    orders = len(scene.vehicle.orders)
    with pytest.raises(Refused) as error:
        scene.lead()
    with pytest.raises(DriverError):
        await scene.driver.go_to(Goal("past the gate", COUNTER.pose))
    await scene.floor.exchange()
    assert len(scene.vehicle.orders) == orders
    return error.value.code


async def test_an_emergency_stop_before_a_goal_refuses_it(scene: Scene) -> None:
    scene.vehicle.e_stop = "AUTOACK"
    await scene.floor.advance(0.2)
    assert await refused(scene) == "robot_e_stop"
    assert any(isinstance(event, SafetyChanged) and event.e_stop for event in scene.events)


async def test_an_emergency_stop_ends_the_goal_for_good(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.e_stop = "MANUAL"
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome == ("failed", "estop")
    scene.vehicle.e_stop = "NONE"
    at = scene.vehicle.x
    await scene.floor.advance(5)
    assert scene.vehicle.x == at, "no resume after the release"
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_violated_field_makes_it_wait_and_not_fail(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.field_violation = True
    await scene.floor.advance(6)
    assert scene.outcome[0] == "waiting"
    scene.vehicle.field_violation = False
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


async def test_a_vehicle_taken_by_hand_has_no_goal_and_is_told_nothing(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    said = len(scene.vehicle.messages)
    scene.vehicle.mode = "MANUAL"
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome == ("failed", "manual_mode")
    await scene.floor.advance(2)
    assert len(scene.vehicle.messages) == said
    assert await refused(scene) == "robot_manual"


@pytest.mark.parametrize("mode", ["SERVICE", "TEACHIN", "ARMAGEDDON", None])
async def test_only_automatic_modes_move(scene: Scene, mode: str | None) -> None:
    scene.vehicle.extra["operatingMode"] = mode
    await scene.floor.advance(0.2)
    with pytest.raises(DriverError) as error:
        await scene.driver.go_to(Goal("a", HOME.pose))
    assert error.value.code is FailureCode.MANUAL_MODE


def place(**changes: Any) -> dict[str, Any]:
    return {"x": 1.0, "y": 1.0, "theta": 0.0, "mapId": "lobby", "positionInitialized": True} | (
        changes
    )


@pytest.mark.parametrize(
    "position",
    [
        "null",
        place(x=None),
        place(y="1.0"),
        place(theta=float("nan")),
        place(x=1e300),
        place(positionInitialized=False),
        place(positionInitialized=None),
        place(mapId="warehouse"),
    ],
)
async def test_a_vehicle_without_a_known_place_does_not_move(scene: Scene, position: Any) -> None:
    scene.vehicle.faults.position = position
    await scene.floor.advance(0.2)
    assert not scene.state().localised
    assert await refused(scene) == "robot_not_localised"


async def test_a_place_told_in_the_visualization_only_is_enough(scene: Scene) -> None:
    vehicle = scene.vehicle
    plain = vehicle.state

    def without() -> dict[str, Any]:
        return {key: value for key, value in plain().items() if key != "agvPosition"}

    vehicle.state = without  # type: ignore[method-assign]
    for _ in range(300):
        told = place(x=vehicle.x, y=vehicle.y)
        del told["positionInitialized"]
        await vehicle.send("visualization", json.dumps({"agvPosition": told}))
        await scene.floor.advance(0.1)
        if scene.conductor.mission is None:
            scene.lead(HOME)
        if scene.ended():
            break
    assert scene.outcome == ("arrived", None)


async def test_a_place_that_jumps_is_not_believed(scene: Scene) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.faults.position = place(x=7.0, y=5.0)
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome == ("failed", "not_localised")
    assert await refused(scene) == "robot_not_localised"
    await scene.floor.advance(3)
    assert scene.state().localised, "somebody has told it where it is"


@pytest.mark.parametrize("charge", [None, "80", True, -5, 250, float("nan")])
async def test_a_charge_that_makes_no_sense_is_unknown(scene: Scene, charge: Any) -> None:
    scene.vehicle.faults.battery = charge
    await scene.floor.advance(0.2)
    assert scene.state().battery is None
    assert scene.state().link == "up"


async def test_an_empty_battery_moves_only_to_the_dock(scene: Scene) -> None:
    scene.vehicle.charge = 4.0
    await scene.floor.advance(0.2)
    assert scene.state().battery == pytest.approx(0.04)
    with pytest.raises(Refused) as error:
        scene.lead()
    assert error.value.code == "robot_battery_low"


@pytest.mark.parametrize("level", ["FATAL", "CRITICAL"])
async def test_after_a_grave_error_a_person_has_to_come(scene: Scene, level: str) -> None:
    scene.lead()
    await scene.moving()
    scene.vehicle.extra["errors"] = [{"errorType": "motorError", "errorLevel": level}]
    await scene.floor.until(scene.ended, 3)
    assert scene.outcome[0] == "failed"
    assert "motorError" in scene.state().errors
    with pytest.raises(DriverError, match="person"):
        await scene.driver.go_to(Goal("a", HOME.pose))
    await scene.floor.advance(3)
    assert scene.vehicle.speed == 0


async def test_a_warning_stops_nobody(scene: Scene) -> None:
    scene.vehicle.extra["errors"] = [{"errorType": "dirtyScanner", "errorLevel": "WARNING"}]
    scene.lead()
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)


@pytest.mark.parametrize("pose", [Pose(50.0, 1.0, 0.0), Pose(float("nan"), 1.0, 0.0)])
async def test_a_goal_outside_the_map_is_refused_before_anything_is_sent(
    scene: Scene, pose: Pose
) -> None:
    with pytest.raises(DriverError) as error:
        await scene.driver.go_to(Goal("a", pose))
    assert error.value.code is FailureCode.UNREACHABLE
    await scene.floor.exchange()
    assert scene.vehicle.orders == []


async def test_two_vehicles_with_one_serial_number_are_noticed(scene: Scene) -> None:
    await scene.floor.advance(1)
    twin = ScriptedVehicle(scene.floor.broker.port)
    twin.faults.headers_from = 5000
    await twin.connect()
    scene.floor.vehicles.append(twin)
    await scene.floor.advance(1)
    assert scene.state().errors[0] == "two vehicles use this serial number"
    with pytest.raises(DriverError, match="serial number"):
        await scene.driver.go_to(Goal("a", HOME.pose))


async def test_a_vehicle_that_counts_from_the_beginning_is_no_second_one(scene: Scene) -> None:
    await scene.floor.advance(3)
    scene.vehicle.restart()
    await scene.floor.advance(6)
    assert scene.state().errors == ()
    await scene.driver.go_to(Goal("a", HOME.pose))


async def test_two_bridges_notice_each_other_and_neither_moves(scene: Scene) -> None:
    second = build(scene.floor.clock, scene.floor.broker.url)
    scene.floor.drivers.append(second)
    await second.connect()
    await scene.floor.advance(1)
    for driver in scene.floor.drivers:
        with pytest.raises(DriverError, match="another master"):
            await driver.go_to(Goal("a", HOME.pose))
    await scene.floor.advance(60, 0.5)
    with pytest.raises(DriverError, match="another master"):
        await scene.driver.go_to(Goal("a", HOME.pose))
    scene.floor.drivers.remove(second)
    await second.close()
    await scene.floor.advance(45, 0.5)
    await scene.driver.go_to(Goal("b", HOME.pose))


async def test_what_was_retained_on_the_broker_is_ignored_and_nothing_of_ours_is(
    floor: Floor,
) -> None:
    vehicle = ScriptedVehicle(floor.broker.port)
    stale = ScriptedVehicle(floor.broker.port, x=5.0, y=5.0).state()
    async with aiomqtt.Client("127.0.0.1", floor.broker.port) as old:
        await old.publish(f"{vehicle.root}/state", json.dumps(stale), retain=True)
        await old.publish(f"{vehicle.root}/order", json.dumps({"orderId": "old"}), retain=True)
        broken = json.dumps({"connectionState": "CONNECTIONBROKEN"})
        await old.publish(f"{vehicle.root}/connection", broken, qos=1, retain=True)
    driver = build(floor.clock, floor.broker.url)
    floor.drivers.append(driver)
    floor.vehicles.append(vehicle)
    with pytest.raises(Exception, match="no state from the vehicle"):
        await floor.finish(driver.connect(), 20)
    vehicle.messages.clear()
    await vehicle.connect()
    await driver.connect()
    await floor.advance(0.5)
    pose = driver.snapshot().pose
    assert pose is not None
    assert (pose.x, pose.y) == (1.0, 1.0)
    assert driver.snapshot().errors == ()
    await driver.go_to(Goal("a", HOME.pose))
    await floor.advance(5)
    await driver.close()
    async with aiomqtt.Client("127.0.0.1", floor.broker.port) as reader:
        await reader.subscribe(f"{vehicle.root}/#")
        await reader.unsubscribe("nobody/nothing")
        kept = []
        while len(reader.messages):
            kept.append(str((await anext(aiter(reader.messages))).topic).rpartition("/")[2])
    assert sorted(kept) == ["connection", "order", "state"], "what was there before"
    await vehicle.close()


async def test_a_vehicles_clock_decides_nothing(scene: Scene) -> None:
    scene.vehicle.extra["timestamp"] = "2199-01-01T00:00:00.00Z"
    scene.lead()
    await scene.moving()
    scene.vehicle.extra["timestamp"] = "1970-01-01T00:00:00.00Z"
    await scene.floor.until(scene.ended)
    assert scene.outcome == ("arrived", None)
