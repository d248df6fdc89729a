"""The fleet for other rooms: states at their pace, sayings, broken drivers, wrong settings."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from small_fleet import CENTRE, application, fleet_of, places

from assistant.errors import LetanError
from assistant.robots.service import Fleet
from assistant.settings import RobotSettings
from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverConfig, RobotDriver
from robot_bridge.drivers import find_driver
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.drivers.simulator.people import Walker
from robot_bridge.lobby_map import load_map


async def started(clock: ManualClock) -> Fleet:
    fleet = fleet_of(clock)
    await fleet.start()
    await clock.advance(0.2)
    return fleet


async def count_states(fleet: Fleet, clock: ManualClock, seconds: float) -> int:
    seen = 0

    async def read() -> None:
        nonlocal seen
        async for _ in fleet.states("robot-1"):
            seen += 1

    reading = asyncio.create_task(read())
    await clock.advance(seconds)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return seen


async def test_states_come_at_10_hz_while_moving_and_1_hz_at_rest() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    assert 9 <= await count_states(fleet, clock, 10) <= 12
    await fleet.start_mission(None, "lead", "counter-3", "operator")
    await clock.advance(4)
    assert 95 <= await count_states(fleet, clock, 10) <= 130
    await fleet.close()


async def test_a_slow_reader_gets_the_newest_state() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    await fleet.start_mission("robot-1", "lead", "counter-3", "operator")
    states = fleet.states("robot-1")
    first = await anext(states)
    await clock.advance(12)
    following = asyncio.ensure_future(anext(states))
    await clock.advance(0.2)
    second = await following
    now = fleet.robot("robot-1").pose
    assert first.pose is not None
    assert second.pose is not None
    assert now is not None
    assert abs(now.x - second.pose.x) + abs(now.y - second.pose.y) < 0.2
    assert first.pose != second.pose
    await fleet.close()


async def test_what_a_robot_says_reaches_every_subscriber() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    first, second = fleet.subscribe_events(), fleet.subscribe_events()
    await fleet.start_mission("robot-2", "lead", "toilet", "operator")
    await clock.advance(0.2)
    expected = {
        "robot": "robot-2",
        "kind": "say",
        "vi": "Dạ, mời anh/chị theo em đến nhà vệ sinh ạ.",
        "en": "Please follow me to toilets.",
    }
    assert await anext(first) == expected
    assert await anext(second) == expected
    await fleet.close()
    rest = [event async for event in first]
    assert all(event["kind"] == "say" for event in rest)


async def test_one_broken_driver_does_not_stop_the_others() -> None:
    def drivers(name: str) -> Callable[[DriverConfig], RobotDriver]:
        if name == "broken":
            raise RuntimeError("no such wheel")
        return find_driver(name)

    clock = ManualClock()
    fleet = Fleet(
        [RobotSettings(id="robot-1", driver="broken"), RobotSettings(id="robot-2")],
        load_map(CENTRE / "map.yaml"),
        places(),
        clock,
        drivers=drivers,
    )
    await fleet.start()
    await clock.advance(120)
    assert [view.link for view in fleet.robots()] == ["lost", "up"]
    with pytest.raises(LetanError) as error:
        await fleet.start_mission("robot-1", "lead", "counter-3", "operator")
    assert (error.value.code, error.value.status) == ("robot_unavailable", 503)
    stop = asyncio.create_task(fleet.stop("robot-1"))
    await clock.advance(2)
    assert not (await stop).confirmed
    await fleet.close()


def test_a_home_that_is_no_place_is_a_clear_error() -> None:
    with pytest.raises(LetanError) as error:
        Fleet(
            [RobotSettings(home="nowhere")],
            load_map(CENTRE / "map.yaml"),
            places(),
            ManualClock(),
        )
    assert error.value.code == "robot_post_unknown"
    assert "nowhere" in error.value.en


async def test_a_robot_without_a_dock_leads_but_does_not_dock() -> None:
    clock = ManualClock()
    fleet = Fleet([RobotSettings(dock="nowhere")], load_map(CENTRE / "map.yaml"), places(), clock)
    await fleet.start()
    await clock.advance(0.2)
    with pytest.raises(LetanError) as error:
        await fleet.start_mission(None, "dock", None, "operator")
    assert error.value.code == "robot_post_unknown"
    await fleet.start_mission(None, "lead", "counter-3", "operator")
    await fleet.close()


async def test_places_off_the_map_are_no_targets() -> None:
    outside = {"id": "tax-office", "kind": "poi", "name": {"vi": "thuế", "en": "tax"}}
    far = {**outside, "id": "far", "pose": {"x": 900, "y": 0, "theta": 0}}
    fleet = Fleet(
        [RobotSettings()], load_map(CENTRE / "map.yaml"), [*places(), outside, far], ManualClock()
    )
    assert "counter-3" in fleet.places()
    assert not {"tax-office", "far"} & set(fleet.places())


async def test_a_new_process_resumes_nothing() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    await fleet.start_mission("robot-1", "lead", "counter-3", "operator")
    await clock.advance(5)
    await fleet.close()
    again = await started(clock)
    await clock.advance(60)
    view = again.robot("robot-1")
    assert view.mission is None
    assert view.speed == 0
    await again.close()


async def test_every_place_of_the_shipped_lobby_is_reached_within_an_hour() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    poses = {place["id"]: place["pose"] for place in places() if place.get("pose")}
    start = clock.monotonic()
    for place in fleet.places():
        await fleet.start_mission("robot-1", "lead", place, "operator")
        for _ in range(300):
            await clock.advance(0.5)
            view = fleet.robot("robot-1")
            if view.mission is not None and view.mission.ended:
                break
        assert view.mission is not None
        assert view.mission.state == "arrived", place
        assert view.pose is not None
        assert abs(view.pose.x - poses[place]["x"]) < 0.25
        assert abs(view.pose.y - poses[place]["y"]) < 0.25
    assert clock.monotonic() - start < 3600
    await fleet.close()


async def test_the_nearest_free_robot_is_sent_and_the_next_one_when_it_is_busy() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    await fleet.start_mission("robot-2", "lead", "counter-1", "operator")
    await clock.advance(32)
    arrived = fleet.robot("robot-2").mission
    assert arrived is not None
    assert arrived.state == "arrived"
    mission = await fleet.start_mission(None, "lead", "counter-2", "operator")
    assert fleet.robot_of(mission) == "robot-2", "it stands at counter 1, robot 1 at home"
    assert fleet.robot("robot-2").busy_seconds is not None
    second = await fleet.start_mission(None, "lead", "counter-2", "operator")
    assert fleet.robot_of(second) == "robot-1"
    with pytest.raises(LetanError) as error:
        await fleet.start_mission(None, "lead", "toilet", "operator")
    assert error.value.code == "robot_busy"
    waiting = fleet.wait_for("robot-1", "toilet", "operator")
    assert fleet.robot("robot-1").line == (waiting,)
    assert fleet.leave_line("robot-1", waiting.id)
    assert fleet.robot("robot-1").line == ()
    await fleet.close()


async def test_a_robot_that_cannot_move_is_not_chosen() -> None:
    clock = ManualClock()
    fleet = await started(clock)
    stopping = asyncio.create_task(fleet.stop("robot-1"))
    await clock.advance(1)
    await stopping
    mission = await fleet.start_mission(None, "lead", "counter-3", "operator")
    assert fleet.robot_of(mission) == "robot-2"
    await fleet.close()


async def test_maps_are_told_who_is_on_foot(tmp_path: Path) -> None:
    clock = ManualClock()
    fleet = fleet_of(clock)
    await fleet.start()
    await clock.advance(0.2)
    transport = httpx.ASGITransport(application(fleet, tmp_path))
    async with httpx.AsyncClient(transport=transport, base_url="http://here/api/v1") as http:
        empty = await http.get("/robots/surroundings")
        assert empty.json() == {"people": [], "closed": []}
        robot = fleet.simulated("robot-1")
        assert isinstance(robot, SimulatedRobot)
        robot.world.welcome(Walker(3.0, -2.0))
        assert (await http.get("/robots/surroundings")).json()["people"] == [[3.0, -2.0]]
    await fleet.close()
