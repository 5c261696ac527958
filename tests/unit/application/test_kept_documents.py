"""Where documents are kept: beside their records, or in the storage."""

import hashlib

import pytest

from application.kept_documents import KeptDocuments, require_unchanged
from application.ports.document_storage import BlobKey
from application.use_cases.read_renders import StoredDocument
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId
from tests.builders import WORKSPACE_ID, a_document
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.units_of_work import InMemoryUnitsOfWork


def by_hash(*contents: bytes) -> dict[str, bytes]:
    return {hashlib.sha256(content).hexdigest(): content for content in contents}


def keys(workspace_id: WorkspaceId, *contents: bytes) -> set[BlobKey]:
    return {BlobKey(workspace_id, sha256) for sha256 in by_hash(*contents)}


@pytest.mark.parametrize("large", [(), (b"12345",), (b"12345", b"123456")])
async def test_what_is_too_large_for_its_record_is_stored_before_it_is_written(large: tuple[bytes, ...]) -> None:
    storage = InMemoryDocumentStorage()
    documents = KeptDocuments(storage, 4)
    async with documents.keeping(WORKSPACE_ID, by_hash(b"1234", b"", *large)):
        assert set(storage.blobs) == keys(WORKSPACE_ID, *large)
    assert documents.beside_record(b"1234") == b"1234"
    assert documents.beside_record(b"12345") is None


async def test_with_no_room_in_records_everything_is_stored() -> None:
    storage = InMemoryDocumentStorage()
    async with KeptDocuments(storage, 0).keeping(WORKSPACE_ID, by_hash(b"1")):
        assert set(storage.blobs) == keys(WORKSPACE_ID, b"1")


async def test_a_storage_that_is_down_hinders_no_small_document() -> None:
    storage = InMemoryDocumentStorage()
    storage.down = True
    documents, entered = KeptDocuments(storage, 4), False
    async with documents.keeping(WORKSPACE_ID, by_hash(b"1234")):
        entered = True
    assert entered
    with pytest.raises(ServiceUnavailableError):
        async with documents.keeping(WORKSPACE_ID, by_hash(b"12345")):
            pytest.fail("a record would be written without its document")


async def test_what_got_no_record_is_erased() -> None:
    storage, units = InMemoryDocumentStorage(), InMemoryUnitsOfWork()
    documents, made = KeptDocuments(storage, 4), by_hash(b"1234", b"12345", b"123456")
    async with documents.keeping(WORKSPACE_ID, made):
        pass
    await documents.erase_unnamed(units, WORKSPACE_ID, made)
    assert storage.blobs == {}


async def test_a_document_beside_its_record_is_compared_with_its_hash() -> None:
    (sha256,) = by_hash(b"1234")
    assert require_unchanged(b"1234", sha256) == b"1234"
    key = BlobKey(WORKSPACE_ID, sha256)
    stored = StoredDocument(a_document(sha256=sha256), key, InMemoryDocumentStorage(), b"1235")
    with pytest.raises(ServiceUnavailableError, match="render it again"):
        await anext(stored.stream())
