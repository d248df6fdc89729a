"""Which releases there are and which one was published when."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class ReleaseRow(Base):
    """One release folder."""

    __tablename__ = "releases"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Also the name of its folder under `releases/` of the data folder."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime, index=True)
    """The last time it was published; the newest of all is in force."""
    procedures: Mapped[int] = mapped_column(Integer)
    """How many procedures it knows."""
    manifest_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of `manifest.json`: a manifest rewritten together with its files is noticed too."""
