"""Reading and writing the list of releases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.releases.tables import BuildRow, DifferenceRow, ReleaseRow


async def add(session: AsyncSession, row: ReleaseRow) -> None:
    session.add(row)


async def get(session: AsyncSession, release: str) -> ReleaseRow | None:
    return await session.get(ReleaseRow, release)


async def newest_first(session: AsyncSession) -> Sequence[ReleaseRow]:
    query = select(ReleaseRow).order_by(ReleaseRow.created_at.desc(), ReleaseRow.id.desc())
    return (await session.scalars(query)).all()


async def published_first(session: AsyncSession, limit: int = 10) -> Sequence[ReleaseRow]:
    """Those that were ever published, the one in force first."""
    query = (
        select(ReleaseRow)
        .where(ReleaseRow.published_at.is_not(None))
        .order_by(ReleaseRow.published_at.desc(), ReleaseRow.id.desc())
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def set_published(session: AsyncSession, release: str, now: datetime) -> None:
    await session.execute(
        update(ReleaseRow).where(ReleaseRow.id == release).values(published_at=now)
    )


async def note_build(session: AsyncSession, release: str, values: dict[str, Any]) -> None:
    await session.execute(update(BuildRow).where(BuildRow.release == release).values(**values))


async def fail_unfinished(session: AsyncSession, now: datetime, vi: str, en: str) -> None:
    await session.execute(
        update(BuildRow)
        .where(BuildRow.state == "building")
        .values(state="failed", problem_vi=vi, problem_en=en, ended_at=now)
    )


async def builds(session: AsyncSession, limit: int) -> Sequence[BuildRow]:
    """Newest first."""
    newest = select(BuildRow).order_by(BuildRow.started_at.desc()).limit(limit)
    return (await session.scalars(newest)).all()


async def differences(session: AsyncSession, release: str) -> Sequence[DifferenceRow]:
    """Risky ones first, then those asked most often."""
    statement = (
        select(DifferenceRow)
        .where(DifferenceRow.release == release)
        .order_by(DifferenceRow.risky.desc(), DifferenceRow.times.desc(), DifferenceRow.id)
    )
    return (await session.scalars(statement)).all()


async def forget_differences(session: AsyncSession, before: datetime) -> None:
    old = select(BuildRow.release).where(BuildRow.started_at < before)
    await session.execute(delete(DifferenceRow).where(DifferenceRow.release.in_(old)))


async def remove(session: AsyncSession, release: str) -> None:
    """Take a release and what it would have changed out of the lists."""
    for table, column in (
        (DifferenceRow, DifferenceRow.release),
        (BuildRow, BuildRow.release),
        (ReleaseRow, ReleaseRow.id),
    ):
        await session.execute(delete(table).where(column == release))
