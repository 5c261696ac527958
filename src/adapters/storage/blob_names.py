"""Names of blobs in a store, the same in every kind: <workspace>/<first two digits>/<SHA-256>."""

import re
from typing import Final

from application.ports.document_storage import BlobKey
from domain.errors import ServiceUnavailableError
from domain.identifiers import WORKSPACE_PREFIX, WorkspaceId, is_id

COMPONENT: Final = "storage"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def name_of(key: BlobKey) -> str:
    """Return the name of a blob.

    Raises:
        ValueError: the key is none, and could lead anywhere.
    """
    if not is_sha256(key.sha256):
        raise ValueError(f"{key.sha256!r} is not a SHA-256 in 64 lower-case hexadecimal digits")
    return f"{folder_of(key.workspace_id)}/{key.sha256[:2]}/{key.sha256}"


def folder_of(workspace_id: WorkspaceId) -> str:
    """Return the name of the folder that a workspace's blobs are below.

    Raises:
        ValueError: it is no identifier of a workspace.
    """
    if not is_workspace(workspace_id):
        raise ValueError(f"{workspace_id!r} is not the identifier of a workspace")
    return workspace_id


def is_sha256(text: str) -> bool:
    """Tell whether the text has the form of a blob's hash."""
    return _SHA256.fullmatch(text) is not None


def is_workspace(text: str) -> bool:
    """Tell whether the text has the form of a workspace's identifier."""
    return is_id(text, WORKSPACE_PREFIX)


def require_content(key: BlobKey, sha256: str) -> None:
    """Refuse contents whose SHA-256 is another one.

    Raises:
        ValueError: it is.
    """
    if sha256 != key.sha256:
        raise ValueError(f"the content does not have the SHA-256 {key.sha256}")


def damaged(key: BlobKey) -> ServiceUnavailableError:
    """Return the error for contents that are not those of the name."""
    return ServiceUnavailableError(
        COMPONENT,
        f"The file {key.sha256} of the workspace {key.workspace_id} is damaged: its contents are not those "
        "that were stored. Restore it from a backup.",
    )
