"""Reading and writing the list of releases."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.releases.tables import ReleaseRow


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
