"""The simulator beyond the contract: people in the way, walls, battery, and rest."""

import asyncio
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_lobby import config_for, small_lobby

from robot_bridge.clock import ManualClock
from robot_bridge.driver import DriverError, Goal, Pose
from robot_bridge.drivers.simulator import Limits, SimulatedRobot
from robot_bridge.drivers.simulator.kinematics import Motion, brake, step


async def robot_at(clock: ManualClock) -> SimulatedRobot:
    robot = SimulatedRobot(config_for(clock))
    await robot.connect()
    return robot


async def until_idle(clock: ManualClock, robot: SimulatedRobot, limit: float = 120) -> None:
    for _ in range(int(limit / 0.1)):
        await clock.advance(0.1)
        if robot.snapshot().activity == "idle":
            return
    pytest.fail(f"still {robot.snapshot()}")


async def test_it_stops_before_somebody_and_goes_on_when_the_way_is_free() -> None:
    clock = ManualClock()
    robot = await robot_at(clock)
    await robot.go_to(Goal("a", Pose(6.0, 1.0, 0.0)))
    await clock.advance(1)
    person = robot.add_obstacle(4.0, 1.0, 0.25)
    await clock.advance(15)
    state = robot.snapshot()
    assert state.pose is not None
    assert state.blocked
    assert state.speed == 0
    assert 4.0 - 0.25 - state.pose.x > 0.25, "the body does not touch"
    robot.remove_obstacle(person)
    await until_idle(clock, robot)
    arrived = robot.snapshot().pose
    assert arrived is not None
    assert math.dist((arrived.x, arrived.y), (6.0, 1.0)) < 0.1
    await robot.close()


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.6, 7.4),
    st.floats(0.6, 2.4),
    st.floats(-3.1, 3.1),
    st.lists(st.tuples(st.floats(0.5, 7.5), st.floats(0.5, 5.5)), max_size=3),
)
def test_the_body_never_touches_wall_or_person(
    x: float, y: float, theta: float, people: list[tuple[float, float]]
) -> None:
    async def drive() -> None:
        clock, lobby_map = ManualClock(), small_lobby()
        robot = await robot_at(clock)
        standing = [p for p in people if math.dist(p, (1.0, 1.0)) > 0.7]
        for px, py in standing:
            robot.add_obstacle(px, py, 0.25)
        try:
            await robot.go_to(Goal("a", Pose(x, 6.0 - y, theta)))
        except DriverError:
            return
        for _ in range(250):
            await clock.advance(0.2)
            pose = robot.snapshot().pose
            assert pose is not None
            assert lobby_map.clearance(pose.x, pose.y) > 0.18
            for px, py in standing:
                assert math.dist((px, py), (pose.x, pose.y)) - 0.25 > 0.15
        await robot.close()

    asyncio.run(drive())


@given(st.floats(0.05, 1.5), st.floats(-1.2, 1.2))
def test_emergency_braking_needs_less_than_200_ms(speed: float, turn: float) -> None:
    limits = Limits(speed=speed)
    motion = Motion(0, 0, 0, speed, turn)
    for _ in range(10):
        motion = brake(motion, limits, 0.02)
    assert motion.still


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-5, 5)), max_size=60))
def test_motors_keep_their_limits(commands: list[tuple[float, float]]) -> None:
    limits = Limits()
    motion = Motion(0, 0, 0)
    for speed, turn in commands:
        after = step(motion, speed, turn, limits, 0.02)
        assert abs(after.speed) <= limits.speed
        assert abs(after.turn) <= limits.turn
        assert abs(after.speed - motion.speed) <= limits.braking * 0.02 + 1e-9
        assert math.dist((after.x, after.y), (motion.x, motion.y)) <= limits.speed * 0.02 + 1e-9
        motion = after


class StuckClock(ManualClock):
    """Time goes on but nobody is ever woken: an event loop that is busy elsewhere."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.get_running_loop().create_future()


async def test_a_late_wake_up_does_not_change_the_way() -> None:
    places = []
    for clock, looks in ((ManualClock(), 68), (StuckClock(), 4)):
        robot = await robot_at(clock)
        await robot.go_to(Goal("a", Pose(6.0, 2.0, 0.0)))
        for _ in range(looks):
            await clock.advance(6.8 / looks)
            places.append(robot.snapshot().pose)
        await robot.close()
    punctual, late = places[67], places[-1]
    assert punctual is not None
    assert late is not None
    assert late.x > 3, "it drove"
    assert math.dist((punctual.x, punctual.y), (late.x, late.y)) < 0.02


async def test_the_battery_empties_by_driving_and_fills_at_the_dock() -> None:
    clock = ManualClock()
    robot = await robot_at(clock)
    full = robot.snapshot().battery
    await clock.advance(3600)
    idle = robot.snapshot().battery
    assert full is not None
    assert idle is not None
    assert 0 < full - idle < 0.1
    await robot.go_to(Goal("a", Pose(3.0, 1.0, 3.1)))
    await until_idle(clock, robot)
    await robot.dock("d")
    await clock.advance(5)
    assert robot.snapshot().charging
    await clock.advance(3 * 3600)
    assert robot.snapshot().battery == 1.0
    await robot.close()


async def test_an_empty_battery_drives_nowhere() -> None:
    clock = ManualClock()
    robot = await robot_at(clock)
    robot.set_battery(0)
    with pytest.raises(DriverError, match="battery"):
        await robot.go_to(Goal("a", Pose(3.0, 1.0, 0.0)))
    await robot.close()


async def test_a_resting_robot_sets_no_timer() -> None:
    clock = ManualClock()
    robot = await robot_at(clock)
    await robot.go_to(Goal("a", Pose(2.0, 1.0, 0.0)))
    await until_idle(clock, robot)
    await clock.advance(1)
    assert clock.pending() == 0
    await robot.close()


@pytest.mark.parametrize("wrong", [(math.nan, 1, 1), (1, math.inf, 1), (1, 1, 0), (1, 1, -2)])
async def test_an_impossible_obstacle_is_refused(wrong: tuple[float, float, float]) -> None:
    robot = SimulatedRobot(config_for(ManualClock()))
    with pytest.raises(ValueError, match="obstacle"):
        robot.add_obstacle(*wrong)
