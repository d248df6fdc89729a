"""What every robot driver must do. A new driver adds a `Rig` to `RIGS`, and nothing else."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ros_rig import Hall, count_openings, free_port
from ros_rig import build as build_ros2
from ros_scripted import ScriptedServer
from small_lobby import DOCK, HOME, config_for
from vda_rig import Floor, build, temporary_broker
from vda_scripted import ScriptedVehicle

from robot_bridge.clock import ManualClock
from robot_bridge.driver import (
    Accepted,
    Arrived,
    Capability,
    DriverError,
    DriverEvent,
    Failed,
    FailureCode,
    Goal,
    LinkLost,
    Pose,
    RobotDriver,
    SafetyChanged,
    Stopped,
)
from robot_bridge.drivers import DRIVERS, driver_names, find_driver
from robot_bridge.drivers.simulator import SimulatedRobot


async def nothing() -> None:
    """Nothing has to be done."""


@dataclass
class Rig:
    """A driver with its robot, how time passes for it, and how its faults are provoked."""

    driver: RobotDriver
    advance: Callable[[float], Any]
    press_e_stop: Callable[[], None]
    lose_link: Callable[[], None]
    lose_place: Callable[[], None]
    take_by_hand: Callable[[], None]
    events: list[DriverEvent] = field(default_factory=list)
    prepare: Callable[[], Awaitable[None]] = nothing
    """What has to run before the driver can connect."""
    dismantle: Callable[[], Awaitable[None]] = nothing

    async def until(self, condition: Callable[[], bool], limit: float = 90) -> None:
        for _ in range(int(limit / 0.1)):
            if condition():
                return
            await self.advance(0.1)
        pytest.fail(f"never held; events: {self.events}")

    def ended(self, goal_id: str) -> DriverEvent | None:
        for event in self.events:
            if isinstance(event, Arrived | Failed | Stopped) and event.goal_id == goal_id:
                return event
        return None

    async def stop(self) -> float:
        """Stop; the distance rolled on meanwhile."""
        before = self.driver.snapshot().pose
        stopping = asyncio.create_task(self.driver.stop("test"))
        await self.advance(0.2)
        assert stopping.done(), "not standing after 200 ms"
        assert stopping.result().confirmed
        after = self.driver.snapshot().pose
        assert before is not None
        assert after is not None
        return math.dist((before.x, before.y), (after.x, after.y))


def simulator() -> Rig:
    clock = ManualClock()
    robot = SimulatedRobot(config_for(clock))
    return Rig(
        robot,
        clock.advance,
        robot.press_e_stop,
        robot.cut_link,
        lambda: robot.set_localised(False),
        lambda: robot.set_manual(True),
    )


def vda5050() -> Rig:
    """A scripted vehicle behind a real broker."""
    broker, folder = temporary_broker()
    floor = Floor(broker)
    vehicle = ScriptedVehicle(broker.port)
    robot = build(floor.clock, broker.url)
    floor.vehicles.append(vehicle)
    floor.drivers.append(robot)

    async def prepare() -> None:
        broker.start()
        await vehicle.connect()

    async def dismantle() -> None:
        await vehicle.close()
        broker.kill()
        folder.cleanup()

    return Rig(
        robot,
        floor.advance,
        lambda: setattr(vehicle, "e_stop", "MANUAL"),
        broker.kill,
        lambda: setattr(vehicle, "localised", False),
        lambda: setattr(vehicle, "mode", "MANUAL"),
        prepare=prepare,
        dismantle=dismantle,
    )


def ros2() -> Rig:
    """A scripted robot behind a scripted rosbridge server."""
    server = ScriptedServer("classic")
    hall = Hall(server)
    server.port = free_port()
    robot = build_ros2(hall.clock, f"ws://127.0.0.1:{server.port}")
    hall.drivers.append(robot)
    undo = count_openings(hall)

    async def dismantle() -> None:
        undo()
        await server.close()

    return Rig(
        robot,
        hall.advance,
        lambda: server.robot.change(e_stop=True),
        server.kill,
        lambda: server.robot.change(deviation=5.0),
        lambda: server.robot.change(manual=True),
        prepare=server.open,
        dismantle=dismantle,
    )


RIGS = {"ros2": ros2, "simulator": simulator, "vda5050": vda5050}
FAR = Pose(1.0, 5.0, 1.57)
NEAR = Pose(2.0, 1.0, 0.0)


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    made = RIGS[request.param]()
    await made.prepare()
    await made.driver.connect()

    async def listen(events: AsyncIterator[DriverEvent]) -> None:
        async for event in events:
            made.events.append(event)

    listening = asyncio.create_task(listen(made.driver.events()))
    yield made
    await made.driver.close()
    await asyncio.wait_for(listening, 5)
    await made.dismantle()


def test_every_registered_driver_is_in_this_suite() -> None:
    assert set(RIGS) == set(DRIVERS)
    assert set(DRIVERS) <= set(driver_names())
    with pytest.raises(ValueError, match="simulator"):
        find_driver("steam-engine")


async def test_a_goal_is_accepted_and_reached(rig: Rig) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.until(lambda: rig.ended("a") is not None)
    assert rig.ended("a") == Arrived("a")
    assert rig.events.index(Accepted("a")) < rig.events.index(Arrived("a"))
    state = rig.driver.snapshot()
    assert state.pose is not None
    assert math.dist((state.pose.x, state.pose.y), (FAR.x, FAR.y)) <= 0.25
    assert abs(math.remainder(state.pose.theta - FAR.theta, math.tau)) <= 0.25
    assert state.speed == 0
    assert state.goal_id is None


async def test_the_state_tells_the_goal_and_its_own_age(rig: Rig) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(3)
    state = rig.driver.snapshot()
    assert (state.link, state.goal_id, state.activity) == ("up", "a", "moving")
    assert state.state_at is not None
    assert state.pose_at is not None
    assert 0 < state.speed <= 0.6 + 1e-9
    with pytest.raises(AttributeError):
        state.speed = 0  # type: ignore[misc]


async def test_a_stop_stands_within_200_ms_and_holds(rig: Rig) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.until(lambda: rig.driver.snapshot().speed > 0.5)
    assert await rig.stop() < 0.12
    assert rig.driver.snapshot().speed == 0
    assert isinstance(rig.ended("a"), Stopped)
    with pytest.raises(DriverError):
        await rig.driver.go_to(Goal("b", NEAR))
    await rig.driver.resume()
    await rig.advance(2)
    assert rig.driver.snapshot().speed == 0, "resuming moves nothing"
    await rig.driver.go_to(Goal("c", NEAR))
    await rig.until(lambda: rig.ended("c") is not None)


async def test_stop_works_in_any_state_and_twice(rig: Rig) -> None:
    await rig.stop()
    await rig.stop()
    await rig.driver.resume()
    await rig.driver.go_to(Goal("a", NEAR))
    await rig.advance(2)
    await rig.driver.cancel("test")
    await rig.stop()
    assert rig.driver.snapshot().speed == 0


async def test_cancel_ends_the_goal_and_holds_nothing(rig: Rig) -> None:
    await rig.driver.cancel("nothing runs")
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(3)
    await rig.driver.cancel("test")
    await rig.until(lambda: rig.driver.snapshot().speed == 0, 3)
    event = rig.ended("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.CANCELED
    await rig.driver.go_to(Goal("b", NEAR))
    await rig.until(lambda: rig.ended("b") is not None)


async def test_a_new_goal_replaces_the_old_one(rig: Rig) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(2)
    await rig.driver.go_to(Goal("b", NEAR))
    await rig.until(lambda: rig.ended("b") is not None)
    event = rig.ended("a")
    assert isinstance(event, Failed)
    assert event.code is FailureCode.PREEMPTED
    assert rig.ended("b") == Arrived("b")


async def test_a_goal_in_a_wall_is_unreachable(rig: Rig) -> None:
    with pytest.raises(DriverError) as error:
        await rig.driver.go_to(Goal("a", Pose(1.0, 3.0, 0.0)))
    assert error.value.code is FailureCode.UNREACHABLE


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("press_e_stop", FailureCode.ESTOP),
        ("lose_link", FailureCode.LINK_LOST),
        ("lose_place", FailureCode.NOT_LOCALISED),
        ("take_by_hand", FailureCode.MANUAL_MODE),
    ],
)
async def test_a_fault_ends_the_goal_and_refuses_the_next(
    rig: Rig, fault: str, code: FailureCode
) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(3)
    getattr(rig, fault)()
    await rig.until(lambda: rig.ended("a") is not None, 5)
    event = rig.ended("a")
    assert isinstance(event, Failed)
    assert event.code is code
    with pytest.raises(DriverError):
        await rig.driver.go_to(Goal("b", NEAR))
    if fault == "press_e_stop":
        assert any(isinstance(event, SafetyChanged) and event.e_stop for event in rig.events)
    if fault == "lose_link":
        assert any(isinstance(event, LinkLost) for event in rig.events)
        assert rig.driver.snapshot().link == "lost"


async def test_docked_is_who_charges(rig: Rig) -> None:
    if Capability.DOCK not in rig.driver.capabilities():
        with pytest.raises(DriverError):
            await rig.driver.dock("d")
        return
    with pytest.raises(DriverError):
        await rig.driver.dock("from afar")
    await rig.driver.go_to(Goal("a", DOCK.pose))
    await rig.until(lambda: rig.ended("a") is not None)
    await rig.driver.dock("d")
    await rig.until(lambda: rig.ended("d") is not None)
    assert rig.ended("d") == Arrived("d")
    assert rig.driver.snapshot().charging
    await rig.driver.undock("u")
    await rig.until(lambda: rig.ended("u") is not None)
    assert not rig.driver.snapshot().charging
    await rig.driver.go_to(Goal("b", HOME.pose))
    await rig.until(lambda: rig.ended("b") is not None)
    assert rig.ended("b") == Arrived("b")


async def test_a_speed_limit_lowers_the_ceiling_and_never_lifts_it(rig: Rig) -> None:
    if Capability.SPEED_LIMIT not in rig.driver.capabilities():
        return
    fastest = {}
    for limit in (0.2, 5.0):
        await rig.driver.set_speed_limit(limit)
        await rig.driver.go_to(Goal(f"at {limit}", FAR))
        speeds = []
        for _ in range(60):
            await rig.advance(0.1)
            speeds.append(rig.driver.snapshot().speed)
        fastest[limit] = max(speeds)
    assert fastest[0.2] <= 0.2 + 1e-9
    assert 0.2 < fastest[5.0] <= 0.6 + 1e-9
    with pytest.raises(ValueError, match="above 0"):
        await rig.driver.set_speed_limit(math.nan)


async def test_speech_and_screen_are_refused_when_there_is_none(rig: Rig) -> None:
    can = rig.driver.capabilities()
    if Capability.SAY not in can:
        with pytest.raises(DriverError) as error:
            await rig.driver.say("Dạ", "vi")
        assert error.value.code is FailureCode.UNSUPPORTED
    if Capability.SHOW not in can:
        with pytest.raises(DriverError):
            await rig.driver.show("/kiosk")


async def test_close_ends_a_goal_and_may_be_repeated(rig: Rig) -> None:
    await rig.driver.go_to(Goal("a", FAR))
    await rig.advance(2)
    await rig.driver.close()
    await rig.driver.close()
    assert rig.driver.snapshot().link == "lost"
