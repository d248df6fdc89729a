"""Releases: immutable folders that answers come from; one of them is in force."""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.engine import manifest
from assistant.errors import LetanError
from assistant.releases import repository
from assistant.releases.tables import ReleaseRow
from assistant.storage.database import Database

log = structlog.get_logger(__name__)

Record = Callable[[AsyncSession], Awaitable[None]]
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Release:
    """A registered release."""

    id: str
    folder: Path
    created_at: datetime
    published_at: datetime | None
    procedures: int


class Releases:
    """On `app.state.releases`."""

    def __init__(self, data_dir: Path, database: Database) -> None:
        self._folder = data_dir / "releases"
        self._database = database

    def folder(self, release: str) -> Path:
        """Where a release lives. Raises LetanError `release_unknown` for what is no id."""
        if not _ID.fullmatch(release):
            raise _unknown(release)
        return self._folder / release

    async def list(self) -> list[Release]:
        """All releases, newest first."""
        async with self._database.reading() as session:
            return [self._release(row) for row in await repository.newest_first(session)]

    async def published(self) -> Release | None:
        """The release in force; None before the first one."""
        async with self._database.reading() as session:
            rows = await repository.published_first(session, 1)
        return self._release(rows[0]) if rows else None

    async def earlier(self) -> Release | None:
        """The release that was in force before; None when there was none."""
        async with self._database.reading() as session:
            rows = await repository.published_first(session, 2)
        return self._release(rows[1]) if len(rows) > 1 else None

    async def prune(self, keep: int, newest: str | None = None) -> None:
        """Remove the oldest releases; the one in force, the one before it, those that are to be
        published at a time and ``newest``, whatever the clock said of it, always stay."""
        async with self._database.reading() as session:
            staying = {row.id for row in await repository.published_first(session, 2)}
            staying |= {plan.release for plan in await repository.open_plans(session)}
            listed = [row.id for row in await repository.newest_first(session)]
        for release in listed[keep:]:
            if release in staying or release == newest:
                continue
            async with self._database.session() as session:
                await repository.remove(session, release)
            await asyncio.to_thread(shutil.rmtree, self.folder(release), ignore_errors=True)
            log.info("release removed", release=release)

    async def register(self, release: str, procedures: int) -> Release:
        """Take a finished folder into the list. Raises LetanError `release_missing` …"""
        folder = self.folder(release)
        found = await asyncio.to_thread(manifest.read_manifest, folder)
        digest = await asyncio.to_thread(manifest.sha256, folder / manifest.FILE)
        row = ReleaseRow(
            id=release,
            created_at=found.created_at,
            procedures=procedures,
            manifest_hash=digest,
        )
        async with self._database.session() as session:
            await repository.add(session, row)
        return self._release(row)

    async def verify(self, release: str) -> Release:
        """Check a release's files against its manifest, and the manifest against the database.

        Raises LetanError `release_unknown`, `release_missing`, `release_damaged`.
        """
        async with self._database.reading() as session:
            row = await repository.get(session, release)
        if row is None:
            raise _unknown(release)
        await asyncio.to_thread(self._verify, row)
        return self._release(row)

    async def publish(self, release: str, record: Record | None = None) -> Release:
        """Put a release in force; also the way back to an earlier one. Raises as `verify`.

        ``record`` writes who did it, in the same transaction.
        """
        await self.verify(release)
        async with self._database.session() as session:
            now = datetime.now(UTC)
            last = await repository.published_first(session, 1)
            if last and last[0].published_at is not None:
                # A clock that was put back must not leave an older release in force.
                now = max(now, last[0].published_at + timedelta(microseconds=1))
            await repository.set_published(session, release, now)
            if record is not None:
                await record(session)
        found = await self.published()
        log.info("release published", release=release)
        return found or await self.verify(release)

    async def usable(self) -> tuple[Release, LetanError | None]:
        """The release in force, or the one before it when that is damaged, with the reason.

        Raises LetanError `release_none` when nothing was ever published, else the error of the
        newest one when all of them are unusable.
        """
        async with self._database.reading() as session:
            rows = await repository.published_first(session)
        first: LetanError | None = None
        for row in rows:
            try:
                await asyncio.to_thread(self._verify, row)
                return self._release(row), first
            except LetanError as error:
                log.error("release refused", release=row.id, code=error.code, more=error.log)
                first = first or error
        raise first or LetanError(
            "release_none",
            503,
            "Chưa có bản phát hành nào. Hãy chạy './letan train'.",
            "There is no release yet. Run './letan train'.",
            retry_after=60,
        )

    def _verify(self, row: ReleaseRow) -> None:
        folder = self.folder(row.id)
        manifest.verify(folder)
        path = folder / manifest.FILE
        if manifest.sha256(path) != row.manifest_hash:
            raise manifest.release_damaged(path, "manifest was rewritten")

    def _release(self, row: ReleaseRow) -> Release:
        return Release(
            row.id, self.folder(row.id), row.created_at, row.published_at, row.procedures
        )


def _unknown(release: str) -> LetanError:
    return LetanError(
        "release_unknown",
        404,
        f"Không có bản phát hành '{release[:64]}'.",
        f"There is no release '{release[:64]}'.",
        field="release",
    )
