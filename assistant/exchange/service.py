"""Out: the workbook or YAML. In: first a report of every row, then drafts, all or nothing."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from assistant.catalogue.relations import answering_codes
from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.schemas import CatalogueEntry
from assistant.catalogue.service import from_row
from assistant.catalogue.tables import ProcedureRow
from assistant.errors import LetanError
from assistant.exchange import columns as c
from assistant.exchange import planning
from assistant.exchange.files import packed, read_yaml, read_zip
from assistant.exchange.flattening import faq_rows, procedure_rows
from assistant.exchange.items import Item, Read
from assistant.exchange.opening import kind_of
from assistant.exchange.reading import read_workbook
from assistant.exchange.report import Line, Report
from assistant.exchange.writing import workbook
from assistant.faq.repository import FaqRepository
from assistant.faq.schemas import FaqEntry
from assistant.faq.tables import FaqRow
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

Part = Literal["all", "catalogue", "faq"]
Format = Literal["xlsx", "yaml"]
MEDIA: dict[str, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "yaml": "application/zip",
}
_ORDER = {"error": 0, "added": 1, "changed": 2, "skipped": 3, "unchanged": 4}


@dataclass(frozen=True, slots=True)
class _Codes:
    code: str
    same_as: list[str]
    replaced_by: str | None


class Exchange:
    """One import at a time; what takes long runs beside the event loop."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock
        self._reading = asyncio.Semaphore(1)

    async def export(self, part: Part, format_: Format) -> bytes:
        """The file. Importing it changes nothing."""
        async with self._database.reading() as session:
            procedures = list((await CatalogueRepository(session).all()).values())
            faqs = list((await FaqRepository(session).all()).values())
        procedures.sort(key=lambda row: (row.rank or 10**6, row.code))
        return await asyncio.to_thread(_export, procedures, faqs, part, format_)

    async def check(self, name: str, raw: bytes) -> Report:
        """What an import would do; nothing is written.

        Raises LetanError `exchange_file_refused`, `exchange_sheets_missing`, `exchange_too_many`.
        """
        read = await self._read(name, raw)
        async with self._database.reading() as session:
            report, _ = await _compared(session, read)
        return report

    async def save(self, name: str, raw: bytes, who: Who) -> Report:
        """Write what `check` says, in one transaction; nothing while there is a mistake.

        Raises as `check`, and LetanError `exchange_mistakes`.
        """
        read = await self._read(name, raw)
        async with self._database.session() as session:
            await CatalogueRepository(session).lock()
            await FaqRepository(session).lock()
            report, writes = await _compared(session, read)
            if report.errors:
                raise _mistakes(report)
            now = self._clock()
            procedures = CatalogueRepository(session)
            for item, data in writes:
                await _write(session, item, data, who, now)
            await session.flush()
            rows = (await procedures.all()).values()
            answers = answering_codes([_codes(row) for row in rows])
            await procedures.replace_codes({a: b for a, b in answers.items() if a != b})
        report.saved = True
        return report

    async def _read(self, name: str, raw: bytes) -> Read:
        async with self._reading:
            return await asyncio.to_thread(_parsed, name, raw)


def file_name(part: Part, format_: Format, today: date) -> str:
    """`le-tan-all-2026-11-22.xlsx`."""
    return f"le-tan-{part}-{today.isoformat()}.{'zip' if format_ == 'yaml' else format_}"


def _export(procedures: Sequence[Any], faqs: Sequence[Any], part: Part, format_: Format) -> bytes:
    entries = [from_row(row) for row in procedures] if part != "faq" else None
    questions = [FaqEntry.model_validate(row.data) for row in faqs] if part != "catalogue" else None
    if format_ == "yaml":
        return packed(entries, questions)
    sheets = [sheet for sheet in c.SHEETS if part in ("all", sheet.of)]
    rows = [
        line
        for row, entry in zip(procedures, entries or (), strict=False)
        for line in procedure_rows(entry, row.version)
    ]
    rows += [
        line
        for row, question in zip(faqs, questions or (), strict=False)
        for line in faq_rows(question, row.version)
    ]
    return workbook(sheets, rows)


