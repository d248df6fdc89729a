"""Changing questions and answers: versions, history, restoring; what goes into a release."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.catalogue.folder import slug
from assistant.catalogue.search import fold
from assistant.catalogue.snapshot import write_atomically
from assistant.faq import problems
from assistant.faq.repository import FaqRepository
from assistant.faq.schemas import FaqEntry, to_data
from assistant.faq.tables import FaqRow
from assistant.staff import audit
from assistant.staff.audit import Who
from assistant.storage.database import Database

SNAPSHOT = "faqs.json"
"""In a release folder."""
_MOST_ID = 40


@dataclass(frozen=True, slots=True)
class Edited:
    """A question as its editors see it."""

    entry: FaqEntry
    version: int
    updated_at: datetime
    updated_by: str

    def state(self, today: date) -> str:
        """`live`, `later` or `over`: by its dates, not by a release."""
        if self.entry.valid_from and today < self.entry.valid_from:
            return "later"
        if self.entry.valid_until and today > self.entry.valid_until:
            return "over"
        return "live"


@dataclass(frozen=True, slots=True)
class Version:
    """One line of a history; no entry: it was deleted."""

    version: int
    who: str
    saved_at: datetime
    entry: FaqEntry | None


class FaqRoom:
    """Every call is one transaction; who saves names the version that he has seen."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    async def all(self) -> list[Edited]:
        """Every question, in the order of the first wordings."""
        async with self._database.reading() as session:
            repository = FaqRepository(session)
            rows, writers = await repository.all(), await repository.writers()
        found = [_edited(row, writers.get(row.id, "")) for row in rows.values()]
        return sorted(found, key=lambda each: (fold(each.entry.question.vi), each.entry.id))

    async def get(self, id_: str) -> Edited:
        """Raises LetanError `faq_unknown`."""
        async with self._database.reading() as session:
            repository = FaqRepository(session)
            row = await repository.get(id_)
            if row is None:
                raise problems.unknown(id_)
            versions = await repository.versions(id_)
            return _edited(row, versions[0].who if versions else "")

    async def asked(self, since: datetime) -> dict[str, int]:
        """How often each was the answer since then, by id."""
        async with self._database.reading() as session:
            return await FaqRepository(session).asked(since)

    async def create(self, written: Mapping[str, Any], who: Who) -> Edited:
        """A new question; without an id it gets one from its wording.

        Raises LetanError `faq_exists`, `faq_invalid`, `faq_asked_twice`.
        """
        async with self._database.session() as session:
            repository = FaqRepository(session)
            await repository.lock()
            rows = await repository.all()
            named = {"id": await _free_id(written, rows, repository), **written}
            entry = checked(named)
            if entry.id in rows:
                raise problems.exists(entry.id)
            asked_once(entry, rows.values())
            now, version = self._clock(), await repository.newest_version(entry.id) + 1
            data = to_data(entry)
            repository.add(entry.id, data, version, now)
            repository.keep(entry.id, version, data, who.name, now)
            await audit.append(session, who, "faq.created", entry.id, after=data, now=now)
            return Edited(entry, version, now, who.name)

    async def save(self, id_: str, version: int, written: Mapping[str, Any], who: Who) -> Edited:
        """Replace a question. Saving what is there already changes nothing.

        Raises LetanError `faq_unknown`, `faq_changed`, `faq_invalid`, `faq_asked_twice`.
        """
        entry = checked({**written, "id": id_})
        async with self._database.session() as session:
            repository = FaqRepository(session)
            await repository.lock()
            rows = await repository.all()
            row = rows.get(id_)
            if row is None:
                raise problems.unknown(id_)
            await _check_seen(repository, row, version)
            data = to_data(entry)
            if data == row.data:
                return Edited(entry, row.version, row.updated_at, who.name)
            asked_once(entry, (other for other in rows.values() if other.id != id_))
            now, before = self._clock(), row.data
            row.data, row.updated_at = data, now
            row.version += 1
            repository.keep(id_, row.version, data, who.name, now)
            await audit.append(session, who, "faq.changed", id_, before=before, after=data, now=now)
            return Edited(entry, row.version, now, who.name)

    async def delete(self, id_: str, version: int | None, who: Who) -> int:
        """Take a question out; its versions stay and can come back. Returns the new version.

        Raises LetanError `faq_unknown`, `faq_changed`.
        """
        async with self._database.session() as session:
            repository = FaqRepository(session)
            await repository.lock()
            row = await repository.get(id_)
            if row is None:
                raise problems.unknown(id_)
            if version is not None:
                await _check_seen(repository, row, version)
            now, number, before = self._clock(), row.version + 1, row.data
            await repository.remove(row)
            repository.keep(id_, number, None, who.name, now)
            await audit.append(session, who, "faq.deleted", id_, before=before, now=now)
            return number

    async def history(self, id_: str) -> list[Version]:
        """Newest first. Raises LetanError `faq_unknown`."""
        async with self._database.reading() as session:
            rows = await FaqRepository(session).versions(id_)
        if not rows:
            raise problems.unknown(id_)
        return [
            Version(
                row.version,
                row.who,
                row.saved_at,
                None if row.data is None else FaqEntry.model_validate(row.data),
            )
            for row in rows
        ]

    async def restore(self, id_: str, version: int, earlier: int, who: Who) -> Edited:
        """Save an earlier version as the newest; also of a deleted question. Raises as `save`."""
        history = await self.history(id_)
        found = next((each.entry for each in history if each.version == earlier), None)
        if found is None:
            raise problems.unknown(f"{id_} ({earlier})")
        if history[0].entry is not None:
            return await self.save(id_, version, to_data(found), who)
        if history[0].version != version:
            raise problems.changed(history[0].version, history[0].who)
        return await self.create(to_data(found), who)

    async def snapshot(self, path: Path) -> int:
        """Write what a release answers from; the same questions give the same bytes."""
        entries = [edited.entry for edited in await self.all()]
        ordered = sorted(entries, key=lambda entry: entry.id)
        listed = [entry.model_dump(mode="json") for entry in ordered]
        text = json.dumps({"faqs": listed}, ensure_ascii=False, indent=1) + "\n"
        await asyncio.to_thread(write_atomically, path, text)
        return len(listed)


