"""How often one client may do something: a token bucket for each client and action, in memory."""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from assistant.errors import LetanError

_CLIENTS_KEPT = 10_000


class RateLimit:
    """`per_minute` actions a client; up to a quarter of a minute's worth (at least 5) at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = max(5.0, per_minute / 4)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Count one action; 0.0 when it is allowed, else the seconds until the next one is."""
        now = self._clock()
        level, then = self._buckets.pop(client, (self._burst, now))
        level = min(self._burst, level + (now - then) * self._rate)
        allowed = level >= 1
        self._buckets[client] = (level - 1 if allowed else level, now)
        if len(self._buckets) > _CLIENTS_KEPT:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - level) / self._rate

    def check(self, client: str) -> None:
        """Raises LetanError `too_many_requests`."""
        wait = self.take(client)
        if wait > 0:
            seconds = max(1, ceil(wait))
            raise LetanError(
                "too_many_requests",
                429,
                f"Quá nhiều yêu cầu. Xin thử lại sau {seconds} giây.",
                f"Too many requests. Try again in {seconds} seconds.",
                retry_after=seconds,
            )
