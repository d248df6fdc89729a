"""Time as a parameter: the machine's clock, sped up or not, and one that tests turn by hand."""

import asyncio
import heapq
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Protocol


class Clock(Protocol):
    """What drivers and missions know about time. Durations are decided by ``monotonic`` alone."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def now(self) -> datetime:
        """The date and time in UTC, only to be shown."""

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""


class SystemClock:
    """The machine's clock; ``factor`` 10 makes ten seconds pass in one (for demonstrations)."""

    def __init__(self, factor: float = 1.0) -> None:
        if not factor > 0:
            raise ValueError("factor: must be above 0")
        self._factor = factor
        self._start = time.monotonic()

    def monotonic(self) -> float:
        return self._start + (time.monotonic() - self._start) * self._factor

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._factor)


class ManualClock:
    """A clock that stands still until `advance` is called: an hour of lobby in seconds of test."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        return self._elapsed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), wake))
        await wake

    async def advance(self, seconds: float) -> None:
        """Let time pass; everybody who sleeps wakes in order and gets to run before the next."""
        end = self._elapsed + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, wake = heapq.heappop(self._sleepers)
            if wake.done():
                continue
            self._elapsed = max(self._elapsed, at)
            wake.set_result(None)
            await self.settle()
        self._elapsed = end
        await self.settle()

    def pending(self) -> int:
        """How many still sleep."""
        return sum(not wake.done() for _, _, wake in self._sleepers)

    async def settle(self, rounds: int = 12) -> None:
        """Let every task that can run do so, without time passing."""
        for _ in range(rounds):
            await asyncio.sleep(0)


async def wait_for_event(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Wait until the event is set or so many seconds have passed; whether it is set."""
    if event.is_set():
        return True
    waits = [_task(event.wait()), _task(clock.sleep(seconds))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return event.is_set()


async def finish_within(work: Coroutine[Any, Any, Any], clock: Clock, seconds: float) -> bool:
    """Run ``work`` for at most so many seconds of the clock; whether it came to its end.

    An exception of ``work`` is raised here.
    """
    running = _task(work)
    limit = _task(clock.sleep(seconds))
    try:
        await asyncio.wait((running, limit), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
            return True
        return False
    finally:
        running.cancel()
        limit.cancel()


def _task(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.get_running_loop().create_task(work)
