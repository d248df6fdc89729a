"""Which releases there are, which one was published when, how builds go, what would change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Float, Index, Integer, String, Text
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


class BuildRow(Base):
    """One build that somebody of the staff asked for."""

    __tablename__ = "release_builds"
    __table_args__ = (Index("ix_release_builds_started_at", "started_at"),)

    release: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The id that the release has, or would have had."""
    state: Mapped[str] = mapped_column(String(12))
    """`building`, `built`, `failed`."""
    step: Mapped[str] = mapped_column(String(48))
    fraction: Mapped[float] = mapped_column(Float)
    problem_vi: Mapped[str | None] = mapped_column(Text)
    problem_en: Mapped[str | None] = mapped_column(Text)
    who: Mapped[str] = mapped_column(String(64))
    compared_with: Mapped[str | None] = mapped_column(String(64))
    """The release in force when it was built."""
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class DifferenceRow(Base):
    """A question that a release answers otherwise than the one in force, and what staff say."""

    __tablename__ = "release_differences"
    __table_args__ = (Index("ix_release_differences_release", "release"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    release: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    """The question, redacted."""
    source: Mapped[str] = mapped_column(String(12))
    """`asked` by people in the last weeks, or of the `regression` set."""
    times: Mapped[int] = mapped_column(Integer)
    """How often it was asked."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    risky: Mapped[bool] = mapped_column(Boolean)
    """Another procedure, fee, papers or counter."""
    verdict: Mapped[str | None] = mapped_column(String(8))
    """`better`, `same`, `worse`; null: nobody has judged it."""
    judged_by: Mapped[str | None] = mapped_column(String(64))


class PlanRow(Base):
    """A release that is to be put in force at a time."""

    __tablename__ = "planned_publications"
    __table_args__ = (Index("ix_planned_publications_state", "state", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    release: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(12))
    """`planned`, `running`, then `done`, `failed` or `cancelled`."""
    who: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    problem_vi: Mapped[str | None] = mapped_column(Text)
    problem_en: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcTime)
    """When a process began with it: one that died at it is followed by another."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
