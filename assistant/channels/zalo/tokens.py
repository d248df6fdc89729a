"""The pair of tokens of the Official Account: sealed, renewed early, by one process at a time.

A refresh token is good once, and whoever loses the answer has lost the account until an
administrator consents again. So: one refresher (a lock in the database, the row read again under
it); the new pair is on the disk (a sealed file, fsync) before anything else is done with it, then
in the database, and only then in use; the pair before is kept. Final errors stop the refreshing:
whatever comes in is still taken and answered, and what cannot be sent waits.
"""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import structlog
from pydantic import SecretStr
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import IntegrityError

from assistant.channels.zalo import token_store
from assistant.channels.zalo.oauth import OAuth, Pair, Refusal
from assistant.channels.zalo.sealing import Sealer, sealer, write_private
from assistant.channels.zalo.token_store import Only, Stored
from assistant.errors import LetanError
from assistant.settings import Settings
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

CHANNEL = "zalo_oa"
PAIR_FILE = "zalo-tokens"
_LOCK = timedelta(seconds=45)
"""Longer than a refresh may take (`oauth.SECONDS`) and its storing."""
_LOOK_SECONDS = 0.1
_SHARE_OF_LIFE = 0.8
_LIFE = timedelta(hours=25)
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0


@dataclass(frozen=True, slots=True)
class Access:
    """A token to send with, and which pair it belongs to."""

    token: str = field(repr=False)
    pair: str = field(repr=False)


