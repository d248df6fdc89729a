"""How the rooms come up and go down: one part that fails leaves the others working."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

import structlog
from fastapi import FastAPI

from assistant.catalogue.view import PublishedCatalogue
from assistant.centre.service import Centre
from assistant.conversation import repository as conversations_repository
from assistant.conversation.service import Conversations
from assistant.engine.client import EngineClient
from assistant.engine.service import PART as ENGINE
from assistant.engine.service import Engine, unavailable
from assistant.errors import LetanError
from assistant.health import Health
from assistant.releases.content import centre_folder, ensure_content
from assistant.releases.service import Record, Release, Releases
from assistant.releases.warming import warm
from assistant.robots.counters import CentreCounters
from assistant.robots.journal import StoredJournal
from assistant.robots.leases import StoredLeases
from assistant.robots.mqtt_stops import MqttStops
from assistant.robots.routine import Timetable
from assistant.robots.service import Fleet
from assistant.settings import MissionSettings, Settings
from assistant.storage.database import Database
from assistant.storage.migrate import migrate
from robot_bridge.missions import Policy

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 3.0
"""How often another process' publication (`./letan train`) is looked for."""
_SWEEP_SECONDS = 60.0
_STARTS_BEFORE_GIVING_UP = 3
_FORGOTTEN_AT_ONCE = 200


class MissingPart:
    """Stands for a part that could not be made: whatever is asked of it is answered with why."""

    def __init__(self, name: str, error: Exception) -> None:
        self._name = name
        self._error = error

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        error = self._error
        raise LetanError(
            "part_unavailable",
            503,
            error.vi if isinstance(error, LetanError) else f"Phần '{self._name}' không chạy được.",
            error.en if isinstance(error, LetanError) else f"The part '{self._name}' does not run.",
            log=f"{self._name}: {type(error).__name__}",
            retry_after=60,
        )


Room = TypeVar("Room")


def make(health: Health, name: str, factory: Callable[[], Room]) -> Room:
    """Build a part; when that fails, something that says so in its place."""
    health.starting(name, required=False)
    try:
        return factory()
    except Exception as error:  # the border of a part: the others go on
        health.failed_with(name, error)
        return cast(Room, MissingPart(name, error))


def make_centre(settings: Settings, database: Database, health: Health) -> Centre:
    def build() -> Centre:
        locate = partial(centre_folder, settings)
        return Centre(database, locate(), locate=locate)

    return make(health, "centre", build)


def make_fleet(settings: Settings, database: Database, centre: Centre, health: Health) -> Fleet:
    def build() -> Fleet:
        missions = settings.missions
        return Fleet(
            settings.robots,
            centre.map,
            centre.static()["places"],
            policy=mission_policy(missions),
            counters=CentreCounters(centre),
            journal=StoredJournal(database),
            leases=StoredLeases(database),
            kiosks=settings.kiosks,
            stops=missions.stops,
            door=missions.door,
            timetable=Timetable(
                lambda: centre.schedules.centre.is_open(centre.now()),
                centre.content.hours.timezone,
                missions.dock_after_hours,
                missions.battery_return,
                missions.round_every * 60,
                tuple(missions.greet_at),
            ),
            mqtt_stops=mqtt_stops(missions),
            watch_loop=True,
        )

    return make(health, "robots", build)


def mqtt_stops(missions: MissionSettings) -> MqttStops | None:
    """The door for stops by MQTT, where one is set."""
    if missions.stop_url is None:
        return None
    url = missions.stop_url.get_secret_value()
    return MqttStops(url, missions.stop_topic, missions.stop_ca)


def mission_policy(missions: MissionSettings) -> Policy:
    """What an operator may change of how robots behave."""
    return Policy(
        return_after=missions.return_after if missions.return_home else None,
        blocked_ask=missions.blocked_ask,
        blocked_replan=missions.blocked_replan,
        blocked_give_up=missions.blocked_give_up,
        battery_floor=missions.battery_floor,
        battery_return=missions.battery_return,
        pace=missions.pace,
        elderly_speed=missions.elderly_speed,
        pause_every=missions.pause_every,
        pause_every_elderly=missions.pause_every_elderly,
        ask_seconds=missions.ask_seconds,
        ask_times=missions.ask_times,
        greet_seconds=missions.greet_minutes * 60,
    )


