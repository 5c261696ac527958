"""Links with a signature: nothing is kept of them, and whoever has the key can tell its own from others.

A token is base64url (RFC 4648, section 5) of a version (1 for a document, 2 for an archive), what the link is for and
until when, and HMAC-SHA-256 over all of that. The key is derived from the secret key for this use alone. The first key
signs; all of them open.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from typing_extensions import override

from adapters.links.key_file import read_or_make_key
from application.ports.document_links import ArchiveLinks, ArchiveTicket, DocumentLinks, LinkOpener, Ticket
from domain.document import Document
from domain.identifiers import BATCH_PREFIX, RENDER_PREFIX, WORKSPACE_PREFIX, BatchId, RenderId, WorkspaceId

PATH: Final = "/links/"

_DOCUMENT: Final = b"\x01"
_ARCHIVE: Final = b"\x02"
_USE: Final = b"docgen: links to documents, version 1"
_ID_BYTES: Final = 16
# Milliseconds since 1970.
_TIME_BYTES: Final = 6
_SIGNED_BYTES: Final = len(_DOCUMENT) + 2 * _ID_BYTES + _TIME_BYTES
_TOKEN_BYTES: Final = _SIGNED_BYTES + hashlib.sha256().digest_size
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class SignedDocumentLinks(DocumentLinks, ArchiveLinks, LinkOpener):
    """Signs with the first of the given keys, or with that of a file where none is given; an async context manager."""

    def __init__(self, keys: Sequence[str], key_file: Path) -> None:
        self._given = keys
        self._key_file = key_file
        self._keys: tuple[bytes, ...] = ()

    async def __aenter__(self) -> Self:
        """Read the keys.

        Raises:
            ServiceUnavailableError: none is given, and the file cannot be read or made.
        """
        keys = self._given or [read_or_make_key(self._key_file)]
        self._keys = tuple(hmac.digest(key.encode(), _USE, hashlib.sha256) for key in keys)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Forget the keys."""
        self._keys = ()

    @override
    async def make(self, ticket: Ticket, document: Document) -> str:
        return self._signed(_DOCUMENT, ticket.workspace_id, ticket.render_id, ticket.expires_at)

    @override
    def make_archive(self, ticket: ArchiveTicket) -> str:
        return self._signed(_ARCHIVE, ticket.workspace_id, ticket.batch_id, ticket.expires_at)

    def _signed(self, version: bytes, workspace_id: WorkspaceId, subject: str, expires_at: datetime) -> str:
        time = ((expires_at - _EPOCH) // _MILLISECOND).to_bytes(_TIME_BYTES)
        signed = b"".join((version, _raw(workspace_id), _raw(subject), time))
        return PATH + _text(signed + hmac.digest(self._keys[0], signed, hashlib.sha256))

    @override
    def open(self, token: str) -> Ticket | ArchiveTicket | None:
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            return None
        # Each link has one spelling.
        if len(raw) != _TOKEN_BYTES or _text(raw) != token or raw[:1] not in (_DOCUMENT, _ARCHIVE):
            return None
        signed, signature = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
        # All are compared, whichever fits: how long that takes tells nothing.
        fits = [hmac.compare_digest(hmac.digest(key, signed, hashlib.sha256), signature) for key in self._keys]
        if not any(fits):
            return None
        ids = signed[len(_DOCUMENT) : -_TIME_BYTES]
        workspace_id = WorkspaceId(f"{WORKSPACE_PREFIX}_{ids[:_ID_BYTES].hex()}")
        subject = ids[_ID_BYTES:].hex()
        expires_at = _EPOCH + int.from_bytes(signed[-_TIME_BYTES:]) * _MILLISECOND
        if raw[:1] == _ARCHIVE:
            return ArchiveTicket(workspace_id, BatchId(f"{BATCH_PREFIX}_{subject}"), expires_at)
        return Ticket(workspace_id, RenderId(f"{RENDER_PREFIX}_{subject}"), expires_at)


def _raw(identifier: str) -> bytes:
    return bytes.fromhex(identifier.rpartition("_")[2])


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
