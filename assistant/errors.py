"""One error for every door: a stable code, an HTTP status and a sentence for its reader.

On HTTP an error is a problem document (RFC 9457): `assistant.problems` renders it.
"""

from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(slots=True, eq=False)
class LetanError(Exception):
    """Raised anywhere, rendered once: RFC 9457 on HTTP, plain sentences on the terminal."""

    code: str
    """Stable identifier, for example ``counter_unknown``; documented in ``docs/errors.md``."""
    status: int
    """HTTP status."""
    vi: str
    """What happened and what to do about it, for a Vietnamese reader."""
    en: str
    """The same in English."""
    field: str | None = None
    """The name of the input that is wrong, where one is."""
    log: str | None = None
    """More for the log; never shown to people, never holds personal data."""
    retry_after: int | None = None
    """Seconds after which trying again makes sense."""
    remedy_vi: str | None = None
    """What its reader can do, where `vi` does not say it already."""
    remedy_en: str | None = None
    """The same in English."""

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en

    def remedy(self, language: Language) -> str | None:
        return self.remedy_vi if language == "vi" else self.remedy_en

    def __str__(self) -> str:
        return f"{self.code}: {self.en}"
