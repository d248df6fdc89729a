"""Alembic's environment; the connection comes from `assistant.storage.migrate`."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from assistant.storage.database import Base, UtcTime
from assistant.storage.migrate import load_tables


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations use plain column types: they must not change when our own types do."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


load_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_render,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
