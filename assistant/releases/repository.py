"""Reading and writing the list of releases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.releases.tables import BuildRow, DifferenceRow, PlanRow, ReleaseRow


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


async def fail_unfinished(session: AsyncSession, now: datetime, vi: str, en: str) -> list[str]:
    """Ids of the builds that were under way and are no releases."""
    under_way = BuildRow.state == "building"
    left = list((await session.scalars(select(BuildRow.release).where(under_way))).all())
    await session.execute(
        update(BuildRow)
        .where(under_way)
        .values(state="failed", problem_vi=vi, problem_en=en, ended_at=now)
    )
    registered = set((await session.scalars(select(ReleaseRow.id))).all())
    return [release for release in left if release not in registered]


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


_OPEN = ("planned", "running")


async def open_plans(session: AsyncSession) -> Sequence[PlanRow]:
    """Publications that are still to come or under way."""
    statement = select(PlanRow).where(PlanRow.state.in_(_OPEN)).order_by(PlanRow.at, PlanRow.id)
    return (await session.scalars(statement)).all()


async def plans(session: AsyncSession, limit: int) -> Sequence[PlanRow]:
    """Newest first, whatever became of them."""
    return (await session.scalars(select(PlanRow).order_by(PlanRow.id.desc()).limit(limit))).all()


async def take_plan(session: AsyncSession, id_: int, now: datetime, given_up: datetime) -> bool:
    """Make a plan this process's; False when another one was quicker. One that was taken before
    ``given_up`` was left by a process that died, or by a clock that jumped."""
    free = or_(PlanRow.state == "planned", PlanRow.taken_at < given_up, PlanRow.taken_at > now)
    statement = (
        update(PlanRow)
        .where(PlanRow.id == id_, PlanRow.state.in_(_OPEN), free)
        .values(state="running", taken_at=now)
    )
    result = await session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount == 1


async def end_plan(
    session: AsyncSession, id_: int, states: Sequence[str], values: dict[str, Any]
) -> bool:
    """Whether it was in one of ``states``."""
    statement = update(PlanRow).where(PlanRow.id == id_, PlanRow.state.in_(states))
    result = await session.execute(statement.values(**values))
    return isinstance(result, CursorResult) and result.rowcount == 1
