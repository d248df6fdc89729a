"""Citizens on Zalo: what came in, what goes out, and the tokens to send it with.

Texts are here only on their way: the body of an event is erased when it is done with, the body of
a message after it was sent. The keys of events are digests.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class ZaloCitizenRow(Base):
    """Somebody who writes to us."""

    __tablename__ = "zalo_citizens"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    """The channel, a colon, the platform's id."""
    conversation: Mapped[str | None] = mapped_column(String(32))
    """The one that goes on now."""
    language: Mapped[str | None] = mapped_column(String(2))
    """Of the last answer."""
    first_seen_at: Mapped[datetime] = mapped_column(UtcTime)
    last_interaction_at: Mapped[datetime] = mapped_column(UtcTime)
    """By the platform's clock; opens its windows for sending."""
    paused_until: Mapped[datetime | None] = mapped_column(UtcTime)
    """An officer answers in person until then."""
    greeted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    offer: Mapped[str | None] = mapped_column(Text)
    """What the last reply offers to choose from (JSON, `choices.Offer`); goes with the next one."""
    anonymous_conversation: Mapped[str | None] = mapped_column(String(64))
    """Set for a guest without an account, to whom an answer goes another way."""


class ZaloConversationRow(Base):
    """Whose a conversation was, also when it is over: what is to be erased with a person."""

    __tablename__ = "zalo_conversations"
    __table_args__ = (Index("ix_zalo_conversations_citizen", "citizen"),)

    conversation: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen: Mapped[str] = mapped_column(String(80))


class ZaloInboxRow(Base):
    """One event of the platform, stored before it is answered 200."""

    __tablename__ = "zalo_inbox"
    __table_args__ = (
        UniqueConstraint("channel", "key", name="uq_zalo_inbox_key"),
        Index("ix_zalo_inbox_citizen", "citizen", "state"),
        Index("ix_zalo_inbox_state", "state", "done_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    """Digest of the event's key: the same one is not taken twice."""
    citizen: Mapped[str | None] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    body: Mapped[str | None] = mapped_column(Text)
    """The event (JSON); erased when it is done with."""
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, `working`, `done`, `ignored`, `failed`."""
    owner: Mapped[str | None] = mapped_column(String(32))
    """The process that works on it."""
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    """While it is worked on: another process may take it afterwards. While it waits: not before."""
    attempts: Mapped[int] = mapped_column(Integer)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ZaloOutboxRow(Base):
    """One message to a citizen."""

    __tablename__ = "zalo_outbox"
    __table_args__ = (
        UniqueConstraint("inbox", "position", name="uq_zalo_outbox_position"),
        Index("ix_zalo_outbox_state", "state", "not_before"),
        Index("ix_zalo_outbox_citizen", "citizen", "state"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(16))
    citizen: Mapped[str] = mapped_column(String(80))
    inbox: Mapped[int | None] = mapped_column(ForeignKey("zalo_inbox.id", ondelete="SET NULL"))
    """The event that it answers."""
    position: Mapped[int] = mapped_column(Integer)
    body: Mapped[str | None] = mapped_column(Text)
    """What is sent (JSON, `messages.py`); erased once it was sent."""
    state: Mapped[str] = mapped_column(String(8))
    """`waiting`, `sending`, `sent`, `dropped`, `held`."""
    attempts: Mapped[int] = mapped_column(Integer)
    not_before: Mapped[datetime | None] = mapped_column(UtcTime)
    owner: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(80))
    """The platform's."""
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ZaloTokenRow(Base):
    """The pair of tokens of a channel; encrypted."""

    __tablename__ = "zalo_tokens"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    access: Mapped[str | None] = mapped_column(Text)
    refresh: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str | None] = mapped_column(Text)
    """The pair before, for whom the newest was lost on the way."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    refreshed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(8))
    """`ok` or `stopped`: an administrator must consent again."""
    reason: Mapped[str | None] = mapped_column(String(64))
    lock_until: Mapped[datetime | None] = mapped_column(UtcTime)
    lock_owner: Mapped[str | None] = mapped_column(String(32))
