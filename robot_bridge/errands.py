"""How each kind of mission is carried out, once it has been taken. The conductor owns the rest."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from robot_bridge.clock import Clock, wait_for_event
from robot_bridge.company import GivenUp
from robot_bridge.counters import Counters
from robot_bridge.driver import Capability, DriverError, FailureCode, Goal, Pose
from robot_bridge.journey import LOOK_EVERY, Diverted, Journey, LegFailed, Send, Watcher
from robot_bridge.link import KeptDriver
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.missions import About, Mission, MissionState, Policy
from robot_bridge.passages import Passages
from robot_bridge.pauses import pauses
from robot_bridge.places import Place
from robot_bridge.planner import NoPath, Point, plan
from robot_bridge.posts import Posts
from robot_bridge.sentences import (
    APPROVED,
    CANCELLED,
    CLOSED,
    CLOSED_BUT,
    COMING,
    EXCUSE_ME,
    FOLLOW_ME,
    GOING_HOME,
    GOING_ON,
    GOING_TO_CHARGE,
    HERE_I_AM,
    MAKING_A_ROUND,
    NO_ANSWER,
    ON_MY_WAY,
    STILL_THERE,
    WATER_AND_SWEETS,
    WELCOME,
    Sentence,
    sentence,
)

WAY_CLEARANCE = 0.3
"""Metres that a way keeps from walls when pauses on it are worked out."""

log = structlog.get_logger(__name__)


class PassageTaken(Diverted):
    """Another robot is in a narrow passage on the way."""


class AtVisitor(Diverted):
    """Close enough to the visitor who is to be fetched, with somebody in the way."""


class Run(Protocol):
    """What an errand may do to the mission that it carries out."""

    def current(self) -> Mission:
        """The mission as it is now."""

    def show(self, state: MissionState) -> None:
        """Change its state, unless it has ended."""

    def say(self, source: str, place: Place | None = None) -> None: ...

    def aim(self, target: Place) -> None:
        """Lead to another place from now on."""

    def fetched(self) -> None:
        """The robot is with the visitor now."""

    async def ask(self, about: About, said: Sentence) -> bool | None:
        """Stand and ask the visitor; None when nobody answers."""

    def gate(self) -> None:
        """Raise `LegFailed` when the robot may not move now."""

    def note(self, command: str, sent: str, came_back: str, at: datetime) -> None:
        """Write down what was sent to the robot and what came of it."""


@dataclass(frozen=True, slots=True)
class Errands:
    """Drives one robot through missions; one at a time."""

    robot_id: str
    driver: KeptDriver
    journey: Journey
    lobby_map: LobbyMap
    counters: Counters
    passages: Passages
    posts: Posts
    policy: Policy
    clock: Clock
    presence: asyncio.Event
    """Somebody has come to where the robot stands."""

    async def perform(self, run: Run) -> None:
        """Return when the mission is done. Raises `LegFailed`, `DriverError` and `GivenUp`."""
        await {
            "lead": self._lead,
            "return": self._return,
            "dock": self._charge,
            "announce": self._announce_there,
            "patrol": self._patrol,
            "greet": self._greet,
        }[run.current().kind](run)

    async def _lead(self, run: Run) -> None:
        """At the visitor's pace, asking on long ways; to another counter when this one closes."""
        await self._announce(run, await self._fetch(run))
        await self._set_off(run)
        while True:
            set_off = run.current()
            may_close = not self.counters.closed(set_off.target)
            try:
                await self._lead_there(run, partial(self._look, run, set_off, may_close))
                return
            except Diverted:
                if may_close and self.counters.closed(set_off.target):
                    run.aim(await self._other_counter(run, set_off.target))
                run.gate()
                run.show("moving")

    async def _fetch(self, run: Run) -> str:
        """Come to where the visitor stands, unless it is there; what is said then. Raises as
        above, and `GivenUp` when the counter has closed meanwhile and there is no other."""
        mission = run.current()
        if mission.fetch is None:
            return FOLLOW_ME
        was_open = not self.counters.closed(mission.target)
        there = mission.fetch.pose

        def close_enough() -> None:
            state = self.driver.snapshot()
            if state.pose is None or not (state.blocked or state.field_violation):
                return
            if math.dist((state.pose.x, state.pose.y), (there.x, there.y)) <= (
                self.policy.fetch_close
            ):
                raise AtVisitor("close to the visitor")

        await self._announce(run, COMING)
        await self._set_off(run)
        with suppress(AtVisitor):
            await self._go(run, there, close_enough)
        run.fetched()
        if was_open and self.counters.closed(mission.target):
            run.aim(await self._other_counter(run, mission.target))
            return FOLLOW_ME
        return HERE_I_AM

    async def _lead_there(self, run: Run, look: Callable[[], None]) -> None:
        for pose in self._pauses(run):
            await self._go(run, pose, look)
            await self._ask_following(run)
        await self._go(run, run.current().target.pose, look)

    def _look(self, run: Run, set_off: Mission, may_close: bool) -> None:
        """Raise `Diverted` when the way is no longer the one that was set off on."""
        if may_close and self.counters.closed(set_off.target):
            raise Diverted("the counter has closed")
        if run.current().pace != set_off.pace:
            raise Diverted("another pace")

    async def _ask_following(self, run: Run) -> None:
        """Stand and ask. Raises `GivenUp` when the visitor is gone or does not want to go on."""
        following = await run.ask("following", sentence(STILL_THERE))
        if following is None:
            raise GivenUp("no_answer", NO_ANSWER)
        if not following:
            raise GivenUp("declined", CANCELLED)
        run.say(GOING_ON)
        run.gate()
        run.show("moving")

    async def _other_counter(self, run: Run, closed: Place) -> Place:
        """The open counter to which the visitor wants to go instead. Raises `GivenUp`."""
        other = self.counters.instead(closed)
        if other is None:
            raise GivenUp("counter_closed", CLOSED)
        wanted = await run.ask("other_counter", sentence(CLOSED_BUT, closed, other))
        if not wanted:
            raise GivenUp("counter_closed", CANCELLED if wanted is False else NO_ANSWER)
        run.say(FOLLOW_ME, other)
        return other

    def _pauses(self, run: Run) -> list[Pose]:
        """Where to ask on the way from here to the target."""
        every = self.policy.pauses(run.current().pace)
        if every <= 0:
            return []

        def safe(point: Point) -> bool:
            room = self.lobby_map.clearance(*point) >= self.policy.pause_clearance
            return room and not self.passages.at(point)

        return pauses(self._way(run.current().target.pose), every, safe)

    def _way(self, there: Pose) -> list[Point]:
        """From here to there as we would go; empty: none is known, which is the robot's affair."""
        here = self.driver.snapshot().pose
        if here is None:
            return []
        start, goal = (here.x, here.y), (there.x, there.y)
        try:
            return plan(self.lobby_map, start, goal, clearance=WAY_CLEARANCE)
        except NoPath:
            return []

    async def _return(self, run: Run) -> None:
        await self._announce(run, GOING_HOME)
        await self._set_off(run)
        await self._go(run, run.current().target.pose)

    async def _charge(self, run: Run) -> None:
        await self._announce(run, GOING_TO_CHARGE)
        if self.driver.snapshot().charging:
            return
        await self._set_off(run)
        await self._go(run, run.current().target.pose)
        if Capability.DOCK in self.driver.capabilities():
            await self._dock(run)

    async def _announce_there(self, run: Run) -> None:
        approved = APPROVED.get(run.current().sentence or "")
        if approved is None:
            raise LegFailed(FailureCode.REJECTED, "no such sentence")
        await self._announce(run, ON_MY_WAY)
        await self._set_off(run)
        await self._go(run, run.current().target.pose)
        run.say(approved)

    async def _patrol(self, run: Run) -> None:
        """From stop to stop; one that cannot be reached is left out."""
        await self._announce(run, MAKING_A_ROUND)
        await self._set_off(run)
        reached = 0
        for stop in self.posts.round or (run.current().target,):
            run.aim(stop)
            run.gate()
            run.show("moving")
            try:
                await self._go(run, stop.pose)
            except LegFailed as failure:
                if failure.code not in (FailureCode.BLOCKED, FailureCode.UNREACHABLE):
                    raise
                continue
            reached += 1
            run.show("waiting")
            run.say(WATER_AND_SWEETS)
            await self.clock.sleep(self.policy.patrol_seconds)
        if not reached:
            raise LegFailed(FailureCode.UNREACHABLE, "no stop of the round was reached")

    async def _greet(self, run: Run) -> None:
        """Stand there and greet whoever comes, for a while."""
        await self._announce(run, ON_MY_WAY)
        await self._set_off(run)
        await self._go(run, run.current().target.pose)
        run.show("waiting")
        end = self.clock.monotonic() + self.policy.greet_seconds
        self.presence.clear()
        while (left := end - self.clock.monotonic()) > 0:
            if await wait_for_event(self.presence, self.clock, left):
                run.say(WELCOME)
                await self.clock.sleep(min(self.policy.greet_every, left))
                self.presence.clear()

    async def _announce(self, run: Run, source: str) -> None:
        run.show("announcing")
        run.say(source, run.current().target)
        await self.clock.sleep(self.policy.announce_seconds)

    async def _set_off(self, run: Run) -> None:
        """The gate again, the speed, and away from the charger."""
        run.gate()
        run.show("moving")
        can = self.driver.capabilities()
        if Capability.SPEED_LIMIT in can:
            await self.driver.set_speed_limit(self.speed(run.current()))
        state = self.driver.snapshot()
        if Capability.DOCK in can and (state.activity == "docked" or state.charging):
            await self._drive(
                run, "undock", "", self.driver.undock, self.policy.manoeuvre_seconds, again=False
            )

    def speed(self, mission: Mission) -> float:
        """The ceiling of its speed, metres a second; alone it need not be slow for anybody."""
        leads = mission.kind == "lead" and mission.fetch is None
        return self.policy.speed(mission.pace if leads else "normal")

    async def _go(self, run: Run, pose: Pose, look: Callable[[], None] = lambda: None) -> None:
        """Drive there, alone in every narrow passage; ``look`` may raise `Diverted`."""

        def look_both() -> None:
            look()
            self._keep_out()

        try:
            while True:
                await self._wait_for_passages(run, pose)
                with suppress(PassageTaken):
                    await self._drive(
                        run,
                        "go_to",
                        f"{pose.x:.2f} {pose.y:.2f} {pose.theta:.2f}",
                        lambda goal_id: self.driver.go_to(Goal(goal_id, pose)),
                        self._longest(pose),
                        look=look_both,
                    )
                    return
        finally:
            self.passages.leave(self.robot_id)

    async def _wait_for_passages(self, run: Run, pose: Pose) -> None:
        """Reserve the passages on the way. Raises `LegFailed` blocked when that takes too long."""
        if not self.passages.shared():
            return
        wanted, waited = self.passages.on(self._way(pose)), 0.0
        while not self.passages.take(self.robot_id, wanted):
            run.show("waiting")
            if waited >= self.policy.passage_seconds:
                raise LegFailed(FailureCode.BLOCKED, "another robot has the passage")
            await self.clock.sleep(LOOK_EVERY)
            waited += LOOK_EVERY
        run.gate()
        run.show("moving")

    def _keep_out(self) -> None:
        """A robot plans its own way: raise `PassageTaken` when that leads where another one is."""
        if not self.passages.shared():
            return
        state = self.driver.snapshot()
        if state.pose is None or not state.path:
            return
        wanted = self.passages.on([(state.pose.x, state.pose.y), *state.path])
        if not self.passages.has(self.robot_id, wanted) and not self.passages.take(
            self.robot_id, wanted
        ):
            raise PassageTaken("another robot has the passage")

    async def _drive(
        self,
        run: Run,
        command: str,
        sent: str,
        send: Send,
        at_most: float,
        *,
        again: bool = True,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        """One leg, written down with its end."""
        at, came_back = self.clock.now(), "called off"
        try:
            await self.journey.drive(send, self._watcher(run, look), at_most, again=again)
            came_back = "arrived"
        except (LegFailed, DriverError) as error:
            came_back = f"{error.code}: {error.text}"
            raise
        except Diverted as diverted:
            came_back = f"given up: {diverted}"
            raise
        finally:
            run.note(command, sent, came_back, at)

    async def _dock(self, run: Run) -> None:
        """Docked is who charges, whatever the robot answers."""
        for _ in range(self.policy.dock_attempts):
            try:
                await self._drive(
                    run, "dock", "", self.driver.dock, self.policy.manoeuvre_seconds, again=False
                )
            except (LegFailed, DriverError) as error:
                if error.code is not FailureCode.DOCKING_FAILED:
                    raise
                log.warning("docking failed", robot=self.robot_id, text=error.text)
            if self.driver.snapshot().charging:
                return
        raise LegFailed(FailureCode.DOCKING_FAILED, "the robot does not charge")

    def _watcher(self, run: Run, look: Callable[[], None]) -> Watcher:
        def show(waits: bool) -> None:
            if (run.current().state == "waiting") != waits:
                run.show("waiting" if waits else "moving")

        return Watcher(waiting=show, ask=lambda: run.say(EXCUSE_ME), look=look)

    def _longest(self, target: Pose) -> float:
        """Seconds that a way may take when the robot does not tell how far it is."""
        pose = self.driver.snapshot().pose
        straight = 0.0 if pose is None else math.dist((pose.x, pose.y), (target.x, target.y))
        return 3 * straight / self.policy.slowest + 30
