"""Blobs in a bucket of SeaweedFS."""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typing_extensions import override

from adapters.postgres.blob_locks import PostgresBlobLocks
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.mark import S3StorageMark
from adapters.storage.s3.options import Encryption, S3Options
from adapters.storage.s3.storage import S3DocumentStorage, S3StorageHealthCheck
from adapters.storage.s3.uploads import PART
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey, DocumentStorage
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId
from tests.contracts.document_storage import (
    ACME,
    BOOK,
    LETTER,
    DocumentStorageContract,
    collect,
    key_of,
    keys_in,
    pieces_of,
    unnamed,
    workspaces_in,
)
from tests.contracts.health_check import HealthCheckContract
from tests.contracts.storage_mark import StorageMarkContract
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.fakes.clock import FixedClock
from tests.integration.support.seaweedfs import OWNER, READER, Server, killable_seaweedfs, write_directly
from tests.integration.support.store_proxy import StoreProxy, proxy_to

# Nobody waits for a store that is not there.
HASTY: dict[str, Any] = {"attempts": 1, "connect_seconds": 0.5, "read_seconds": 0.5, "request_seconds": 1.0}
PATIENCE_SECONDS = 30.0


def storage_with(options: S3Options) -> S3DocumentStorage:
    """Make a storage that is alone with its bucket."""
    return S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), SystemClock())


@pytest.fixture
def options(seaweedfs: Server) -> S3Options:
    """An empty place in the bucket."""
    return seaweedfs.options()


@pytest.fixture
async def storage(options: S3Options) -> AsyncIterator[S3DocumentStorage]:
    """An empty storage."""
    async with storage_with(options) as storage:
        yield storage


@pytest.fixture
async def proxy(seaweedfs: Server) -> AsyncIterator[StoreProxy]:
    """The way to the store, on which there may be faults."""
    async with proxy_to(seaweedfs.endpoint_url) as proxy:
        yield proxy


