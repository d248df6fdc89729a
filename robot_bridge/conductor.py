"""One robot's missions: at most one at a time, through the safety gate, and a stop that wins.

Nothing here knows which driver runs. At the start of the process nothing is resumed.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any
from uuid import uuid4

import structlog

from robot_bridge.afterwards import Afterwards
from robot_bridge.clock import Clock, finish_within
from robot_bridge.company import Company, GivenUp
from robot_bridge.counters import AlwaysOpen, Counters
from robot_bridge.driver import Capability, DriverError, FailureCode, RobotState, StopResult
from robot_bridge.errands import Errands
from robot_bridge.halting import Halting
from robot_bridge.journal import Journal, NoJournal
from robot_bridge.journey import Journey, LegFailed
from robot_bridge.line import Waiting, busy
from robot_bridge.link import KeptDriver
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.missions import (
    AUTOMATIC,
    Mission,
    MissionKind,
    MissionState,
    Pace,
    Policy,
    Refused,
)
from robot_bridge.passages import Passages
from robot_bridge.places import Place
from robot_bridge.posts import Posts, to_fetch
from robot_bridge.record import Record
from robot_bridge.run import MissionRun
from robot_bridge.safety import failure_of, refusal
from robot_bridge.sentences import (
    CANCELLED,
    CANNOT_GO_ON,
    HERE_WE_ARE,
    SLOWER,
    STOPPED,
    WAY_BLOCKED,
    Sentence,
    sentence,
)

ANYBODY = "anybody"
"""Who asks where nobody needs to say who they are."""

log = structlog.get_logger(__name__)


__all__ = ["ANYBODY", "Conductor", "Posts"]


class Conductor:
    """The only one who gives its robot orders."""

    def __init__(
        self,
        robot_id: str,
        driver: KeptDriver,
        *,
        lobby_map: LobbyMap,
        posts: Posts,
        policy: Policy,
        clock: Clock,
        on_change: Callable[[], None],
        on_say: Callable[[Sentence], None],
        on_mission: Callable[[Mission], None] = lambda mission: None,
        counters: Counters | None = None,
        journal: Journal | None = None,
        passages: Passages | None = None,
    ) -> None:
        self._id = robot_id
        self._driver = driver
        self._map = lobby_map
        self._posts = posts
        self._policy = policy
        self._clock = clock
        self._on_change = on_change
        self._on_say = on_say
        self._presence = asyncio.Event()
        self._record = Record(robot_id, clock, journal or NoJournal(), on_mission, on_change)
        self._company = Company(policy, clock)
        self._journey = Journey(driver, policy, clock)
        self._task: asyncio.Task[None] | None = None
        self._ear: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[Any]] = set()
        self._halting = Halting(robot_id, driver, clock, policy.stop_seconds, self._spawn)
        self._afterwards = Afterwards(
            robot_id,
            posts,
            policy,
            clock,
            begin=self.start,
            state=self.state,
            stopped=lambda: self.stopped,
            spawn=self._spawn,
        )
        passages = passages or Passages(lobby_map)
        passages.register(robot_id, lambda: self.state().pose)
        self._errands = Errands(
            robot_id,
            driver,
            self._journey,
            lobby_map,
            counters or AlwaysOpen(),
            passages,
            posts,
            policy,
            clock,
            self._presence,
        )

    @property
    def mission(self) -> Mission | None:
        """The mission that runs, or the last one."""
        return self._record.mission

    @property
    def resting(self) -> bool:
        """Nothing runs, nobody waits, and it will not set off by itself."""
        nothing = self._record.running is None and not self._afterwards.planned
        return nothing and not len(self._afterwards.line)

    def recall(self, mission: Mission) -> None:
        """Show a mission that an earlier process left unfinished."""
        self._record.recall(mission)

    @property
    def stopped(self) -> bool:
        """Held by `stop` until `resume`."""
        return self._halting.held

    def state(self) -> RobotState:
        return self._driver.snapshot()

    async def open(self) -> None:
        """Begin to keep the robot connected; nothing moves."""
        self._ear = asyncio.create_task(self._listen(), name=f"{self._id} events")
        await self._driver.connect()

    async def close(self) -> None:
        """End everything; a robot that drives is told to give its goal up."""
        self._afterwards.forget()
        self._end("cancelled", "closed")
        await self._quietly(self._driver.cancel("closed"))
        tasks = [task for task in (self._ear, self._task, *self._background) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._driver.close()

    def start(
        self,
        kind: MissionKind,
        target: Place,
        requested_by: str,
        *,
        pace: Pace | None = None,
        ticket: str | None = None,
        mission_id: str | None = None,
        sentence_key: str | None = None,
        fetch: Place | None = None,
    ) -> Mission:
        """Begin a mission; ``fetch``: where the visitor stands who is to be led (None: beside it).

        Raises `Refused` when another runs or the robot may not move.
        """
        running = self._record.running
        refused: Refused | None
        if running is not None and (not running.gives_way or requested_by == AUTOMATIC):
            refused = self._busy(running)
        else:
            refused = self._refusal(kind, target)
        wanted = f"{kind} {target.id} {pace or self._policy.pace}"
        if refused is not None:
            log.info("mission refused", robot=self._id, kind=kind, to=target.id, code=refused.code)
            self._record.note("mission", wanted, refused.code, requested_by)
            raise refused
        self._afterwards.forget()
        replaced = self._end("cancelled", "replaced")
        mission = Mission(
            mission_id or f"m-{uuid4().hex[:12]}",
            kind,
            target,
            requested_by,
            "accepted",
            self._clock.now(),
            pace=pace or self._policy.pace,
            ticket=ticket,
            sentence=sentence_key,
            fetch=to_fetch(kind, fetch, self.state(), self._policy),
        )
        self._record.begin(mission)
        self._record.note("mission", wanted, "accepted", requested_by)
        self._task = asyncio.create_task(self._run(mission, replaced), name=f"{self._id} mission")
        return mission

    # --- those who wait ---

    @property
    def line(self) -> tuple[Waiting, ...]:
        """Who waits until the robot is back, first first."""
        return self._afterwards.line.all()

    def can_lead(self, target: Place) -> bool:
        """Whether the gate would let it lead somebody there now; being busy does not count."""
        return self._refusal("lead", target) is None

    def busy_seconds(self, ahead: int | None = None) -> float:
        """About how long until it is free for the next visitor; ``ahead``: of this many in line."""
        running, home = self._record.running, self._posts.home.pose
        return self._afterwards.line.seconds(running, self.state(), home, self._policy, ahead)

    def wait_for(
        self,
        target: Place,
        requested_by: str,
        *,
        pace: Pace | None,
        ticket: str | None,
        fetch: Place | None = None,
    ) -> Waiting:
        """Stand in line to be led when the robot is back at home. Raises `Refused`."""
        running = self._record.running
        refused, waiting = self._refusal("lead", target), None
        if refused is None:
            waiting = self._afterwards.line.join(
                target, requested_by, pace, ticket, self._clock, fetch=fetch
            )
        if waiting is None:
            refused = refused or self._busy(running)
            self._record.note("wait", f"lead {target.id}", refused.code, requested_by)
            raise refused
        self._record.note("wait", f"lead {target.id}", "in line", requested_by)
        if running is None and not self._afterwards.planned:
            self._afterwards.lead_next()
        elif running is None:
            self._afterwards.plan()
        self._on_change()
        return waiting

    def leave_line(self, id_: str, requested_by: str = ANYBODY) -> bool:
        """Whether somebody with this id stood in line."""
        left = self._afterwards.line.leave(id_)
        if left:
            self._record.note("leave", id_, "left", requested_by)
            self._on_change()
        return left

    async def cancel(self, reason: str = "asked", requested_by: str = ANYBODY) -> None:
        """End the mission that runs; without one nothing happens."""
        mission = self.mission
        task = self._task
        if not self._end("cancelled", reason):
            return
        self._record.note("cancel", reason, "cancelled", requested_by)
        self._say(CANCELLED)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)
        await self._quietly(self._driver.cancel(reason))
        if mission is not None and mission.kind not in ("return", "dock"):
            self._afterwards.plan()

    def somebody_came(self) -> None:
        """Somebody stands before the robot; it greets them when that is its mission."""
        self._presence.set()

    def answer(
        self, following: bool, question_id: str | None = None, requested_by: str = ANYBODY
    ) -> bool:
        """Take the visitor's answer to the question that is open; whether there was one."""
        taken = self._company.answer(following, question_id)
        sent = "following" if following else "not following"
        self._record.note("answer", sent, "taken" if taken else "no_question", requested_by)
        return taken

    async def set_pace(self, pace: Pace, requested_by: str = ANYBODY) -> None:
        """Lead faster or more slowly from now on; without a mission nothing happens."""
        mission = self._record.running
        if mission is None or mission.pace == pace:
            return
        self._record.change(mission, pace=pace)
        self._record.note("pace", pace, "taken", requested_by)
        if pace == "elderly":
            self._say(SLOWER)
        if Capability.SPEED_LIMIT in self._driver.capabilities():
            limit = self._errands.speed(replace(mission, pace=pace))
            await self._quietly(self._driver.set_speed_limit(limit))

    async def stop(self, reason: str = "asked", requested_by: str = ANYBODY) -> StopResult:
        """Stand still now and stay so until `resume`. Always possible, never raises."""
        self._halting.hold(reason)
        self._afterwards.forget()
        self._afterwards.line.clear()
        if self._end("stopped", reason):
            self._say(STOPPED)
        log.warning("robot stop", robot=self._id, reason=reason)
        result = await self._halting.stop(reason)
        came_back = "confirmed" if result.confirmed else f"not confirmed: {result.text}"
        self._record.note("stop", reason, came_back, requested_by)
        self._on_change()
        return result

    def lost_control(self, seconds: float) -> None:
        """The bridge stood still for so long: whoever was on the way goes no farther."""
        text = f"the bridge stood still for {seconds:.1f} s"
        self._journey.give_up(FailureCode.INTERNAL, text)

    async def resume(self, requested_by: str = ANYBODY) -> None:
        """Let go of a stop. Moves nothing."""
        log.info("robot resume", robot=self._id)
        await self._halting.release()
        self._record.note("resume", "", "released", requested_by)
        self._on_change()

    # --- one mission ---

    async def _run(self, mission: Mission, replaced: bool) -> None:
        failure, text, run = (
            FailureCode.INTERNAL,
            "",
            MissionRun(mission, self._record, self._company, self._speak, self._gate),
        )
        try:
            if replaced:
                await self._driver.cancel("replaced")
            await self._errands.perform(run)
        except (LegFailed, DriverError) as error:
            failure, text = error.code, error.text
        except GivenUp as given_up:
            self._record.set(mission, "cancelled", given_up.reason)
            if given_up.source:
                self._say(given_up.source, mission.target)
            self._afterwards.plan()
            return
        except Exception:
            log.exception("mission broke", robot=self._id, mission=mission.id)
        else:
            target = run.current().target
            self._record.set(mission, "arrived")
            if mission.kind == "lead":
                self._say(HERE_WE_ARE, target)
            if mission.kind == "return":
                self._afterwards.lead_next()
            elif mission.kind != "dock":
                self._afterwards.plan()
            return
        self._afterwards.line.clear()
        if not self._record.set(mission, "failed", failure.value):
            return
        log.warning("mission failed", robot=self._id, mission=mission.id, code=failure, text=text)
        await self._quietly(self._driver.cancel(failure.value))
        if mission.kind == "lead":
            self._say(WAY_BLOCKED if failure is FailureCode.BLOCKED else CANNOT_GO_ON)
            if failure in (FailureCode.BLOCKED, FailureCode.UNREACHABLE):
                self._afterwards.plan()

    def _gate(self, mission: Mission) -> None:
        """The same question again just before the first motion: much may happen while it speaks."""
        refused = self._refusal(mission.kind, mission.target)
        if refused is not None:
            raise LegFailed(failure_of(refused), refused.en)

    def _refusal(self, kind: MissionKind, target: Place) -> Refused | None:
        return refusal(
            self.state(),
            self._clock.monotonic(),
            self._driver.stale_after,
            stopped=self.stopped,
            kind=kind,
            target=target,
            lobby_map=self._map,
            policy=self._policy,
        )

    def _end(self, state: MissionState, reason: str) -> bool:
        """End whatever mission runs; whether there was one."""
        mission = self.mission
        if mission is None or not self._record.set(mission, state, reason):
            return False
        if self._task is not None:
            self._task.cancel()
        return True

    # --- stopping, speaking, listening ---

    def _busy(self, running: Mission | None) -> Refused:
        return busy(running, self._posts.home, self.busy_seconds())

    def _say(self, source: str, place: Place | None = None) -> None:
        self._speak(sentence(source, place))

    def _speak(self, said: Sentence) -> None:
        self._on_say(said)
        if Capability.SAY in self._driver.capabilities():
            self._spawn(self._quietly(self._driver.say(said.vi, "vi")))

    async def _listen(self) -> None:
        async for event in self._driver.events():
            try:
                self._journey.hear(event)
                self._on_change()
            except Exception:  # whoever listens, the next event must still be heard
                log.exception("robot event not handled", robot=self._id)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that may fail without changing what happens next."""
        try:
            await finish_within(work, self._clock, self._policy.stop_seconds)
        except Exception as error:
            log.warning("robot command failed", robot=self._id, error=str(error))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task
