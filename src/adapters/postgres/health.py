"""Health of the database."""

from typing import Final

from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import COMPONENT, connecting
from adapters.postgres.migrator import head_revision, known_revisions, revision_of
from application.ports.health_check import HealthCheck
from domain.errors import ServiceUnavailableError

# Fine while a fleet is replaced; one that stays so was left out.
_NEWER: Final = "The database has the tables of a newer version of DocGen: update this one too."


class PostgresHealthCheck(HealthCheck):
    """The database works when it answers and has the schema of this version of DocGen, or a newer one.

    A newer one is what the rest of a fleet sees while it is replaced one by one: migrations keep older versions alive.
    """

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    @property
    @override
    def component(self) -> str:
        return COMPONENT

    @override
    async def check(self) -> str | None:
        with connecting():
            async with self._database.engine.connect() as connection:
                revision = await connection.run_sync(revision_of)
        if revision is None or (revision != head_revision() and revision in known_revisions()):
            raise ServiceUnavailableError(
                COMPONENT, "The database does not have the tables of this version of DocGen; run 'docgen migrate'."
            )
        return None if revision == head_revision() else _NEWER
