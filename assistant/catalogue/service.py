"""The catalogue that editors work on: in the database, from and to YAML, into a snapshot."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.catalogue.content import load_folder
from assistant.catalogue.folder import is_content_file, render
from assistant.catalogue.problems import procedure_unknown
from assistant.catalogue.published import Procedure, in_order, publish
from assistant.catalogue.relations import answering_codes
from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.search import SearchIndex
from assistant.catalogue.snapshot import write_atomically, write_snapshot
from assistant.catalogue.tables import ProcedureRow
from assistant.errors import LetanError
from assistant.storage.database import Database

IMPORTED = "import"
"""Who changed a procedure, where a file did."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in numbers of procedures."""

    added: int
    changed: int
    removed: int
    unchanged: int


class Catalogue:
    """Every call is one transaction."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    async def import_folder(self, path: Path) -> ImportReport:
        """Make the database hold exactly what the folder holds; importing again changes nothing.

        Raises `ContentError` with every mistake; nothing is written then.
        """
        loaded = await asyncio.to_thread(load_folder, path)
        entries = {item.entry.code: item for item in loaded.entries}
        now = self._clock()
        added = changed = 0
        async with self._database.session() as session:
            repository = CatalogueRepository(session)
            await repository.lock()
            rows = await repository.all()
            for code, item in entries.items():
                data, row = to_data(item), rows.get(code)
                if row is None:
                    version = await repository.newest_version(code) + 1 if rows else 1
                    repository.add(code, data, item.entry.rank, now, version)
                    repository.keep(code, version, data, IMPORTED, now)
                    added += 1
                elif row.data != data:
                    row.data, row.rank, row.updated_at = data, item.entry.rank, now
                    row.version += 1
                    repository.keep(code, row.version, data, IMPORTED, now)
                    changed += 1
            removed = rows.keys() - entries.keys()
            for code in removed:
                repository.keep(code, rows[code].version + 1, None, IMPORTED, now)
            answers = answering_codes([item.entry for item in entries.values()])
            second = {code: answer for code, answer in answers.items() if code != answer}
            await repository.replace_codes(second)
            await repository.remove(removed)
        return ImportReport(added, changed, len(removed), len(entries) - added - changed)

    async def export_folder(self, path: Path) -> int:
        """Write one YAML file a field; importing that folder changes nothing. Returns the files.

        Raises `LetanError` ``export_would_mix`` when the folder holds other content files: a later
        import would read both.
        """
        files = render([from_row(row) for row in await self._rows()])
        await asyncio.to_thread(_write_files, path, files)
        return len(files)

    async def get(self, code: str) -> Procedure:
        """The procedure that answers for a code; raises `LetanError` ``procedure_unknown``."""
        async with self._database.reading() as session:
            row = await CatalogueRepository(session).get(code.strip().lower())
        if row is None:
            raise procedure_unknown(code)
        return _to_procedure(from_row(row))

    async def all(self) -> list[Procedure]:
        """Every procedure, retired ones too, most asked first."""
        return in_order(_to_procedure(from_row(row)) for row in await self._rows())

    async def search(self, query: str, limit: int = 20) -> list[Procedure]:
        """The best fits, with or without accents; an empty query lists the most asked."""
        return SearchIndex(await self.all()).search(query)[:limit]

    async def snapshot(self, path: Path) -> int:
        """Write ``catalogue.json``; the same data gives the same bytes. Returns the procedures.

        Raises `LetanError` ``catalogue_empty`` when nothing has been imported.
        """
        async with self._database.reading() as session:
            repository = CatalogueRepository(session)
            rows, newest = await repository.all(), await repository.newest()
        if newest is None:
            raise LetanError(
                code="catalogue_empty",
                status=409,
                vi="Danh mục chưa có thủ tục nào. Hãy nạp nội dung trước: ./letan import.",
                en="The catalogue holds no procedure. Import content first: ./letan import.",
            )

        def write() -> int:
            procedures = [_to_procedure(from_row(row)) for row in rows.values()]
            return write_snapshot(procedures, newest, path)

        # Hundreds of entries are checked: turns must not wait for it.
        return await asyncio.to_thread(write)

    async def _rows(self) -> list[ProcedureRow]:
        async with self._database.reading() as session:
            return list((await CatalogueRepository(session).all()).values())


def to_data(item: CatalogueEntry) -> dict[str, Any]:
    return item.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _to_procedure(item: CatalogueEntry) -> Procedure:
    return publish(item.field, item.entry)


def from_row(row: ProcedureRow) -> CatalogueEntry:
    try:
        return CatalogueEntry.model_validate(row.data)
    except ValidationError as error:
        raise LetanError(
            code="procedure_unreadable",
            status=500,
            vi=f"Dữ liệu của thủ tục {row.code} trong cơ sở dữ liệu bị hỏng. Hãy nạp lại nội dung: "
            "./letan import.",
            en=f"The stored data of procedure {row.code} is damaged. Import the content again: "
            "./letan import.",
            log=f"{row.code}: {error.error_count()} errors",
        ) from error


def _write_files(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(p.name for p in folder.iterdir() if is_content_file(p) and p.name not in files)
    if others:
        shown = ", ".join(others[:5])
        raise LetanError(
            code="export_would_mix",
            status=409,
            vi=f"Thư mục đã có tệp nội dung khác: {shown}. Hãy chọn thư mục trống hoặc chuyển các "
            "tệp ấy đi.",
            en=f"The folder holds other content files: {shown}. Choose an empty folder or move "
            "them away.",
            field="path",
        )
    for name, text in files.items():
        write_atomically(folder / name, text)
