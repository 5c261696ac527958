"""A database out of an archive is the one that went in, whoever owns it."""

import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from typing_extensions import override

from adapters.embedded.programs import program_folders
from adapters.postgres.backup import PostgresBackup
from adapters.postgres.database import PostgresDatabase
from adapters.postgres.migrator import head_revision, upgrade
from adapters.postgres.roles import as_role, grant_service, make_login, weakness_of
from application.ports.database_backup import DumpedWith
from application.ports.document_storage import BlobKey
from domain.errors import ConflictError, ServiceUnavailableError
from domain.render_request import Timings
from tests.builders import NOW, a_document, a_render_request, a_template, a_version, an_api_key, an_asset
from tests.contracts.audit_log import an_entry
from tests.contracts.database_backup import NAME, DatabaseBackupContract
from tests.contracts.unit_of_work import stored_workspace
from tests.integration.support.databases import plain_owner
from tests.integration.support.units import units_on

SERVICE = "service"
CATALOGUE = {
    "policies": """
        SELECT polrelid::regclass::text, polname::text, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1, 2
        """,
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'jobs') ORDER BY 1",
    "constraints": """
        SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid > 0 ORDER BY 1, 2
        """,
}


def service_of(owner_url: str) -> str:
    """The URL of the role that the service has on an owner's database."""
    return as_role(owner_url, f"{urlsplit(owner_url).username}_service", SERVICE)


@pytest.fixture
async def owners(postgres_server_url: str) -> AsyncIterator[tuple[str, str]]:
    """An installation, and an empty database for another one, of owners who are no superusers."""
    async with plain_owner(postgres_server_url) as one, plain_owner(postgres_server_url) as other:
        names = [f"{urlsplit(owner).username}_service" for owner in (one, other)]
        for name in names:
            await make_login(postgres_server_url, name, SERVICE)
        await upgrade(one)
        await grant_service(one, names[0])
        yield one, other
        for owner, name in zip((one, other), names, strict=True):
            for statement in (f'DROP OWNED BY "{name}"', f'DROP ROLE "{name}"'):
                connection = await asyncpg.connect(postgres_server_url, database=urlsplit(owner).path.lstrip("/"))
                await connection.execute(statement)
                await connection.close()


def backup_of(owner_url: str) -> PostgresBackup:
    return PostgresBackup(owner_url, service_of(owner_url), program_folders(None), patience_seconds=0.2)


async def filled(owner_url: str) -> set[tuple[BlobKey, int]]:
    """Put a row into every table of two workspaces; return what names blobs."""
    named = set()
    async with PostgresDatabase(service_of(owner_url)) as database, PostgresDatabase(owner_url) as administration:
        units = units_on(database, administration=administration)
        for slug in ("acme", "globex"):
            workspace = await stored_workspace(units, slug)
            template, asset = a_template(workspace_id=workspace.id), an_asset(workspace_id=workspace.id)
            version, document = a_version(template), a_document()
            async with units.of_workspace(workspace.id) as unit:
                await unit.templates.add(template, version)
                await unit.assets.put(asset)
                for _ in range(2):
                    done = a_render_request(template).start().succeed(document, (), Timings(), at=NOW)
                    await unit.renders.add(done, b'{"name": "Ada"}')
                gone = a_render_request(template).start().succeed(a_document(sha256="f" * 64), (), Timings(), at=NOW)
                await unit.renders.add(gone, b"{}")
                await unit.renders.erase(gone.erase(at=NOW))
                await unit.api_keys.add(an_api_key(workspace_id=workspace.id))
                await unit.audit.record(an_entry(workspace.id))
                await unit.workspace.settings(for_change=True)
                await unit.commit()
            for blob in (version, asset, document):
                named.add((BlobKey(workspace.id, blob.sha256), blob.size))
    return named


async def contents(owner_url: str) -> dict[str, str]:
    """Hash what is in every table, and what a database is made of."""
    connection = await asyncpg.connect(owner_url)
    async with connection.transaction():
        await connection.execute("SET LOCAL docgen.maintenance = 'on'")
        tables = await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname IN ('public', 'jobs') ORDER BY 1"
        )
        found = {}
        for table in tables:
            rows = await connection.fetch(f"SELECT t::text FROM {table['name']} AS t ORDER BY 1")  # ours
            found[table["name"]] = hashlib.sha256(repr([row[0] for row in rows]).encode()).hexdigest()
        for what, query in CATALOGUE.items():
            found[what] = repr([tuple(row) for row in await connection.fetch(query)])
    await connection.close()
    return found


async def dumped(backup: PostgresBackup) -> tuple[DumpedWith, bytes, list[tuple[BlobKey, int]]]:
    """Take a snapshot."""
    async with backup.snapshot() as snapshot:
        dump = b"".join([piece async for piece in snapshot.dump()])
        return snapshot.made_with, dump, [blob async for blob in snapshot.blobs()]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 10_000):
        yield content[at : at + 10_000]


class TestPostgresBackup(DatabaseBackupContract):
    @pytest.fixture
    @override
    def database(self, owners: tuple[str, str]) -> PostgresBackup:
        return backup_of(owners[0])

    @pytest.fixture
    @override
    async def named(self, owners: tuple[str, str]) -> dict[BlobKey, int]:  # type: ignore[override]  # a fixture
        return dict(await filled(owners[0]))

    @pytest.fixture
    @override
    def empty(self, owners: tuple[str, str]) -> PostgresBackup:
        return backup_of(owners[1])


