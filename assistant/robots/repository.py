"""SQL of the robots' missions, commands and leases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.robots.tables import RobotCommandRow, RobotLeaseRow, RobotMissionRow

_M = RobotMissionRow.__table__.c
_C = RobotCommandRow.__table__.c
_L = RobotLeaseRow.__table__.c

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


def was_stopped(connection: Connection, robot: str) -> bool:
    """Whether the last that was heard of stops is one that nobody has released."""
    last = connection.execute(
        select(_C.command)
        .where(_C.robot == robot, _C.command.in_(("stop", "resume")))
        .order_by(_C.id.desc())
        .limit(1)
    ).scalar()
    return bool(last == "stop")


def forget(connection: Connection, before: datetime) -> None:
    """Drop what is older."""
    connection.execute(delete(RobotMissionRow).where(_M.changed_at < before))
    connection.execute(delete(RobotCommandRow).where(_C.at < before))


def leases(connection: Connection, robots: Sequence[str]) -> dict[str, Row]:
    """Who drives, by robot."""
    found = connection.execute(
        select(RobotLeaseRow.__table__).where(_L.robot.in_(robots))
    ).mappings()
    return {row["robot"]: dict(row) for row in found}


def take_lease(connection: Connection, robot: str, known: Row | None, holder: Row) -> bool:
    """Make ``holder`` (holder, host, process) drive, if nothing has changed since ``known``.

    Raises IntegrityError when another process is first to write a row.
    """
    if known is None:
        first = {"robot": robot, **holder, "term": 1, "beat": 0, "stops": 0, "releases": 0}
        connection.execute(insert(RobotLeaseRow).values(first))
        return True
    taken = connection.execute(
        update(RobotLeaseRow)
        .where(_L.robot == robot, _L.term == known["term"], _L.beat == known["beat"])
        .values(**holder, term=known["term"] + 1, beat=0)
    )
    return taken.rowcount == 1


def renew_lease(connection: Connection, robot: str, holder: str) -> bool:
    """Show that the holder lives; whether it is still the holder."""
    renewed = connection.execute(
        update(RobotLeaseRow).where(_L.robot == robot, _L.holder == holder).values(beat=_L.beat + 1)
    )
    return renewed.rowcount == 1


def give_back_leases(connection: Connection, holder: str) -> None:
    """Let others drive at once."""
    connection.execute(
        update(RobotLeaseRow)
        .where(_L.holder == holder)
        .values(holder=None, term=_L.term + 1, beat=0)
    )


def tell_holder(connection: Connection, robot: str, column: str) -> None:
    """Ask whoever drives to stop (``stops``) or to let go of a stop (``releases``)."""
    connection.execute(
        update(RobotLeaseRow)
        .where(_L.robot == robot)
        .values({column: RobotLeaseRow.__table__.c[column] + 1})
    )
