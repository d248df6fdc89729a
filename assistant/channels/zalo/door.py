"""Where events come in: what is genuine is stored, and only then answered 200.

Nothing of the answer is made here: the platform waits two seconds at most, and tries again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from fastapi import Request
from starlette.requests import ClientDisconnect

from assistant.channels.zalo import inbox
from assistant.channels.zalo.events import Event, ZaloChannel
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.storage.database import Database
from assistant.zalo_settings import ZaloSettings

log = structlog.get_logger(__name__)

_FORGED_BEFORE_ALARM = 3
"""So many in a row: then rather the secret is wrong than somebody is trying."""


class Door:
    """One for both channels, in every process."""

    def __init__(
        self,
        settings: ZaloSettings,
        database: Database,
        *,
        metrics: Metrics,
        health: Health,
        arrived: Callable[[], None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._metrics = metrics
        self._health = health
        self._arrived = arrived
        self._clock = clock
        self._forged = {"zalo_oa": 0, "zalo_bot": 0}

    def start(self) -> None:
        """Say once which doors are closed for want of a secret."""
        configured = {"zalo_oa": self._settings.has_oa, "zalo_bot": self._settings.has_bot}
        for channel, is_open in configured.items():
            if is_open:
                self._health.starting(channel, required=False)
                self._health.ready(channel)
        closed = [channel for channel, is_open in configured.items() if not is_open]
        if closed and len(closed) < len(configured):
            log.info("webhook closed: no secret is set", channels=closed)

    def now(self) -> datetime:
        return self._clock()

    def count(self, channel: ZaloChannel, outcome: str) -> None:
        self._metrics.zalo_events.labels(channel, outcome).inc()

    async def take(self, event: Event) -> None:
        """Keep a genuine event. Raises LetanError `database_busy`: it will be sent again."""
        self._genuine(event.channel)
        if event.kind == "ignored":
            self.count(event.channel, "ignored")
            return
        now = self.now()
        stale = timedelta(minutes=self._settings.stale_minutes)
        ahead = timedelta(minutes=self._settings.ahead_minutes)
        if not -ahead <= now - event.sent_at <= stale:
            self.count(event.channel, "stale")
            return
        if event.kind == "takeover":
            await self._pause(event, now)
            return
        is_new = await self._database.write(partial(inbox.add, event=event, now=now))
        self.count(event.channel, "taken" if is_new else "repeated")
        if is_new:
            self._arrived()

    def forged(self, channel: ZaloChannel, reason: str) -> LetanError:
        """What is answered to what Zalo has not sent; several in a row are an alarm."""
        self.count(channel, "forged")
        self._forged[channel] += 1
        if self._forged[channel] in (1, _FORGED_BEFORE_ALARM) or self._forged[channel] % 100 == 0:
            log.warning("webhook refused", channel=channel, why=reason, row=self._forged[channel])
        if self._forged[channel] == _FORGED_BEFORE_ALARM:
            secret = "oa_secret_key" if channel == "zalo_oa" else "bot_secret"
            self._health.failed(
                channel,
                f"Chữ ký của các sự kiện đều sai: hãy kiểm tra 'zalo.{secret}', 'zalo.app_id'.",
                f"The signatures of all events are wrong: check 'zalo.{secret}', 'zalo.app_id'.",
            )
        return LetanError(
            "zalo_signature_wrong",
            403,
            "Chữ ký không đúng: yêu cầu này không phải của Zalo.",
            "The signature is wrong: this does not come from Zalo.",
        )

    def closed(self, channel: ZaloChannel) -> LetanError:
        self.count(channel, "closed")
        wanted = "app_id, oa_secret_key" if channel == "zalo_oa" else "bot_secret"
        return LetanError(
            "zalo_not_configured",
            503,
            "Kênh Zalo này chưa được cấu hình nên không nhận sự kiện nào.",
            "This Zalo channel is not configured and takes no events.",
            remedy_vi=f"Điền vào mục [zalo] của letan.toml: {wanted}; rồi chạy lại.",
            remedy_en=f"Set in [zalo] of letan.toml: {wanted}; then start again.",
            retry_after=60,
        )

    async def _pause(self, event: Event, now: datetime) -> None:
        """From when the officer wrote: the same event once more changes nothing."""
        until = event.sent_at + timedelta(minutes=self._settings.takeover_minutes)
        citizen = str(inbox.citizen_of(event))
        if until > now:
            await self._database.write(partial(inbox.pause, citizen=citizen, until=until, now=now))
        self.count(event.channel, "takeover")

    def _genuine(self, channel: ZaloChannel) -> None:
        if self._forged[channel] >= _FORGED_BEFORE_ALARM:
            self._health.ready(channel)
        self._forged[channel] = 0
        self._metrics.zalo_last_event.labels(channel).set(self.now().timestamp())


async def body_of(request: Request) -> bytes:
    """Raises LetanError `body_unreadable` when the sender hangs up in the middle."""
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise LetanError(
            "body_unreadable",
            400,
            "Kết nối đứt giữa chừng.",
            "The connection was cut in the middle of the body.",
        ) from error
