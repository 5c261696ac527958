"""Alembic's entry: runs on the connection that the migrator hands over, so no ini file is needed."""

from alembic import context

from adapters.postgres.tables.base import Row

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Row.metadata, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
