"""What a file holds before it is compared with the database: items, and where each value stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from assistant.catalogue.messages import explain
from assistant.catalogue.schemas import CatalogueEntry
from assistant.exchange.report import Line
from assistant.faq import problems
from assistant.faq.schemas import FaqEntry

Path = tuple[str | int, ...]
Place = tuple[str, str]
"""Sheet or file; cell, or line and column."""


@dataclass(slots=True)
class Raw:
    """One procedure or question as it was collected from the rows of several sheets."""

    key: str
    place: Place
    version: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    broken: bool = False
    """A cell of it could not be read, and was told."""

    def where(self, path: Path) -> Place:
        """The cell of a value, else the first one of what it holds, else of what holds it."""
        while path:
            if path in self.places:
                return self.places[path]
            inner = (place for at, place in self.places.items() if at[: len(path)] == path)
            if (first := next(inner, None)) is not None:
                return first
            path = path[:-1]
        return self.place


@dataclass(frozen=True, slots=True)
class Item:
    """A valid procedure or question."""

    key: str
    place: Place
    version: int | None
    """The one that its editor saw; None: the file does not say."""
    entry: CatalogueEntry | FaqEntry


@dataclass(slots=True)
class Read:
    """Everything of a file."""

    procedures: list[Item] = field(default_factory=list)
    faqs: list[Item] = field(default_factory=list)
    errors: list[Line] = field(default_factory=list)

    def complain(self, place: Place, item: str, vi: str, en: str) -> None:
        self.errors.append(Line("error", place[0], place[1], item, vi, en))


def procedure_of(raw: Raw, read: Read) -> None:
    """Check a procedure: it joins the valid ones, or its mistakes the others."""
    field_head = raw.data.pop("field", None)
    data = {"field": field_head, "entry": raw.data}
    try:
        entry = CatalogueEntry.model_validate(data)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            path = tuple(part for part in found["loc"] if part != "entry")
            path += tuple((found.get("ctx") or {}).get("place", ()))
            _, vi, en = explain({**found, "loc": path})
            read.complain(raw.where(path), raw.key, _missing(found, vi), en)
        return
    read.procedures.append(Item(raw.key, raw.place, raw.version, entry))


def faq_of(raw: Raw, read: Read) -> None:
    """The same of a question."""
    try:
        entry = FaqEntry.model_validate(raw.data)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            path = tuple(found["loc"]) + tuple((found.get("ctx") or {}).get("place", ()))
            _, (_, vi, en) = problems.told(found)
            read.complain(raw.where(path), raw.key, _missing(found, vi), en)
        return
    read.faqs.append(Item(raw.key, raw.place, raw.version, entry))


def _missing(found: Mapping[str, Any], vi: str) -> str:
    empty = found["type"] == "missing" or found["type"].endswith("_type")
    return "Ô này cần có nội dung." if empty and found.get("input", None) is None else vi
