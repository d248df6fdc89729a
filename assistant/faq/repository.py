"""All SQL of the questions and answers; a repository lives as long as one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.faq.tables import FaqRow, FaqVersionRow
from assistant.storage.database import UtcTime

PREFIX = "faq:"
"""Before the id, where a turn keeps what was understood (48 characters)."""
_turns = table("turns", column("intent"), column("created_at", UtcTime))  # of the room above


class FaqRepository:
    """Rows in, rows out."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Keep other writers out until the transaction ends; readers go on."""
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(text("LOCK TABLE faqs IN SHARE ROW EXCLUSIVE MODE"))

    async def all(self) -> dict[str, FaqRow]:
        """Every row by id."""
        rows = await self._session.scalars(select(FaqRow).order_by(FaqRow.id))
        return {row.id: row for row in rows}

    async def get(self, id_: str) -> FaqRow | None:
        return await self._session.get(FaqRow, id_)

    def add(self, id_: str, data: dict[str, Any], version: int, now: datetime) -> None:
        self._session.add(FaqRow(id=id_, data=data, version=version, updated_at=now))

    async def remove(self, row: FaqRow) -> None:
        await self._session.delete(row)

    def keep(
        self, id_: str, version: int, data: dict[str, Any] | None, who: str, now: datetime
    ) -> None:
        """Remember a version."""
        kept = FaqVersionRow(id=id_, version=version, data=data, who=who, saved_at=now)
        self._session.add(kept)

    async def newest_version(self, id_: str) -> int:
        """The number of the last version, also of a deleted one; 0: none."""
        statement = select(func.max(FaqVersionRow.version)).where(FaqVersionRow.id == id_)
        return await self._session.scalar(statement) or 0

    async def versions(self, id_: str) -> Sequence[FaqVersionRow]:
        """Newest first."""
        statement = select(FaqVersionRow).where(FaqVersionRow.id == id_)
        return (await self._session.scalars(statement.order_by(FaqVersionRow.version.desc()))).all()

    async def any_version(self) -> bool:
        """Whether there ever was one."""
        return await self._session.scalar(select(FaqVersionRow.id).limit(1)) is not None

    async def writers(self) -> dict[str, str]:
        """Who saved the newest version of each."""
        newest = (
            select(FaqVersionRow.id, func.max(FaqVersionRow.version).label("version"))
            .group_by(FaqVersionRow.id)
            .subquery()
        )
        statement = select(FaqVersionRow.id, FaqVersionRow.who).join(
            newest,
            (FaqVersionRow.id == newest.c.id) & (FaqVersionRow.version == newest.c.version),
        )
        return {row[0]: row[1] for row in await self._session.execute(statement)}

    async def asked(self, since: datetime) -> dict[str, int]:
        """How often each was the answer since then."""
        statement = (
            select(_turns.c.intent, func.count())
            .where(_turns.c.intent.startswith(PREFIX), _turns.c.created_at >= since)
            .group_by(_turns.c.intent)
        )
        rows = await self._session.execute(statement)
        return {str(row[0]).removeprefix(PREFIX): row[1] for row in rows}
