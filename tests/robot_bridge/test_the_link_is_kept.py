"""Drivers that break, hang or go away: shown as lost, tried again, held when stopped."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise

import pytest
from small_lobby import COUNTER, DOCK, HOME, config_for, small_lobby

from robot_bridge.clock import ManualClock
from robot_bridge.conductor import Conductor, Posts
from robot_bridge.driver import DriverError, DriverEvent, Goal, LinkError, RobotDriver, StopResult
from robot_bridge.drivers.simulator import SimulatedRobot
from robot_bridge.link import KeptDriver
from robot_bridge.missions import Policy, Refused


def conductor_of(kept: KeptDriver, clock: ManualClock, said: list[str] | None = None) -> Conductor:
    heard: list[str] = [] if said is None else said
    return Conductor(
        "robot-1",
        kept,
        lobby_map=small_lobby(),
        posts=Posts(HOME, DOCK),
        policy=Policy(),
        clock=clock,
        on_change=lambda: None,
        on_say=lambda sentence: heard.append(sentence.vi),
    )


class LateRobot(SimulatedRobot):
    """Cannot be reached for the first attempts."""

    failures = 3

    async def connect(self) -> None:
        if LateRobot.failures > 0:
            LateRobot.failures -= 1
            raise LinkError("nobody listens")
        await super().connect()


async def test_a_robot_that_is_late_is_retried_with_growing_pauses() -> None:
    clock = ManualClock()
    attempts: list[float] = []
    LateRobot.failures = 3

    def build() -> RobotDriver:
        attempts.append(clock.monotonic())
        return LateRobot(config_for(clock))

    kept = KeptDriver("robot-1", build, clock)
    await kept.connect()
    await clock.advance(0.5)
    assert kept.snapshot().link == "lost"
    assert "nobody listens" in kept.snapshot().errors[0]
    await clock.advance(30)
    assert kept.snapshot().link == "up"
    pauses = [b - a for a, b in pairwise(attempts)]
    assert len(attempts) == 4
    assert pauses[0] < pauses[1] < pauses[2]
    await kept.close()


async def test_a_broken_factory_refuses_missions_and_accepts_stops() -> None:
    def build() -> RobotDriver:
        raise RuntimeError("bad configuration")

    clock = ManualClock()
    conductor = conductor_of(KeptDriver("robot-1", build, clock), clock)
    await conductor.open()
    await clock.advance(1)
    with pytest.raises(Refused) as error:
        conductor.start("lead", COUNTER, "operator")
    assert error.value.code == "robot_unavailable"
    assert not (await conductor.stop()).confirmed
    assert conductor.stopped
    await clock.advance(300)
    await conductor.close()


async def test_a_stop_made_without_a_link_holds_when_it_comes_back() -> None:
    clock = ManualClock()
    LateRobot.failures = 1
    robots: list[LateRobot] = []

    def build() -> RobotDriver:
        robots.append(LateRobot(config_for(clock)))
        return robots[-1]

    kept = KeptDriver("robot-1", build, clock)
    await kept.connect()
    await clock.advance(0.2)
    assert not (await kept.stop("asked")).confirmed
    await clock.advance(30)
    assert kept.snapshot().link == "up"
    for motion in (kept.go_to(Goal("a", COUNTER.pose)), robots[-1].go_to(Goal("b", COUNTER.pose))):
        with pytest.raises(DriverError, match="stopped"):
            await motion
    await kept.resume()
    await kept.go_to(Goal("c", COUNTER.pose))
    await kept.close()


class SilentRobot(SimulatedRobot):
    """Takes a goal and never says another word about it."""

    async def go_to(self, goal: Goal) -> None:
        self.asked = goal


class HangingRobot(SimulatedRobot):
    """Never answers a connection."""

    async def connect(self) -> None:
        await asyncio.get_running_loop().create_future()


async def test_a_goal_never_answered_times_out() -> None:
    clock = ManualClock()
    robot = SilentRobot(config_for(clock))
    conductor = conductor_of(KeptDriver("robot-1", lambda: robot, clock), clock)
    await conductor.open()
    await clock.advance(0.1)
    conductor.start("lead", COUNTER, "kiosk-1")
    await clock.advance(10)
    assert conductor.mission is not None
    assert (conductor.mission.state, conductor.mission.reason) == ("failed", "timeout")
    await conductor.close()


async def test_a_connection_that_hangs_is_given_up() -> None:
    clock = ManualClock()
    builds: list[HangingRobot] = []

    def build() -> RobotDriver:
        builds.append(HangingRobot(config_for(clock)))
        return builds[-1]

    kept = KeptDriver("robot-1", build, clock)
    await kept.connect()
    await clock.advance(60)
    assert kept.snapshot().link == "lost"
    assert len(builds) > 2
    await kept.close()


class DeafRobot(SimulatedRobot):
    """Confirms no stop at first."""

    stops = 0

    async def stop(self, reason: str) -> StopResult:
        self.stops += 1
        if self.stops == 1:
            raise OSError("broken pipe")
        if self.stops == 2:
            await asyncio.get_running_loop().create_future()
        if self.stops == 3:
            return StopResult(confirmed=False, text="still rolling")
        return await super().stop(reason)


async def test_a_stop_that_is_not_confirmed_is_repeated_until_it_is() -> None:
    clock = ManualClock()
    robot = DeafRobot(config_for(clock))
    conductor = conductor_of(KeptDriver("robot-1", lambda: robot, clock), clock)
    await conductor.open()
    await clock.advance(0.1)
    conductor.start("lead", COUNTER, "kiosk-1")
    await clock.advance(5)
    assert robot.snapshot().speed > 0
    assert not (await conductor.stop()).confirmed
    await clock.advance(10)
    assert robot.stops == 4
    assert robot.snapshot().speed == 0
    await conductor.close()


class StaleRobot(SimulatedRobot):
    """Its last state grows old although the socket lives."""

    frozen = False

    def snapshot(self):  # type: ignore[no-untyped-def]
        if not self.frozen:
            self._seen = super().snapshot()
        return self._seen


async def test_a_live_socket_without_fresh_states_is_no_link() -> None:
    clock = ManualClock()
    robot = StaleRobot(config_for(clock))
    conductor = conductor_of(KeptDriver("robot-1", lambda: robot, clock), clock)
    await conductor.open()
    await clock.advance(0.1)
    conductor.start("lead", COUNTER, "kiosk-1")
    await clock.advance(5)
    robot.frozen = True
    await clock.advance(4)
    assert conductor.mission is not None
    assert (conductor.mission.state, conductor.mission.reason) == ("failed", "link_lost")
    robot.frozen = False
    await clock.advance(2)
    assert robot.snapshot().speed == 0
    await conductor.close()


class SlippingRobot(SimulatedRobot):
    """Says that it drives, but its pose does not change."""

    slips = False

    async def set_speed_limit(self, metres_per_second: float | None) -> None:
        await super().set_speed_limit(0.2)

    def snapshot(self):  # type: ignore[no-untyped-def]
        state = super().snapshot()
        if not self.slips:
            self._stuck = state.pose
        return replace(state, pose=self._stuck, blocked=False)


async def test_a_robot_that_does_not_get_on_is_blocked_whatever_it_says() -> None:
    clock = ManualClock()
    robot = SlippingRobot(config_for(clock))
    said: list[str] = []
    conductor = conductor_of(KeptDriver("robot-1", lambda: robot, clock), clock, said)
    await conductor.open()
    await clock.advance(0.1)
    conductor.start("lead", COUNTER, "kiosk-1")
    await clock.advance(4)
    robot.slips = True
    await clock.advance(15)
    assert conductor.mission is not None
    assert conductor.mission.state == "moving"
    await clock.advance(7)
    assert conductor.mission.state == "waiting"
    await clock.advance(40)
    assert (conductor.mission.state, conductor.mission.reason) == ("failed", "blocked")
    assert any("đi nhờ" in sentence for sentence in said)
    await conductor.close()


class TornRobot(SimulatedRobot):
    """Its event stream breaks once."""

    torn = False

    def events(self) -> AsyncIterator[DriverEvent]:
        if not TornRobot.torn:
            TornRobot.torn = True
            return self._torn()
        return super().events()

    async def _torn(self) -> AsyncIterator[DriverEvent]:
        raise ConnectionResetError("torn")
        yield


async def test_a_torn_event_stream_is_reconnected() -> None:
    clock = ManualClock()
    TornRobot.torn = False
    kept = KeptDriver("robot-1", lambda: TornRobot(config_for(clock)), clock)
    await kept.connect()
    await clock.advance(0.2)
    assert kept.snapshot().link == "lost"
    await clock.advance(5)
    assert kept.snapshot().link == "up"
    await kept.close()
