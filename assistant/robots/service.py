"""The robots of a centre: who may go where, what each is doing, and the way to stop it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog

from assistant.robots.announcements import Announcements, Event
from assistant.robots.assembly import Assembly
from assistant.robots.choosing import choose
from assistant.robots.errors import (
    no_question,
    refused_as_error,
    robot_unknown,
    sentence_unknown,
)
from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases
from assistant.robots.member import Member
from assistant.robots.mqtt_stops import ASKED_BY, MqttStops
from assistant.robots.ownership import Ownership
from assistant.robots.repository import Row
from assistant.robots.routine import Routine, Timetable
from assistant.robots.targets import Targets
from assistant.robots.view import InLine, RobotView, Surroundings, line_of
from assistant.robots.visitors import Stands, stands_of
from assistant.settings import KioskSettings, RobotSettings
from robot_bridge.clock import Clock, SystemClock, wait_for_event
from robot_bridge.conductor import ANYBODY
from robot_bridge.counters import Counters
from robot_bridge.deadman import Deadman
from robot_bridge.driver import DriverConfig, RobotDriver, RobotState, StopResult
from robot_bridge.drivers import find_driver
from robot_bridge.journal import Command
from robot_bridge.lobby_map import LobbyMap
from robot_bridge.missions import Mission, MissionKind, Pace, Policy, Refused
from robot_bridge.passages import Passages
from robot_bridge.places import Place, reachable, read_places
from robot_bridge.planner import NoPath, Point, plan
from robot_bridge.sentences import APPROVED

CLEARANCE = 0.3
"""Metres that a place must have around it to be a target."""
MOVING_PERIOD = 0.1
RESTING_PERIOD = 1.0
SHORTEST_PERIOD = 0.05

log = structlog.get_logger(__name__)


class Fleet:
    """All robots. Built once, on `app.state.fleet`; needs neither database nor engine.

    ``places`` are those of ``centre.json``; only those inside the map can be targets. ``stops`` are
    the places of a round, ``door`` is where robots greet (None: at home). ``kiosks`` tell where
    visitors stand who ask to be led. ``leases`` (None: this is
    the only process) let one process drive each robot; ``timetable`` is what they do by the clock;
    ``watch_loop`` starts the dead man's switch; ``drivers`` finds a factory by the name in the
    settings. Raises LetanError `robot_post_unknown` and `kiosk_place_unknown` when a robot's home
    or a kiosk's place is not such a place.
    """

    def __init__(
        self,
        robots: Iterable[RobotSettings],
        lobby_map: LobbyMap,
        places: Iterable[Mapping[str, Any]],
        clock: Clock | None = None,
        *,
        policy: Policy | None = None,
        counters: Counters | None = None,
        journal: StoredJournal | None = None,
        leases: StoredLeases | None = None,
        kiosks: Iterable[KioskSettings] = (),
        stops: Sequence[str] = (),
        door: str | None = None,
        timetable: Timetable | None = None,
        mqtt_stops: MqttStops | None = None,
        watch_loop: bool = False,
        drivers: Callable[[str], Callable[[DriverConfig], RobotDriver]] = find_driver,
    ) -> None:
        self._clock = clock or SystemClock()
        self._map = lobby_map
        known = read_places(places)
        self._places = reachable(known, lobby_map, CLEARANCE)
        for place in known:
            if place.id not in self._places:
                log.warning("place cannot be reached by a robot", place=place.id)
        self._journal = journal
        self._stops = tuple(self._places[stop] for stop in stops if stop in self._places)
        self._door = self._places.get(door or "")
        self._targets = Targets(self._places, self._stops, self._door)
        self._announcements = Announcements()
        self._passages = Passages(lobby_map)
        self._closed = False
        assembly = Assembly(
            lobby_map,
            self._places,
            self._stops,
            policy or Policy(),
            self._clock,
            counters,
            journal,
            self._passages,
            self._announcements,
            leases,
            drivers,
        )
        self._robots = {robot.id: assembly.member(robot) for robot in robots}
        homes = {id_: member.posts.home for id_, member in self._robots.items()}
        self._stands: Stands = stands_of(kiosks, homes, self._places)
        self._ownership = Ownership(self._robots, leases, journal)
        self._mqtt_stops = mqtt_stops
        self._routine: Routine | None = None
        if timetable is not None:
            self._routine = Routine(
                self._robots, timetable, self._clock, stops=self._stops, door=self._door
            )
        self._deadman = Deadman(self._halt, self._lost_control) if watch_loop else None

    async def start(self) -> None:
        """Begin to connect every robot; returns at once, moves nothing, resumes nothing."""
        for robot in self._robots.values():
            await robot.conductor.open()
        if self._deadman is not None:
            self._deadman.start()
        if self._journal is not None:
            await self._journal.open(self._recall, self._ownership.hold)
        self._ownership.start()
        if self._mqtt_stops is not None:
            self._mqtt_stops.start(self.ids(), lambda id_: self.stop(id_, "asked", ASKED_BY))
        if self._routine is not None:
            self._routine.start()

    async def close(self) -> None:
        """End missions, let go of the robots, end every subscription."""
        self._closed = True
        if self._deadman is not None:
            await self._deadman.close()
        if self._routine is not None:
            await self._routine.close()
        if self._mqtt_stops is not None:
            await self._mqtt_stops.close()
        await asyncio.gather(*(robot.conductor.close() for robot in self._robots.values()))
        await self._ownership.close()
        for robot in self._robots.values():
            robot.touch()
        self._announcements.close()
        if self._journal is not None:
            await self._journal.close()

    def ids(self) -> list[str]:
        return list(self._robots)

    def places(self) -> list[str]:
        """The ids of the places that a robot may be sent to."""
        return list(self._places)

    def stands(self, kiosk: str | None) -> Place | None:
        """Where the visitors of a kiosk stand; None: beside whichever robot it speaks for."""
        return self._stands.get(kiosk or "")

    def robots(self) -> list[RobotView]:
        """All robots as they are now."""
        return [robot.view(self._clock.now()) for robot in self._robots.values()]

    def robot(self, robot_id: str) -> RobotView:
        """One robot as it is now. Raises LetanError `robot_unknown`."""
        return self._find(robot_id).view(self._clock.now())

    def surroundings(self) -> Surroundings:
        """What maps show beside the robots."""
        people = {one for robot in self._robots.values() for one in robot.kept.people()}
        return Surroundings(tuple(sorted(people)), self._passages.closed())

    def simulated(self, robot_id: str) -> RobotDriver | None:
        """The driver of a robot while it is connected: for demonstrations and tests."""
        return self._find(robot_id).kept.driver

    async def start_mission(
        self,
        robot_id: str | None,
        kind: MissionKind,
        to: str | None,
        requested_by: str,
        *,
        pace: Pace | None = None,
        ticket: str | None = None,
        near: str | None = None,
        sentence: str | None = None,
    ) -> Mission:
        """Send a robot somewhere (None: the free one that is nearest to ``near``, else to ``to``).

        ``near`` is the place where the visitor stands: a robot that leads comes there first. None:
        they stand beside it. Returns the accepted mission.

        Raises LetanError `robot_unknown`, `place_missing`, `place_unknown`, `robot_busy`,
        `robot_stopped` and the other refusals of the safety gate.
        """
        visitor = self._targets.visitor(near)
        robot = self._find(robot_id if robot_id is not None else self._nearest(near or to))
        target = self._targets.of(robot, kind, to)
        if kind == "announce" and sentence not in APPROVED:
            raise sentence_unknown(sentence, list(APPROVED))
        try:
            mission = robot.conductor.start(
                kind,
                target,
                requested_by,
                pace=pace,
                ticket=ticket,
                sentence_key=sentence,
                fetch=visitor,
            )
        except Refused as refused:
            raise refused_as_error(refused) from refused
        robot.way = ()
        first = mission.fetch or target
        robot.way = await asyncio.to_thread(self._way, robot.conductor.state(), first)
        return mission

    def wait_for(
        self,
        robot_id: str,
        to: str | None,
        requested_by: str,
        *,
        pace: Pace | None = None,
        ticket: str | None = None,
        near: str | None = None,
    ) -> InLine:
        """Stand in line to be led by a robot that is busy. Raises LetanError as above."""
        robot = self._find(robot_id)
        target = self._targets.of(robot, "lead", to)
        try:
            waiting = robot.conductor.wait_for(
                target, requested_by, pace=pace, ticket=ticket, fetch=self._targets.visitor(near)
            )
        except Refused as refused:
            raise refused_as_error(refused) from refused
        return next(one for one in line_of(robot.conductor) if one.id == waiting.id)

    def leave_line(self, robot_id: str, waiting: str, requested_by: str = ANYBODY) -> bool:
        """Wait no longer; whether somebody with this id did."""
        return self._find(robot_id).conductor.leave_line(waiting, requested_by)

    def somebody_came(self, robot_id: str) -> None:
        """Somebody stands before the robot: it greets them when that is what it does."""
        self._find(robot_id).conductor.somebody_came()

    def robot_of(self, mission: Mission) -> str:
        """The robot whose mission it is, or was."""
        for id_, robot in self._robots.items():
            if robot.conductor.mission is not None and robot.conductor.mission.id == mission.id:
                return id_
        return next(iter(self._robots))

    async def cancel(self, robot_id: str, requested_by: str = ANYBODY) -> RobotView:
        """End the mission that runs; without one nothing happens."""
        robot = self._find(robot_id)
        await robot.conductor.cancel(requested_by=requested_by)
        return robot.view(self._clock.now())

    def answer(
        self,
        robot_id: str,
        following: bool,
        question: str | None = None,
        requested_by: str = ANYBODY,
    ) -> RobotView:
        """Take the visitor's answer to what the robot asks (None: the question that is open).

        Raises LetanError `robot_unknown`, and `no_question` when none is open.
        """
        robot = self._find(robot_id)
        if not robot.conductor.answer(following, question, requested_by):
            raise no_question(robot_id)
        return robot.view(self._clock.now())

    async def set_pace(self, robot_id: str, pace: Pace, requested_by: str = ANYBODY) -> RobotView:
        """Lead faster or more slowly from now on; without a mission nothing happens."""
        robot = self._find(robot_id)
        await robot.conductor.set_pace(pace, requested_by)
        return robot.view(self._clock.now())

    async def stop(
        self, robot_id: str, reason: str = "asked", requested_by: str = ANYBODY
    ) -> StopResult:
        """Stop a robot now and hold it. Needs no right, never fails for a known robot."""
        robot = self._find(robot_id)
        self._ownership.pass_on(robot, "stop")
        return await robot.conductor.stop(reason, requested_by)

    async def resume(self, robot_id: str, requested_by: str = ANYBODY) -> RobotView:
        """Release a stop; moves nothing."""
        robot = self._find(robot_id)
        self._ownership.pass_on(robot, "release")
        await robot.conductor.resume(requested_by)
        return robot.view(self._clock.now())

    def states(self, robot_id: str) -> AsyncGenerator[RobotView]:
        """The newest state at 10 Hz while it moves, at every change, at least once a second.

        Nothing is queued: a slow reader misses states and gets the newest. Ends with `close`.
        Raises LetanError `robot_unknown` at once.
        """
        return self._states(self._find(robot_id))

    def subscribe_events(self) -> AsyncIterator[dict[str, str]]:
        """What robots say, from this call on: ``{"robot", "kind": "say", "vi", "en"}``."""
        return _sayings(self._announcements.listen())

    def events(self, robot_id: str | None = None) -> AsyncGenerator[Event]:
        """All that happens to one robot or to all, from this call on (docs/robots.md).

        Raises LetanError `robot_unknown` at once.
        """
        if robot_id is not None:
            self._find(robot_id)
        return self._announcements.listen(robot_id)

    async def missions(self, robot_id: str, limit: int = 50) -> list[Row]:
        """What a robot was to do, newest first. Raises LetanError `robot_unknown`, `database_…`."""
        self._find(robot_id)
        return await self._journal.missions(robot_id, limit) if self._journal else []

    async def commands(self, robot_id: str, limit: int = 50) -> list[Row]:
        """Who asked for what, what was sent, what came back; newest first. Raises as above."""
        self._find(robot_id)
        return await self._journal.commands(robot_id, limit) if self._journal else []

    def recent_commands(self, robot_id: str) -> list[Command]:
        """The last ones of this process, from memory: needs no database."""
        return self._journal.recent(robot_id) if self._journal else []

    def _halt(self) -> None:
        for robot in self._robots.values():
            robot.kept.halt_from_thread()

    def _lost_control(self, seconds: float) -> None:
        for robot in self._robots.values():
            robot.conductor.lost_control(seconds)

    def _recall(self, robot_id: str, row: Row) -> None:
        robot = self._robots[robot_id]
        target = self._places.get(row["target"], robot.posts.home)
        robot.conductor.recall(
            Mission(
                row["id"],
                row["kind"],
                target,
                row["requested_by"],
                "interrupted",
                row["created_at"],
                pace=row["pace"],
            )
        )

    async def _states(self, robot: Member) -> AsyncGenerator[RobotView]:
        changed = asyncio.Event()
        robot.watchers.add(changed)
        try:
            while not self._closed:
                changed.clear()
                view = robot.view(self._clock.now())
                yield view
                await self._clock.sleep(SHORTEST_PERIOD)
                period = MOVING_PERIOD if view.activity == "moving" else RESTING_PERIOD
                await wait_for_event(changed, self._clock, period - SHORTEST_PERIOD)
        finally:
            robot.watchers.discard(changed)

    def _nearest(self, near: str | None) -> str | None:
        place = self._places.get(near or "")
        if place is None or len(self._robots) < 2:
            return None
        conductors = {id(robot.conductor): id_ for id_, robot in self._robots.items()}
        found = choose(
            [robot.conductor for robot in self._robots.values()], self._map, place, CLEARANCE
        )
        return None if found is None else conductors[id(found)]

    def _find(self, robot_id: str | None) -> Member:
        if robot_id is None and self._robots:
            return next(iter(self._robots.values()))
        robot = self._robots.get(robot_id or "")
        if robot is None:
            raise robot_unknown(robot_id, list(self._robots))
        return robot

    def _way(self, state: RobotState, target: Place) -> tuple[Point, ...]:
        """The way to be shown until the robot tells its own."""
        if state.pose is None:
            return ()
        try:
            return tuple(
                plan(
                    self._map,
                    (state.pose.x, state.pose.y),
                    (target.pose.x, target.pose.y),
                    clearance=CLEARANCE,
                )
            )
        except NoPath:
            return ()


async def _sayings(events: AsyncGenerator[Event]) -> AsyncIterator[dict[str, str]]:
    async with aclosing(events):
        async for event in events:
            if event["kind"] == "say":
                yield {key: event[key] for key in ("robot", "kind", "vi", "en")}
