"""Plays a whole day: the rooms of the application on a fake clock, and everybody who comes."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from assistant.catalogue.published import Snapshot
from assistant.centre.service import Centre
from assistant.conversation.effects import Effects
from assistant.conversation.service import Conversations
from assistant.engine.service import Engine
from assistant.errors import LetanError
from assistant.metrics import Metrics
from assistant.releases.content import centre_folder
from assistant.robots.counters import CentreCounters
from assistant.robots.service import Fleet
from assistant.settings import KioskSettings, RobotSettings, Settings
from assistant.simulation.clock import DayClock
from assistant.simulation.counters import Counters
from assistant.simulation.desk import Desk
from assistant.simulation.hall import Hall, posts_for
from assistant.simulation.mishaps import FAULTS, Mishaps
from assistant.simulation.news import News
from assistant.simulation.people import Visitor, visitors_of
from assistant.simulation.record import Record, Sample
from assistant.simulation.site import Kiosk, Site
from assistant.simulation.visit import Visit
from assistant.startup import mission_policy
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from robot_bridge.driver import DriverConfig, RobotDriver
from robot_bridge.drivers.simulator import SimulatedRobot

FIRST_DAY = date(2026, 11, 23)
"""The day that is played, or the first one after it with opening hours; always the same one."""
BEFORE = 120.0
"""Seconds before opening at which robots are switched on."""
AFTER = 45 * 60.0
"""Seconds after closing until the day is over whoever is still there."""
SAMPLE_EVERY = 30.0
TRACE_EVERY = 2.0

Played = Callable[[int, int, datetime], None]
"""Told now and then: visitors who have left, of how many, and the simulated time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated."""

    visitors: int
    robots: int
    hours: float
    seed: int
    faults: bool


@dataclass(frozen=True, slots=True)
class PlayedDay:
    """A day that was played."""

    plan: Plan
    record: Record
    visitors: list[Visitor]
    centre: Centre
    hall: Hall
    opened: datetime
    """The first second of the day's opening hours, in the centre's time zone."""
    ended: datetime
    release: str
    odometers: dict[str, float]
    """Metres that each robot has driven."""


async def play(
    settings: Settings, own: Settings, engine: Engine, folder: Path, *, plan: Plan, played: Played
) -> PlayedDay:
    """Play the day. ``settings`` tell where the content is, ``own`` where everything is written.

    Raises LetanError `simulation_no_hours`, `simulation_no_room`, `engine_…`.
    """
    random.seed(plan.seed)  # the bridge's own jitter, so that the same seed gives the same day
    snapshot = await asyncio.to_thread((folder / "catalogue.json").read_bytes)
    catalogue = Snapshot.model_validate_json(snapshot).procedures
    database = Database(own.database)
    clock: DayClock | None = None
    try:
        await migrate(database)
        centre = Centre(
            database,
            centre_folder(settings),
            clock=lambda: clock.now() if clock is not None else _any_time(),
        )
        opened, minutes = _opening(centre, plan.hours)
        clock = DayClock(opened - timedelta(seconds=BEFORE))
        counters = [
            {"id": c.id, "services": c.services, "service_minutes": c.service_minutes}
            for c in centre.content.counters.values()
        ]
        visitors = visitors_of(plan.visitors, minutes, plan.seed, catalogue, counters)
        async with _site(
            settings, own, engine, database, centre=centre, clock=clock, plan=plan
        ) as site:
            await _run(site, plan, visitors, opened, played)
            return PlayedDay(
                plan,
                site.record,
                visitors,
                centre,
                site.hall,
                opened,
                clock.now().astimezone(opened.tzinfo),
                folder.name,
                {id_: _odometer(site.fleet, id_) for id_ in site.fleet.ids()},
            )
    finally:
        await database.close()


@asynccontextmanager
async def _site(
    settings: Settings,
    own: Settings,
    engine: Engine,
    database: Database,
    *,
    centre: Centre,
    clock: DayClock,
    plan: Plan,
) -> AsyncIterator[Site]:
    """The rooms, wired as `create_app` does it, with simulated robots that share one hall."""
    first = settings.robots[0] if settings.robots else RobotSettings()
    shown = centre.static()["places"]
    places = [*shown, *posts_for(plan.robots, centre.map, shown, first.home, first.dock)]
    robots = [_robot(number, first) for number in range(1, plan.robots + 1)]
    kiosks = [KioskSettings(id=f"kiosk-{n}", robot=f"robot-{n}") for n in range(1, plan.robots + 1)]
    own = own.model_copy(update={"robots": robots, "kiosks": kiosks})
    hall, record = Hall(centre.map, places, clock), Record()

    def simulated(_: str) -> Callable[[DriverConfig], RobotDriver]:
        return lambda config: SimulatedRobot(config, world=hall.world)

    fleet = Fleet(
        robots,
        centre.map,
        places,
        clock,
        policy=mission_policy(settings.missions),
        counters=CentreCounters(centre, clock.monotonic),
        kiosks=kiosks,
        drivers=simulated,
    )
    conversations = Conversations(
        own,
        database,
        engine=engine,
        effects=Effects(centre, fleet),
        metrics=Metrics(),
        clock=clock.now,
    )
    counters = Counters(centre, clock, record, plan.seed)
    desk = Desk(conversations, clock, record, counters.take)
    site = Site(
        clock,
        centre,
        fleet,
        hall,
        desk,
        counters,
        News(fleet, hall, record, plan.seed),
        [_kiosk(kiosk, hall, robot) for kiosk, robot in zip(kiosks, robots, strict=True)],
        record,
    )
    await centre.start()
    try:
        await fleet.start()
        yield site
    finally:
        closing = asyncio.ensure_future(fleet.close())
        while not closing.done():
            await clock.advance(1.0)
        await closing
        await centre.close()


def _robot(number: int, first: RobotSettings) -> RobotSettings:
    return RobotSettings(
        id=f"robot-{number}",
        max_speed=first.max_speed,
        home=first.home if number == 1 else f"home-{number}",
        dock=first.dock if number == 1 else f"dock-{number}",
    )


def _kiosk(kiosk: KioskSettings, hall: Hall, robot: RobotSettings) -> Kiosk:
    home = hall.poses[robot.home]
    return Kiosk(kiosk.id, robot.id, home, hall.before_robot(home), hall.queue(home))


async def _run(
    site: Site, plan: Plan, visitors: list[Visitor], opened: datetime, played: Played
) -> None:
    """Everybody lives until the last visitor has left and the robots are home, or the day ends."""
    clock, centre = site.clock, site.centre
    mishaps = Mishaps(
        clock, site.fleet, site.hall, news=site.news, record=site.record, seed=plan.seed
    )
    life: list[Coroutine[Any, Any, None]] = [
        site.news.listen(),
        mishaps.passers_by(),
        _sample(site),
        _trace(site),
        *(site.counters.serve(counter) for counter in centre.content.counters.values()),
        *(mishaps.fault(kind) for kind in FAULTS if plan.faults),
    ]
    going_on = [asyncio.create_task(one) for one in life]
    schedule = centre.schedules.centre
    visits = [
        asyncio.create_task(
            _visit(site, visitor, plan.seed, schedule.advance(opened, visitor.minutes))
        )
        for visitor in visitors
    ]
    closing = schedule.day_end(opened)
    end = (closing or opened + timedelta(hours=12)) + timedelta(seconds=AFTER)
    try:
        while clock.now() < end and not all(task.done() for task in visits):
            await clock.advance(10.0)
            for task in (*visits, *going_on):
                if task.done():
                    task.result()
            played(sum(task.done() for task in visits), len(visits), clock.now())
        await clock.advance(120.0)  # robots go home
    finally:
        for task in (*visits, *going_on):
            task.cancel()
        await asyncio.gather(*visits, *going_on, return_exceptions=True)


async def _visit(site: Site, visitor: Visitor, seed: int, at: datetime) -> None:
    await site.clock.sleep(max(0.0, (at - site.clock.now()).total_seconds()))
    await Visit(site, visitor, seed).play()


async def _sample(site: Site) -> None:
    await site.clock.sleep(5.0)  # the robots are connected by then
    while True:
        context = site.centre.context()
        robots = site.fleet.robots()
        site.record.samples.append(
            Sample(
                site.clock.monotonic(),
                sum(stay.left is None for stay in site.record.stays),
                {id_: int(queue["waiting"]) for id_, queue in context["counters"].items()},
                {view.id: round(view.battery or 0.0, 4) for view in robots},
                {view.id: _doing(view.activity, view.stopped or view.e_stop) for view in robots},
            )
        )
        await site.clock.sleep(SAMPLE_EVERY)


def _doing(activity: str, held: bool) -> str:
    return "stopped" if held else activity


async def _trace(site: Site) -> None:
    while True:
        for view in site.fleet.robots():
            if view.pose is not None and view.speed > 0.02:
                trace = site.record.traces.setdefault(view.id, [])
                trace.append((round(view.pose.x, 2), round(view.pose.y, 2)))
        await site.clock.sleep(TRACE_EVERY)


def _odometer(fleet: Fleet, robot: str) -> float:
    driver = fleet.simulated(robot)
    return driver.odometer if isinstance(driver, SimulatedRobot) else 0.0


def _opening(centre: Centre, hours: float) -> tuple[datetime, float]:
    """When the played day opens, and for how many minutes visitors come.

    Raises LetanError `simulation_no_hours` when no day is open for so long.
    """
    schedule = centre.schedules.centre
    longest = 0.0
    for offset in range(14):
        day = FIRST_DAY + timedelta(days=offset)
        sessions = schedule.plan(day).sessions
        minutes = sum(
            (datetime.combine(day, s.end) - datetime.combine(day, s.start)).total_seconds() / 60
            for s in sessions
        )
        longest = max(longest, minutes)
        if sessions and minutes >= hours * 60 - 1e-6:
            zone = centre.content.hours.timezone
            return datetime.combine(day, sessions[0].start, zone), hours * 60
    raise LetanError(
        "simulation_no_hours",
        422,
        f"Không ngày nào mở cửa đủ {hours:g} giờ (nhiều nhất {longest / 60:g} giờ). "
        "Hãy chọn --hours nhỏ hơn, hoặc sửa hours.yaml.",
        f"No day is open for {hours:g} hours (at most {longest / 60:g}). "
        "Choose fewer with --hours, or change hours.yaml.",
        field="hours",
    )


def _any_time() -> datetime:
    return datetime.fromisoformat("2026-11-23T07:30:00+07:00")
