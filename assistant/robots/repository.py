"""SQL of the robots' missions and commands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.robots.tables import RobotCommandRow, RobotMissionRow

_M = RobotMissionRow.__table__.c
_C = RobotCommandRow.__table__.c

Row = dict[str, Any]
"""The columns of a table by name."""


def store(connection: Connection, missions: Sequence[Row], commands: Sequence[Row]) -> None:
    """Write missions as they are now, and further commands."""
    for row in missions:
        changed = {key: value for key, value in row.items() if key not in ("id", "created_at")}
        known = connection.execute(
            update(RobotMissionRow).where(_M.id == row["id"]).values(changed)
        )
        if known.rowcount == 0:
            connection.execute(insert(RobotMissionRow).values(row))
    if commands:
        connection.execute(insert(RobotCommandRow), list(commands))


def interrupt(
    connection: Connection, robots: Sequence[str], ended: Sequence[str], now: datetime
) -> None:
    """What an earlier process left unfinished is interrupted."""
    connection.execute(
        update(RobotMissionRow)
        .where(_M.robot.in_(robots), _M.state.not_in(ended))
        .values(state="interrupted", changed_at=now)
    )


def missions(connection: Connection, robot: str, limit: int) -> list[Row]:
    """The newest missions of a robot, newest first."""
    found = connection.execute(
        select(RobotMissionRow.__table__)
        .where(_M.robot == robot)
        .order_by(_M.created_at.desc(), _M.id)
        .limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def commands(connection: Connection, robot: str, limit: int) -> list[Row]:
    """The newest commands of a robot, newest first."""
    found = connection.execute(
        select(RobotCommandRow.__table__)
        .where(_C.robot == robot)
        .order_by(_C.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in found.mappings()]


def forget(connection: Connection, before: datetime) -> None:
    """Drop what is older."""
    connection.execute(delete(RobotMissionRow).where(_M.changed_at < before))
    connection.execute(delete(RobotCommandRow).where(_C.at < before))
