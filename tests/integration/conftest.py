"""The PostgreSQL of the tests: an embedded one, or the one that DOCGEN_TEST_DATABASE_URL names."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.integration.support.databases import Template, shared_template, wait_for_no_disk, with_database
from tests.integration.support.seaweedfs import Server, shared_seaweedfs
from tests.integration.support.servers import remove_data_dir, shared_server


@pytest.fixture(scope="session")
def postgres_server_url(testrun_uid: str) -> Iterator[str]:
    """The URL of a server whose user may create databases; one server for all processes of a run."""
    given = os.environ.get("DOCGEN_TEST_DATABASE_URL")
    if given:
        yield given
    else:
        with shared_server(testrun_uid) as url:
            asyncio.run(wait_for_no_disk(url))
            yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template_database(postgres_server_url: str, testrun_uid: str) -> AsyncIterator[Template]:
    """A migrated database to copy, built once a run."""
    async with shared_template(postgres_server_url, testrun_uid) as template:
        yield template


@pytest.fixture
async def database_url(template_database: Template) -> AsyncIterator[str]:
    """The URL of a migrated database of the test's own."""
    async with template_database.copy() as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(template_database: Template) -> Iterator[str]:
    """A database of the module's own; no connection is kept idle for as long as that lasts."""
    name = f"{template_database.name}_{uuid.uuid4().hex}"

    async def execute(statement: str) -> None:
        connection = await asyncpg.connect(template_database.server_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_database.name}"'))
    yield with_database(template_database.server_url, name)
    asyncio.run(execute(f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def seaweedfs(testrun_uid: str) -> Iterator[Server]:
    """A store that speaks S3; one for all processes of a run."""
    with shared_seaweedfs(testrun_uid) as server:
        yield server


@pytest.fixture
async def empty_database_url(postgres_server_url: str) -> AsyncIterator[str]:
    """A database without a table."""
    name = f"empty_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(postgres_server_url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield with_database(postgres_server_url, name)
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="docgen-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(open_folder: Path) -> Iterator[Path]:
    """A data directory that does not exist yet, and is removed with whatever the embedded server put elsewhere."""
    data_dir = open_folder / ".docgen"
    yield data_dir
    remove_data_dir(data_dir)
