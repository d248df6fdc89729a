"""Answers what came in: each citizen's events in order, several citizens at once.

An event is claimed under a lease, answered by the one way in (`Conversations.handle`, which gives
the same message the same reply), and done in one transaction with its replies. Killed at any point,
another process goes on from the database and nobody is answered twice.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog

from assistant.channels.zalo import inbox
from assistant.channels.zalo.events import Event
from assistant.channels.zalo.inbox import Claimed
from assistant.errors import LetanError
from assistant.metrics import Metrics
from assistant.storage.database import Database
from assistant.zalo_settings import ZaloSettings

log = structlog.get_logger(__name__)

_LEASE = timedelta(seconds=20)
_RENEW_SECONDS = 5.0
_LOOK_SECONDS = 1.0
"""How often events are looked for that another process took in, or that died with one."""
_LONGEST_PAUSE = 30.0
_FAULTS_BEFORE_GIVING_UP = 4


class Written(Protocol):
    """What is to be done about an event."""

    @property
    def bodies(self) -> list[str]:
        """Messages to the citizen (JSON), in order."""
        ...

    @property
    def citizen(self) -> dict[str, Any]:
        """What is known of the citizen now: columns of `zalo_citizens`."""
        ...

    @property
    def outcome(self) -> str: ...


class Writer(Protocol):
    """Whoever knows what is answered."""

    async def write(self, event: Event, claimed: Claimed) -> Written:
        """Raises LetanError for what may work later."""
        ...

    def give_up(self, event: Event, claimed: Claimed) -> Written:
        """What is said when no answer could be had."""
        ...

    async def erase(self, claimed: Claimed) -> None:
        """Forget the citizen. Raises LetanError when not everything could be erased."""
        ...


class Desk:
    """The worker of one process."""

    def __init__(
        self,
        settings: ZaloSettings,
        database: Database,
        writer: Writer,
        *,
        metrics: Metrics,
        written: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._writer = writer
        self._metrics = metrics
        self._written = written
        self._clock = clock
        self._owner = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._working: dict[int, asyncio.Task[None]] = {}
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for name, loop in (("zalo desk", self._serve), ("zalo leases", self._keep_leases)):
            self._loops.append(asyncio.create_task(loop(), name=name))

    def wake(self) -> None:
        """Something came in."""
        self._wake.set()

    async def close(self) -> None:
        """What is not finished is put back, for the next process to take at once."""
        tasks = [*self._loops, *self._working.values()]
        ids = list(self._working)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._loops.clear()
        for id_ in ids:
            with suppress(LetanError):
                await self._put_back(id_, None)

    async def _serve(self) -> None:
        while True:
            self._wake.clear()
            try:
                taken = await self._take()
            except LetanError as error:
                log.warning("zalo desk waits for the database", code=error.code, more=error.log)
                taken = 0
            if not taken:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._wake.wait()

    async def _take(self) -> int:
        free = self._settings.at_once - len(self._working)
        if free <= 0:
            return 0
        now = self._clock()
        claimed = await self._database.write(
            partial(
                inbox.claim, owner=self._owner, now=now, until=now + _LEASE, limit=min(free, 64)
            )
        )
        for one in claimed:
            if one.id in self._working:  # its lease ran out on a machine that stood still
                continue
            task = asyncio.create_task(self._work(one), name="zalo event")
            self._working[one.id] = task
            task.add_done_callback(partial(self._worked, one.id))
        return len(claimed)

    def _worked(self, id_: int, _task: "asyncio.Task[None]") -> None:
        self._working.pop(id_, None)
        self._wake.set()

    async def _work(self, claimed: Claimed) -> None:
        """The border of an event: whatever happens, the others go on."""
        event: Event | None = None
        try:
            event = Event.from_json(claimed.body)
            if claimed.kind == "withdraw":
                await self._erase(claimed)
                return
            await self._finish(claimed, await self._writer.write(event, claimed))
        except LetanError as error:
            log.warning(
                "zalo event waits", row=claimed.id, code=error.code, attempts=claimed.attempts
            )
            await self._once_more(event, claimed, fault=False)
        except Exception:
            log.exception("zalo event failed", row=claimed.id, kind=claimed.kind)
            await self._once_more(event, claimed, fault=True)

    async def _finish(self, claimed: Claimed, written: Written, state: str = "done") -> None:
        now = self._clock()
        mine = await self._database.write(
            partial(
                inbox.finish,
                claimed=claimed,
                owner=self._owner,
                now=now,
                state=state,
                bodies=written.bodies,
                citizen=written.citizen,
            )
        )
        if not mine:
            log.info("zalo event was taken over", row=claimed.id)
            return
        seconds = (now - claimed.received_at).total_seconds()
        self._metrics.zalo_answer_seconds.labels(claimed.channel, written.outcome).observe(seconds)
        if written.bodies:
            self._written()

    async def _erase(self, claimed: Claimed) -> None:
        await self._writer.erase(claimed)
        self._metrics.zalo_answer_seconds.labels(claimed.channel, "erased").observe(
            (self._clock() - claimed.received_at).total_seconds()
        )
        log.info("a citizen was erased", row=claimed.id)

    async def _once_more(self, event: Event | None, claimed: Claimed, *, fault: bool) -> None:
        """Later; or, after too long, a word of regret: nobody is left without an answer."""
        with suppress(LetanError):  # then the lease runs out and it is tried again
            waited = self._clock() - claimed.received_at
            too_long = waited > timedelta(minutes=self._settings.give_up_minutes)
            too_often = fault and claimed.attempts >= _FAULTS_BEFORE_GIVING_UP
            if event is not None and claimed.kind != "withdraw" and (too_long or too_often):
                log.error("zalo event given up", row=claimed.id, kind=claimed.kind)
                await self._finish(claimed, self._writer.give_up(event, claimed), "failed")
                return
            seconds = min(_LONGEST_PAUSE, 2.0 ** min(claimed.attempts, 10) / 2)
            await self._put_back(claimed.id, self._clock() + timedelta(seconds=seconds))

    async def _put_back(self, id_: int, not_before: datetime | None) -> None:
        await self._database.write(
            partial(inbox.put_back, id_=id_, owner=self._owner, not_before=not_before)
        )

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_SECONDS)
            try:
                await self._renew()
            except LetanError as error:
                log.warning("zalo leases wait for the database", code=error.code)

    async def _renew(self) -> None:
        ids = list(self._working)
        until = self._clock() + _LEASE
        if ids:
            await self._database.write(
                partial(inbox.renew, ids=ids, owner=self._owner, until=until)
            )
        found = await self._database.read(inbox.counts)
        for state in ("waiting", "working"):
            self._metrics.zalo_inbox.labels(state).set(found.get(state, 0))
