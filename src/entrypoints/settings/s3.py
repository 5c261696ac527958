"""The settings of a bucket."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, SecretStr

from entrypoints.settings.types import Section, WebUrl


def _bucket_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{3,255}", value):
        raise ValueError("it is not the name of a bucket: write the name alone, without s3:// or an address")
    return value


def _prefix(value: str) -> str:
    steps = [step for step in value.split("/") if step]
    if not all(re.fullmatch(r"[A-Za-z0-9!_.*'()=-]+", step) and step not in {".", ".."} for step in steps):
        raise ValueError("it is no beginning of names: write letters, digits, dots, hyphens and slashes")
    return "".join(f"{step}/" for step in steps)


_SECRETS: Final = {"access_key_id", "secret_access_key", "session_token"}
_ENCRYPTION: Final = {"encryption", "kms_key_id"}


class S3Settings(Section):
    """A bucket of a store that speaks S3, for DOCGEN_STORAGE__KIND=s3.

    Without `endpoint_url` it is one of AWS; `public_endpoint_url` is where those reach the store who are redirected to
    it. Names of blobs begin with `prefix`. Without `access_key_id` the credentials are those that the usual chain of
    AWS finds: its variables and files, or the role of the container or machine. `encryption` asks the store to encrypt
    what it keeps, with the key `kms_key_id` of its key management.
    `connections` are those of one process. A connection may take `connect_seconds`, its next bytes `read_seconds`, and
    a request with all its `attempts` `request_seconds`. `conditional_put` is to be switched off for a store that does
    not know `If-None-Match`.
    """

    bucket: Annotated[str, AfterValidator(_bucket_name)] | None = None
    endpoint_url: WebUrl | None = None
    public_endpoint_url: WebUrl | None = None
    region: str | None = None
    prefix: Annotated[str, AfterValidator(_prefix)] = ""
    addressing_style: Literal["auto", "path", "virtual"] = "auto"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    encryption: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = None
    kms_key_id: str | None = None
    connections: Annotated[int, Field(ge=2, le=1000)] = 50
    connect_seconds: Annotated[float, Field(ge=0.1, le=60)] = 2.0
    read_seconds: Annotated[float, Field(ge=0.1, le=600)] = 10.0
    request_seconds: Annotated[float, Field(ge=0.1, le=600)] = 30.0
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    conditional_put: bool = True

    @property
    def key(self) -> tuple[str, str, str | None] | None:
        """The access key, its secret and its token, None where the chain of AWS is to find them."""
        if self.access_key_id is None or self.secret_access_key is None:
            return None
        token = self.session_token.get_secret_value() if self.session_token else None
        return self.access_key_id, self.secret_access_key.get_secret_value(), token

    def of_bucket(self) -> dict[str, Any]:
        """Return what is neither a secret nor about encryption, by the names of the bucket's options."""
        return self.model_dump(exclude=_SECRETS | _ENCRYPTION)

    def complaint(self) -> str | None:
        """Say what is missing for a bucket to be used, None where nothing is."""
        if self.bucket is None:
            return "DOCGEN_STORAGE__KIND=s3 needs DOCGEN_STORAGE__S3__BUCKET: set it to the name of the bucket."
        if (self.access_key_id is None) != (self.secret_access_key is None):
            return (
                "DOCGEN_STORAGE__S3__ACCESS_KEY_ID and DOCGEN_STORAGE__S3__SECRET_ACCESS_KEY belong together: set "
                "both, or neither, and the credentials are those that the chain of AWS finds."
            )
        if self.session_token is not None and self.access_key_id is None:
            return (
                "DOCGEN_STORAGE__S3__SESSION_TOKEN belongs to an access key: set DOCGEN_STORAGE__S3__ACCESS_KEY_ID too."
            )
        if self.kms_key_id is not None and self.encryption in {None, "AES256"}:
            return "DOCGEN_STORAGE__S3__KMS_KEY_ID is for DOCGEN_STORAGE__S3__ENCRYPTION=aws:kms: set that too."
        return None
