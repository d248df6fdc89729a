"""A line for every procedure, to be listed and searched in a few milliseconds."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from assistant.catalogue.repository import CatalogueRepository
from assistant.catalogue.search import fold
from assistant.catalogue.tables import ProcedureRow
from assistant.storage.database import Database

Status = Literal["all", "unverified", "review", "overdue", "retired"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_LAST = 10**6
_LINES = "catalogue_lines"


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in a list; read without checking the rest of it."""

    code: str
    name: str
    name_en: str | None
    field: str
    field_en: str
    service: str
    version: int
    verified: bool
    needs_review: bool
    retired: bool
    source_date: str | None
    review_by: str | None
    valid_until: str | None
    updated_at: datetime
    rank: int
    words: str
    """Folded name, code and aliases, to be searched."""
    phrases: tuple[str, ...]
    """Whatever may be taken for its name: name, aliases, examples, former names."""
    comparable: tuple[str, ...]
    """The same as `comparable` makes them."""

    def overdue(self, today: date) -> bool:
        """Somebody should have looked at it again by now, or it has run out."""
        ends = (self.review_by, self.valid_until)
        return not self.retired and any(end is not None and end < today.isoformat() for end in ends)

    def has(self, status: Status, today: date) -> bool:
        return {
            "all": True,
            "unverified": not self.verified and not self.retired,
            "review": self.needs_review,
            "overdue": self.overdue(today),
            "retired": self.retired,
        }[status]


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of those that fit."""

    lines: tuple[Line, ...]
    total: int


class Lines:
    """Remembers what it read by version: only what was changed is read again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, Line] = {}
        self._ordered: tuple[Line, ...] = ()
        self._stamp: object = None
        self._reading = asyncio.Lock()

    async def all(self) -> tuple[Line, ...]:
        """As the catalogue is now, most asked first."""
        async with self._reading, self._database.reading() as session:
            repository = CatalogueRepository(session)
            stamp = await repository.stamp()
            if stamp == self._stamp:
                return self._ordered
            versions = await repository.version_numbers()
            stale = [
                code
                for code, version in versions.items()
                if code not in self._known or self._known[code].version != version
            ]
            gone = self._known.keys() - versions.keys()
            if stale or gone:
                fresh: dict[str, Line] = {}
                async for rows in repository.rows(stale):
                    fresh |= await asyncio.to_thread(_lines_of, rows)
                known = {c: line for c, line in self._known.items() if c not in gone} | fresh
                self._known = known
                self._ordered = tuple(sorted(known.values(), key=lambda x: (x.rank, x.code)))
            self._stamp = stamp
            return self._ordered

    async def find(
        self,
        query: str,
        *,
        today: date,
        field: str | None = None,
        status: Status = "all",
        limit: int = 50,
        offset: int = 0,
    ) -> Page:
        """All words of ``query`` must occur, with or without accents, in name, alias or code."""
        words = fold(query).split()
        found = [
            line
            for line in await self.all()
            if (field is None or line.field == field)
            and line.has(status, today)
            and all(word in line.words for word in words)
        ]
        return Page(tuple(found[offset : offset + limit]), len(found))

    async def fields(self) -> dict[str, str]:
        """Every field in use: Vietnamese → English."""
        return dict(sorted((line.field, line.field_en) for line in await self.all()))


def lines_of(state: Any, database: Database) -> Lines:
    """The one of this application, on its ``app.state``."""
    found = getattr(state, _LINES, None)
    if not isinstance(found, Lines):
        found = Lines(database)
        setattr(state, _LINES, found)
    return found


def line_of(row: ProcedureRow) -> Line:
    entry, field = row.data["entry"], row.data["field"]
    name = entry["name"]["vi"]
    aliases = _texts(entry, "aliases")
    words = fold(" ".join((name, *aliases))) + " " + fold(row.code)
    phrases = (name, *aliases, *_texts(entry, "examples"), *_texts(entry, "former_names"))
    return Line(
        row.code,
        name,
        entry["name"].get("en"),
        field["vi"],
        field["en"],
        entry["service"],
        row.version,
        entry.get("verified", False),
        entry.get("needs_review", False),
        entry.get("replaced_by") is not None,
        entry.get("source_date"),
        entry.get("review_by"),
        entry.get("valid_until"),
        row.updated_at,
        row.rank or _LAST,
        f"{words} {row.code}",
        phrases,
        tuple(comparable(phrase) for phrase in phrases),
    )


def comparable(text: str) -> str:
    """Without accents, in an order of words that is always the same."""
    return " ".join(sorted(fold(text).split()))


def _lines_of(rows: Iterable[ProcedureRow]) -> dict[str, Line]:
    return {row.code: line_of(row) for row in rows}


def _texts(entry: Mapping[str, Any], key: str) -> Iterable[str]:
    return tuple(entry.get(key) or ())
