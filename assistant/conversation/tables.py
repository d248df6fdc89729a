"""Conversations and their turns. Texts are redacted before they get here."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class ConversationRow(Base):
    """One visitor or citizen, from the greeting to the goodbye."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_last_at", "last_at"),
        Index("ix_conversations_opened_at", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """128 random bits; knowing it is the right to go on with the conversation."""
    channel: Mapped[str] = mapped_column(String(16))
    kiosk: Mapped[str | None] = mapped_column(String(32))
    language: Mapped[str | None] = mapped_column(String(2))
    """What was asked for when it was opened; null lets every message decide."""
    opened_at: Mapped[datetime] = mapped_column(UtcTime)
    last_at: Mapped[datetime] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When the engine's memory and the stored replies were erased."""


class TurnRow(Base):
    """One message and its reply."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("conversation", "message_id", name="uq_turns_message"),
        Index("ix_turns_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    """The text, redacted; or `payload:` and the payload of a button."""
    reply: Mapped[str | None] = mapped_column(Text)
    """The reply as sent (JSON), so that a repeated message gets it again; erased when forgotten."""
    outcome: Mapped[str] = mapped_column(String(24))
    intent: Mapped[str | None] = mapped_column(String(48))
    confidence: Mapped[float | None] = mapped_column(Float)
    procedures: Mapped[str] = mapped_column(String(200))
    """Codes, best first, separated by blanks."""
    release: Mapped[str | None] = mapped_column(String(64))
    engine_ms: Mapped[float] = mapped_column(Float)
    total_ms: Mapped[float] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
