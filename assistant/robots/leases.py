"""One process drives a robot: a row in the database for each, renewed while its holder lives.

No clock is compared with another one. The holder counts beats; who wants the robot watches, by its
own monotonic clock, that they do not grow any more. The holder lets go (`give_up`) and is mute
(`expires`) well before anybody takes over (`take_over`), also when it has slept meanwhile. The
holder of an earlier life on the same machine that is seen to be dead is followed at once.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import uuid4

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import LetanError
from assistant.robots import repository
from assistant.robots.processes import number_of, surely_dead, this_host, this_process
from assistant.robots.repository import Row
from assistant.storage.database import Database

LOOK_EVERY = 0.25
LAST_SECONDS = 2.0
"""For giving back at the end."""

Told = Literal["stop", "release"]
_COLUMNS: dict[Told, str] = {"stop": "stops", "release": "releases"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """Seconds since the holder's last sign of life that was written down."""

    beat: float
    """Between two of them."""
    give_up: float
    """Then the holder tells its robot to stand."""
    expires: float
    """Then the holder sends nothing more."""
    take_over: float
    """Then another process may follow, counted by itself."""


SERVER_TERMS = Terms(1.0, 5.0, 7.0, 9.0)
"""With a database server: processes on several machines, networks that break."""
FILE_TERMS = Terms(2.0, 20.0, 24.0, 28.0)
"""With SQLite: one machine, where the dead are seen to be dead, but a file may be locked for
10 s and more by a back-up: no reason to leave a visitor standing."""


class StoredLease:
    """The right to drive one robot (`robot_bridge.lease.Lease`)."""

    def __init__(self, robot: str, terms: Terms, monotonic: Callable[[], float]) -> None:
        self.robot = robot
        self._terms = terms
        self._monotonic = monotonic
        self._renewed = -math.inf
        self._gained = asyncio.Event()
        self._lost = asyncio.Event()
        self._other = "no process has been given this robot yet"

    def held(self) -> bool:
        return self._monotonic() - self._renewed < self._terms.expires

    def other(self) -> str:
        return self._other

    async def gained(self) -> None:
        await self._gained.wait()

    async def lost(self) -> None:
        await self._lost.wait()

    def renewed(self, at: float) -> None:
        """It was ours at this instant."""
        self._renewed = at
        self.look()

    def taken(self, other: str) -> None:
        """It is another process'."""
        self._renewed = -math.inf
        self._other = other
        self.look()

    def look(self) -> None:
        """Say what has become true by time alone."""
        if self._monotonic() - self._renewed < self._terms.give_up:
            if not self._gained.is_set():
                log.info("robot is ours", robot=self.robot)
            self._lost.clear()
            self._gained.set()
        elif self._gained.is_set():
            if self._renewed > -math.inf:
                self._other = "it could not be renewed in time: another process may drive"
            log.warning("robot is ours no longer", robot=self.robot, why=self._other)
            self._gained.clear()
            self._lost.set()


