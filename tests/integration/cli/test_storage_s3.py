"""An installation moves into a bucket, and is backed up there and restored from there."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import serving_on, upload
from tests.integration.cli.test_backup import LETTER, render
from tests.integration.support.databases import as_service
from tests.integration.support.seaweedfs import BUCKET, Server, environment_of


@pytest.mark.timeout(300)
def test_an_installation_moves_into_a_bucket_and_out_of_a_backup(
    database_url: str, empty_database_url: str, docgen: Run, tmp_path: Path, seaweedfs: Server
) -> None:
    database = {"DOCGEN_DATABASE__URL": as_service(database_url), "DOCGEN_DATABASE__ADMIN_URL": database_url}
    bucket = environment_of(seaweedfs.options())
    local = {**bucket, "DOCGEN_STORAGE__KIND": "local", "DOCGEN_DATA_DIR": str(tmp_path / "data")}
    with serving_on(database_url, tmp_path, "one") as (_, address):
        upload(address, "letter.txt", LETTER)
        for name in ("Ada", "Grace"):
            render(address, name)
    copied = docgen("storage", "copy", "--from", "local", "--to", "s3", **local)
    assert (copied.returncode, copied.stdout) == (0, "Copied 3 blobs from local to s3; 0 others were there already.\n")
    again = docgen("storage", "copy", "--from", "local", "--to", "s3", **local)
    assert again.stdout == "Copied 0 blobs from local to s3; 3 others were there already.\n"

    place = f"s3://{BUCKET}/{seaweedfs.options().prefix}backups-of-docgen"
    backup = docgen("backup", place, **database, **bucket)
    assert (backup.returncode, backup.stderr) == (0, "")
    assert "3 blobs of 39 bytes, 3 of them new" in backup.stdout

    other = {**environment_of(seaweedfs.options()), "DOCGEN_DATABASE__URL": empty_database_url}
    restored = docgen("restore", place, **other)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "3 blobs, 3 of them copied" in restored.stdout
    # Each blob is read and has the hash that the database names.
    checked = json.loads(docgen("storage", "check", "--json", **other).stdout)
    assert (checked["ok"], checked["checked"], checked["faults"]) == (True, 3, [])


def test_what_cannot_be_copied_or_backed_up_is_said(docgen: Run, empty_database_url: str) -> None:
    same = docgen("storage", "copy", "--from", "s3", "--to", "s3")
    assert (same.returncode, "both s3" in same.stderr) == (2, True)
    unset = docgen("storage", "copy", "--from", "local", "--to", "s3")
    assert (unset.returncode, "DOCGEN_STORAGE__S3__BUCKET" in unset.stderr) == (2, True)
    place = docgen("backup", "ftp://example.org/backups", DOCGEN_DATABASE__URL=empty_database_url)
    assert (place.returncode, "s3://BUCKET/PREFIX" in place.stderr) == (2, True)
