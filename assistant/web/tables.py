"""Tables of the visitors' pages."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class SlipRow(Base):
    """What a visitor carries to a clerk: a procedure and the papers at hand; nothing personal."""

    __tablename__ = "slips"

    short: Mapped[str] = mapped_column(String(8), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64))
    case: Mapped[str | None] = mapped_column(String(64))
    have: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
