"""Brings the database to the newest schema (Alembic), inside the running event loop."""

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

import assistant
from assistant.errors import LetanError
from assistant.storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 6_503_262_001
"""Key of PostgreSQL's advisory lock: several processes may start at once."""


def load_tables() -> None:
    """Import `tables.py` of every room, so that `Base.metadata` is complete."""
    for module in walk_packages(assistant.__path__, "assistant."):
        if module.name.endswith(".tables"):
            import_module(module.name)


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


async def migrate(database: Database) -> None:
    """Upgrade to the newest revision. Safe to call from several processes at once.

    Raises LetanError `database_corrupt`, `database_unreachable`, `database_newer`.
    """
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except (DBAPIError, OSError) as error:
        raise _explained(database, error) from error
    except CommandError as error:  # the database was written by a newer version of this program
        raise LetanError(
            "database_newer",
            503,
            "Cơ sở dữ liệu thuộc về một phiên bản Lễ Tân mới hơn. Hãy cài phiên bản mới hơn, "
            "hoặc dùng thư mục dữ liệu khác (--data-dir).",
            "The database belongs to a newer version of Lễ Tân. Install that version, or use "
            "another data folder (--data-dir).",
            log=str(error),
        ) from error


def _upgrade(connection: Connection) -> None:
    load_tables()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    command.upgrade(configuration(connection), "head")


def _explained(database: Database, error: Exception) -> LetanError:
    """A database error in words that name the file or the server, and the way out."""
    detail = str(getattr(error, "orig", None) or error).splitlines()[0]
    path = database.engine.url.database
    corrupt = "malformed" in detail or "not a database" in detail
    if database.is_sqlite and corrupt:
        return LetanError(
            "database_corrupt",
            503,
            f"Cơ sở dữ liệu {path} bị hỏng. Hãy dừng Lễ Tân, dời tệp này (cùng tệp -wal, -shm) ra "
            "chỗ khác, chép bản sao lưu vào (hoặc để trống, tệp mới sẽ được tạo), rồi chạy lại.",
            f"The database {path} is damaged. Stop Lễ Tân, move that file (with its -wal and -shm) "
            "aside, restore a back-up (or nothing: a new one is made), and start again.",
            log=detail,
        )
    where = str(path) if database.is_sqlite else database.engine.url.render_as_string()
    kind = "read or written" if isinstance(error, OperationalError) else "used"
    return LetanError(
        "database_unreachable",
        503,
        f"Không dùng được cơ sở dữ liệu {where}: {detail}. Hãy kiểm tra tệp hoặc máy chủ.",
        f"The database {where} cannot be {kind}: {detail}. Check the file or the server.",
        log=detail,
    )
