"""Tables of the questions and answers: a row for each, and its former versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class FaqRow(Base):
    """One question with its answer, as written by its editors."""

    __tablename__ = "faqs"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`FaqEntry` without what is left at its default."""
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int]
    """Counts changes: who saves must have seen the newest one."""


class FaqVersionRow(Base):
    """A version as it was saved, for history and restoring."""

    __tablename__ = "faq_versions"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """As in `faqs`; null where it was deleted."""
    who: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcTime)