def _parsed(name: str, raw: bytes) -> Read:
    kind = kind_of(raw)
    if kind == "xlsx":
        return read_workbook(raw)
    if kind == "zip":
        return read_zip(raw)
    read = Read()
    read_yaml(name or "faqs.yaml", raw, read)
    return read


async def _compared(session: Any, read: Read) -> tuple[Report, list[tuple[Item, dict[str, Any]]]]:
    procedures, faqs = CatalogueRepository(session), FaqRepository(session)
    rows, questions = await procedures.all(), await faqs.all()
    histories = (
        await _histories(procedures.versions, read.procedures, rows),
        await _histories(faqs.versions, read.faqs, questions),
    )
    return await asyncio.to_thread(_weighed, read, rows, questions, histories)


def _weighed(
    read: Read,
    rows: dict[str, ProcedureRow],
    questions: dict[str, FaqRow],
    histories: tuple[planning.Histories, planning.Histories],
) -> tuple[Report, list[tuple[Item, dict[str, Any]]]]:
    first = planning.plan(read.procedures, rows, histories[0])
    second = planning.plan(read.faqs, questions, histories[1])
    writes = [*first.writes, *second.writes]
    items = [item for item, _ in writes]
    written = {item.key for item in items}
    lines = [*read.errors, *first.lines, *second.lines]
    lines += planning.relations(
        [item for item in items if isinstance(item.entry, CatalogueEntry)],
        [_codes(row) for row in rows.values() if row.code not in written],
    )
    lines += planning.asked_twice(
        items,
        [FaqEntry.model_validate(r.data) for r in questions.values() if r.id not in written],
    )
    named = {item.key for item in (*read.procedures, *read.faqs)}
    named |= {line.item for line in read.errors}
    left = (rows.keys() if read.procedures else set()) | (questions.keys() if read.faqs else set())
    ordered = sorted(lines, key=lambda line: _ORDER[line.what])
    return Report(ordered, not_in_file=len(left - named)), writes


async def _histories(
    versions: Callable[[str], Any], items: Sequence[Item], rows: Any
) -> planning.Histories:
    """Of the items that somebody else may have changed since they were exported."""
    found: planning.Histories = {}
    for item in items:
        row = rows.get(item.key)
        if item.version is not None and (row is None or row.version != item.version):
            kept = await versions(item.key)
            found[item.key] = [(each.version, each.who, each.data) for each in kept]
    return found


async def _write(session: Any, item: Item, data: dict[str, Any], who: Who, now: datetime) -> None:
    before: dict[str, Any] | None = None
    if isinstance(item.entry, CatalogueEntry):
        kind, rank = "procedure", item.entry.entry.rank
        procedures = CatalogueRepository(session)
        row = await procedures.row(item.key)
        if row is None:
            version = await procedures.newest_version(item.key) + 1
            procedures.add(item.key, data, rank, now, version)
        else:
            before = row.data
            row.data, row.rank, row.updated_at = data, rank, now
            version = row.version = row.version + 1
        procedures.keep(item.key, version, data, who.name, now)
    else:
        kind, faqs = "faq", FaqRepository(session)
        question = await faqs.get(item.key)
        if question is None:
            version = await faqs.newest_version(item.key) + 1
            faqs.add(item.key, data, version, now)
        else:
            before = question.data
            question.data, question.updated_at = data, now
            version = question.version = question.version + 1
        faqs.keep(item.key, version, data, who.name, now)
    action = f"{kind}.{'created' if before is None else 'changed'}"
    await audit.append(session, who, action, item.key, before=before, after=data, now=now)


def _codes(row: ProcedureRow) -> _Codes:
    entry = row.data["entry"]
    return _Codes(row.code, entry.get("same_as", []), entry.get("replaced_by"))


def _mistakes(report: Report) -> LetanError:
    errors: list[Line] = report.errors
    shown = errors[:20]
    return LetanError(
        "exchange_mistakes",
        422,
        f"Tệp có {len(errors)} lỗi, chưa ghi gì: "
        + "; ".join(f"{line.place}: {line.vi}" for line in shown),
        f"The file has {len(errors)} mistakes, nothing was written: "
        + "; ".join(f"{line.place}: {line.en}" for line in shown),
        field=shown[0].place if shown else None,
    )
