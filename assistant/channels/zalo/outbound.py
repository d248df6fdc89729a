"""The way out of the channel, put together: `Outbound(…)`, `start()`, `wake()`, `close()`."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

import aiohttp
import structlog

from assistant.channels.zalo.alarms import Alarms
from assistant.channels.zalo.bot_client import BotClient
from assistant.channels.zalo.delivering import BotDelivery, Delivery, Draw, OaDelivery
from assistant.channels.zalo.oa_client import OaClient
from assistant.channels.zalo.sender import Sender
from assistant.channels.zalo.simulator.phones import PhoneDelivery, Phones
from assistant.channels.zalo.tokens import Tokens
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.settings import Settings
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

_PART = "zalo_sending"
_REUSED_SECONDS = 4.0


class Outbound:
    """One for each process. Does nothing where no channel can send."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        health: Health,
        metrics: Metrics,
        draw: Draw,
        phones: Phones | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._database = database
        self._health = health
        self._metrics = metrics
        self._draw = draw
        self._phones = phones
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._tokens: Tokens | None = None
        self._sender: Sender | None = None
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send; needs the running event loop and a migrated database."""
        zalo = self._settings.zalo
        has_oa = zalo.has_oa or zalo.app_secret is not None
        can_send = has_oa or zalo.bot_token is not None or self._phones is not None
        if self._running is None and can_send:
            self._running = asyncio.create_task(self._run(has_oa), name="zalo sender")

    def wake(self) -> None:
        """Something was put out."""
        if self._sender is not None:
            self._sender.wake()

    async def close(self) -> None:
        """What is under way ends first, for a moment; a refresh of tokens always."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        if self._sender is not None:
            await self._sender.close()
        if self._tokens is not None:
            await self._tokens.close()
        if self._session is not None:
            await self._session.close()

    async def _run(self, has_oa: bool) -> None:
        self._health.starting(_PART, required=False)
        # Not reused after a pause: one that the platform has just closed looks like silence.
        connector = aiohttp.TCPConnector(keepalive_timeout=_REUSED_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar()
        )
        try:
            sender = self._put_together(self._session, has_oa)
            if self._tokens is not None:
                await _until_reached(self._tokens.start)
        except Exception as error:  # the border of a part: the others go on
            self._health.failed_with(_PART, error)
            return
        self._sender = sender
        await sender.run()

    def _put_together(self, session: aiohttp.ClientSession, has_oa: bool) -> Sender:
        zalo, database, clock = self._settings.zalo, self._database, self._clock
        deliveries: dict[str, Delivery] = {}
        if has_oa:
            self._tokens = Tokens(
                self._settings,
                database,
                session,
                clock=clock,
                on_refresh=self._refreshed,
            )
            client = OaClient(zalo, session)
            deliveries["zalo_oa"] = OaDelivery(
                zalo, database, client, self._tokens, draw=self._draw, clock=clock
            )
        if self._phones is not None:
            other = deliveries.get("zalo_oa")
            deliveries["zalo_oa"] = PhoneDelivery(self._phones, self._draw, other)
        if zalo.bot_token is not None:
            deliveries["zalo_bot"] = BotDelivery(BotClient(zalo, session))
        alarms = Alarms(
            database,
            self._tokens,
            tuple(deliveries),
            health=self._health,
            metrics=self._metrics,
            clock=clock,
        )
        return Sender(zalo, database, deliveries, alarms, clock=clock)

    def _refreshed(self, outcome: str) -> None:
        self._metrics.zalo_refreshes.labels(outcome).inc()


async def _until_reached(start: Callable[[], Awaitable[None]]) -> None:
    """A database that does not answer yet is waited for."""
    while True:
        try:
            await start()
            return
        except LetanError as error:
            log.warning("zalo tokens not reached", code=error.code)
        await asyncio.sleep(5)
