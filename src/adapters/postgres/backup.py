"""The database out of and into an archive of pg_dump.

What pg_dump writes and the list of blobs are of one snapshot. The policies `maintenance` name the owner's role, which
another installation may not have: they are left out of what is restored, and made anew.
"""

import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
from typing_extensions import override

from adapters.postgres.blob_references import BACKUP_LOCK, all_named_blobs
from adapters.postgres.client_programs import PG_DUMP, PG_RESTORE, Program, find_program, output_of, run
from adapters.postgres.connection import connect
from adapters.postgres.failures import COMPONENT, driver_errors
from adapters.postgres.migrator import known_revisions, upgrade
from adapters.postgres.roles import grant_service, role_of
from adapters.postgres.scope import IN_MAINTENANCE, MAINTENANCE
from application.ports.database_backup import DatabaseBackup, DatabaseSnapshot, DumpedWith
from application.ports.document_storage import BlobKey
from domain.errors import ConflictError, ServiceUnavailableError
from domain.identifiers import WorkspaceId

_CONNECT_TIMEOUT: Final = 5.0
_PATIENCE_SECONDS: Final = 10.0
_DUMP: Final = (
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    # Rates of requests, which are nobody's loss.
    "--no-unlogged-table-data",
    # What is restored has another storage, whose mark it takes when it is first used.
    "--exclude-table-data=public.storage_marks",
    "--enable-row-security",
    # A migration that is under way is not waited for for ever, nor does it keep everybody else waiting behind us.
    "--lock-wait-timeout=30s",
)
_RESTORE: Final = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
# Lines of an archive's table of contents (pg_restore --list) that are not restored.
_LEFT_OUT: Final = re.compile(r"\d+; \d+ \d+ (POLICY \S+ \S+ maintenance |SCHEMA - public |COMMENT - SCHEMA public )")
# Says, with the backup's name as its comment, that a restore is under way.
_MARK: Final = "docgen_restore"
_MARKED_WITH: Final = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1"
_IS_EMPTY: Final = """
    SELECT NOT EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname <> 'information_schema'
            AND n.nspname NOT LIKE 'pg\\_%'
    )
    """
_PROTECTED_FROM_OWNER: Final = """
    SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relforcerowsecurity
        AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'maintenance')
    """


class _Snapshot(DatabaseSnapshot):
    """A transaction that sees one moment, and has told others how to see it."""

    def __init__(
        self, connection: asyncpg.Connection, url: str, name: str, program: Program, made_with: DumpedWith
    ) -> None:
        self._connection = connection
        self._url = url
        self._name = name
        self._program = program
        self.made_with = made_with

    @override
    def dump(self) -> AsyncIterator[bytes]:
        return output_of(self._program, self._url, [*_DUMP, f"--snapshot={self._name}"])

    @override
    async def blobs(self) -> AsyncIterator[tuple[BlobKey, int]]:
        with driver_errors():
            async for row in self._connection.cursor(all_named_blobs(), prefetch=1_000):
                yield BlobKey(WorkspaceId(row["workspace_id"]), row["sha256"]), row["size"]