class Tokens:
    """Use as: `start()`, then `access()` before every call, `renew(access)` after a -216."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        session: aiohttp.ClientSession,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_refresh: Callable[[str], None] = lambda _outcome: None,
    ) -> None:
        """`on_refresh` is told how each refresh ended: `ok`, `transient`, `final`.

        Raises LetanError `zalo_key_unreadable`.
        """
        self._settings = settings
        self._database = database
        self._oauth = OAuth(settings.zalo, session)
        self._sealer: Sealer = sealer(settings)
        self._file = settings.data_dir / PAIR_FILE
        self._clock = clock
        self._on_refresh = on_refresh
        self._renewing: asyncio.Task[None] | None = None
        self._pause = 0.0
        self._not_before: datetime | None = None

    async def start(self) -> None:
        """Take over what the settings, or a crash, have left for us."""
        row = await self._read()
        if row is None:
            with suppress(IntegrityError):  # another process was quicker
                await self._database.write(lambda c: token_store.add(c, CHANNEL))
        first, kept = self._first(), self._kept()
        row = await self._read()
        if row is None:
            return
        if row.access is None and first is not None:
            await self._store(row, first, "empty")
        elif kept is not None and _newer(kept, row):
            log.info("zalo tokens taken from the file: the database had older ones")
            await self._store(row, kept, "newer")

    async def close(self) -> None:
        """A refresh under way is finished: its answer would be lost."""
        if self._renewing is not None and not self._renewing.done():
            await asyncio.wait({self._renewing}, timeout=_LOCK.total_seconds())

    async def state(self) -> Stored | None:
        """The row as it is now; sealed."""
        row = await self._read()
        return None if row is None or row.state == "none" else row

    async def access(self) -> Access | None:
        """What to send with now; None while nothing can be sent.

        What is getting old is renewed beside it, and waited for only when it has expired.
        Raises LetanError `zalo_key_wrong`.
        """
        row = await self._read()
        if row is not None and self.is_due(row):
            lives = row.expires_at is None or self._clock() < row.expires_at
            if lives and (self._renewing is None or self._renewing.done()):
                self._renewing = asyncio.create_task(self._renew_under_lock(None))
                self._renewing.add_done_callback(_observed)
            elif not lives:
                await self._renew(None)
                row = await self._read()
        return self.usable(row)

    async def renew(self, refused: Access) -> Access | None:
        """What to send with after a token was refused; None when there is nothing (now)."""
        await self._renew(refused.pair)
        found = self.usable(await self._read())
        return None if found is None or found.pair == refused.pair else found

    async def give_up(self, refused: Access, reason: str) -> None:
        """A token fresh from a refresh was refused as well: a person has to look."""
        now = self._clock()
        async with self._locked() as row:
            if row.access == refused.pair:
                log.error("zalo tokens: a new token was refused as well", reason=reason)
                await self._database.write(lambda c: token_store.stop(c, CHANNEL, reason, now))

    async def connect(self, pair: Pair) -> None:
        """The pair of an administrator's consent is in force from now on."""
        if await self._read() is None:
            with suppress(IntegrityError):
                await self._database.write(lambda c: token_store.add(c, CHANNEL))
        async with self._locked() as row:
            await self._store(row, pair)

    def pasted(self, access: str, refresh: str) -> Pair:
        """Tokens of which nobody knows how old they are: used until they are refused."""
        now = self._clock()
        return Pair(access, refresh, now, now + _LIFE)

    def usable(self, row: Stored | None) -> Access | None:
        """The token of a row, while it is good: after a stop until its own end."""
        if row is None or row.access is None:
            return None
        lives = row.expires_at is not None and self._clock() < row.expires_at
        if row.state != "ok" and not lives:
            return None
        return Access(self._sealer.open(row.access), row.access)

    def is_due(self, row: Stored) -> bool:
        """Whether it is old enough to be renewed before it expires."""
        if row.state != "ok" or row.refresh is None or row.refreshed_at is None:
            return False
        now = self._clock()
        if self._not_before is not None and now < self._not_before:
            return False
        age = timedelta(hours=self._settings.zalo.refresh_hours)
        if row.expires_at is not None:
            age = min(age, (row.expires_at - row.refreshed_at) * _SHARE_OF_LIFE)
        return now >= row.refreshed_at + age

    # Renewing

    async def _renew(self, refused: str | None) -> None:
        """One after the other in this process, and never cut short by whoever waits for it."""
        while self._renewing is not None and not self._renewing.done():
            await asyncio.wait({self._renewing})
        self._renewing = asyncio.create_task(self._renew_under_lock(refused))
        self._renewing.add_done_callback(_observed)
        await asyncio.wait({self._renewing})

    async def _renew_under_lock(self, refused: str | None) -> None:
        row = await self._read()
        if row is None or (refused is not None and row.access != refused):
            return
        kept = self._kept()
        if kept is not None and _newer(kept, row):  # a crash, or a database that did not answer
            await self._store(row, kept, "newer")
            return
        async with self._locked() as row:
            await self._renew_row(row, refused)

    async def _renew_row(self, row: Stored, refused: str | None) -> None:
        if refused is None and not self.is_due(row):
            return  # another process has done it
        if refused is not None and row.access != refused:
            return
        if row.state != "ok" or row.refresh is None:
            await self._stop(row, row.reason or "no refresh token", refused)
            return
        now = self._clock()
        if self._not_before is not None and now < self._not_before:
            return
        answer = await self._oauth.refresh(self._sealer.open(row.refresh))
        if isinstance(answer, Pair):
            self._pause, self._not_before = 0.0, None
            await self._store(row, answer)
            self._on_refresh("ok")
            log.info("zalo tokens renewed", expires_at=answer.expires_at.isoformat())
            return
        self._on_refresh(answer.kind)
        await self._not_renewed(row, answer, refused)

    async def _not_renewed(self, row: Stored, answer: Refusal, refused: str | None) -> None:
        if answer.kind == "final":
            log.error("zalo tokens: consent is needed again", reason=answer.reason)
            await self._stop(row, answer.reason, refused)
            return
        self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, self._pause * 2))
        self._not_before = self._clock() + timedelta(seconds=self._pause)
        log.warning("zalo tokens not renewed", reason=answer.reason, again_in=self._pause)

    async def _stop(self, row: Stored, reason: str, refused: str | None) -> None:
        expired = self._clock() if refused is not None and row.access == refused else None
        await self._database.write(lambda c: token_store.stop(c, CHANNEL, reason, expired))

    # Keeping

    async def _store(self, row: Stored, pair: Pair, only_if: Only = "always") -> None:
        """On the disk before the first `await`: from here on no crash takes it."""
        refresh = pair.refresh
        if refresh is None and row.refresh is not None:
            refresh = self._sealer.open(row.refresh)
        whole = Pair(pair.access, refresh, pair.granted_at, pair.expires_at)
        if only_if == "always":  # granted just now
            try:
                write_private(self._file, self._sealer.seal(whole.to_json()))
            except OSError as error:  # the database is the other place
                log.error("zalo tokens: file not written", error=type(error).__name__)
        access = self._sealer.seal(whole.access)
        sealed = None if refresh is None else self._sealer.seal(refresh)
        before = None
        if row.access is not None:
            before = json.dumps({"access": row.access, "refresh": row.refresh})
        await self._database.write(
            lambda connection: token_store.store(
                connection,
                CHANNEL,
                access=access,
                refresh=sealed,
                previous=before,
                granted_at=whole.granted_at,
                expires_at=whole.expires_at,
                only_if=only_if,
            )
        )
        if self._database.is_sqlite:
            await asyncio.to_thread(_sync, self._database.url)

    def _kept(self) -> Pair | None:
        """The pair of the file; None without one, or when it cannot be read."""
        try:
            return Pair.from_json(self._sealer.open(self._file.read_text("ascii")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, LetanError) as error:
            log.warning("zalo tokens: file not readable", error=type(error).__name__)
            return None

    def _first(self) -> Pair | None:
        """The pair of the settings; how old it is nobody knows: it is used until it is refused."""
        zalo, now = self._settings.zalo, self._clock()
        access, refresh = _secret(zalo.access_token), _secret(zalo.refresh_token)
        if access is None and refresh is None:
            return None
        if access is None:  # the first call renews it
            return Pair("", refresh, now - _LIFE, now)
        return Pair(access, refresh, now, now + _LIFE)

    # The row

    async def _read(self) -> Stored | None:
        return await self._database.read(lambda c: token_store.read(c, CHANNEL))

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[Stored]:
        """The row, ours alone for a while: waits for whoever refreshes now."""
        owner = secrets.token_hex(8)

        def take(connection: Connection) -> Stored | None:
            now = self._clock()
            return token_store.lock(connection, CHANNEL, owner, now, now + _LOCK)

        row = await self._database.write(take)
        while True:
            if row is not None:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            row = await self._database.write(take)
        try:
            yield row
        finally:
            await self._database.write(lambda c: token_store.unlock(c, CHANNEL, owner))


def _observed(task: asyncio.Task[None]) -> None:
    """What went wrong is told once; whoever waits looks at the row."""
    if not task.cancelled() and (error := task.exception()) is not None:
        told = error.code if isinstance(error, LetanError) else type(error).__name__
        log.error("zalo tokens: renewing failed", error=told)


def _newer(kept: Pair, row: Stored) -> bool:
    return row.refreshed_at is None or kept.granted_at > row.refreshed_at


def _secret(value: SecretStr | None) -> str | None:
    text = value.get_secret_value().strip() if value is not None else ""
    return text or None


def _sync(url: str) -> None:
    """SQLite in WAL mode survives a crash of ours without, but not one of the machine."""
    path = make_url(url).database or ""
    for name in (f"{path}-wal", path):
        with suppress(OSError):
            descriptor = os.open(Path(name), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
