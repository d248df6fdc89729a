"""Tables of the catalogue: one row a procedure, and the second codes that lead to one."""

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


class ProcedureCodeRow(Base):
    """A retired or second code and the procedure that answers for it."""

    __tablename__ = "procedure_codes"

    code: Mapped[str] = mapped_column(String(100), primary_key=True)
    procedure_code: Mapped[str] = mapped_column(
        ForeignKey("procedures.code", ondelete="CASCADE"), index=True
    )
