"""What a backup says of itself: its manifest, which is written last, and the list of its blobs."""

import json
import re
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from application.ports.database_backup import DumpedWith
from application.ports.document_storage import BlobKey
from domain.errors import ServiceUnavailableError
from domain.identifiers import WorkspaceId

# A number that is raised when a backup cannot be read any more by the versions before.
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
BLOBS: Final = "blobs.txt"

_NAME: Final = re.compile(r"\d{8}T\d{6}Z")
_NAME_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_LINE: Final = re.compile(rb"(wsp_[0-9a-f]{32})/([0-9a-f]{64}) (\d+)")


@dataclass(frozen=True, slots=True)
class FileSum:
    """A file of a backup: its bytes, and their SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A whole backup: when it was begun (UTC), and what belongs to it.

    `missing` counts the blobs that the database named, and the storage did not have or could not read.
    """

    name: str
    created_at: datetime
    version: str
    made_with: DumpedWith
    dump: FileSum
    blobs: FileSum
    blob_count: int
    blob_bytes: int
    missing: int

    def as_json(self) -> bytes:
        """Return the text of the file."""
        fields = {"format": FORMAT, **asdict(self), "created_at": self.created_at.isoformat()}
        return json.dumps(fields, indent=2).encode() + b"\n"


def backup_name(now: datetime) -> str:
    """Name a backup by the second in which it was begun, so that names are in order of time."""
    return now.astimezone(UTC).strftime(_NAME_FORMAT)


def is_backup_name(text: str) -> bool:
    """Tell whether a folder may be that of a backup."""
    return _NAME.fullmatch(text) is not None


def manifest_of(name: str, content: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ServiceUnavailableError: it is damaged, or was made by a newer version.
    """
    try:
        fields: dict[str, Any] = json.loads(content)
        form = fields.pop("format")
        if form != FORMAT:
            raise ServiceUnavailableError(
                "backup", f"The backup {name} has the format {form}, which this version does not know: use a newer one."
            )
        return Manifest(
            **{
                **fields,
                "created_at": datetime.fromisoformat(fields["created_at"]),
                "made_with": DumpedWith(**fields["made_with"]),
                "dump": FileSum(**fields["dump"]),
                "blobs": FileSum(**fields["blobs"]),
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise damaged(name, MANIFEST) from error


def damaged(name: str, file: str) -> ServiceUnavailableError:
    """Return the error for a file that is not what the backup wrote."""
    return ServiceUnavailableError(
        "backup", f"The file {file} of the backup {name} is damaged or missing: take another backup of the same place."
    )


def line_of(key: BlobKey, size: int) -> bytes:
    """Return the line of a blob in the list."""
    return f"{key.workspace_id}/{key.sha256} {size}\n".encode()


async def blobs_in(name: str, pieces: AsyncIterable[bytes]) -> AsyncIterator[tuple[BlobKey, int]]:
    """Read the list of blobs, in pieces of any size.

    Raises:
        ServiceUnavailableError: it is damaged.
    """
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            found = _LINE.fullmatch(line)
            if found is None:
                raise damaged(name, BLOBS)
            yield BlobKey(WorkspaceId(found[1].decode()), found[2].decode()), int(found[3])
    if rest:
        raise damaged(name, BLOBS)
