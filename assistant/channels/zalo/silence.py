"""Whether anything comes in at all: a webhook that the platform has switched off says nothing.

After failed deliveries Zalo disables the webhook and tells only the administrator, over Zalo
(specification §3, §9.14). Counted are minutes of opening, so that nobody is woken at night.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from assistant.centre.service import Centre
from assistant.channels.zalo import inbox
from assistant.errors import LetanError
from assistant.health import Health
from assistant.storage.database import Database
from assistant.zalo_settings import ZaloSettings

log = structlog.get_logger(__name__)

_LONGEST_STEP = timedelta(minutes=5)
"""A machine that slept has not watched meanwhile."""


class Silence:
    """Watched by every process for itself; what others took in counts."""

    def __init__(
        self,
        settings: ZaloSettings,
        database: Database,
        centre: Centre,
        health: Health,
        clock: Callable[[], datetime],
    ) -> None:
        self._allowed = timedelta(hours=settings.silent_hours)
        self._channels = [
            name
            for name, used in (("zalo_oa", settings.has_oa), ("zalo_bot", settings.has_bot))
            if used
        ]
        self._database = database
        self._centre = centre
        self._health = health
        self._clock = clock
        self._looked_at: datetime | None = None
        self._newest: dict[str, datetime] = {}
        self._silent: dict[str, timedelta] = {}

    async def look(self) -> None:
        """Raises LetanError `database_busy`."""
        now = self._clock()
        passed = min(now - (self._looked_at or now), _LONGEST_STEP)
        self._looked_at = now
        if not self._allowed:
            return
        for channel in self._channels:
            newest = await self._database.read(partial(inbox.newest, channel=channel))
            if newest is None:  # nobody has written yet
                continue
            if newest != self._newest.get(channel):
                if self._silent.get(channel, timedelta()) >= self._allowed:
                    self._health.ready(channel)
                self._newest[channel] = newest
                self._silent[channel] = timedelta()
            elif self._is_open():
                self._add(channel, passed)

    def _add(self, channel: str, passed: timedelta) -> None:
        before = self._silent.get(channel, timedelta())
        self._silent[channel] = before + passed
        if before < self._allowed <= self._silent[channel]:
            hours = round(self._allowed.total_seconds() / 3600)
            log.error("no event from zalo", channel=channel, hours=hours)
            self._health.failed(
                channel,
                f"Đã {hours} giờ làm việc không có sự kiện nào: hãy xem webhook có bị tắt không.",
                f"No event for {hours} hours of opening: see whether the webhook is switched off.",
            )

    def _is_open(self) -> bool:
        try:
            return bool(self._centre.context(self._clock())["centre"].get("open_now"))
        except LetanError:
            return False