class StoredLeases:
    """The leases of all robots of one process."""

    def __init__(
        self,
        database: Database,
        *,
        terms: Terms | None = None,
        monotonic: Callable[[], float] | None = None,
        process: str | None = None,
    ) -> None:
        self._database = database
        self._terms = terms or (FILE_TERMS if database.is_sqlite else SERVER_TERMS)
        self._monotonic = monotonic or since_boot
        self._me: Row = {
            "holder": uuid4().hex[:16],
            "host": this_host(),
            "process": this_process() if process is None else process,
        }
        self._leases: dict[str, StoredLease] = {}
        self._watched: dict[str, tuple[int, int, float]] = {}
        self._told: dict[str, tuple[int, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._telling: set[asyncio.Task[None]] = set()

    def of(self, robot: str) -> StoredLease:
        """The lease of a robot, not yet held."""
        return self._leases.setdefault(robot, StoredLease(robot, self._terms, self._monotonic))

    def start(self, told: Callable[[str, Told], None]) -> None:
        """Begin to hold what can be held. ``told``: another process asks for a robot of ours."""
        self._tasks = [
            asyncio.create_task(self._keep(told), name="robots' leases"),
            asyncio.create_task(self._watch(), name="robots' leases, time"),
        ]

    def tell(self, robot: str, what: Told) -> None:
        """Pass a stop, or its release, on to whoever drives; returns at once."""
        work = partial(repository.tell_holder, robot=robot, column=_COLUMNS[what])

        async def write() -> None:
            try:
                await self._database.write(work)
            except (LetanError, SQLAlchemyError) as error:
                log.error("not passed on", robot=robot, what=what, error=type(error).__name__)

        task = asyncio.get_running_loop().create_task(write())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def close(self) -> None:
        """Give all back, when the drivers are closed."""
        tasks, self._tasks = [*self._tasks, *self._telling], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lease in self._leases.values():
            lease.taken("this process ends")
        work = partial(repository.give_back_leases, holder=self._me["holder"])
        try:
            await asyncio.wait_for(self._database.write(work), LAST_SECONDS)
        except (LetanError, SQLAlchemyError, TimeoutError):
            log.warning("robots' leases are not given back: they expire")

    async def _keep(self, told: Callable[[str, Told], None]) -> None:
        while True:
            try:
                at = self._monotonic()
                rows = await self._database.write(self._beat)
                self._hear(rows, at, told)
            except (LetanError, SQLAlchemyError) as error:
                log.warning("robots' leases not renewed", error=type(error).__name__)
            await asyncio.sleep(self._terms.beat)

    async def _watch(self) -> None:
        while True:
            for lease in self._leases.values():
                lease.look()
            await asyncio.sleep(LOOK_EVERY)

    def _beat(self, connection: Connection) -> dict[str, Row]:
        """One transaction: renew what is ours, take what is nobody's. The rows as they were."""
        robots = sorted(self._leases)
        rows = repository.leases(connection, robots)
        for robot in robots:
            row, me = rows.get(robot), self._me["holder"]
            if row is not None and row["holder"] == me:
                if not repository.renew_lease(connection, robot, me):
                    del rows[robot]  # taken between the two: the next look tells by whom
            elif (row is None or self._free(row)) and repository.take_lease(
                connection, robot, row, self._me
            ):
                rows[robot] = {**(row or {"stops": 0, "releases": 0}), **self._me}
        return rows

    def _free(self, row: Row) -> bool:
        if row["holder"] is None or surely_dead(row["process"]):
            return True
        watched = self._watched.get(row["robot"])
        if watched is None or watched[:2] != (row["term"], row["beat"]):
            return False
        return self._monotonic() - watched[2] >= self._terms.take_over

    def _hear(self, rows: dict[str, Row], at: float, told: Callable[[str, Told], None]) -> None:
        for robot, lease in self._leases.items():
            row = rows.get(robot)
            if row is None:
                continue
            if row["holder"] == self._me["holder"]:
                self._watched.pop(robot, None)
                lease.renewed(at)
                self._pass_on(robot, row, told)
            else:
                self._note(robot, row)
                self._told.pop(robot, None)
                lease.taken(f"process {number_of(row['process'])} on {row['host']} drives it")

    def _note(self, robot: str, row: Row) -> None:
        watched = self._watched.get(robot)
        if watched is None or watched[:2] != (row["term"], row["beat"]):
            self._watched[robot] = (row["term"], row["beat"], self._monotonic())

    def _pass_on(self, robot: str, row: Row, told: Callable[[str, Told], None]) -> None:
        now = (row["stops"], row["releases"])
        before = self._told.setdefault(robot, now)
        self._told[robot] = now
        if now[0] != before[0]:
            told(robot, "stop")
        elif now[1] != before[1]:
            told(robot, "release")


def since_boot() -> float:
    """Seconds that never go back and go on while the machine sleeps, where it can tell them."""
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(which)
