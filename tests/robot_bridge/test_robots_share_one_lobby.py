"""Several robots and people in one simulated lobby: seen, avoided, never touched."""

import asyncio
import math
from contextlib import suppress
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lobby import DOCK, HOME, config_for, small_lobby

from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverConfig, DriverError, Goal, Pose
from robot_bridge.drivers import check_options, find_driver
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.drivers.simulator.lidar import Lidar
from robot_bridge.drivers.simulator.people import RADIUS, Walker
from robot_bridge.drivers.simulator.people import step as walk
from robot_bridge.drivers.simulator.world import ROBOT_RADIUS, Obstacle, World, world_of
from robot_bridge.lobby_map import LobbyMap

LOBBY = small_lobby()


async def robot_in(
    world: World, clock: ManualClock, name: str, x: float, y: float, theta: float = 0.0
) -> SimulatedRobot:
    config = DriverConfig(name, LOBBY, Pose(x, y, theta), DOCK.pose, 0.6, clock)
    robot = SimulatedRobot(config, world=world)
    await robot.connect()
    return robot


def place(robot: SimulatedRobot) -> tuple[float, float]:
    pose = robot.snapshot().pose
    assert pose is not None
    return pose.x, pose.y


async def test_robots_of_one_fleet_live_in_one_world() -> None:
    clock = ManualClock()
    factory = find_driver("simulator")
    first, second = factory(config_for(clock, LOBBY)), factory(config_for(clock, LOBBY))
    other_map, other_clock = (
        factory(config_for(clock, small_lobby())),
        factory(config_for(ManualClock(), LOBBY)),
    )
    assert isinstance(first, SimulatedRobot)
    assert isinstance(second, SimulatedRobot)
    assert first.world is second.world
    for stranger in (other_map, other_clock):
        assert isinstance(stranger, SimulatedRobot)
        assert stranger.world is not first.world


async def test_two_that_meet_pass_each_other() -> None:
    clock = ManualClock()
    world = World(LOBBY, clock)
    east = await robot_in(world, clock, "east", 1.0, 1.5)
    west = await robot_in(world, clock, "west", 7.0, 1.5, math.pi)
    await east.go_to(Goal("a", Pose(7.0, 1.5, 0.0)))
    await west.go_to(Goal("b", Pose(1.0, 1.5, math.pi)))
    for _ in range(400):
        await clock.advance(0.2)
        assert math.dist(place(east), place(west)) > 2 * ROBOT_RADIUS
        if east.snapshot().goal_id is None and west.snapshot().goal_id is None:
            break
    assert math.dist(place(east), (7.0, 1.5)) < 0.1
    assert math.dist(place(west), (1.0, 1.5)) < 0.1
    assert world.contacts == []
    for robot in (east, west):
        await robot.close()


async def test_it_goes_round_a_robot_that_stands_and_waits_for_a_person() -> None:
    clock = ManualClock()
    world = World(LOBBY, clock)
    robot = await robot_in(world, clock, "robot-1", 1.0, 1.5)
    standing = await robot_in(world, clock, "robot-2", 4.0, 1.5)
    await robot.go_to(Goal("a", Pose(7.0, 1.5, 0.0)))
    await clock.advance(60)
    assert math.dist(place(robot), (7.0, 1.5)) < 0.1
    await robot.go_to(Goal("b", Pose(1.0, 1.0, 0.0)))
    await clock.advance(1)
    x, y = place(robot)
    person = Walker(x - 1.2, y)
    world.welcome(person)
    await clock.advance(20)
    assert robot.snapshot().blocked
    assert robot.snapshot().speed == 0
    person.go([(person.x, 2.6)])
    await clock.advance(40)
    assert robot.snapshot().goal_id is None
    assert world.contacts == []
    for one in (robot, standing):
        await one.close()


async def crowded(seed: int, seconds: int = 12) -> World:
    """Two robots and four people who cross their ways for a while, with stops in between."""
    rng, clock = Random(seed), ManualClock()
    world = World(LOBBY, clock)

    def spot(clear: float) -> tuple[float, float]:
        while True:
            found = rng.uniform(0.4, 7.6), rng.uniform(0.4, 5.6)
            if LOBBY.clearance(*found) > clear and all(
                math.dist(found, (thing.x, thing.y)) > 0.9 for thing in world.others(None)
            ):
                return found

    robots = [await robot_in(world, clock, f"robot-{n}", *spot(0.4)) for n in range(2)]
    people = [Walker(*spot(0.3), pace=rng.uniform(0.6, 1.4)) for _ in range(4)]
    for person in people:
        world.welcome(person)
    stood: dict[int, float] = {}
    for second in range(seconds):
        for number, robot in enumerate(robots):
            if number in stood:
                assert robot.odometer == stood[number], "moved after a stop"
                if rng.random() < 0.3:
                    await robot.resume()
                    del stood[number]
            elif rng.random() < 0.05:
                stopping = asyncio.create_task(robot.stop("test"))
                await clock.advance(0.2)
                assert stopping.done()
                assert stopping.result().confirmed
                stood[number] = robot.odometer
            elif robot.snapshot().goal_id is None or rng.random() < 0.1:
                with suppress(DriverError):
                    await robot.go_to(Goal(f"{second}-{number}", Pose(*spot(0.4), 0.0)))
        for person in people:
            if rng.random() < 0.3:
                # As often as not right into the way of a robot.
                x, y = place(rng.choice(robots)) if rng.random() < 0.5 else spot(0.3)
                person.go([(x + rng.uniform(-0.8, 0.8), y + rng.uniform(-0.8, 0.8))])
        await clock.advance(1.0)
    for robot in robots:
        await robot.close()
    return world


