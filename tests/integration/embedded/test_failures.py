"""What cannot run is refused in one sentence, and can be put right."""

import os
from pathlib import Path

import pytest

from adapters.embedded import EmbeddedPostgres, EmbeddedPostgresError
from adapters.embedded.programs import find_programs
from domain.errors import ServiceUnavailableError
from tests.integration.embedded.processes import files_of, query, runs


def refusal(data_dir: Path, pg_bin: Path | None = None) -> str:
    """What is said instead of a start; nothing of the server may be left."""
    with pytest.raises(EmbeddedPostgresError) as caught, EmbeddedPostgres(data_dir, pg_bin=pg_bin):
        pass
    assert isinstance(caught.value, ServiceUnavailableError)
    assert caught.value.component == "database"
    if files_of(data_dir).server_lock.exists():
        assert not runs(data_dir)
    message = str(caught.value)
    assert "\n" not in message
    return message


def a_program(folder: Path, name: str, script: str) -> None:
    """Write a shell script."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.fixture
def cluster(data_dir: Path) -> Path:
    """The data directory of a server that has run."""
    with EmbeddedPostgres(data_dir):
        return files_of(data_dir).cluster


async def test_another_major_version_is_refused(data_dir: Path, cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text()
    (cluster / "PG_VERSION").write_text("17\n")
    message = refusal(data_dir)
    assert "was made by PostgreSQL 17" in message
    assert f"has PostgreSQL {version.strip()}" in message
    assert "DOCGEN_PG_BIN" in message
    assert "pg_dumpall" in message
    (cluster / "PG_VERSION").write_text(version)
    with EmbeddedPostgres(data_dir) as server:
        assert await query(server.url(), "SELECT 1") == 1


def test_a_folder_that_is_no_data_directory_is_refused(data_dir: Path) -> None:
    files_of(data_dir).cluster.mkdir(parents=True)
    assert "no file PG_VERSION" in refusal(data_dir)


def test_a_folder_without_programs_is_refused(data_dir: Path, open_folder: Path) -> None:
    message = refusal(data_dir, open_folder / "nothing")
    assert str(open_folder / "nothing") in message
    assert "DOCGEN_PG_BIN" in message


def test_programs_that_are_not_postgresql_are_refused(data_dir: Path, open_folder: Path) -> None:
    for name in ("postgres", "initdb"):
        a_program(open_folder / "bin", name, "echo libicu.so.72 is missing. >&2; exit 127")
    assert "libicu.so.72 is missing" in refusal(data_dir, open_folder / "bin")


def test_programs_that_do_not_run_are_refused(data_dir: Path, open_folder: Path) -> None:
    for name in ("postgres", "initdb"):
        a_program(open_folder / "bin", name, "exit 0")
    (open_folder / "bin" / "postgres").write_bytes(b"\x7fELF of another machine")
    assert "Exec format error" in refusal(data_dir, open_folder / "bin")


def test_programs_that_are_too_old_are_refused(data_dir: Path, open_folder: Path) -> None:
    for name in ("postgres", "initdb"):
        a_program(open_folder / "bin", name, "echo 'postgres (PostgreSQL) 15.9 (Debian 15.9-0)'")
    message = refusal(data_dir, open_folder / "bin")
    assert "has version 15" in message
    assert "17 or newer" in message


def test_a_failed_initdb_shows_what_it_said(data_dir: Path, open_folder: Path) -> None:
    major = find_programs(None).major
    a_program(open_folder / "bin", "postgres", f"echo 'postgres (PostgreSQL) {major}.0'")
    a_program(open_folder / "bin", "initdb", "echo 'initdb: No space left on device' >&2; exit 1")
    message = refusal(data_dir, open_folder / "bin")
    assert "cannot be made by initdb" in message
    assert "Free some space" in message
    assert not files_of(data_dir).cluster.exists()


def test_a_damaged_database_is_refused_with_the_end_of_the_log(data_dir: Path, cluster: Path) -> None:
    (cluster / "global" / "pg_control").unlink()
    message = refusal(data_dir)
    assert "pg_control" in message
    assert str(files_of(data_dir).log) in message


def test_a_data_directory_that_cannot_be_made_is_refused(open_folder: Path) -> None:
    (open_folder / "file").write_text("")
    message = refusal(open_folder / "file" / ".docgen")
    assert "Not a directory" in message
    assert str(open_folder / "file") in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_directory_that_may_not_be_written_is_refused(open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o500)
    assert "Permission denied" in refusal(open_folder / "closed" / ".docgen")
