"""An installation moves into a bucket, and is backed up there and restored from there."""

import asyncio
import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from adapters.postgres.blob_locks import PostgresBlobLocks
from adapters.postgres.database import PostgresDatabase
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.options import S3Options
from adapters.storage.s3.storage import S3DocumentStorage
from application.blob_survey import BlobSurvey
from application.use_cases.collect_blobs import CollectBlobs
from tests.fakes.clock import FixedClock
from tests.integration.cli.checking import Checking
from tests.integration.cli.conftest import Run
from tests.integration.cli.serving import EVERYTHING_STORED, serving_on, upload
from tests.integration.cli.test_backup import LETTER, render
from tests.integration.cli.test_storage import kill_at
from tests.integration.cli.test_storage import render as post_render
from tests.integration.support.databases import as_service
from tests.integration.support.relay import Relay, relay_beside
from tests.integration.support.seaweedfs import BUCKET, Server, environment_of
from tests.integration.support.units import units_on


@pytest.mark.timeout(300)
def test_an_installation_moves_into_a_bucket_and_out_of_a_backup(
    database_url: str, empty_database_url: str, docgen: Run, tmp_path: Path, seaweedfs: Server
) -> None:
    database = {"DOCGEN_DATABASE__URL": as_service(database_url), "DOCGEN_DATABASE__ADMIN_URL": database_url}
    bucket = environment_of(seaweedfs.options())
    local = {**bucket, "DOCGEN_STORAGE__KIND": "local", "DOCGEN_DATA_DIR": str(tmp_path / "data")}
    with serving_on(database_url, tmp_path, "one", **EVERYTHING_STORED) as (_, address):
        upload(address, "letter.txt", LETTER)
        for name in ("Ada", "Grace"):
            render(address, name)
    copied = docgen("storage", "copy", "--from", "local", "--to", "s3", **local)
    assert (copied.returncode, copied.stdout) == (0, "Copied 3 blobs from local to s3; 0 others were there already.\n")
    again = docgen("storage", "copy", "--from", "local", "--to", "s3", **local)
    assert again.stdout == "Copied 0 blobs from local to s3; 3 others were there already.\n"

    place = f"s3://{BUCKET}/{seaweedfs.options().prefix}backups-of-docgen"
    backup = docgen("backup", place, "--keep", 1, **database, **bucket)
    assert (backup.returncode, backup.stderr) == (0, "")
    assert "3 blobs of 39 bytes, 3 of them new" in backup.stdout

    other = {**environment_of(seaweedfs.options()), "DOCGEN_DATABASE__URL": empty_database_url}
    restored = docgen("restore", place, **other)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "3 blobs, 3 of them copied" in restored.stdout
    # Each blob is read and has the hash that the database names.
    checked = json.loads(docgen("storage", "check", "--json", **other).stdout)
    assert (checked["ok"], checked["checked"], checked["faults"]) == (True, 3, [])


async def collect_in_two_days(database_url: str, options: S3Options) -> None:
    """Collect with the clock of the day after tomorrow: nobody sets an object's time back."""
    clock = FixedClock(datetime.now(UTC) + timedelta(days=2))
    async with (
        PostgresDatabase(as_service(database_url)) as database,
        PostgresBlobLocks(as_service(database_url)) as locks,
        S3DocumentStorage(Bucket(options), locks, clock) as storage,
    ):
        survey = BlobSurvey(units_on(database), storage, clock, timedelta(hours=24))
        await CollectBlobs(survey, storage)()


@contextmanager
def service_on_bucket(
    database_url: str, tmp_path: Path, settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Relay, "subprocess.Popen[str]", str]]:
    """Run a service with a template, to be killed in the block; behind it, this process knows the same bucket."""
    with (
        relay_beside(database_url) as relay,
        serving_on(relay.url, tmp_path, "killed", **settings) as (process, address),
    ):
        upload(address, "letter.txt", LETTER)
        yield relay, process, address
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.mark.timeout(300)
def test_a_service_that_is_killed_leaves_an_orphan_in_the_bucket_that_is_collected(
    database_url: str, tmp_path: Path, seaweedfs: Server, check: Checking, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = seaweedfs.options()
    with service_on_bucket(database_url, tmp_path, environment_of(options), monkeypatch) as (relay, process, address):
        render(address, "Ada")
        kill_at("INSERT INTO renders", relay, process, lambda: post_render(address, "Grace"))
    orphan = hashlib.sha256(b"Dear Grace,\n").hexdigest()
    assert check.kinds() == {orphan: "young"}
    asyncio.run(collect_in_two_days(database_url, options))
    assert check.kinds() == {}


@pytest.mark.timeout(300)
def test_a_service_that_is_killed_between_the_rows_deletion_and_the_blobs_leaves_an_orphan_in_the_bucket(
    database_url: str, tmp_path: Path, seaweedfs: Server, check: Checking, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = seaweedfs.options()
    with service_on_bucket(database_url, tmp_path, environment_of(options), monkeypatch) as (relay, process, address):
        record = post_render(address, "Ada").json()
        url = f"{address}{record['links']['self']}"
        # What names its document is asked for when its row is gone.
        kill_at("UNION SELECT assets", relay, process, lambda: httpx2.delete(url, trust_env=False, timeout=60))
    assert check.kinds() == {record["sha256"]: "young"}
    asyncio.run(collect_in_two_days(database_url, options))
    assert check.kinds() == {}


def test_what_cannot_be_copied_or_backed_up_is_said(docgen: Run, empty_database_url: str) -> None:
    same = docgen("storage", "copy", "--from", "s3", "--to", "s3")
    assert (same.returncode, "both s3" in same.stderr) == (2, True)
    unset = docgen("storage", "copy", "--from", "local", "--to", "s3")
    assert (unset.returncode, "DOCGEN_STORAGE__S3__BUCKET" in unset.stderr) == (2, True)
    place = docgen("backup", "ftp://example.org/backups", DOCGEN_DATABASE__URL=empty_database_url)
    assert (place.returncode, "s3://BUCKET/PREFIX" in place.stderr) == (2, True)
