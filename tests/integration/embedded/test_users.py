"""As whom the server runs: PostgreSQL refuses root, and nobody else can pass root's closed folders."""

import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres, EmbeddedPostgresError
from adapters.embedded.programs import find_programs
from tests.integration.embedded.processes import StartHolder, eventually, files_of, query, runs, server_of
from tests.integration.support.servers import remove_data_dir

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run programs as other users")

NOBODY = 65534


@pytest.fixture
def closed_dir(open_folder: Path) -> Iterator[Path]:
    """A data directory in a project below a folder that only root can enter."""
    (open_folder / "root").mkdir(mode=0o700)
    data_dir = open_folder / "root" / "project" / ".docgen"
    yield data_dir
    remove_data_dir(data_dir)


@pytest.fixture
def other_user() -> int:
    """A user without rights who has an entry in the list of users, as PostgreSQL demands."""
    for entry in pwd.getpwall():
        if entry.pw_uid not in {0, NOBODY}:
            return entry.pw_uid
    pytest.skip("this machine has no users but root and nobody")


def test_root_runs_the_server_as_nobody(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        server = server_of(data_dir)
        assert set(server.uids()) == {NOBODY}
        assert set(server.gids()) == {NOBODY}
        status = Path("/proc", str(server.pid), "status").read_text()
        assert "Groups:\t \n" in status, "the server has groups of root"
        assert files_of(data_dir).cluster.stat().st_uid == NOBODY
        assert files_of(data_dir).password.stat().st_uid == 0


async def test_another_user_runs_it_as_themselves(
    open_folder: Path, data_dir: Path, start_holder: StartHolder, other_user: int
) -> None:
    os.chown(open_folder, other_user, other_user)
    holder = start_holder(user=other_user)
    url = holder.answer()["url"]
    assert await query(url, "SELECT 1") == 1
    assert server_of(data_dir).uids().real == other_user
    holder.kill()
    eventually(lambda: not runs(data_dir))


async def test_root_leaves_a_users_data_directory_usable(
    open_folder: Path, data_dir: Path, start_holder: StartHolder, other_user: int
) -> None:
    os.chown(open_folder, other_user, other_user)
    with EmbeddedPostgres(data_dir) as server:
        assert server_of(data_dir).uids().real == other_user
        url = server.url()
    holder = start_holder(user=other_user)
    assert holder.answer() == {"url": url, "owned": True}


async def test_below_a_closed_folder_the_data_lies_elsewhere(closed_dir: Path) -> None:
    with EmbeddedPostgres(closed_dir) as server:
        await query(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
    room = files_of(closed_dir).cluster.readlink().parent
    assert room.parent == Path("/var/lib/docgen")
    assert (room / "belongs-to").read_text() == f"{files_of(closed_dir).home}\n"
    moved = closed_dir.parent.with_name("moved") / ".docgen"
    closed_dir.parent.rename(moved.parent)
    with EmbeddedPostgres(moved) as server:
        assert await query(server.url(), "SELECT answer FROM kept") == 42
    moved.parent.rename(closed_dir.parent)


async def test_programs_below_a_closed_folder_are_copied(closed_dir: Path) -> None:
    package = find_programs(None).bin.parent.parent
    copied = closed_dir.parent.parent / "site-packages" / package.name
    shutil.copytree(package, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copied.with_name(libraries.name), symlinks=True)
    pg_bin = copied / find_programs(None).bin.relative_to(package)
    with EmbeddedPostgres(closed_dir, pg_bin=pg_bin) as server:
        assert await query(server.url(), "SELECT 1") == 1
        room = files_of(closed_dir).cluster.readlink().parent
        assert Path(server_of(closed_dir).exe()).is_relative_to(room / "programs")
        first = (room / "programs").stat()
    with EmbeddedPostgres(closed_dir, pg_bin=pg_bin):
        assert (room / "programs").stat().st_ino == first.st_ino, "copied without need"
    (copied / "pginstall" / "share" / "renewed").touch()
    with EmbeddedPostgres(closed_dir, pg_bin=pg_bin):
        assert list((room / "programs").rglob("renewed")), "an old copy was used"


def test_a_folder_that_was_closed_later_is_named(open_folder: Path, data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        pass
    open_folder.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match=r"65534\) cannot enter .*chmod o\+x"), EmbeddedPostgres(data_dir):
        pass
    open_folder.chmod(0o755)
    with EmbeddedPostgres(data_dir) as server:
        assert server.owned


async def test_data_that_is_gone_is_not_replaced_by_an_empty_database(closed_dir: Path) -> None:
    with EmbeddedPostgres(closed_dir):
        pass
    room = files_of(closed_dir).cluster.readlink().parent
    away = room.with_name(f"{room.name}-away")
    room.rename(away)
    with pytest.raises(EmbeddedPostgresError, match=f"leads to.*{room.name}"), EmbeddedPostgres(closed_dir):
        pass
    away.rename(room)
    with EmbeddedPostgres(closed_dir) as server:
        assert await query(server.url(), "SELECT 1") == 1
