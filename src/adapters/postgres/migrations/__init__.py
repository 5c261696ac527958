"""The schema's history, for Alembic; `adapters.postgres.migrator` runs it."""
