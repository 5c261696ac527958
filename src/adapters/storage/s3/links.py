"""Addresses at which the store itself hands a document out."""

from typing import Final

from typing_extensions import override

from adapters.storage.blob_names import name_of
from adapters.storage.s3.bucket import Bucket
from application.content_disposition import content_disposition
from application.ports.clock import Clock
from application.ports.document_links import DocumentLinks, Ticket
from application.ports.document_storage import BlobKey
from domain.document import Document

_LONGEST: Final = 7 * 24 * 3600


class S3DocumentLinks(DocumentLinks):
    """Signs addresses of the bucket, with the document's file name and type; they end with the ticket.

    They end sooner where the credentials do that sign them, as those of a role do.
    """

    def __init__(self, bucket: Bucket, clock: Clock) -> None:
        self._bucket = bucket
        self._clock = clock

    @override
    async def make(self, ticket: Ticket, document: Document) -> str:
        left = int((ticket.expires_at - self._clock.now()).total_seconds())
        return await self._bucket.signed_address(
            self._bucket.options.prefix + name_of(BlobKey(ticket.workspace_id, document.sha256)),
            min(max(1, left), _LONGEST),
            ResponseContentType=document.media_type,
            ResponseContentDisposition=content_disposition(document.file_name),
        )
