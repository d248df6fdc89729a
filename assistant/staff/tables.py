"""Accounts, sessions, invitations, and the log that is only ever appended to."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class StaffAccount(Base):
    """One person who works here."""

    __tablename__ = "staff_accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    """What is typed at the log-in: lower case, NFC."""
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(200))
    """Argon2id."""
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    """Base32; null without a second factor."""
    totp_step: Mapped[int | None] = mapped_column(Integer)
    """The last step that was used: no code works twice."""
    active: Mapped[bool] = mapped_column(Boolean)
    failures: Mapped[int] = mapped_column(Integer)
    """Wrong passwords in a row."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class StaffSession(Base):
    """One browser or program that has logged in."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index("ix_staff_sessions_account", "account"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the token, hexadecimal; the token has 256 random bits, so no salt is needed."""
    account: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    last_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcTime)
    """When the password was last typed."""


class StaffIdentity(Base):
    """Whom an identity provider calls an account's owner; kept from the first log-in on."""

    __tablename__ = "staff_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("staff_accounts.id", ondelete="CASCADE"))
    bound_at: Mapped[datetime] = mapped_column(UtcTime)


class StaffInvitation(Base):
    """A link that creates one account, once."""

    __tablename__ = "staff_invitations"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class AuditEntry(Base):
    """What somebody changed. Rows are chained by hashes and never changed (triggers see to it)."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_thing", "thing"), Index("ix_audit_log_at", "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcTime)
    who: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(48))
    """`procedure.changed`, `release.published` …"""
    thing: Mapped[str] = mapped_column(String(120))
    before: Mapped[str | None] = mapped_column(Text)
    """JSON; null where there was nothing before."""
    after: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the columns above as JSON, `previous` among them."""
