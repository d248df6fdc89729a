"""Queue tickets and notices. A ticket is a number, a counter and times: no names, no telephones."""

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class TicketSequence(Base):
    """The last running number of a counter on a local day; its row is the counter's lock."""

    __tablename__ = "ticket_sequences"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    counter: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Ticket(Base):
    """One visitor's place in the queue of a counter."""

    __tablename__ = "tickets"
    __table_args__ = (
        UniqueConstraint("day", "number", name="uq_tickets_day_number"),
        UniqueConstraint("day", "key_hash", name="uq_tickets_day_key_hash"),
        Index("ix_tickets_day_counter_state", "day", "counter", "state", "sequence"),
        Index("ix_tickets_counter_closed_at", "counter", "closed_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(Date)
    """Local day of the centre."""
    counter: Mapped[str] = mapped_column(String(32))
    sequence: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … of the counter's day."""
    number: Mapped[int] = mapped_column(Integer)
    """What is printed and called: 3001."""
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, `called`, then `closed`."""
    key_hash: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of the idempotency key: the same request never takes two numbers."""
    conversation: Mapped[str | None] = mapped_column(String(64))
    """The conversation that took it; forgotten with the conversation."""
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    called_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """First call."""
    announced_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """Last call: a recall announces again."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class NoticeRow(Base):
    """A notice that staff put up."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_ends_at", "ends_at"),
        Index("ix_notices_created_at", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    vi: Mapped[str] = mapped_column(String(300))
    en: Mapped[str | None] = mapped_column(String(300))
    counter: Mapped[str | None] = mapped_column(String(32))
    procedure: Mapped[str | None] = mapped_column(String(100))
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """The first instant at which it no longer shows; null: until it is taken down."""
    who: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
