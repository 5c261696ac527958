"""Assets: images and Word pieces that templates and data name, as in asset:logo.png."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.errors import InvalidRequestError, UnsupportedMediaTypeError
from domain.formats import OutputFormat, extension_of
from domain.identifiers import WorkspaceId

MAX_ASSET_BYTES: Final = 20_000_000
MAX_IMAGE_BYTES: Final = 5_000_000
_MAX_NAME: Final = 100
# No slash and no dot at the edges: a name never leads out of a folder.
_NAME: Final = re.compile(r"\w(?:[\w .()+@-]*\w)?", re.ASCII)
_TEMPLATE: Final = "template:"
_TEMPLATE_FILE: Final = re.compile(rf"{_TEMPLATE}([\w-]{{1,100}})(?:@([1-9][0-9]{{0,6}}))?", re.ASCII)
# For each extension the media type, and how such a file begins.
_KINDS: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    ".webp": ("image/webp", (b"RIFF",)),
    ".docx": (OutputFormat.DOCX.media_type, (b"PK\x03\x04",)),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that a workspace keeps under a name; its contents are a blob of their SHA-256. `size` is in bytes."""

    workspace_id: WorkspaceId
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime
    updated_at: datetime
    updated_by: str


def is_asset_name(name: str) -> bool:
    """Tell whether an asset can have this name: letters and digits of ASCII, and . - _ + @ ( ) or blanks between."""
    return len(name) <= _MAX_NAME and _NAME.fullmatch(name) is not None


def template_file(reference: str, version: int | None = None) -> str:
    """Return the name by which a renderer asks for a template's file: its published version where none is given.

    No asset can have such a name.
    """
    return f"{_TEMPLATE}{reference}" + (f"@{version}" if version is not None else "")


def template_of(name: str) -> tuple[str, int | None] | None:
    """Return the id or slug and the version that such a name stands for; None for any other name."""
    match = _TEMPLATE_FILE.fullmatch(name)
    return None if match is None else (match.group(1), int(match.group(2)) if match.group(2) else None)


def is_asset_file(name: str) -> bool:
    """Tell whether a text is the name of an asset with one of the extensions that assets have."""
    return is_asset_name(name) and extension_of(name) in _KINDS


def check_asset(name: str, content: bytes) -> str:
    """Return the media type of an asset that is to be kept.

    Raises:
        InvalidRequestError: its name cannot be one, or the contents are not what the name says.
        UnsupportedMediaTypeError: it is neither an image nor a Word file by its extension.
    """
    if not is_asset_name(name):
        message = f"{name[:80]!r} cannot be the name of an asset: use up to {_MAX_NAME} letters, digits, . - and _."
        raise InvalidRequestError("name", message)
    kind = _KINDS.get(extension_of(name))
    if kind is None:
        known = ", ".join(extension.removeprefix(".") for extension in _KINDS)
        raise UnsupportedMediaTypeError(f"{name!r} is no asset: give it one of the extensions {known}.")
    media_type, beginnings = kind
    if not content.startswith(beginnings):
        raise InvalidRequestError("file", f"the contents are not what the extension of {name!r} says.")
    return media_type


def max_bytes_of(name: str) -> int:
    """Return how large an asset of this name may be."""
    return MAX_ASSET_BYTES if extension_of(name) == ".docx" else MAX_IMAGE_BYTES
