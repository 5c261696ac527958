"""`docgen backup` beside a service that runs, and `docgen restore` into an empty installation."""

import hashlib
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import serving, serving_on, upload
from tests.integration.support.databases import as_service

LETTER = b"Dear {{ name }},\n"


def render(address: str, name: str) -> dict[str, Any]:
    """Make a document, and return its record."""
    body = {"template": "letter", "data": {"name": name}}
    answer = httpx2.post(f"{address}/v1/renders", json=body, trust_env=False, timeout=60)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = answer.json()
    return record


def hash_of(address: str, path: str) -> str:
    """Fetch a document or a file, and hash it."""
    answer = httpx2.get(f"{address}{path}", trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    return hashlib.sha256(answer.content).hexdigest()


@pytest.mark.timeout(300)
def test_an_empty_installation_becomes_what_was_backed_up(
    database_url: str, empty_database_url: str, docgen: Run, tmp_path: Path
) -> None:
    one = {
        "DOCGEN_DATABASE__URL": as_service(database_url),
        "DOCGEN_DATABASE__ADMIN_URL": database_url,
        "DOCGEN_DATA_DIR": str(tmp_path / "data"),
    }
    other = {"DOCGEN_DATABASE__URL": empty_database_url, "DOCGEN_DATA_DIR": str(tmp_path / "other")}
    # The document for Ada goes beside its record, the others into the storage.
    with serving_on(database_url, tmp_path, "one", DOCGEN_STORAGE__BYTES_IN_RECORD="10") as (_, address):
        upload(address, "letter.txt", LETTER)
        records = [render(address, name) for name in ("Ada", "Grace")]
        first = docgen("backup", "backups", **one)
        assert (first.returncode, first.stderr) == (0, "")
        assert "2 blobs of 29 bytes, 2 of them new" in first.stdout
        records.append(render(address, "Edsger"))
        second = docgen("backup", "backups", "--keep", 2, **one)
        assert "3 blobs of 42 bytes, 1 of them new" in second.stdout
        assert "Removed 0 older backups, and 0 blobs that only they had." in second.stdout
        render(address, "Too late")
    listed = docgen("restore", "backups", "--list", **other).stdout.splitlines()
    assert [line.split("\t")[1] for line in listed] == ["3 blobs", "2 blobs"]
    restored = docgen("restore", "backups", **other)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "3 blobs, 3 of them copied" in restored.stdout
    directory = tmp_path / "two"
    directory.mkdir()
    with serving(directory, **other, DOCGEN_AUTH__MODE="none", DOCGEN_RENDERING__WORKERS="1") as (_, address):
        there = httpx2.get(f"{address}/v1/renders", trust_env=False, timeout=60).json()["data"]
        assert {record["id"]: record["sha256"] for record in there} == {
            record["id"]: record["sha256"] for record in records
        }
        for record in there:
            assert hash_of(address, record["links"]["document"]) == record["sha256"]
        assert hash_of(address, "/v1/templates/letter/versions/1/file") == hashlib.sha256(LETTER).hexdigest()


def test_the_embedded_database_moves_to_another_folder(docgen: Run, tmp_path: Path) -> None:
    assert docgen("workspace", "create", "acme").returncode == 0
    assert docgen("backup", "backups").returncode == 0
    other = {"DOCGEN_DATA_DIR": str(tmp_path / "other")}
    assert docgen("restore", "backups", **other).returncode == 0
    assert "acme" in docgen("workspace", "list", **other).stdout


def test_a_place_without_a_backup_is_named(docgen: Run, empty_database_url: str) -> None:
    done = docgen("restore", "nowhere", DOCGEN_DATABASE__URL=empty_database_url)
    assert done.returncode == 2
    assert "There is no backup in this place" in done.stderr
