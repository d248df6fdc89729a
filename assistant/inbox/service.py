"""The inbox: what people should look at, kept up to date, judged by them and by nobody else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import IntegrityError

from assistant.catalogue.view import PublishedCatalogue
from assistant.inbox import collecting, problems, repository
from assistant.inbox.grouping import Groups
from assistant.inbox.repository import Page, Wanted
from assistant.inbox.suggesting import Suggesting
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

_TRIES = 5
_CALL_SECONDS = 2.0
"""A page waits this long for turns to be looked through; the rest is done behind it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in the inbox."""

    groups: int
    people: int


class Inbox:
    """On `app.state.inbox`."""

    def __init__(
        self,
        database: Database,
        zone: str,
        *,
        catalogue: Callable[[], PublishedCatalogue | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._zone = ZoneInfo(zone)
        self._catalogue = catalogue
        self._clock = clock
        self._collecting = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._suggesting: tuple[PublishedCatalogue, Suggesting] | None = None

    async def page(self, wanted: Wanted) -> Page:
        """One page of groups, those of most people (or the newest) first."""
        await self.look()
        weeks = self._weeks()
        return await self._database.read(partial(repository.page, wanted=wanted, weeks=weeks))

    async def group(self, id_: int) -> Page:
        """One group as a page of its own. Raises LetanError `inbox_unknown`."""
        found = await self._database.read(partial(repository.group, id_=id_, weeks=self._weeks()))
        if not found.groups:
            raise problems.group_unknown(id_)
        return found

    async def waiting(self) -> Waiting:
        """How much is open; as of the last look."""
        return Waiting(*await self._database.read(repository.how_many_open))

    async def look(self) -> None:
        """Take in new turns; after two seconds whoever waits goes on, and the look too."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self.collect(), name="inbox")
            self._running.add_done_callback(_told)
        await asyncio.wait({self._running}, timeout=_CALL_SECONDS)

    async def collect(self) -> None:
        """Take in all turns that have not been looked at."""
        async with self._collecting:
            behind = await self._database.read(collecting.is_behind)
            while behind:
                known = await self._database.read(collecting.read)
                behind = known.last < known.newest
                await self._take_in(known)

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def sweep(self) -> None:
        """Take in what was said, let go of what is past its retention."""
        await self.collect()
        today = self._clock().astimezone(self._zone)
        await self._database.write(partial(repository.sweep, today=today))

    async def suggesting(self) -> Suggesting | None:
        """Compares with the catalogue in force; None before the first release."""
        catalogue = self._catalogue()
        if catalogue is None:
            return None
        if self._suggesting is None or self._suggesting[0] is not catalogue:
            self._suggesting = catalogue, await asyncio.to_thread(Suggesting, catalogue)
        return self._suggesting[1]

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Nothing is taken in by this process while the block runs."""
        async with self._collecting:
            yield

    async def _take_in(self, known: collecting.Known) -> None:
        suggesting = await self.suggesting()
        for _ in range(_TRIES):
            groups = await self._database.read(collecting.known_groups)
            found = await asyncio.to_thread(_sorted, known, groups, suggesting)
            work = partial(collecting.write, known=known, found=found)
            try:
                if await self._database.write(work):
                    return
            except IntegrityError:  # another process took the same turns in, or one was erased
                log.info("inbox taken in by another process")
            known = await self._database.read(collecting.read)

    def _weeks(self) -> tuple[datetime, datetime]:
        """The begin of this week's seven days, today the last of them, and of the seven before."""
        today = self._clock().astimezone(self._zone).date()
        start = datetime.combine(today - timedelta(days=6), time(), tzinfo=self._zone)
        return start, start - timedelta(days=7)


def _sorted(
    known: collecting.Known, groups: Sequence[tuple[str, int]], suggesting: Suggesting | None
) -> collecting.Found:
    return collecting.sort_in(known, Groups(groups), suggesting)


def _told(task: "asyncio.Task[None]") -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("inbox not brought up to date", kind=type(error).__name__)
