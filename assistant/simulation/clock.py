"""The clock of a simulated day: it stands still while something real is waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from robot_bridge.clock import ManualClock

LONGEST = 120.0
"""Real seconds that one thing may take, before the day is given up."""


class DayClock(ManualClock):
    """Runs as fast as the simulation can; one real thing at a time, in the order of asking."""

    _under_way = 0
    _one_by_one: asyncio.Lock | None = None
    _done: asyncio.Event | None = None

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """No simulated time passes in this block, however long the engine or the database takes.

        Raises TimeoutError after `LONGEST` real seconds.
        """
        if self._one_by_one is None or self._done is None:
            self._one_by_one, self._done = asyncio.Lock(), asyncio.Event()
        self._under_way += 1
        self._done.clear()
        try:
            async with asyncio.timeout(LONGEST), self._one_by_one:
                yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._done.set()

    async def settle(self, rounds: int = 12) -> None:
        """Let every task that can run do so, and whatever is real come to its end."""
        await super().settle(rounds)
        while self._under_way and self._done is not None:
            await self._done.wait()
            await super().settle(rounds)
