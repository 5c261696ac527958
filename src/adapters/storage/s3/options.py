"""What has to be known of a bucket."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key of its own for the bucket, in place of what the usual chain of AWS finds."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None


@dataclass(frozen=True, slots=True)
class Encryption:
    """How the store is to encrypt what it keeps; the key is one of its key management."""

    algorithm: Literal["AES256", "aws:kms", "aws:kms:dsse"]
    kms_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class S3Options:
    """A bucket, how it is reached, and how long that may take.

    Without `endpoint_url` it is one of AWS. Names of blobs begin with `prefix`, which ends with a slash if it has
    anything.
    `public_endpoint_url` is where those reach the store who get a signed address. `attempts` of a request, the first
    one included, take `request_seconds` at most together; `connect_seconds` is for a connection, `read_seconds` for
    bytes to come on it. Without `conditional_put` a blob that is there already is written again.
    """

    bucket: str
    endpoint_url: str | None = None
    region: str | None = None
    prefix: str = ""
    addressing_style: Literal["auto", "path", "virtual"] = "auto"
    credentials: Credentials | None = None
    encryption: Encryption | None = None
    public_endpoint_url: str | None = None
    connections: int = 50
    connect_seconds: float = 2.0
    read_seconds: float = 10.0
    request_seconds: float = 30.0
    attempts: int = 3
    conditional_put: bool = True
