"""What the contracts of a storage and a sender want, of the fakes and of whatever is put around them."""

from abc import ABC, abstractmethod

import pytest

from application.ports.document_storage import BlobKey, DocumentStorage
from application.ports.webhook_sender import WebhookSender
from tests.contracts.document_storage import BOOK
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.fakes.webhooks import RecordingSender


class AroundStorage(ABC):
    """Stands before `DocumentStorageContract` among the bases of a test."""

    _inner: InMemoryDocumentStorage

    @abstractmethod
    def around(self, inner: InMemoryDocumentStorage) -> DocumentStorage:
        """Put around a storage what the contract is to hold for."""

    @pytest.fixture
    def storage(self) -> DocumentStorage:
        """Give an empty storage."""
        self._inner = InMemoryDocumentStorage()
        return self.around(self._inner)

    @pytest.fixture
    def storage_that_is_down(self) -> DocumentStorage:
        """Give a storage that does not answer."""
        inner = InMemoryDocumentStorage()
        inner.down = True
        return self.around(inner)

    @pytest.fixture
    def storage_that_is_full(self) -> DocumentStorage:
        """Give a storage that works, with room for less than BOOK."""
        return self.around(InMemoryDocumentStorage(capacity=len(BOOK) - 1))

    async def damage(self, _storage: DocumentStorage, key: BlobKey) -> None:
        """Change the stored bytes behind the storage's back."""
        self._inner.blobs[key] = b"something else"


class AroundSender(ABC):
    """Stands before `WebhookSenderContract` among the bases of a test."""

    @abstractmethod
    def around(self, inner: RecordingSender) -> WebhookSender:
        """Put around a sender what the contract is to hold for."""

    @pytest.fixture
    def sender(self) -> WebhookSender:
        """Give a sender."""
        return self.around(RecordingSender(forbidden={"inside.example"}))

    @pytest.fixture
    def url(self) -> str:
        """Give an address that answers with 200."""
        return "https://hooks.example/"

    @pytest.fixture
    def forbidden_url(self) -> str:
        """Give an address that nothing is sent to."""
        return "https://inside.example/"
