"""Tables of the catalogue: a row for each procedure, its former versions, and second codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class ProcedureRow(Base):
    """One procedure as written by its editors."""

    __tablename__ = "procedures"

    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    """`{"field": …, "entry": …}`: `CatalogueEntry` without what is left at its default."""
    rank: Mapped[int | None] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)
    """When the data last changed; an import that changes nothing leaves it alone."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts changes: who saves must have seen the newest one."""


class ProcedureVersionRow(Base):
    """A version of a procedure as it was saved, for history and restoring."""

    __tablename__ = "procedure_versions"

    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """As in `procedures`; null where the procedure was deleted."""
    who: Mapped[str] = mapped_column(String(64))
    saved_at: Mapped[datetime] = mapped_column(UtcTime)


class ProcedureCodeRow(Base):
    """A retired or second code and the procedure that answers for it."""

    __tablename__ = "procedure_codes"

    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    procedure_code: Mapped[str] = mapped_column(
        ForeignKey("procedures.code", ondelete="CASCADE"), index=True
    )
