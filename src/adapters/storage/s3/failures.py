"""What a store answers that is no success, in the words of the ports."""

import asyncio
from typing import Final

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from adapters.storage.blob_names import COMPONENT
from domain.errors import DocGenError, ServiceUnavailableError, StorageFullError

# What a request can fail with: answers, connections, deadlines, and whatever aiohttp raises while a body is read.
FAILURES: Final = (ClientError, BotoCoreError, aiohttp.ClientError, asyncio.TimeoutError, OSError)

_INSUFFICIENT_STORAGE: Final = 507
# MinIO, Ceph and SeaweedFS say so with names of their own.
_FULL: Final = frozenset(
    {
        "QuotaExceeded",
        "QuotaExceededException",
        "XMinioAdminBucketQuotaExceeded",
        "XMinioStorageFull",
        "InsufficientStorage",
        "StorageFull",
    }
)
_KEY: Final = "correct DOCGEN_STORAGE__S3__ACCESS_KEY_ID and its secret, or the credentials that the chain of AWS finds"
# What does not go away by itself; each by what is wrong, and what to do.
_MISCONFIGURED: Final = {
    "NoSuchBucket": "there is no such bucket: create it, or correct DOCGEN_STORAGE__S3__BUCKET",
    "InvalidBucketName": "that is no name of a bucket: correct DOCGEN_STORAGE__S3__BUCKET",
    "SignatureDoesNotMatch": f"the secret does not belong to the access key: {_KEY}",
    "InvalidAccessKeyId": f"the store does not know the access key: {_KEY}",
    "InvalidToken": f"the session token is not valid: {_KEY}",
    "ExpiredToken": f"the session token has ended: {_KEY}",
    "AccessDenied": "the access key may not do this: give it the rights that docs/how-to/s3.md lists",
    "AllAccessDisabled": "the store has closed the bucket: ask whoever runs it",
    "PermanentRedirect": "the bucket is in another region: correct DOCGEN_STORAGE__S3__REGION",
    "AuthorizationHeaderMalformed": "the region is not the bucket's: correct DOCGEN_STORAGE__S3__REGION",
    "IllegalLocationConstraintException": "the region is not the bucket's: correct DOCGEN_STORAGE__S3__REGION",
    "RequestTimeTooSkewed": "the clocks of this machine and of the store differ too much: set them",
}
_ASK_AGAIN: Final = "try again; if it stays so, look after the store"


class MisconfiguredError(ServiceUnavailableError):
    """The store refuses for a reason that stays until somebody changes a setting."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(COMPONENT, f"The storage in {place} cannot be used: {reason}.", retry_after=30)


def code_of(error: BaseException) -> str | None:
    """Return the code that the store gave; the status where it gave none, as answers to HEAD have no body."""
    return error.response.get("Error", {}).get("Code") if isinstance(error, ClientError) else None


def translated(error: BaseException, place: str) -> DocGenError:
    """Return the error of the ports for one of FAILURES; `place` is the bucket with its endpoint."""
    if isinstance(error, ClientError):
        return _refused(error, place)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return MisconfiguredError(place, f"there are no credentials for it: {_KEY}")
    if isinstance(error, TimeoutError):
        reason = f"it takes too long to answer: {_ASK_AGAIN}, or raise DOCGEN_STORAGE__S3__REQUEST_SECONDS"
    else:
        reason = f"{str(error).rstrip('.')}: see that it runs, and that DOCGEN_STORAGE__S3__ENDPOINT_URL is right"
    return ServiceUnavailableError(
        COMPONENT, f"The storage in {place} cannot be reached ({type(error).__name__}): {reason}."
    )


def _refused(error: ClientError, place: str) -> DocGenError:
    code = code_of(error) or ""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _FULL or status == _INSUFFICIENT_STORAGE:
        return StorageFullError(
            f"The storage in {place} has no room left, and nothing was stored: make room, or raise the bucket's quota."
        )
    if code in _MISCONFIGURED:
        return MisconfiguredError(place, _MISCONFIGURED[code])
    said = error.response.get("Error", {}).get("Message", "").rstrip(".") or "without a reason"
    return ServiceUnavailableError(
        COMPONENT, f"The storage in {place} refuses ({code}, status {status}: {said}): {_ASK_AGAIN}."
    )