class PostgresBackup(DatabaseBackup):
    """Under the owner's role, to whom row-level security shows everything."""

    def __init__(
        self,
        owner_url: str,
        service_url: str | None,
        program_folders: Sequence[Path],
        *,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        """Take who is to use the database once it is restored, and where PostgreSQL's programs may be, best first.

        For so long it is waited for those who erase a blob, before another backup is said to be under way.
        """
        self._patience_ms = round(patience_seconds * 1000)
        self._url = owner_url
        self._service_url = service_url
        self._folders = program_folders

    @override
    @asynccontextmanager
    async def blobs_kept(self) -> AsyncIterator[None]:
        # A lock of the session: no transaction is open meanwhile. It ends with the connection, however that ends.
        async with self._connected() as connection:
            with driver_errors():
                is_alone = await connection.fetchval("SELECT pg_try_advisory_lock($1)", BACKUP_LOCK)
            if not is_alone:
                raise ServiceUnavailableError(
                    COMPONENT,
                    "Another backup of this database is under way, or a blob is being erased: try again later.",
                )
            yield

    @override
    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[DatabaseSnapshot]:
        async with self._connected() as connection:
            with driver_errors():
                server = connection.get_server_version().major
                program = await find_program(PG_DUMP, self._folders, server)
                transaction = connection.transaction(isolation="repeatable_read", readonly=True)
                await transaction.start()
                await connection.execute(MAINTENANCE)
                revision = await connection.fetchval("SELECT version_num FROM alembic_version")
                name = await connection.fetchval("SELECT pg_export_snapshot()")
            made_with = DumpedWith(revision, program.major)
            yield _Snapshot(connection, self._url, name, program, made_with)

    @override
    async def require_restorable(self, backup: str, made_with: DumpedWith) -> None:
        if made_with.revision not in known_revisions():
            raise ConflictError(
                f"The backup {backup} has the schema {made_with.revision}, which this version of DocGen does not know: "
                "restore it with the version that made it, or a newer one."
            )
        await find_program(PG_RESTORE, self._folders, made_with.program)
        async with self._connected() as connection:
            await _is_filled(connection, backup)

    @override
    async def restore(self, backup: str, made_with: DumpedWith, dump: AsyncIterable[bytes]) -> None:
        program = await find_program(PG_RESTORE, self._folders, made_with.program)
        async with self._connected() as connection:
            if not await _is_filled(connection, backup):
                with driver_errors():
                    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_MARK}")
                    await connection.execute(f"COMMENT ON SCHEMA {_MARK} IS '{backup}'")
                await self._fill(program, dump)
            await _open_to_owner(connection)
            await upgrade(self._url)
            role = None if self._service_url is None else role_of(self._service_url)
            if role is not None and role != role_of(self._url):
                await grant_service(self._url, role)
            with driver_errors():
                await connection.execute(f"DROP SCHEMA IF EXISTS {_MARK}")

    async def _fill(self, program: Program, dump: AsyncIterable[bytes]) -> None:
        with tempfile.TemporaryDirectory(prefix="docgen-restore-") as folder:
            archive, contents = Path(folder) / "database.dump", Path(folder) / "contents"
            with archive.open("wb") as file:
                async for piece in dump:
                    file.write(piece)
            lines = (await run(program, None, ["--list", str(archive)])).decode().splitlines()
            contents.write_text("\n".join(line for line in lines if not _LEFT_OUT.match(line)), encoding="utf-8")
            await run(program, self._url, [*_RESTORE, f"--use-list={contents}", str(archive)])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        # The snapshot stays open, and idle, for as long as pg_dump works.
        connection = await connect(
            self._url, connect_timeout=_CONNECT_TIMEOUT, command_timeout=None, idle_in_transaction_seconds=None
        )
        try:
            yield connection
        finally:
            connection.terminate()


async def _is_filled(connection: asyncpg.Connection, backup: str) -> bool:
    """Tell whether an interrupted restore of this backup has filled the database.

    Raises:
        ConflictError: it is not empty, for another reason.
    """
    with driver_errors():
        is_empty = await connection.fetchval(_IS_EMPTY)
        begun = await connection.fetchval(_MARKED_WITH, _MARK)
    if is_empty:
        return False
    if begun == backup:
        return True
    if begun is not None:
        raise ConflictError(
            f"The restore of the backup {begun} into this database was interrupted: go on with it by --backup {begun}, "
            "or drop the database and create it again."
        )
    raise ConflictError(
        "The database is not empty, and nothing was restored: a backup goes into a database without tables. Create a "
        "new one, or, for the embedded database, choose another DOCGEN_DATA_DIR."
    )


async def _open_to_owner(connection: asyncpg.Connection) -> None:
    """Let the owner's role see everything where it asks for that, as `protect` does."""
    with driver_errors():
        for row in await connection.fetch(_PROTECTED_FROM_OWNER):
            await connection.execute(f"CREATE POLICY maintenance ON {row[0]} TO CURRENT_USER USING ({IN_MAINTENANCE})")
