"""The inbox: questions to be judged, in groups; what was judged; who was sent to the wrong counter.

Words of visitors stay where they were written, in `turns`, and go with them: an item points to its
turn. A group has no words of its own.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class GroupRow(Base):
    """Questions that say nearly the same; decided on together."""

    __tablename__ = "inbox_groups"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    state: Mapped[str] = mapped_column(String(8), index=True)
    """`open`, `resolved`."""
    judgement: Mapped[int | None] = mapped_column(Integer)
    """The newest one; also of a group that came back."""
    suggestions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`[{"code", "score"}]`, best first."""


class ItemRow(Base):
    """One question that somebody should look at, and why."""

    __tablename__ = "inbox_items"
    __table_args__ = (
        UniqueConstraint("turn", "kind", name="uq_inbox_items_turn_kind"),
        Index("ix_inbox_items_group", "group"),
        Index("ix_inbox_items_at", "at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    group: Mapped[int] = mapped_column(ForeignKey("inbox_groups.id", ondelete="CASCADE"))
    turn: Mapped[int | None] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    """The question; null: only a counter told what was asked."""
    conversation: Mapped[str | None] = mapped_column(String(32))
    """Tells people apart."""
    kind: Mapped[str] = mapped_column(String(16))
    """`unanswered`, `doubt`, `thumbs_down`, `handed_over`, `wrongly_sent`."""
    folded: Mapped[str] = mapped_column(String(400))
    """The words that matter, without accents; by it near-same questions are found."""
    said: Mapped[str | None] = mapped_column(Text)
    """What a counter told, redacted; only without a turn."""
    comment: Mapped[str | None] = mapped_column(Text)
    """A word more of the visitor or the counter, redacted."""
    at: Mapped[datetime] = mapped_column(UtcTime)


class JudgementRow(Base):
    """What somebody of the staff decided on a group."""

    __tablename__ = "inbox_judgements"
    __table_args__ = (Index("ix_inbox_judgements_conversation", "conversation"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    group: Mapped[int] = mapped_column(Integer, index=True)
    action: Mapped[str] = mapped_column(String(16))
    """`example`, `faq`, `out_of_scope`, `ignore`."""
    text: Mapped[str | None] = mapped_column(Text)
    """The question as it was accepted, redacted; null where it was ignored."""
    code: Mapped[str | None] = mapped_column(String(100))
    added: Mapped[bool] = mapped_column(default=False)
    """Whether the example was not in the catalogue before: only then does undo take it out."""
    reason: Mapped[str | None] = mapped_column(Text)
    conversation: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL")
    )
    """Who asked first, as long as the turns are kept: whoever is erased takes this along."""
    release: Mapped[str | None] = mapped_column(String(64))
    """In force when it was decided: what a later one still cannot answer comes back."""
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)


class WronglySentRow(Base):
    """A counter tells that somebody was sent there by mistake."""

    __tablename__ = "inbox_wrongly_sent"
    __table_args__ = (
        UniqueConstraint("day", "ticket", name="uq_inbox_wrongly_sent_ticket"),
        UniqueConstraint("slip", name="uq_inbox_wrongly_sent_slip"),
        Index("ix_inbox_wrongly_sent_at", "at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(Date)
    ticket: Mapped[int | None] = mapped_column(Integer)
    slip: Mapped[str | None] = mapped_column(String(8))
    counter: Mapped[str | None] = mapped_column(String(32))
    channel: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(2))
    procedure: Mapped[str | None] = mapped_column(String(100))
    """Which procedure the desk took it for."""
    item: Mapped[int | None] = mapped_column(ForeignKey("inbox_items.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)


class SentRow(Base):
    """Which question led to a ticket, for the rest of the day: its conversation is forgotten."""

    __tablename__ = "inbox_sent"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    ticket: Mapped[int] = mapped_column(Integer, primary_key=True)
    turn: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))


class MarkRow(Base):
    """How far turns have been looked through; one row."""

    __tablename__ = "inbox_marks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_turn: Mapped[int] = mapped_column(Integer)
