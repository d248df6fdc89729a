"""The dead man's switch of the bridge: when our own event loop stands still, nobody drives on.

A thread looks at the loop's heartbeat. While the loop is blocked the thread alone can act: it calls
`halt_from_thread` of the drivers that have it. When the loop is back, missions that were on their
way have failed; nothing resumes. Drivers without the hook need short goals (VDA 5050 bases) or a
watchdog of the robot's own: what a blocked process cannot send, it cannot send.
"""

import asyncio
import threading
import time
from collections.abc import Callable

import structlog

LIMIT = 2.0
"""Seconds without a heartbeat after which the loop counts as blocked."""
BEATS = 5
"""Heartbeats within the limit."""

log = structlog.get_logger(__name__)


class Deadman:
    """Watches one event loop. ``halt`` runs in the watching thread, ``lost`` in the loop."""

    def __init__(
        self,
        halt: Callable[[], None],
        lost: Callable[[float], None],
        *,
        limit: float = LIMIT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._halt = halt
        self._lost = lost
        self._limit = limit
        self._monotonic = monotonic
        self._beat = monotonic()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._heart: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch the loop that runs."""
        self._beat = self._monotonic()
        self._heart = asyncio.get_running_loop().create_task(self._live(), name="heartbeat")
        self._thread = threading.Thread(target=self._watch, name="dead man's switch", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        self._ended.set()
        heart, self._heart = self._heart, None
        if heart is not None:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.to_thread(thread.join, self._limit)

    async def _live(self) -> None:
        while True:
            now = self._monotonic()
            stood, self._beat = now - self._beat, now
            if stood > self._limit:
                log.error("the event loop stood still", seconds=round(stood, 2))
                self._lost(stood)
            await asyncio.sleep(self._limit / BEATS)

    def _watch(self) -> None:
        halted = False
        while not self._ended.wait(self._limit / BEATS):
            blocked = self._monotonic() - self._beat > self._limit
            if blocked and not halted:
                try:
                    self._halt()
                except Exception:  # a driver is foreign code: the watch goes on
                    log.exception("halt of a blocked bridge failed")
            halted = blocked
