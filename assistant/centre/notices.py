"""Notices that staff put up: live at once, without training; they end by themselves."""

import secrets
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.centre.model import Notice, Text
from assistant.centre.tables import NoticeRow
from assistant.errors import LetanError
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

LONGEST = 300
"""Characters: it is read aloud and runs over the board."""
_SHOWN = 500


async def put_up(
    database: Database,
    who: Who,
    now: datetime,
    *,
    vi: str,
    en: str | None,
    counter: str | None,
    procedure: str | None,
    start: datetime | None,
    end: datetime | None,
) -> NoticeRow:
    """Raises LetanError `notice_times_wrong`. Counter and procedure have been checked."""
    if end is not None and end <= max(now, start or now):
        raise LetanError(
            "notice_times_wrong",
            422,
            "Thông báo kết thúc trước khi bắt đầu, hoặc đã quá giờ kết thúc.",
            "The notice ends before it begins, or its end is over already.",
            field="end",
        )
    row = NoticeRow(
        id=secrets.token_hex(6),
        vi=vi,
        en=en,
        counter=counter,
        procedure=procedure,
        starts_at=start or now,
        ends_at=end,
        who=who.name,
        created_at=now,
    )
    async with database.session() as session:
        session.add(row)
        await audit.append(session, who, "notice.put_up", row.id, after=_seen(row), now=now)
    return row


async def take_down(database: Database, who: Who, now: datetime, id_: str) -> NoticeRow:
    """End a notice now. Raises LetanError `notice_unknown`."""
    async with database.session() as session:
        row = await session.get(NoticeRow, id_[:32])
        if row is None:
            raise LetanError(
                "notice_unknown",
                404,
                "Không có thông báo này.",
                "There is no such notice.",
                field="id",
            )
        if row.ends_at is None or row.ends_at > now:
            row.ends_at = now
            await audit.append(session, who, "notice.taken_down", id_, before=_seen(row), now=now)
    return row


async def listed(database: Database) -> list[NoticeRow]:
    """Newest first."""
    newest = select(NoticeRow).order_by(NoticeRow.created_at.desc(), NoticeRow.id).limit(_SHOWN)
    async with database.reading() as session:
        return list((await session.scalars(newest)).all())


async def coming(session: AsyncSession, now: datetime) -> tuple[Notice, ...]:
    """Those that are not over, oldest first."""
    statement = (
        select(NoticeRow)
        .where(or_(NoticeRow.ends_at.is_(None), NoticeRow.ends_at > now))
        .order_by(NoticeRow.created_at, NoticeRow.id)
    )
    return tuple(
        Notice(
            id=row.id,
            # Who reads English is told in Vietnamese rather than not at all.
            text=Text(row.vi, row.en or row.vi),
            start=row.starts_at,
            end=row.ends_at,
            counter=row.counter,
            procedure=row.procedure,
        )
        for row in (await session.scalars(statement)).all()
    )


def _seen(row: NoticeRow) -> dict[str, str | None]:
    return {
        "vi": row.vi,
        "en": row.en,
        "counter": row.counter,
        "procedure": row.procedure,
        "start": row.starts_at.isoformat(),
        "end": row.ends_at.isoformat() if row.ends_at else None,
    }
