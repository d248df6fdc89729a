"""What robots do by the clock: to the charger when the centre closes or the battery is low, back
to their posts when it opens, rounds and greetings in opening hours.

A robot acts by itself only when nobody needs it, never after a stop or a fault until somebody has
given it a new order, and nothing is made up for that was missed: only what is seen to become due.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

import structlog

from assistant.robots.member import Member
from robot_bridge.clock import Clock
from robot_bridge.driver import FailureCode
from robot_bridge.missions import AUTOMATIC, Mission, MissionKind, Refused
from robot_bridge.places import Place
from robot_bridge.posts import at

LOOK_EVERY = 5.0
"""Seconds."""
REST_SECONDS = 60.0
"""Without a mission, before a low battery sends it to its charger."""
AGAIN_SECONDS = 120.0
"""Until it tries again what was refused or blocked; twice as long each time, up to half an hour."""
LATE_SECONDS = 600.0
"""How late a round or a greeting may begin when all robots are busy."""
ENOUGH = 0.25
"""Share of the battery above `Timetable.battery_return` with which it leaves its charger."""
TIMETABLE = "timetable"
"""Who asks for rounds and greetings."""

Hours = Callable[[], bool]
"""Whether the centre is open now; answers from memory."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Timetable:
    """What an operator has set."""

    hours: Hours
    zone: tzinfo
    dock_after_hours: bool = True
    battery_return: float = 0.25
    """0 to 1: below it a robot that nobody needs goes to its charger."""
    round_every: float = 0.0
    """Seconds between two rounds in opening hours; 0: none."""
    greet_at: tuple[time, ...] = ()
    """Local times at which a robot goes to the door."""


@dataclass(slots=True)
class _Plan:
    """What one robot is to do next by itself."""

    wanted: MissionKind | None = None
    again_at: float = -math.inf
    tries: int = 0
    last: str | None = None
    """The mission that it has seen to the end."""
    resting_since: float = 0.0


