"""The sender: takes messages from the outbox, sends them, writes down what became of them.

Several processes may run one each: a message is leased to one of them, a citizen's messages go one
after the other. `wake()` after something was put out; otherwise it is looked for once a second.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from assistant.channels.zalo import outbox
from assistant.channels.zalo.alarms import Alarms
from assistant.channels.zalo.answers import Answer
from assistant.channels.zalo.delivering import Delivery
from assistant.channels.zalo.messages import Outgoing, from_json
from assistant.channels.zalo.outbox import Claimed, Settlement
from assistant.channels.zalo.settling import Settling
from assistant.errors import LetanError
from assistant.storage.database import Database
from assistant.zalo_settings import ZaloSettings

log = structlog.get_logger(__name__)

_AT_ONCE = 64
_TICK_SECONDS = 1.0
_GATHER_SECONDS = 0.02
"""After something has happened: what happens together goes into one transaction."""
_LEASE_SECONDS = 5.0
_SWEEP_SECONDS = 600.0
_LONGEST_COOL = 60.0
_CLOSING_SECONDS = 3.0
_MOST_FAULTS = 8


class Sender:
    """One for each process; `run()` until cancelled, then `close()`."""

    def __init__(
        self,
        settings: ZaloSettings,
        database: Database,
        deliveries: Mapping[str, Delivery],
        alarms: Alarms,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._deliveries = deliveries
        self._alarms = alarms
        self._clock = clock
        self._settling = Settling(settings, clock)
        self._owner = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._settled: list[Settlement] = []
        self._cool: dict[str, tuple[datetime, float]] = {}
        """Channels over their limit: until when, and the last pause in seconds."""
        self._budget, self._budget_at = settings.sends_per_minute / 60, time.monotonic()
        self._leased_at = self._swept_at = time.monotonic()

    def wake(self) -> None:
        """Something was put out."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; a database that does not answer is waited for."""
        while True:
            try:
                await self.step()
            except LetanError as error:
                log.warning("zalo outbox not reached", code=error.code)
            except Exception:  # the next round tries again; the loop must not end
                log.exception("zalo sender failed")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
                await asyncio.sleep(_GATHER_SECONDS)
            self._wake.clear()

    async def step(self) -> None:
        """Write down what is settled, keep the leases, take what may be sent now."""
        channels = await self._open_channels()
        await self._alarms.look()
        now = self._clock()
        await self._sweep(now)
        settled, self._settled = self._settled, []
        free = min(_AT_ONCE - len(self._under_way), self._allowance())
        due = free > 0 and bool(channels)
        if due and not settled:
            due = await self._database.read(lambda c: outbox.is_something_due(c, now))
        lease = self._lease_is_old()
        if not (due or settled or lease):
            return

        def write(connection: Connection) -> list[Claimed]:
            for one in settled:
                if not outbox.settle(connection, self._owner, one, now):
                    log.warning("zalo message was taken over", row=one.id)
            if lease:
                outbox.extend(connection, list(self._under_way), self._owner, now)
            return outbox.claim(connection, channels, self._owner, now, free) if due else []

        try:
            claimed = await self._database.write(write)
        except BaseException:
            self._settled = settled + self._settled
            raise
        self._budget -= len(claimed)
        for row in claimed:
            self._under_way[row.id] = asyncio.create_task(self._handle(row))

    async def close(self) -> None:
        """Let what is under way end, for a moment; what does not is found out about later."""
        tasks = set(self._under_way.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        settled, self._settled = self._settled, []
        now = self._clock()

        def write(connection: Connection) -> None:
            for one in settled:
                outbox.settle(connection, self._owner, one, now)

        if settled:
            with suppress(LetanError):
                await self._database.write(write)

    async def _handle(self, row: Claimed) -> None:
        """One message from its lease to its settlement."""
        try:
            done = await self._settle(row)
            self._settled.append(done)  # the list may have become another one meanwhile
        except Exception as error:  # a fault of ours: kept, and tried again later
            told = error.code if isinstance(error, LetanError) else type(error).__name__
            log.error("zalo message failed", row=row.id, error=told)
            pause = self._clock() + timedelta(seconds=5)
            # It may have been sent before: looked for as after silence.
            state = "dropped" if row.attempts >= _MOST_FAULTS else "sending"
            reason = f"silent 0 fault {told}"[:64]
            self._settled.append(Settlement(row.id, state, reason, pause, count=True))
        finally:
            del self._under_way[row.id]
            self._wake.set()

    async def _settle(self, row: Claimed) -> Settlement:
        delivery = self._deliveries[row.channel]
        try:
            message = from_json(row.body)
        except (ValueError, KeyError, TypeError):
            return self._told(row, Settlement(row.id, "dropped", "unreadable"))
        if row.was == "sending":
            found, message_id = await delivery.look(row, message)
            return self._told(row, self._settling.after_looking(row, found, message_id))
        closed = self._settling.window_closed(row)
        if closed is not None:
            return self._told(row, Settlement(row.id, "dropped", closed))
        plain = self._plain(delivery, row, message)
        if plain and delivery.needs_plain(message):
            message, plain = from_json(plain[0]), (plain if len(plain) > 1 else ())
            if plain:  # several messages: the outbox keeps their order
                return Settlement(row.id, "waiting", pieces=plain)
        answer = await delivery.send(row, message)
        self._pace(row.channel, answer)
        return self._told(row, self._settling.after_sending(row, answer, plain), answer)

    @staticmethod
    def _plain(delivery: Delivery, row: Claimed, message: Outgoing) -> tuple[str, ...]:
        pieces = delivery.plain(row, message)
        return tuple(piece.to_json() for piece in pieces or ())

    def _told(
        self, row: Claimed, settlement: Settlement, answer: Answer | None = None
    ) -> Settlement:
        """Count it; log the first failure of a message and its end, never what is in it."""
        outcome = settlement.state if answer is None else answer.kind
        if settlement.state in ("sent", "dropped", "held"):
            outcome = settlement.state
        self._alarms.sent(row.channel, outcome)
        if answer is not None and answer.kind == "done" and row.channel == "zalo_oa":
            data = answer.data if isinstance(answer.data, dict) else {}
            if "quota" not in data:
                self._alarms.sent(row.channel, "charged")
        if settlement.state == "dropped" or (answer and answer.kind != "done" and not row.attempts):
            log.warning(
                "zalo message not sent",
                row=row.id,
                channel=row.channel,
                becomes=settlement.state,
                reason=settlement.reason,
            )
        return settlement

    # When

    async def _open_channels(self) -> list[str]:
        now = self._clock()
        found = []
        for channel, delivery in self._deliveries.items():
            if channel in self._cool and now < self._cool[channel][0]:
                continue
            try:
                if await delivery.is_open():
                    found.append(channel)
            except LetanError as error:
                if error.code != "zalo_key_wrong":
                    raise
        return found

    def _pace(self, channel: str, answer: Answer) -> None:
        """Over the limit: the whole channel rests, longer each time, with jitter."""
        rests_until, pause = self._cool.get(channel, (None, 0.5))
        now = self._clock()
        rests = rests_until is not None and now < rests_until
        if answer.kind == "rate" and not rests:
            pause = min(_LONGEST_COOL, pause * 2)
            until = now + timedelta(seconds=pause * random.uniform(0.8, 1.2))
            self._cool[channel] = (until, pause)
            log.warning("zalo rate limit", channel=channel, rests=round(pause, 1))
        elif answer.kind == "done" and not rests:
            self._cool.pop(channel, None)

    def _allowance(self) -> int:
        """How many may go now without being over `sends_per_minute`; a second's worth at once."""
        now = time.monotonic()
        rate = self._settings.sends_per_minute / 60
        self._budget = min(max(1.0, rate), self._budget + (now - self._budget_at) * rate)
        self._budget_at = now
        return int(self._budget)

    def _pause(self) -> float:
        """Until the next look; shorter while only the pace holds messages back."""
        if self._budget < 1 and len(self._under_way) < _AT_ONCE:
            return min(_TICK_SECONDS, 60 / self._settings.sends_per_minute)
        return _TICK_SECONDS

    def _lease_is_old(self) -> bool:
        now = time.monotonic()
        if not self._under_way or now - self._leased_at < _LEASE_SECONDS:
            return False
        self._leased_at = now
        return True

    async def _sweep(self, now: datetime) -> None:
        """Erase what was sent long enough ago."""
        if time.monotonic() - self._swept_at < _SWEEP_SECONDS:
            return
        self._swept_at = time.monotonic()
        before = now - timedelta(hours=self._settings.sent_hours)
        await self._database.write(lambda c: outbox.forget(c, before))