class TestS3DocumentStorage(DocumentStorageContract):
    # SeaweedFS takes most of a second to refuse an object that others make, copy and erase meanwhile.
    comings_and_goings = 4

    @pytest.fixture
    @override
    async def storage(  # type: ignore[override]  # a fixture
        self, options: S3Options, seaweedfs: Server
    ) -> AsyncIterator[S3DocumentStorage]:
        self.server = seaweedfs
        async with storage_with(options) as storage:
            yield storage

    @pytest.fixture(params=["nobody listens", "nobody answers", "it refuses", "it fails"])
    @override
    async def storage_that_is_down(  # type: ignore[override]  # a fixture
        self, request: pytest.FixtureRequest, options: S3Options, proxy: StoreProxy
    ) -> AsyncIterator[S3DocumentStorage]:
        reason: str = request.param
        url = "http://127.0.0.1:9" if reason == "nobody listens" else proxy.url
        if reason == "nobody answers":
            proxy.hang()
        if reason == "it fails":
            proxy.refuse("", 503, "SlowDown")
        async with storage_with(replace(options, endpoint_url=url, **HASTY)) as storage:
            if reason == "it refuses":
                proxy.refuse("", 403, "AccessDenied")
            yield storage

    @pytest.fixture
    @override
    async def storage_that_is_full(  # type: ignore[override]  # a fixture
        self, options: S3Options, proxy: StoreProxy
    ) -> AsyncIterator[S3DocumentStorage]:
        proxy.refuse("PUT", 507, "XMinioStorageFull", larger_than=len(BOOK) // 2)
        async with storage_with(replace(options, endpoint_url=proxy.url)) as storage:
            yield storage

    @override
    async def fill(self, storage: DocumentStorage, contents: list[bytes]) -> None:
        assert isinstance(storage, S3DocumentStorage)
        objects = {storage._name_of(key_of(content)): content for content in contents}
        await asyncio.to_thread(write_directly, self.server, objects)

    @override
    async def damage(self, storage: DocumentStorage, key: BlobKey) -> None:
        assert isinstance(storage, S3DocumentStorage)
        bucket = storage._bucket
        await bucket.ask(bucket.client.put_object, Key=storage._name_of(key), Body=b"something else")


class TestS3StorageHealthCheck(HealthCheckContract):
    @pytest.fixture
    @override
    async def working(self, options: S3Options) -> AsyncIterator[S3StorageHealthCheck]:  # type: ignore[override]  # a fixture
        async with Bucket(options) as bucket:
            yield S3StorageHealthCheck(bucket)

    @pytest.fixture
    @override
    async def broken(self, options: S3Options, proxy: StoreProxy) -> AsyncIterator[S3StorageHealthCheck]:  # type: ignore[override]  # a fixture
        async with Bucket(replace(options, endpoint_url=proxy.url, **HASTY)) as bucket:
            proxy.refuse("", 500, "InternalError")
            yield S3StorageHealthCheck(bucket)


# --- large blobs ----------------------------------------------------------------------------------------------

# Three parts, the last of which is not full.
VOLUME = random.Random(1).randbytes(2 * PART + 1_000_000)


def storage_by(proxy: StoreProxy, options: S3Options, **changes: Any) -> S3DocumentStorage:
    """Make a storage that asks by way of a proxy."""
    return storage_with(replace(options, endpoint_url=proxy.url, **changes))


async def stored_at_last(storage: S3DocumentStorage, content: bytes) -> bytes:
    """Store by way of a storage that has no patience for a busy machine either; return what is there then."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(ServiceUnavailableError):
                await storage.put(key_of(content), content)
                return await storage.read(key_of(content))


async def uploads_in(storage: S3DocumentStorage) -> list[str]:
    """List what is stored in parts and not complete."""
    bucket = storage._bucket
    pages = bucket.pages("list_multipart_uploads", Prefix=bucket.options.prefix)
    return [upload["Key"] async for page in pages for upload in page.get("Uploads", ())]


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, len(VOLUME)])
async def test_what_is_large_comes_back_however_it_was_sent(storage: S3DocumentStorage, size: int) -> None:
    for content in (VOLUME[:size], VOLUME[1 : size + 1]):
        await storage.put(key_of(content), content)
        assert await storage.read(key_of(content)) == content
        await storage.erase(key_of(content), unnamed)
        await storage.put_pieces(key_of(content), pieces_of(content, 1_000_003))
        assert await collect(storage, key_of(content)) == content
        assert await collect(storage, key_of(content), PART - 5, PART + 5) == content[PART - 5 : PART + 5]
    assert await uploads_in(storage) == []


async def test_what_is_there_is_not_sent_again(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options) as storage:
        await storage.put(key_of(VOLUME), VOLUME)
        proxy.asked.clear()
        await storage.put(key_of(VOLUME), VOLUME)
        assert sum(asked.size for asked in proxy.asked) == 0


async def test_a_store_without_conditions_is_written_again(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options, conditional_put=False) as storage:
        for _ in range(2):
            await storage.put(key_of(LETTER), LETTER)
        assert [asked.size for asked in proxy.asked if asked.line.startswith("PUT")] == [len(LETTER)] * 2
        assert await storage.read(key_of(LETTER)) == LETTER


async def test_a_blob_of_the_wrong_size_is_written_anew(storage: S3DocumentStorage) -> None:
    bucket = storage._bucket
    for content in (LETTER, VOLUME):
        await bucket.ask(bucket.client.put_object, Key=storage._name_of(key_of(content)), Body=b"half")
        await storage.put(key_of(content), content)
        assert await storage.read(key_of(content)) == content


async def test_many_may_send_the_same_parts_at_once(storage: S3DocumentStorage) -> None:
    await asyncio.gather(*(storage.put(key_of(VOLUME), VOLUME) for _ in range(3)))
    assert await keys_in(storage, ACME) == {key_of(VOLUME)}
    assert await storage.read(key_of(VOLUME)) == VOLUME
    assert await uploads_in(storage) == []


@pytest.mark.parametrize("step", ["POST {}?uploads", "PUT {}?partNumber=2", "POST {}?uploadId"])
async def test_an_upload_that_fails_leaves_nothing(proxy: StoreProxy, options: S3Options, step: str) -> None:
    """It fails when it begins, with a part, or at its end."""
    async with storage_by(proxy, options, attempts=1) as storage:
        proxy.refuse(step.format(f"/{options.bucket}/{storage._name_of(key_of(VOLUME))}"), 503, "SlowDown")
        with pytest.raises(ServiceUnavailableError, match=r"refuses \(SlowDown"):
            await storage.put(key_of(VOLUME), VOLUME)
        assert await storage.find(key_of(VOLUME)) is None
        assert await uploads_in(storage) == []


async def test_whoever_gives_up_an_upload_leaves_nothing(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options) as storage:
        proxy.hold("partNumber=2")
        putting = asyncio.create_task(storage.put(key_of(VOLUME), VOLUME))
        await proxy.held.wait()
        putting.cancel()
        proxy.flow()
        await asyncio.wait([putting])
        assert putting.cancelled()
        assert await uploads_in(storage) == []
        assert await storage.find(key_of(VOLUME)) is None


async def test_an_upload_that_was_left_is_given_up_by_a_start_in_a_day(options: S3Options) -> None:
    clock = FixedClock(datetime.now(UTC))
    async with Bucket(options) as bucket:
        await bucket.ask(bucket.client.create_multipart_upload, Key=f"{options.prefix}left")
    for later, left in ((timedelta(hours=23), [f"{options.prefix}left"]), (timedelta(hours=2), [])):
        clock.advance(later)
        async with S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), clock) as storage:
            await storage._sweeping
            assert await uploads_in(storage) == left


async def test_a_server_that_is_killed_within_an_upload_has_none_of_it(tmp_path: Path) -> None:
    with killable_seaweedfs(tmp_path / "store") as store:
        options = store.server.options()
        async with proxy_to(store.server.endpoint_url) as proxy, storage_by(proxy, options, attempts=1) as storage:
            proxy.hold("partNumber=2")
            putting = asyncio.create_task(storage.put(key_of(VOLUME), VOLUME))
            await proxy.held.wait()
            store.kill()
            proxy.flow()
            with pytest.raises(ServiceUnavailableError, match="cannot be reached"):
                await putting
            await asyncio.to_thread(store.start)
            assert await storage.find(key_of(VOLUME)) is None
            assert await keys_in(storage, ACME) == set()
            await storage.put(key_of(VOLUME), VOLUME)
            assert await storage.read(key_of(VOLUME)) == VOLUME


# --- faults on the way ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown")])
async def test_a_store_that_fails_now_and_then_is_asked_again(
    proxy: StoreProxy, options: S3Options, status: int, code: str
) -> None:
    async with storage_by(proxy, options) as storage:
        for content in (LETTER, VOLUME):
            proxy.refuse("PUT", status, code, times=1)
            proxy.refuse("GET", status, code, times=1)
            proxy.refuse("POST", status, code, times=1)
            await storage.put(key_of(content), content)
            assert await storage.read(key_of(content)) == content
            assert await storage.find(key_of(content)) is not None


async def test_the_answer_to_the_end_of_an_upload_may_be_lost(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options) as storage:
        proxy.break_off(f"POST /{options.bucket}/{storage._name_of(key_of(VOLUME))}?uploadId", 0, times=1)
        await storage.put(key_of(VOLUME), VOLUME)
        assert await storage.read(key_of(VOLUME)) == VOLUME


@pytest.mark.parametrize("start", [0, 5_000_000])
async def test_a_download_that_breaks_off_goes_on(proxy: StoreProxy, options: S3Options, start: int) -> None:
    async with storage_by(proxy, options) as storage:
        await storage.put(key_of(VOLUME), VOLUME)
        proxy.asked.clear()
        proxy.break_off("GET", 3_000_000, times=4)
        assert await collect(storage, key_of(VOLUME), start) == VOLUME[start:]
        assert len(proxy.asked) == 5


async def test_a_download_that_always_breaks_off_is_an_error(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options, attempts=2) as storage:
        await storage.put(key_of(BOOK), BOOK)
        proxy.break_off("GET", 100)
        with pytest.raises(ServiceUnavailableError, match="cannot be reached"):
            await storage.read(key_of(BOOK))


async def test_a_store_that_is_too_slow_is_given_up(proxy: StoreProxy, options: S3Options) -> None:
    async with storage_by(proxy, options, **HASTY) as storage:
        proxy.hang()
        with pytest.raises(ServiceUnavailableError, match=r"Timeout.*DOCGEN_STORAGE__S3__"):
            await storage.put(key_of(LETTER), LETTER)
        proxy.flow()
        assert await stored_at_last(storage, LETTER) == LETTER


async def test_streams_that_nobody_reads_leave_connections_for_others(options: S3Options) -> None:
    """The small ones hold none; of the large ones a part of the pool is kept."""
    async with storage_with(options) as storage:
        await storage.put(key_of(VOLUME), VOLUME)
        await storage.put(key_of(LETTER), LETTER)
    async with storage_with(replace(options, connections=4, request_seconds=2.0)) as storage:
        small = [storage.stream(key_of(LETTER)) for _ in range(20)]
        assert [await anext(stream) for stream in small] == [LETTER] * 20
        large = [storage.stream(key_of(VOLUME)) for _ in range(4)]
        for stream in large[:3]:
            await anext(stream)
        with pytest.raises(ServiceUnavailableError, match="too long"):
            await anext(large[3])
        assert await storage.read(key_of(LETTER)) == LETTER
        await large[0].aclose()  # type: ignore[attr-defined]  # the port promises an iterator, and this is a generator
        assert await anext(storage.stream(key_of(VOLUME)))


# --- start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"bucket": "nobodys"}, r"bucket nobodys of http.* no such bucket: .*DOCGEN_STORAGE__S3__BUCKET"),
        ({"credentials": replace(OWNER, secret_access_key="wrong")}, r"secret does not belong .*S3__ACCESS_KEY_ID"),
        ({"credentials": replace(OWNER, access_key_id="nobody")}, r"does not know the access key: .*S3__ACCESS_KEY_ID"),
    ],
    ids=["no bucket", "wrong secret", "wrong key"],
)
async def test_a_start_says_what_is_wrong(options: S3Options, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ServiceUnavailableError, match=complaint):
        async with storage_with(replace(options, **changes)):
            pass


async def test_a_start_without_credentials_says_so(options: S3Options, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(ServiceUnavailableError, match=r"there are no credentials for it: .*S3__ACCESS_KEY_ID"):
        async with storage_with(replace(options, credentials=None)):
            pass


async def test_credentials_come_from_the_environment(options: S3Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OWNER.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", OWNER.secret_access_key)
    async with storage_with(replace(options, credentials=None)) as storage:
        await storage.put(key_of(LETTER), LETTER)


async def test_a_key_that_may_only_read_is_told_so(storage: S3DocumentStorage, options: S3Options) -> None:
    await storage.put(key_of(LETTER), LETTER)
    async with storage_with(replace(options, credentials=READER)) as reading:
        assert await reading.read(key_of(LETTER)) == LETTER
        with pytest.raises(ServiceUnavailableError, match="the access key may not do this"):
            await reading.put(key_of(BOOK), BOOK)


async def test_a_store_that_comes_later_is_used(
    options: S3Options, proxy: StoreProxy, caplog: pytest.LogCaptureFixture
) -> None:
    proxy.hang()
    with caplog.at_level(logging.ERROR):
        async with storage_by(proxy, options, **HASTY) as storage:
            assert "cannot be reached" in caplog.text
            proxy.flow()
            assert await stored_at_last(storage, LETTER) == LETTER


async def test_the_store_encrypts_what_it_is_asked_to(options: S3Options) -> None:
    async with storage_with(replace(options, encryption=Encryption("AES256"))) as storage:
        for content in (LETTER, VOLUME):
            for _ in range(2):  # also when its age is renewed
                await storage.put(key_of(content), content)
                head = await storage._bucket.head(storage._name_of(key_of(content)))
                assert head is not None
                assert head["ServerSideEncryption"] == "AES256"
            assert await storage.read(key_of(content)) == content


@pytest.mark.parametrize(
    "encryption",
    [Encryption("AES256"), Encryption("aws:kms"), Encryption("aws:kms", "alias/docgen"), Encryption("aws:kms:dsse")],
    ids=str,
)
async def test_each_request_that_makes_an_object_says_how_it_is_to_be_encrypted(
    options: S3Options, proxy: StoreProxy, encryption: Encryption
) -> None:
    """What a store does about that is its affair: SeaweedFS has no key management."""
    chosen = {"x-amz-server-side-encryption": encryption.algorithm}
    if encryption.kms_key_id is not None:
        chosen["x-amz-server-side-encryption-aws-kms-key-id"] = encryption.kms_key_id
    # What is refused once is refused again: the same request need not be seen three times.
    chosen_options = replace(options, encryption=encryption, attempts=1)
    async with storage_by(proxy, chosen_options) as storage:
        for content in (LETTER, VOLUME):
            for _ in range(2):  # also when its age is renewed
                with suppress(ServiceUnavailableError):
                    await storage.put(key_of(content), content)
        with suppress(ServiceUnavailableError):
            await S3StorageMark(storage._bucket).make("sto_1")
    made = [asked for asked in proxy.asked if asked.line.startswith("PUT ") and "partNumber" not in asked.line]
    made += [asked for asked in proxy.asked if asked.line.startswith("POST ") and asked.line.endswith("?uploads")]
    assert len(made) >= 3
    for asked in made:
        assert {name: value for name, value in asked.headers.items() if "encryption" in name} == chosen, asked.line
    # Parts and the rest have that of their upload, and are refused where they say it once more.
    others = [asked for asked in proxy.asked if asked not in made]
    assert not any("encryption" in name for asked in others for name in asked.headers)


@pytest.mark.parametrize("prefix", ["", "a/deep/place/"])
async def test_what_others_keep_in_the_bucket_is_no_blob(seaweedfs: Server, prefix: str) -> None:
    workspace_id = WorkspaceId("wsp_" + uuid.uuid4().hex)  # the bucket is shared
    key = key_of(LETTER, workspace_id)
    async with storage_with(replace(seaweedfs.options(), prefix=prefix)) as storage:
        await storage.put(key, LETTER)
        bucket = storage._bucket
        for name in (f"{workspace_id}/notes.txt", f"{workspace_id}/00/{key.sha256}", "notes.txt", "others/notes.txt"):
            await bucket.ask(bucket.client.put_object, Key=prefix + name, Body=b"not a blob")
        assert await keys_in(storage, workspace_id) == {key}
        assert workspace_id in await workspaces_in(storage)
        assert "others" not in await workspaces_in(storage)
        await storage.erase(key, unnamed)


@pytest.mark.parametrize("sha256", ["../" + "a" * 61, "A" * 64, "", "a" * 64 + "\n"])
async def test_no_key_leaves_its_place(storage: S3DocumentStorage, sha256: str) -> None:
    key = BlobKey(ACME, sha256)
    for operation in (storage.put(key, LETTER), storage.read(key), storage.erase(key, unnamed), collect(storage, key)):
        with pytest.raises(ValueError, match="is not a SHA-256"):
            await operation


class TestS3StorageMark(StorageMarkContract):
    @pytest.fixture
    @override
    async def mark(self, options: S3Options) -> AsyncIterator[S3StorageMark]:  # type: ignore[override]  # a fixture
        async with Bucket(options) as bucket:
            yield S3StorageMark(bucket)

    @pytest.fixture
    @override
    async def mark_that_is_down(  # type: ignore[override]  # a fixture
        self, options: S3Options
    ) -> AsyncIterator[S3StorageMark]:
        async with Bucket(replace(options, endpoint_url="http://127.0.0.1:9", **HASTY)) as bucket:
            yield S3StorageMark(bucket)


async def test_a_store_without_conditional_puts_is_marked_as_well(options: S3Options) -> None:
    async with Bucket(replace(options, conditional_put=False)) as bucket:
        mark = S3StorageMark(bucket)
        assert await mark.make("sto_1") == await mark.make("sto_2") == await mark.read() == "sto_1"


# --- locks that are lost --------------------------------------------------------------------------------------

OTHER_SESSIONS = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"


async def test_a_blob_that_was_erased_since_its_lock_was_lost_is_stored_again(
    options: S3Options, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    async with (
        PostgresBlobLocks(database_url) as ours,
        PostgresBlobLocks(database_url) as theirs,
        S3DocumentStorage(Bucket(options), ours, SystemClock()) as storage,
        S3DocumentStorage(Bucket(options), theirs, SystemClock()) as others,
    ):
        async with storage.storing_all({key_of(LETTER): LETTER, key_of(BOOK): BOOK}):
            await connection.execute(f"{OTHER_SESSIONS} AND pid <> pg_backend_pid()")
            # Nothing names it yet, and nobody is said to be storing it.
            await others.erase(key_of(LETTER), unnamed)
            assert await others.find(key_of(LETTER)) is None
        assert await storage.read(key_of(LETTER)) == LETTER
        assert await storage.read(key_of(BOOK)) == BOOK
    await connection.close()


async def test_a_blob_is_stored_again_although_its_locks_stay_away(options: S3Options) -> None:
    locks = InMemoryBlobLocks()
    async with S3DocumentStorage(Bucket(options), locks, SystemClock()) as storage:
        async with storage.storing(key_of(LETTER), LETTER):
            locks.lost = locks.down = True
            await storage._bucket.ask(storage._bucket.client.delete_object, Key=storage._name_of(key_of(LETTER)))
        assert await storage.read(key_of(LETTER)) == LETTER


async def test_nothing_is_erased_without_its_lock(options: S3Options) -> None:
    locks = InMemoryBlobLocks()
    async with S3DocumentStorage(Bucket(options), locks, SystemClock()) as storage:
        await storage.put(key_of(LETTER), LETTER)
        locks.lost = True
        await storage.erase(key_of(LETTER), unnamed)
        assert await storage.find(key_of(LETTER)) is not None


async def test_a_blob_that_a_store_may_delete_late_is_not_stored_until_then(
    options: S3Options, proxy: StoreProxy, database_url: str
) -> None:
    """The lock is lost when the store was asked already, and before it does what it was asked."""
    connection = await asyncpg.connect(database_url)
    async with (
        PostgresBlobLocks(database_url) as theirs,
        PostgresBlobLocks(database_url, patience_seconds=0.05) as ours,
        S3DocumentStorage(Bucket(replace(options, endpoint_url=proxy.url)), theirs, SystemClock()) as eraser,
        S3DocumentStorage(Bucket(options), ours, SystemClock()) as storage,
    ):
        await storage.put(key_of(LETTER), LETTER)
        proxy.hold("DELETE")
        erasing = asyncio.create_task(eraser.erase(key_of(LETTER), unnamed))
        await proxy.held.wait()
        await connection.execute(f"{OTHER_SESSIONS} AND pid <> pg_backend_pid()")
        with pytest.raises(ServiceUnavailableError, match="try again"):
            async with storage.storing(key_of(LETTER), LETTER):
                pytest.fail("its row would name what is about to go")
        async with storage.storing(key_of(BOOK), BOOK):
            pass
        proxy.flow()
        await erasing
        assert await storage.find(key_of(LETTER)) is None
    await connection.close()


async def test_a_blob_that_was_deleted_can_be_stored_at_once(options: S3Options, database_url: str) -> None:
    async with (
        PostgresBlobLocks(database_url, patience_seconds=0.05) as locks,
        S3DocumentStorage(Bucket(options), locks, SystemClock()) as storage,
    ):
        for _ in range(2):
            async with storage.storing(key_of(LETTER), LETTER):
                pass
            await storage.erase(key_of(LETTER), unnamed)
            assert await storage.find(key_of(LETTER)) is None


async def test_a_deletion_that_is_not_answered_is_doubtful_for_a_while(options: S3Options, proxy: StoreProxy) -> None:
    locks = InMemoryBlobLocks(patience_seconds=0.05)
    faulty = replace(options, endpoint_url=proxy.url, attempts=1)
    async with S3DocumentStorage(Bucket(faulty), locks, SystemClock()) as storage:
        await storage.put(key_of(LETTER), LETTER)
        proxy.refuse("DELETE", 503, "SlowDown")
        with pytest.raises(ServiceUnavailableError):
            await storage.erase(key_of(LETTER), unnamed)
        with pytest.raises(ServiceUnavailableError, match="too long"):
            async with storage.storing(key_of(LETTER), LETTER):
                pytest.fail("nobody knows when it goes")
