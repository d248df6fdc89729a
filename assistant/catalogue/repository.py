"""All SQL of the catalogue; a repository lives as long as one transaction."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from assistant.catalogue.tables import ProcedureCodeRow, ProcedureRow, ProcedureVersionRow

_AT_ONCE = 100
"""Rows that are read before somebody else has his turn."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of an entry, read without checking the rest of it."""

    code: str
    same_as: list[str]
    replaced_by: str | None


class CatalogueRepository:
    """Rows in, rows out; knows nothing about procedures."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Keep other importers out until the transaction ends; readers go on.

        SQLite needs nothing: every transaction there begins with the write lock.
        """
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(text("LOCK TABLE procedures IN SHARE ROW EXCLUSIVE MODE"))

    async def all(self) -> dict[str, ProcedureRow]:
        """Every row by code."""
        rows = await self._session.scalars(select(ProcedureRow))
        return {row.code: row for row in rows}

    async def get(self, code: str) -> ProcedureRow | None:
        """The row that answers for a code."""
        target = await self._session.scalar(
            select(ProcedureCodeRow.procedure_code).where(ProcedureCodeRow.code == code)
        )
        return await self._session.get(ProcedureRow, target or code)

    async def row(self, code: str) -> ProcedureRow | None:
        """The row of exactly this code, retired or not."""
        return await self._session.get(ProcedureRow, code)

    async def version_numbers(self) -> dict[str, int]:
        """Code → version of every row, without its data."""
        found = await self._session.execute(select(ProcedureRow.code, ProcedureRow.version))
        return {row.code: row.version for row in found}

    async def stamp(self) -> tuple[int, int, datetime | None]:
        """Another one after every change: rows, sum of their versions, time of the newest."""
        of = func.count(), func.coalesce(func.sum(ProcedureRow.version), 0)
        statement = select(*of, func.max(ProcedureRow.updated_at))
        count, versions, newest = (await self._session.execute(statement)).one()
        return count, versions, newest

    async def codes(self) -> list[Codes]:
        """What the rows' codes say of each other, without the rest of their data."""
        entry = ProcedureRow.data["entry"]
        statement = select(ProcedureRow.code, entry["same_as"], entry["replaced_by"])
        return [
            Codes(code, list(same_as or ()), replaced_by)
            for code, same_as, replaced_by in await self._session.execute(statement)
        ]

    async def naming(self, code: str) -> Sequence[ProcedureRow]:
        """Rows in whose data a code occurs; more is to be checked by the caller."""
        statement = select(ProcedureRow).where(cast(ProcedureRow.data, Text).contains(code))
        return (await self._session.scalars(statement)).all()

    async def rows(self, codes: Sequence[str]) -> AsyncIterator[Sequence[ProcedureRow]]:
        """The rows of some codes, some at a time: reading all of them takes a second."""
        for first in range(0, len(codes), _AT_ONCE):
            few = codes[first : first + _AT_ONCE]
            statement = select(ProcedureRow).where(ProcedureRow.code.in_(few))
            yield (await self._session.scalars(statement)).all()

    async def newest(self) -> datetime | None:
        """When the data last changed; None while there is none."""
        newest: datetime | None = await self._session.scalar(
            select(func.max(ProcedureRow.updated_at))
        )
        return newest

    def add(
        self, code: str, data: dict[str, Any], rank: int | None, now: datetime, version: int = 1
    ) -> None:
        self._session.add(
            ProcedureRow(code=code, data=data, rank=rank, updated_at=now, version=version)
        )

    async def remove(self, codes: Iterable[str]) -> None:
        await self._session.execute(delete(ProcedureRow).where(ProcedureRow.code.in_(list(codes))))

    async def newest_version(self, code: str) -> int:
        """The number of the last version that was saved, also of a deleted procedure; 0: none."""
        newest: int | None = await self._session.scalar(
            select(func.max(ProcedureVersionRow.version)).where(ProcedureVersionRow.code == code)
        )
        return newest or 0

    async def versions(self, code: str, limit: int | None = None) -> Sequence[ProcedureVersionRow]:
        """Newest first."""
        statement = select(ProcedureVersionRow).where(ProcedureVersionRow.code == code)
        ordered = statement.order_by(ProcedureVersionRow.version.desc()).limit(limit)
        return (await self._session.scalars(ordered)).all()

    def keep(
        self, code: str, version: int, data: dict[str, Any] | None, who: str, now: datetime
    ) -> None:
        """Remember a version."""
        self._session.add(
            ProcedureVersionRow(code=code, version=version, data=data, who=who, saved_at=now)
        )

    async def replace_codes(self, answers: Mapping[str, str]) -> None:
        """Set the whole table of second codes: code → code of the procedure that answers."""
        await self._session.flush()
        await self._session.execute(delete(ProcedureCodeRow))
        rows = [{"code": code, "procedure_code": answer} for code, answer in answers.items()]
        if rows:
            await self._session.execute(insert(ProcedureCodeRow), rows)
