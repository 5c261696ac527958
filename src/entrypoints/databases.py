"""The databases that commands prepare: the embedded one, and that of an operator."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from adapters.postgres.migrator import head_revision, newer_revision, upgrade
from adapters.postgres.roles import grant_service, make_embedded_service, role_of, weakness_of
from entrypoints.settings.errors import NO_DATABASE, SettingsError
from entrypoints.settings.service import Settings


@contextmanager
def start_embedded_database(settings: Settings) -> Iterator[str]:
    """Run the embedded PostgreSQL of the data directory, or attach to the one that runs there; yield its URL.

    Raises:
        ServiceUnavailableError: it cannot be started.
        SettingsError: this installation, the container image for one, is to have none.
    """
    if not settings.database.embedded:
        raise SettingsError(NO_DATABASE)
    from adapters.embedded import EmbeddedPostgres  # noqa: PLC0415  # only where no database is configured

    with EmbeddedPostgres(settings.data_dir, pg_bin=settings.pg_bin) as server:
        yield server.url()


@dataclass(frozen=True, slots=True)
class Migrated:
    """The revision that a database has, and why row-level security is no second wall for the service, if so.

    A `newer` one is that of a later version of DocGen.
    """

    revision: str
    weakness: str | None
    newer: bool = False


async def migrate(owner_url: str, service_url: str) -> Migrated:
    """Bring a database to this version's schema under its owner's role, and let the service's role use it.

    One that a later version has migrated is left as it is: this version can work with it, and is there again because
    somebody went back to it.

    Raises:
        ServiceUnavailableError: it is down or refuses, or there is no such role.
    """
    newer = await newer_revision(owner_url)
    if newer is not None:
        return Migrated(newer, None, newer=True)
    await upgrade(owner_url)
    role = role_of(service_url)
    if role is None:
        return Migrated(head_revision(), None)
    if role != role_of(owner_url):
        await grant_service(owner_url, role)
    return Migrated(head_revision(), await weakness_of(owner_url, role))


async def prepare_embedded_database(url: str) -> str:
    """Bring the embedded database to this version's schema, and return the URL of the service's role."""
    await upgrade(url)
    return await make_embedded_service(url)
