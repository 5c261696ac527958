"""Several real processes store and erase the same bytes at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.storage import S3DocumentStorage
from adapters.system import SystemClock
from domain.workspace import DEFAULT_WORKSPACE_ID
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.integration.cli.serving import EVERYTHING_STORED, serving_on, upload
from tests.integration.support.seaweedfs import Server, environment_of

BODY = {"template": "letter", "data": {"name": "Ada Lovelace"}}
TEMPLATE = b"Dear {{ name }},\n"
ANY_STATE = {"If-Match": "*"}


def come_and_go(address: str, times: int) -> None:
    """Make the same document again and again, fetch it, and erase it."""
    with httpx2.Client(base_url=address, timeout=60, trust_env=False) as client:
        for _ in range(times):
            record = client.post("/v1/renders", json=BODY)
            assert record.status_code == 201, record.text
            document = client.get(record.json()["links"]["document"])
            assert (document.status_code, document.text) == (200, "Dear Ada Lovelace,\n")
            assert client.delete(record.json()["links"]["self"]).status_code == 204


def upload_and_purge(address: str, name: str, times: int) -> None:
    """Register the same file again and again, fetch it, and erase the template."""
    with httpx2.Client(base_url=address, timeout=60, trust_env=False) as client:
        for number in range(times):
            files, fields = {"file": ("same.txt", b"the same")}, {"slug": f"{name}-{number}"}
            template = client.post("/v1/templates", files=files, data=fields)
            assert template.status_code == 201, template.text
            url = f"/v1/templates/{name}-{number}"
            assert client.get(f"{url}/versions/1/file").text == "the same"
            assert client.delete(url, params={"purge": "true"}, headers=ANY_STATE).status_code == 204


def come_and_go_together(one: str, two: str, *, documents: int, files: int) -> None:
    """Let many do so at two servers at once."""
    upload(one, "letter.txt", TEMPLATE)
    with ThreadPoolExecutor(12) as pool:
        work = [pool.submit(come_and_go, (one, two)[number % 2], documents) for number in range(8)]
        work += [pool.submit(upload_and_purge, (one, two)[number % 2], f"t{number}", files) for number in range(4)]
        for each in work:
            each.result()


def test_nothing_is_erased_that_somebody_has_just_stored(database_url: str, tmp_path: Path) -> None:
    with (
        serving_on(database_url, tmp_path, "one", **EVERYTHING_STORED) as (_, one),
        serving_on(database_url, tmp_path, "two", **EVERYTHING_STORED) as (_, two),
    ):
        come_and_go_together(one, two, documents=25, files=10)
        kept = [path.read_bytes() for path in (tmp_path / "data" / "storage").rglob("*") if len(path.name) == 64]
        assert kept == [TEMPLATE]


async def test_nor_from_a_bucket(database_url: str, tmp_path: Path, seaweedfs: Server) -> None:
    options = seaweedfs.options()
    settings = environment_of(options)
    with (
        serving_on(database_url, tmp_path, "one", **settings) as (_, one),
        serving_on(database_url, tmp_path, "two", **settings) as (_, two),
    ):
        await asyncio.to_thread(come_and_go_together, one, two, documents=6, files=3)
    async with S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), SystemClock()) as storage:
        kept = [await storage.read(blob.key) async for blob in storage.stored_blobs(DEFAULT_WORKSPACE_ID)]
    assert kept == [TEMPLATE]
    assert not (tmp_path / "data" / "storage").exists()
