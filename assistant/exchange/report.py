"""What an import would do or did: a line for every item and every mistake."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from assistant.errors import Language

What = Literal["added", "changed", "unchanged", "skipped", "error"]
MOST_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report."""

    what: What
    sheet: str
    """Of the workbook; a file's name for YAML."""
    cell: str
    """`C17`; line and column for YAML."""
    item: str
    """Code of a procedure or id of a question; empty where a mistake belongs to none."""
    vi: str
    en: str

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(slots=True)
class Report:
    """All lines, mistakes first; `saved` where it was written."""

    lines: list[Line] = field(default_factory=list)
    saved: bool = False
    not_in_file: int = 0
    """Items that the file does not name: they stay as they are."""

    @property
    def counts(self) -> dict[str, int]:
        found = Counter[str](line.what for line in self.lines)
        return {what: found[what] for what in ("added", "changed", "unchanged", "skipped", "error")}

    @property
    def errors(self) -> list[Line]:
        return [line for line in self.lines if line.what == "error"]
