"""Tokens and one-time codes of kiosks; only hashes are kept."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class KioskToken(Base):
    """One browser that was paired as a kiosk."""

    __tablename__ = "kiosk_tokens"
    __table_args__ = (Index("ix_kiosk_tokens_kiosk", "kiosk", "paired_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the token, hexadecimal; the token has 256 random bits, so no salt is needed."""
    kiosk: Mapped[str] = mapped_column(String(32))
    paired_at: Mapped[datetime] = mapped_column(UtcTime)


class PairingCode(Base):
    """A code that pairs one kiosk once."""

    __tablename__ = "pairing_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kiosk: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