class Routine:
    """Looks at all robots of a fleet every few seconds."""

    def __init__(
        self,
        robots: Mapping[str, Member],
        timetable: Timetable,
        clock: Clock,
        *,
        stops: tuple[Place, ...],
        door: Place | None,
    ) -> None:
        self._robots = robots
        self._timetable = timetable
        self._clock = clock
        self._round_at = stops[0] if stops else None
        self._door = door
        self._open: bool | None = None
        self._plans = {id_: _Plan() for id_ in robots}
        self._round_from: float | None = None
        self._looked: datetime | None = None
        self._greeted: set[tuple[date, time]] = set()
        self._greeting_until: float | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="robots' routine")

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception:  # the next look may fare better; robots stay where they are
                log.exception("robots' routine failed")
            await self._clock.sleep(LOOK_EVERY)

    def _look(self) -> None:
        is_open, now = self._timetable.hours(), self._clock.monotonic()
        changed, self._open = self._open not in (None, is_open), is_open
        for id_, robot in self._robots.items():
            plan = self._plans[id_]
            if changed and self._timetable.dock_after_hours:
                plan.wanted = "return" if is_open else "dock"
                plan.again_at, plan.tries = now, 0
            self._tend(robot, plan, now)
        self._rounds(is_open, now)
        self._greetings(is_open, now)

    # --- each robot ---

    def _tend(self, robot: Member, plan: _Plan, now: float) -> None:
        conductor = robot.conductor
        if not _free(robot):
            return
        last = conductor.mission.id if conductor.mission is not None else ""
        if plan.last != last:
            plan.last, plan.resting_since = last, now
        state, dock = conductor.state(), robot.posts.dock
        charging = state.charging or state.activity == "docked"
        low = state.battery is not None and state.battery < self._timetable.battery_return
        if plan.wanted is None and low and conductor.mission is not None:
            rested = now - plan.resting_since >= REST_SECONDS
            if rested and not charging and dock is not None and not self._taken(robot, dock):
                self._begin(robot, plan, "dock", dock, now)
        elif plan.wanted == "dock":
            if charging or dock is None:
                plan.wanted = "return" if self._open else None
            elif not self._taken(robot, dock):
                self._begin(robot, plan, "dock", dock, now)
        elif plan.wanted == "return":
            enough = min(0.95, self._timetable.battery_return + ENOUGH)
            home = robot.posts.home
            if not charging and state.pose is not None and at(state.pose, home.pose):
                plan.wanted = None
            elif not charging or state.battery is None or state.battery >= enough:
                self._begin(robot, plan, "return", home, now)

    def _taken(self, robot: Member, dock: Place) -> bool:
        """Whether another robot is at the charger that they share, or on its way to it."""
        for other in self._robots.values():
            state, mission = other.conductor.state(), other.conductor.mission
            if other is robot or other.posts.dock != dock:
                continue
            if state.charging or state.activity in ("docked", "docking"):
                return True
            if mission is not None and not mission.ended and mission.kind == "dock":
                return True
        return False

    def _begin(
        self, robot: Member, plan: _Plan, kind: MissionKind, target: Place | None, now: float
    ) -> None:
        if kind != plan.wanted:
            plan.wanted, plan.again_at, plan.tries = kind, now, 0
        if target is None or now < plan.again_at:
            return
        plan.again_at = now + AGAIN_SECONDS * min(16, 2**plan.tries)
        plan.tries += 1
        self._order(robot, kind, target, AUTOMATIC)

    # --- rounds and greetings ---

    def _rounds(self, is_open: bool, now: float) -> None:
        every = self._timetable.round_every
        if not is_open or every <= 0 or self._round_at is None:
            self._round_from = None
            return
        if self._round_from is None or now - self._round_from > every + LATE_SECONDS:
            self._round_from = now
        due = now - self._round_from >= every
        if due and self._send("patrol", self._round_at):
            self._round_from = now

    def _greetings(self, is_open: bool, now: float) -> None:
        local = self._clock.now().astimezone(self._timetable.zone)
        before, self._looked = self._looked, local
        self._greeted = {done for done in self._greeted if done[0] >= local.date()}
        for due in self._timetable.greet_at:
            key = (local.date(), due)
            when = datetime.combine(local.date(), due, self._timetable.zone)
            if before is None or key in self._greeted or not before < when <= local:
                continue
            self._greeted.add(key)  # a clock that is set back makes nobody greet twice
            if local - before <= timedelta(seconds=LATE_SECONDS):
                self._greeting_until = now + LATE_SECONDS
        if self._greeting_until is None:
            return
        late = now > self._greeting_until
        if late or (is_open and self._door is not None and self._send("greet", self._door)):
            self._greeting_until = None

    def _send(self, kind: MissionKind, target: Place) -> bool:
        """Order it of a robot that has nothing to do; whether there is one that does it."""
        for id_, robot in self._robots.items():
            plan, state = self._plans[id_], robot.conductor.state()
            low = state.battery is not None and state.battery < self._timetable.battery_return
            if not _free(robot) or plan.wanted == "dock" or low:
                continue
            if self._order(robot, kind, target, TIMETABLE):
                return True
        return False

    def _order(self, robot: Member, kind: MissionKind, target: Place, by: str) -> bool:
        try:
            robot.conductor.start(kind, target, by)
        except Refused as refused:
            log.info("not by itself", robot=robot.settings.id, kind=kind, code=refused.code)
            return False
        return True


def _free(robot: Member) -> bool:
    """Whether it may do something that nobody has just asked for."""
    conductor = robot.conductor
    return conductor.resting and not conductor.stopped and not _troubled(conductor.mission)


def _troubled(mission: Mission | None) -> bool:
    """Whether a person has to look, or has wished it to stand."""
    if mission is None or mission.state in ("arrived", "cancelled"):
        return False
    return mission.state != "failed" or mission.reason not in (
        FailureCode.BLOCKED,
        FailureCode.UNREACHABLE,
        FailureCode.BATTERY_LOW,
    )
