"""Alembic's environment; the connection comes from `assistant.storage.migrate`."""

from alembic import context

from assistant.storage.database import Base
from assistant.storage.migrate import load_tables

load_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
