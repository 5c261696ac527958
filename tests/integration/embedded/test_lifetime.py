"""Who starts the server, who uses it, and when it ends."""

import os
import socket
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.embedded.room import STAGING
from adapters.embedded.watchdog import is_postgres
from tests.integration.embedded.processes import (
    StartHolder,
    eventually,
    eventually_query,
    files_of,
    has_ended,
    query,
    runs,
    server_of,
    servers_of,
    successor_of,
    watchdogs_of,
)


async def test_a_first_start_makes_a_database_of_its_own(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        assert server.owned
        assert urlsplit(server.url()).hostname == "127.0.0.1"
        assert await query(server.url(), "SELECT current_database()") == "docgen"
        assert await query(server.url(), "SELECT datlocale FROM pg_database WHERE datname = 'docgen'") == "C.UTF-8"
        assert await query(server.url(), "SHOW server_encoding") == "UTF8"
        assert await query(server.url(), "SHOW data_checksums") == "on"
        assert await query(server.url("postgres"), "SELECT current_database()") == "postgres"
    assert not runs(data_dir)


async def test_nobody_gets_in_without_the_password(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        port = urlsplit(server.url()).port
        with pytest.raises(asyncpg.InvalidPasswordError):
            await query(f"postgresql://docgen:guessed@127.0.0.1:{port}/docgen", "SELECT 1")
        assert await query(server.url(), "SHOW unix_socket_directories") == ""
        listening = {c.laddr.ip for c in server_of(data_dir).net_connections() if c.status == psutil.CONN_LISTEN}
        assert listening == {"127.0.0.1"}
        password = urlsplit(server.url()).password
        assert password is not None
        assert not any(password in " ".join(process.cmdline()) for process in servers_of(data_dir))
    assert stat.S_IMODE(files_of(data_dir).password.stat().st_mode) == 0o600


async def test_a_later_start_finds_the_data_again(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        await query(server.url(), "CREATE TABLE kept AS SELECT 42 AS answer")
        first = server.url()
    with EmbeddedPostgres(data_dir) as server:
        assert server.url() == first
        assert await query(server.url(), "SELECT answer FROM kept") == 42


def test_there_is_no_url_outside_the_block(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    with pytest.raises(RuntimeError, match="inside its block"):
        server.url()


async def test_one_object_can_be_entered_again(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir)
    with server:
        pass
    with server:
        assert await query(server.url(), "SELECT 1") == 1


async def test_a_second_process_attaches(data_dir: Path, start_holder: StartHolder) -> None:
    with EmbeddedPostgres(data_dir) as server:
        second = start_holder()
        assert second.answer() == {"url": server.url(), "owned": False}
        second.leave()
        assert await query(server.url(), "SELECT 1") == 1
    assert not runs(data_dir)


async def test_processes_that_start_at_once_share_one_server(data_dir: Path, start_holder: StartHolder) -> None:
    holders = [start_holder() for _ in range(4)]
    answers = [holder.answer() for holder in holders]
    assert sorted(answer["owned"] for answer in answers) == [False, False, False, True]
    assert len({answer["url"] for answer in answers}) == 1
    assert len(servers_of(data_dir)) == 1


async def test_the_server_outlives_its_owner_while_somebody_uses_it(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    assert owner.answer()["owned"]
    user = start_holder()
    url = user.answer()["url"]
    before = server_of(data_dir)
    owner.leave()
    assert await query(url, "SELECT 1") == 1
    assert server_of(data_dir) == before
    user.leave()
    eventually(lambda: not runs(data_dir))


async def test_a_session_of_its_own_keeps_the_terminal_away(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        processes = [server_of(data_dir), *watchdogs_of(data_dir)]
        assert len(processes) == 2
        assert all(os.getsid(process.pid) == process.pid for process in processes)


# --- killed -----------------------------------------------------------------------------------------------------


async def test_the_server_ends_with_its_killed_owner(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    url = owner.answer()["url"]
    connection = await asyncpg.connect(url)
    owner.kill()
    eventually(lambda: not runs(data_dir))
    assert servers_of(data_dir) == []
    assert watchdogs_of(data_dir) == []
    connection.terminate()


async def test_a_killed_owner_takes_nothing_from_the_other_users(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    assert owner.answer()["owned"]
    user = start_holder()
    url = user.answer()["url"]
    owner.kill()
    assert await query(url, "SELECT 1") == 1
    user.kill()
    eventually(lambda: not runs(data_dir))


async def test_after_everything_was_killed_it_starts_again(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    url = owner.answer()["url"]
    await query(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    watchdog, server = watchdogs_of(data_dir)[0], server_of(data_dir)
    watchdog.kill()
    owner.kill()
    server.kill()
    assert (files_of(data_dir).cluster / "postmaster.pid").exists()
    with EmbeddedPostgres(data_dir) as again:
        assert again.owned
        assert await query(again.url(), "SELECT answer FROM kept") == 42


async def test_an_orphaned_server_makes_room(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    url = owner.answer()["url"]
    orphan = server_of(data_dir)
    watchdogs_of(data_dir)[0].kill()
    owner.kill()
    assert await query(url, "SELECT 1") == 1
    with EmbeddedPostgres(data_dir) as server:
        assert server.owned
        assert has_ended(orphan)
        assert server.url() == url
        assert await query(url, "SELECT 1") == 1


async def test_a_killed_server_comes_back_on_the_same_port(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        url, before = server.url(), server_of(data_dir)
        for _ in range(2):
            before.kill()
            before = successor_of(before, data_dir)
            assert await eventually_query(url, "SELECT 1") == 1
        assert server.url() == url
        assert server.owned
    assert not runs(data_dir)


async def test_a_user_takes_over_what_its_owner_left(data_dir: Path, start_holder: StartHolder) -> None:
    owner = start_holder()
    assert owner.answer()["owned"]
    user = start_holder()
    url = user.answer()["url"]
    before = server_of(data_dir)
    owner.kill()
    before.kill()
    successor_of(before, data_dir)
    assert await eventually_query(url, "SELECT 1") == 1
    assert len(watchdogs_of(data_dir)) == 1
    assert user.leave() == {"url": url, "owned": True}
    assert not runs(data_dir)


def test_only_a_postgresql_is_ever_signalled(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        assert is_postgres(server_of(data_dir).pid)
        if sys.platform == "linux":
            assert not is_postgres(os.getpid())


# --- what killed processes leave behind ---------------------------------------------------------------------------


async def test_a_number_that_another_process_has_got_does_not_count(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir):
        cluster = files_of(data_dir).cluster
        pidfile = (cluster / "postmaster.pid").read_text().splitlines()
    # As after the restart of a container, where the numbers begin again.
    (cluster / "postmaster.pid").write_text("\n".join([str(os.getpid()), *pidfile[1:]]) + "\n")
    with EmbeddedPostgres(data_dir) as server:
        assert await query(server.url(), "SELECT 1") == 1


async def test_a_killed_initdb_leaves_nothing_half(data_dir: Path, start_holder: StartHolder) -> None:
    first = start_holder()
    home = files_of(data_dir).home
    eventually(lambda: list(home.glob(f"{STAGING}*/data/base")))
    first.kill()
    assert not files_of(data_dir).cluster.exists()
    with EmbeddedPostgres(data_dir) as server:
        assert await query(server.url(), "SELECT current_database()") == "docgen"
    assert list(home.glob(f"{STAGING}*")) == []


async def test_a_lost_password_is_replaced(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        lost = server.url()
    files_of(data_dir).password.unlink()
    with EmbeddedPostgres(data_dir) as server:
        assert server.url() != lost
        assert await query(server.url(), "SELECT 1") == 1


async def test_a_port_that_was_taken_meanwhile_is_left_alone(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        port = urlsplit(server.url()).port
    with socket.create_server(("127.0.0.1", port or 0)), EmbeddedPostgres(data_dir) as server:
        assert urlsplit(server.url()).port != port
        assert await query(server.url(), "SELECT 1") == 1