class Background:
    """What goes on beside requests: bringing the parts up, following releases, forgetting."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self._settings: Settings = app.state.settings
        self._health: Health = app.state.health
        self._tasks: list[asyncio.Task[None]] = []
        self._served: str | None = None
        """The newest published release that was tried."""
        self._tried = asyncio.Event()
        self._moving = asyncio.Lock()
        """Releases follow one another."""
        app.state.publish = self.publish

    @asynccontextmanager
    async def running(
        self, *, robots: bool = True, speech: bool = True, zalo: bool = True
    ) -> AsyncIterator[None]:
        """Everything up while the block runs. Raises LetanError `database_…`."""
        database: Database = self.app.state.database
        try:
            await migrate(database)
            self._health.ready("database")
            self._start(robots=robots, speech=speech, zalo=zalo)
            yield
        finally:
            await self._close()
            await database.close()

    async def wait_engine(self, seconds: float) -> None:
        """Wait until turns are answered. Raises LetanError with the reason why they are not."""
        engine: Engine = self.app.state.engine
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        await self._tried.wait()
        while not await engine.wait_ready(0.5):
            part = self._health.part(ENGINE)
            given_up = engine.release is None or engine.starts >= _STARTS_BEFORE_GIVING_UP
            if given_up or loop.time() > end:
                raise unavailable("not ready", part.vi if part else None, part.en if part else None)

    def _start(self, *, robots: bool, speech: bool, zalo: bool) -> None:
        state = self.app.state
        parts = [("centre", state.centre, True), ("robots", state.fleet, robots)]
        for name, part, wanted in (*parts, ("speech", state.voice, speech)):
            if wanted and not isinstance(part, MissingPart):
                self._run(name, self._start_part(name, part.start))
        if zalo and state.zalo.is_used:
            self._run("zalo", self._start_part("zalo", state.zalo.start))
            self._run("zalo sweep", self._sweep_zalo())
        self._health.starting("content", required=False)
        self._run("content", self._start_part("content", self._load_content))
        self._run("releases", self._follow_releases())
        self._run("workshop", self._start_part("workshop", state.workshop.start))
        self._run("plans", state.plans.follow(self.publish))
        self._run("sweep", self._sweep())
        self._run("lag", state.metrics.watch_loop())

    async def _close(self) -> None:
        """End every task, then every part, all at once: the slowest child sets the time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        state = self.app.state
        await state.zalo.close()
        await state.inbox.close()
        await state.workshop.close()  # it asks the engine
        parts = (state.engine, state.voice, state.fleet, state.centre)
        closing = [part.close() for part in parts if not isinstance(part, MissingPart)]
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("part did not close cleanly", exc_info=result)

    def _run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def _start_part(self, name: str, start: Callable[[], Awaitable[None]]) -> None:
        try:
            await start()
        except Exception as error:  # the border of a part: the others go on
            self._health.failed_with(name, error)
        else:
            self._health.ready(name)

    async def _load_content(self) -> None:
        await ensure_content(self._settings, self.app.state.database)

    async def _follow_releases(self) -> None:
        """Serve the release in force, now and whenever another one is published."""
        while True:
            try:
                await self._serve_newest()
            except Exception as error:  # the border of a part: what serves goes on serving
                self._health.failed_with("release", error)
                if self.app.state.engine.release is None:
                    self._health.failed_with(ENGINE, error)
            self._tried.set()
            await asyncio.sleep(_LOOK_SECONDS)

    async def publish(self, release: str, record: Record | None = None) -> Release:
        """Move turns over to a release: when it answers as its report says, and when it is written
        down that it is in force; not before.

        Raises LetanError `release_unknown`, `release_damaged`, `release_not_starting`,
        `release_answers_otherwise`, … : the one before goes on then.
        """
        releases: Releases = self.app.state.releases
        async with self._moving:
            found = await releases.verify(release)
            published: list[Release] = []

            async def write_down() -> None:
                published.append(await releases.publish(release, record))

            await self._serve(found, write_down)
            self._served = release
            if not published:  # it serves already
                await write_down()
            return published[0]

    async def _serve_newest(self) -> None:
        async with self._moving:
            await self._serve_in_force()

    async def _serve_in_force(self) -> None:
        releases: Releases = self.app.state.releases
        newest = await releases.published()
        tried = newest.id if newest is not None else ""
        if tried == self._served:
            return
        self._served = tried
        release, problem = await releases.usable()
        await self._serve(release)
        if problem is None:
            self._health.ready("release")
        else:
            self._health.failed_with("release", problem)

    async def _serve(
        self, release: Release, write_down: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        engine: Engine = self.app.state.engine
        catalogue = await asyncio.to_thread(
            PublishedCatalogue.load, release.folder / "catalogue.json"
        )

        async def settle(client: EngineClient) -> None:
            await warm(client, release.folder, release.id)
            if write_down is not None:
                await write_down()

        if engine.release is None:
            self.app.state.catalogue = catalogue
            await engine.start(release.folder)
        elif engine.release != release.id:
            await engine.replace(release.folder, settle=settle)
            self.app.state.catalogue = catalogue
        if not isinstance(self.app.state.voice, MissingPart):
            self._run("phrases", self.app.state.voice.expect(release.folder))

    async def _sweep(self) -> None:
        """Forget conversations that are over; enforce retention."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                await sweep(self.app)
            except Exception:  # the next sweep tries again
                log.exception("sweep failed")

    async def _sweep_zalo(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                await self.app.state.zalo.sweep()
            except Exception:  # the next sweep tries again
                log.exception("sweep of zalo failed")


async def sweep(app: FastAPI) -> None:
    """Erase what the engine remembers of finished conversations, and what is older than allowed."""
    settings: Settings = app.state.settings
    database: Database = app.state.database
    conversations: Conversations = app.state.conversations
    now = datetime.now(UTC)
    idle_since = now - settings.idle("kiosk")
    zalo = now - settings.idle("zalo_oa")
    async with database.reading() as session:
        over = await conversations_repository.to_forget(
            session, idle_since, _FORGOTTEN_AT_ONCE, zalo_idle_since=zalo
        )
    for conversation in over:
        with suppress(LetanError):
            await conversations.forget(conversation)
    await app.state.staff.sweep()
    await app.state.workshop.sweep(now - timedelta(days=settings.retention_days))
    async with database.session() as session:
        before = now - timedelta(days=settings.retention_days)
        await conversations_repository.delete_older(session, before)
    await app.state.inbox.sweep()
