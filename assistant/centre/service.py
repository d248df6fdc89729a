"""The centre as the rest of the application sees it: one object, made once, closed at the end."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import structlog

from assistant.centre import repository
from assistant.centre.content import load_content
from assistant.centre.live import LiveView, Schedules
from assistant.centre.map_image import map_png
from assistant.centre.model import Content, Counter, Notice, Pose
from assistant.centre.notices import coming
from assistant.centre.queues import Basis, Call, Queue, queue_of, service_minutes
from assistant.centre.snapshot import static_view, write_snapshot
from assistant.centre.tables import Ticket
from assistant.centre.tickets import IssuedTicket, Tickets
from assistant.centre.wayfinding import Route, Wayfinder
from assistant.errors import Language, LetanError
from assistant.storage.database import Database
from robot_bridge.lobby_map import LobbyMap, MapError, load_map

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 1.0
"""How often at most the database is asked what other processes changed."""


class Centre:
    """Counters, hours, tickets, board and ways. `start()` before use, `close()` at the end.

    Raises `LetanError` ``centre_content_invalid`` when the folder cannot be used.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        clock: Callable[[], datetime] | None = None,
        locate: Callable[[], Path] | None = None,
    ) -> None:
        self._locate = locate or (lambda: folder)
        self._seen: tuple[Any, ...] = ()
        """What the folder looked like when it was read last."""
        self._clock = clock or (lambda: datetime.now(UTC))
        self._database = database
        self._services: dict[str, tuple[float, Basis]] = {}
        self._put_up: tuple[Notice, ...] = ()
        self._take(folder)
        self._queues: dict[str, Queue] = {}
        self._day: date | None = None
        self._changes = 0
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: set[asyncio.Event] = set()
        self._watcher: asyncio.Task[None] | None = None

    def _take(self, folder: Path) -> None:
        """Use a folder from now on; raises LetanError, and nothing has changed."""
        content = load_content(folder)
        self.map: LobbyMap = _load_map(content.map_file)
        self.content: Content = content
        self.schedules = Schedules(content)
        self._live = LiveView(content, self.schedules)
        self._live.put_up = self._put_up
        self._tickets = Tickets(self._database, content, self.schedules.counters)
        self._wayfinder = Wayfinder(content, self.map)
        for counter in content.counters.values():
            configured: tuple[float, Basis] = (counter.service_minutes, "configured")
            known = self._services.get(counter.id, configured)
            self._services[counter.id] = known if known[1] == "measured" else configured
        self._png: bytes | None = None
        self._static = static_view(content)

    async def reload(self) -> None:
        """Use the files that staff changed, here or in another process.

        Raises LetanError `centre_content_invalid`; what was in force stays.
        """
        folder = self._locate()
        self._seen = await asyncio.to_thread(_looks, folder)
        self._take(folder)
        await self.refresh()
        self.announce_change()

    async def start(self) -> None:
        """Read today's queues and begin to follow what other processes change."""
        self._seen = await asyncio.to_thread(_looks, self._locate())
        await self._read_services()
        await self.refresh()
        self._watcher = asyncio.create_task(self._watch(), name="centre-watch")

    async def close(self) -> None:
        if self._watcher is not None:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
            self._watcher = None

    def now(self) -> datetime:
        return self._clock()

    # What does not change while the process lives

    def static(self) -> dict[str, Any]:
        """Names, services, aliases, poses: the content of `centre.json`. Not to be changed."""
        return self._static

    def snapshot(self, path: Path) -> None:
        """Write `centre.json` for a release."""
        write_snapshot(self.content, path)

    def map_png(self) -> bytes:
        """The lobby map as a PNG; image y runs down from the top."""
        if self._png is None:
            self._png = map_png(self.map)
        return self._png

    # What a turn needs

    def context(self, now: datetime | None = None) -> dict[str, Any]:
        """The centre's share of a turn's live context, from memory: never waits."""
        now = now or self._clock()
        return self._live.context(now, self._queue_at(now))

    async def route(
        self,
        start_pose: Pose | Mapping[str, float] | None,
        place: str,
        language: Language,
    ) -> Route:
        """The way to a place, counter or office. Raises `place_unknown`, `no_way`."""
        if isinstance(start_pose, Mapping):
            start_pose = Pose(start_pose["x"], start_pose["y"], start_pose.get("theta", 0.0))
        return await asyncio.to_thread(self._wayfinder.route, start_pose, place, language)

    # Tickets

    def counter(self, counter: str) -> Counter:
        """Raises `counter_unknown`, naming the counters that there are."""
        found = self.content.counters.get(counter)
        if found is None:
            known = ", ".join(self.content.counters)
            shown = counter[:32].encode("utf-8", "replace").decode()
            raise LetanError(
                "counter_unknown",
                404,
                f"Không có quầy “{shown}”. Các quầy: {known}.",
                f"There is no counter “{shown}”. Counters: {known}.",
                field="counter",
            )
        return found

    async def issue_ticket(
        self, counter: str, conversation: str | None = None, key: str | None = None
    ) -> IssuedTicket:
        """A number, committed before it is told; the same ``key`` today gets the same number.

        Raises `counter_unknown`, `counter_closed`, `tickets_exhausted`, `idempotency_conflict`.
        """
        found = self.counter(counter)
        async with self._locks[counter]:
            now = self._clock()
            issued, queue = await self._tickets.issue(found, now, conversation, key)
            self._put(counter, queue, now)
        return issued

    async def call_next(self, counter: str) -> Call | None:
        """Close the current number and call the next; None when nobody waits.

        Raises `counter_unknown`.
        """
        found = self.counter(counter)
        async with self._locks[counter]:
            now = self._clock()
            call, queue = await self._tickets.call_next(found, now)
            self._put(counter, queue, now)
        return call

    async def recall(self, counter: str) -> Call | None:
        """Announce the current number again; None when there is none. Raises `counter_unknown`."""
        found = self.counter(counter)
        async with self._locks[counter]:
            now = self._clock()
            call, queue = await self._tickets.recall(found, now)
            self._put(counter, queue, now)
        return call

    async def forget(self, conversation: str) -> None:
        """Take a conversation's id off its tickets; the numbers stay valid."""
        async with self._database.session() as session:
            await repository.forget_conversation(session, conversation)

    # The board

    def board(self) -> dict[str, Any]:
        now = self._clock()
        return self._live.board(now, self._queue_at(now))

    @property
    def listening(self) -> int:
        """How many follow the board."""
        return len(self._listeners)

    async def board_events(self) -> AsyncGenerator[dict[str, Any], None]:
        """The board now, and again whenever it changes: calls, tickets, hours, notices."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            last: dict[str, Any] | None = None
            while True:
                event.clear()
                board = self.board()
                if board != last:
                    last = board
                    yield board
                await event.wait()
        finally:
            self._listeners.discard(event)

    # What keeps the memory true

    async def refresh(self) -> None:
        """Read queues and notices; a number that this process changes meanwhile wins."""
        now = self._clock()
        day, before = self._live.local_day(now), self._changes
        async with self._database.reading() as session:
            tickets = await repository.open_tickets(session, day)
            put_up = await coming(session, now)
        if put_up != self._put_up:
            self._put_up = self._live.put_up = put_up
            self.announce_change()
        if self._changes != before:
            return
        grouped: defaultdict[str, list[Ticket]] = defaultdict(list)
        for ticket in tickets:
            grouped[ticket.counter].append(ticket)
        queues = {id_: queue_of(grouped[id_], self._services[id_]) for id_ in self.content.counters}
        if (day, queues) != (self._day, self._queues):
            self._day, self._queues = day, queues
            self.announce_change()

    def announce_change(self) -> None:
        """Wake everybody who follows the board; they look whether it differs."""
        for event in self._listeners:
            event.set()

    async def _read_services(self) -> None:
        now = self._clock()
        async with self._database.reading() as session:
            for counter in self.content.counters.values():
                self._services[counter.id] = await service_minutes(session, counter, now)

    def _put(self, counter: str, queue: Queue, now: datetime) -> None:
        self._changes += 1
        day = self._live.local_day(now)
        if day != self._day:
            self._day, self._queues = day, {}
        self._services[counter] = (queue.service_minutes, queue.basis)
        self._queues[counter] = queue
        self.announce_change()

    def _queue_at(self, now: datetime) -> Callable[[str], Queue]:
        fresh = self._live.local_day(now) == self._day
        empty = {
            id_: Queue(service_minutes=minutes, basis=basis)
            for id_, (minutes, basis) in self._services.items()
        }
        known = {**empty, **self._queues} if fresh else empty
        return known.__getitem__

    async def _watch(self) -> None:
        while True:
            try:
                looks = await asyncio.to_thread(_looks, self._locate())
                if looks != self._seen:
                    self._seen = looks
                    await self.reload()
                await self.refresh()
            except Exception:
                # The border of this stage: the pages go on with what is known.
                log.exception("centre refresh failed")
            self.announce_change()  # time passes too: waits, opening, closing, notices
            await asyncio.sleep(REFRESH_SECONDS)


def _looks(folder: Path) -> tuple[Any, ...]:
    """Differs when one of the files was replaced."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        stat = path.stat()
        found.append((path, stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)


def _load_map(path: Path) -> LobbyMap:
    try:
        return load_map(path)
    except MapError as error:
        raise LetanError(
            "centre_content_invalid",
            422,
            f"Bản đồ sảnh không dùng được: {error}. Hãy sửa tệp rồi thử lại.",
            f"The lobby map cannot be used: {error}. Correct the file and try again.",
            field=error.field,
        ) from error
