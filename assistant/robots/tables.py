"""Tables of the robots: what they were to do, and every command."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from assistant.storage.database import Base, UtcTime


class RobotMissionRow(Base):
    """A mission as it was last seen; one that never ended was interrupted."""

    __tablename__ = "robot_missions"
    __table_args__ = (Index("ix_robot_missions_robot_created_at", "robot", "created_at"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    robot: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(64))
    pace: Mapped[str] = mapped_column(String(16))
    requested_by: Mapped[str] = mapped_column(String(48))
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class RobotCommandRow(Base):
    """Who asked a robot for what, what was sent, what came back."""

    __tablename__ = "robot_commands"
    __table_args__ = (Index("ix_robot_commands_robot_at", "robot", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    robot: Mapped[str] = mapped_column(String(32))
    mission: Mapped[str | None] = mapped_column(String(24))
    command: Mapped[str] = mapped_column(String(16))
    sent: Mapped[str] = mapped_column(String(120))
    came_back: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[str] = mapped_column(String(48))
    at: Mapped[datetime] = mapped_column(UtcTime)


class RobotLeaseRow(Base):
    """Which process drives a robot. No times: whoever wants it watches the count of beats."""

    __tablename__ = "robot_leases"

    robot: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(32))
    host: Mapped[str] = mapped_column(String(64))
    process: Mapped[str] = mapped_column(String(120))
    term: Mapped[int]
    """Grows with every holder."""
    beat: Mapped[int]
    """Grows while the holder lives."""
    stops: Mapped[int]
    """Grows when another process asks the holder to stop."""
    releases: Mapped[int]