def checked(written: Mapping[str, Any]) -> FaqEntry:
    """Raises LetanError `faq_invalid` with all mistakes, each with its field."""
    try:
        return FaqEntry.model_validate(dict(written))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise problems.invalid(problems.told(each) for each in found) from error


def asked_once(entry: FaqEntry, others: Iterable[FaqRow]) -> None:
    """One wording has one answer while both are in force. Raises LetanError `faq_asked_twice`."""
    own = {fold(wording): wording for wording in entry.wordings if fold(wording)}
    for row in others:
        other = FaqEntry.model_validate(row.data)
        if not entry.meets(other):
            continue
        for wording in other.wordings:
            if fold(wording) in own:
                raise problems.asked_twice(other.id, own[fold(wording)])


async def _free_id(
    written: Mapping[str, Any], rows: Mapping[str, FaqRow], repository: FaqRepository
) -> str:
    asked = written.get("question")
    text = asked.get("vi") if isinstance(asked, Mapping) else asked
    stem = slug(str(text or ""), _MOST_ID) or "hoi-dap"
    id_, number = stem, 2
    while id_ in rows or await repository.newest_version(id_):
        id_, number = f"{stem}-{number}", number + 1
    return id_


async def _check_seen(repository: FaqRepository, row: FaqRow, version: int) -> None:
    if row.version != version:
        newest = (await repository.versions(row.id))[0]
        raise problems.changed(row.version, newest.who)


def _edited(row: FaqRow, who: str) -> Edited:
    return Edited(FaqEntry.model_validate(row.data), row.version, row.updated_at, who)