@pytest.mark.parametrize("seeds", [range(start, start + 13) for start in range(0, 52, 13)])
def test_nobody_is_touched_and_nothing_moves_after_a_stop(seeds: range) -> None:
    near = 0
    for seed in seeds:
        world = asyncio.run(crowded(seed))
        assert world.contacts == [], f"seed {seed}"
        near += world.nearest_person < 0.3
    assert near, "nobody ever came near: nothing was tried"


def test_a_blind_robot_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The umpire counts what a robot that sees nobody does: the test above can fail."""
    monkeypatch.setattr(Lidar, "seen", lambda *_: [])
    contacts = [contact for seed in range(6) for contact in asyncio.run(crowded(seed)).contacts]
    assert {contact.other for contact in contacts} & {"person", "robot"}
    assert any(contact.speed > 0 for contact in contacts)


def test_the_umpire_sees_walls_exactly() -> None:
    clock = ManualClock()
    world = World(LOBBY, clock)
    for x, touches in ((0.05 + ROBOT_RADIUS - 0.01, True), (0.05 + ROBOT_RADIUS + 0.01, False)):
        body = Standing(x, 1.0)
        world.contacts.clear()
        world.enter("robot-1", body)
        world.judge("robot-1")
        world.judge("robot-1")
        assert [contact.other for contact in world.contacts] == ["wall"] * touches


class Standing:
    """A robot that stands somewhere."""

    kind = "robot"
    radius = ROBOT_RADIUS
    speed = 0.0

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.5, 7.5), st.floats(0.5, 5.5)), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(0.5, 7.5), st.floats(0.5, 5.5)), max_size=4),
)
def test_people_walk_through_nobody_and_no_wall(
    way: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    walker = Walker(1.0, 1.0, pace=1.3)
    standing = [Obstacle(*spot, 0.25) for spot in others if math.dist(spot, (1, 1)) > 0.8]
    walker.go(way)
    for _ in range(150):
        walk(walker, LOBBY, standing)
        assert LOBBY.clearance(walker.x, walker.y) >= 0.19
        for other in standing:
            gap = math.dist((walker.x, walker.y), (other.x, other.y)) - other.radius - RADIUS
            assert gap >= 0
        if not walker.walking:
            break


async def test_wheels_that_slip_carry_it_less_far() -> None:
    clock = ManualClock()
    robot = await robot_in(World(LOBBY, clock), clock, "robot-1", 1.0, 1.0)
    robot.set_slip(1.0)
    await robot.go_to(Goal("a", Pose(6.0, 1.0, 0.0)))
    await clock.advance(10)
    assert math.dist(place(robot), (1.0, 1.0)) < 0.01
    assert robot.snapshot().speed == 0
    robot.set_slip(0.0)
    await clock.advance(30)
    assert math.dist(place(robot), (6.0, 1.0)) < 0.1
    for share in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="slip"):
            robot.set_slip(share)
    await robot.close()


async def test_what_it_scans_is_the_lobby_round_it() -> None:
    clock = ManualClock()
    robot = await robot_in(World(LOBBY, clock), clock, "robot-1", 1.0, 1.0)
    ranges = robot.scan()
    assert ranges[180] == pytest.approx(0.95, abs=0.01), "the wall behind it"
    robot.add_obstacle(2.0, 1.0, 0.25)
    assert robot.scan()[0] == pytest.approx(0.75, abs=0.01)
    await robot.close()


async def test_settings_bring_people_into_the_lobby() -> None:
    clock = ManualClock()
    check_options("robot-1", "simulator", {"people": 3})
    for wrong in ({"people": -1}, {"people": "many"}, {"persons": 3}):
        with pytest.raises(ValueError, match="robot-1"):
            check_options("robot-1", "simulator", wrong)
    config = replace(config_for(clock, LOBBY), options={"people": 3})
    robot = find_driver("simulator")(config)
    assert isinstance(robot, SimulatedRobot)
    await robot.connect()
    await clock.advance(1)
    first = [(walker.x, walker.y) for walker in robot.people()]
    assert len(first) == 3
    await clock.advance(60)
    assert [(walker.x, walker.y) for walker in robot.people()] != first
    assert robot.world.contacts == []
    await robot.close()
    assert robot.people() == []


async def test_people_at_rest_set_no_timer() -> None:
    clock = ManualClock()
    world = World(LOBBY, clock)
    robot = await robot_in(world, clock, "robot-1", HOME.pose.x, HOME.pose.y)
    walker = Walker(3.0, 1.0)
    number = world.welcome(walker)
    walker.go([(4.0, 1.0)])
    await clock.advance(5)
    assert not walker.walking
    await clock.advance(1)
    assert clock.pending() == 0
    world.farewell(number)
    assert world.people() == []
    await robot.close()


def test_a_fleet_gone_leaves_no_world_behind() -> None:
    async def live() -> int:
        clock, lobby_map = ManualClock(), small_lobby()
        robot = SimulatedRobot(config_for(clock, lobby_map))
        assert robot.world is world_of(lobby_map, clock)
        await robot.connect()
        await robot.close()
        return id(robot.world)

    cells = np.zeros((10, 10), dtype=np.int8)
    assert asyncio.run(live()) != id(world_of(LobbyMap(0.1, (0, 0, 0), cells), ManualClock()))