async def test_another_owner_gets_the_same_database(owners: tuple[str, str]) -> None:
    one, other = owners
    named = await filled(one)
    made_with, dump, blobs = await dumped(backup_of(one))
    assert (len(blobs), set(blobs)) == (len(named), named)
    assert made_with.revision == head_revision()
    restoring = backup_of(other)
    await restoring.require_restorable(NAME, made_with)
    await restoring.restore(NAME, made_with, pieces(dump))
    assert await contents(other) == await contents(one)
    assert await weakness_of(other, urlsplit(service_of(other)).username or "") is None
    async with PostgresDatabase(service_of(other)) as database, PostgresDatabase(other) as administration:
        units = units_on(database, administration=administration)
        async with units.of_administration() as unit:
            workspaces = {workspace.slug: workspace.id for workspace in await unit.workspaces.all()}
        assert set(workspaces) == {"acme", "default", "globex"}
        async with units.of_workspace(workspaces["acme"]) as unit:
            assert [asset.name for asset in await unit.assets.search(limit=10)] == ["logo.png"]


async def test_a_snapshot_does_not_have_what_comes_later(owners: tuple[str, str]) -> None:
    one, other = owners
    backup = backup_of(one)
    async with backup.snapshot() as snapshot:
        await filled(one)
        assert [blob async for blob in snapshot.blobs()] == []
        dump = b"".join([piece async for piece in snapshot.dump()])
    await backup_of(other).restore(NAME, snapshot.made_with, pieces(dump))
    async with (
        PostgresDatabase(other) as administration,
        units_on(administration).of_administration() as unit,
    ):
        assert [workspace.slug for workspace in await unit.workspaces.all()] == ["default"]


async def test_a_database_that_is_not_empty_is_left_as_it_is(owners: tuple[str, str]) -> None:
    one, _ = owners
    await filled(one)
    before = await contents(one)
    made_with, dump, _ = await dumped(backup_of(one))
    with pytest.raises(ConflictError, match="not empty"):
        await backup_of(one).require_restorable(NAME, made_with)
    with pytest.raises(ConflictError, match="not empty"):
        await backup_of(one).restore(NAME, made_with, pieces(dump))
    assert await contents(one) == before


async def test_an_interrupted_restore_can_be_begun_again(owners: tuple[str, str]) -> None:
    one, other = owners
    await filled(one)
    made_with, dump, _ = await dumped(backup_of(one))
    restoring = backup_of(other)
    with pytest.raises(ServiceUnavailableError, match="pg_restore failed"):
        await restoring.restore(NAME, made_with, pieces(dump[: len(dump) // 2]))
    await restoring.require_restorable(NAME, made_with)
    await restoring.restore(NAME, made_with, pieces(dump))
    assert await contents(other) == await contents(one)


async def test_what_was_filled_before_the_interruption_is_finished(owners: tuple[str, str]) -> None:
    one, other = owners
    await filled(one)
    made_with, dump, _ = await dumped(backup_of(one))
    restoring = backup_of(other)
    await restoring.restore(NAME, made_with, pieces(dump))
    connection = await asyncpg.connect(other)
    await connection.execute(f"CREATE SCHEMA docgen_restore; COMMENT ON SCHEMA docgen_restore IS '{NAME}'")
    await connection.execute("DROP POLICY maintenance ON renders")
    await connection.close()
    with pytest.raises(ConflictError, match=f"--backup {NAME}"):
        await restoring.require_restorable("20261126T100000Z", made_with)
    await restoring.restore(NAME, made_with, pieces(b""))
    assert await contents(other) == await contents(one)


async def test_a_backup_of_an_unknown_revision_is_refused(owners: tuple[str, str]) -> None:
    with pytest.raises(ConflictError, match="9999"):
        await backup_of(owners[1]).require_restorable(NAME, DumpedWith("9999", 18))


# --- blobs that are kept --------------------------------------------------------------------------------------


async def test_while_a_backup_runs_everything_is_named(database_url: str, database: PostgresDatabase) -> None:
    units = units_on(database)
    workspace_id = a_template().workspace_id
    wanted = ["0" * 64, "1" * 64]

    async def named() -> set[str]:
        async with units.of_workspace(workspace_id) as unit:
            return await unit.blobs.named(wanted)

    assert await named() == set()
    backup = PostgresBackup(database_url, None, [])
    async with backup.blobs_kept():
        assert await named() == set(wanted)
    assert await named() == set()


# --- programs -------------------------------------------------------------------------------------------------


@pytest.fixture
def old_programs(tmp_path: Path) -> Path:
    """Programs that say that they are of a version which no server has."""
    for name in ("pg_dump", "pg_restore"):
        program = tmp_path / name
        program.write_text(f"#!{sys.executable}\nprint('{name} (PostgreSQL) 9.6.24')\n")
        program.chmod(0o755)
    return tmp_path


async def test_programs_that_are_missing_or_old_are_named(
    database_url: str, tmp_path: Path, old_programs: Path
) -> None:
    for folder, said in ((old_programs, "is too old .*has version 9"), (tmp_path / "none", "is missing")):
        backup = PostgresBackup(database_url, None, [folder])
        with pytest.raises(ServiceUnavailableError, match=rf"pg_dump, .*{said}.*DOCGEN_PG_BIN"):
            async with backup.snapshot():
                pass
        with pytest.raises(ServiceUnavailableError, match=rf"pg_restore, .*{said}.*DOCGEN_PG_BIN"):
            await backup.require_restorable(NAME, DumpedWith(head_revision(), 18))
