"""What a person has to mend, where they see it: `/readyz`, `/metrics`, the console's overview.

`zalo_tokens` and `zalo_sending` are parts of the application's health; nobody is turned away
because of them: what comes in is taken and answered, and what cannot be sent waits.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection

from assistant.channels.zalo import outbox, token_store
from assistant.channels.zalo.explanations import NOT_CONNECTED, Told, of_held, of_stop
from assistant.channels.zalo.tokens import Tokens
from assistant.errors import LetanError
from assistant.health import Health
from assistant.metrics import Metrics
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

TOKENS, SENDING = "zalo_tokens", "zalo_sending"
_LOOK_SECONDS = 2.0


class Alarms:
    """Looks at the database every other second; tells only what has changed."""

    def __init__(
        self,
        database: Database,
        tokens: Tokens | None,
        channels: tuple[str, ...],
        *,
        health: Health,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`tokens`: None where there is no Official Account to send for."""
        self._database = database
        self._tokens = tokens
        self._channels = channels
        self._health = health
        self._metrics = metrics
        self._clock = clock
        self._looked_at = 0.0
        self._told: dict[str, Told | None] = {}
        for name in (*((TOKENS,) if tokens is not None else ()), SENDING):
            health.starting(name, required=False)

    def sent(self, channel: str, outcome: str) -> None:
        """Count what became of a message."""
        self._metrics.zalo_messages.labels(channel, outcome).inc()

    async def look(self, *, at_once: bool = False) -> None:
        """Raises LetanError `database_busy`."""
        if not at_once and time.monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        now = self._clock()

        def read(connection: Connection) -> tuple[dict[str, str | None], dict[str, dict[str, int]]]:
            held = {one: outbox.held_reason(connection, one) for one in self._channels}
            return held, outbox.unfinished(connection)

        held, unfinished = await self._database.read(read)
        for channel in self._channels:
            for state in outbox.UNFINISHED:
                count = unfinished.get(channel, {}).get(state, 0)
                self._metrics.zalo_outbox.labels(channel, state).set(count)
        reason = next((why for why in held.values() if why is not None), None)
        self._tell(SENDING, None if reason is None else of_held(reason))
        if self._tokens is not None:
            await self._look_at_tokens(self._tokens, now)

    async def _look_at_tokens(self, tokens: Tokens, now: datetime) -> None:
        row = await tokens.state()
        self._metrics.zalo_token_expires.set(_good_until(row, now))
        try:
            usable = tokens.usable(row) is not None
        except LetanError as error:
            self._tell(TOKENS, Told(error.vi, error.en))
            return
        if row is None or (row.access is None and row.refresh is None):
            self._tell(TOKENS, NOT_CONNECTED)
        elif row.state != "ok":
            self._tell(TOKENS, of_stop(row.reason))
        else:
            self._tell(TOKENS, None if usable else NOT_CONNECTED)

    def _tell(self, part: str, told: Told | None) -> None:
        if part in self._told and self._told[part] == told:
            return
        self._told[part] = told
        if told is None:
            self._health.ready(part)
            return
        self._health.failed(part, told.vi, told.en)
        log.error("zalo needs a person", part=part, detail=told.en)


def _good_until(row: token_store.Stored | None, now: datetime) -> float:
    if row is None or row.access is None or row.expires_at is None:
        return 0.0
    return row.expires_at.timestamp() if row.state == "ok" or row.expires_at > now else 0.0
