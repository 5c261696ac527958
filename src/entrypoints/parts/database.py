"""The roles and the copies of the database."""

from adapters.postgres.backup import PostgresBackup
from adapters.postgres.database import PostgresDatabase
from entrypoints.settings.service import Settings


def administration_of(settings: Settings, database: PostgresDatabase) -> PostgresDatabase:
    """Choose the role that workspaces are created and deleted under; only commands do that, one at a time."""
    url = settings.database.admin_url
    return database if url is None else PostgresDatabase(url.get_secret_value(), pool_size=1)


def make_database_backup(settings: Settings) -> PostgresBackup:
    """Return what copies the database and puts copies back, under its owner's role."""
    from adapters.embedded.programs import program_folders  # noqa: PLC0415  # only where something is backed up

    url, owner_url = settings.database.url, settings.database.admin_url or settings.database.url
    assert url is not None and owner_url is not None  # noqa: S101, PT018  # commands name one, embedded or not
    return PostgresBackup(owner_url.get_secret_value(), url.get_secret_value(), program_folders(settings.pg_bin))
