"""Assets: images and Word pieces that templates and data name, as in asset:logo.png."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.errors import InvalidRequestError, UnsupportedMediaTypeError
from domain.formats import OutputFormat, extension_of
from domain.identifiers import WorkspaceId

# The Word file in whose styles and page settings Markdown becomes a Word document, where a workspace has one.
REFERENCE_ASSET: Final = "reference.docx"
MAX_ASSET_BYTES: Final = 20_000_000
MAX_IMAGE_BYTES: Final = 5_000_000
_MAX_NAME: Final = 100
# No slash and no dot at the edges: a name never leads out of a folder.
_NAME: Final = re.compile(r"\w(?:[\w .()+@-]*\w)?", re.ASCII)
_TEMPLATE: Final = "template:"
_TEMPLATE_FILE: Final = re.compile(rf"{_TEMPLATE}([\w-]{{1,100}})(?:@([1-9][0-9]{{0,6}}))?", re.ASCII)
_DOCX: Final = OutputFormat.DOCX.media_type
_SVG: Final = "image/svg+xml"
# What the extensions say; what a file is, its contents say.
_EXTENSIONS: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": _SVG,
    ".docx": _DOCX,
}
# What an asset can be.
MEDIA_TYPES: Final = tuple(dict.fromkeys(_EXTENSIONS.values()))
_BEGINNINGS: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"PK\x03\x04"), _DOCX),
    # XML with this element early on; whoever draws it reads all of it.
    (
        re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<.{0,8000}?(?<=[<:\0])s\0?v\0?g[\0\s/>]", re.DOTALL),
        _SVG,
    ),
)


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
    return is_asset_name(name) and extension_of(name) in _EXTENSIONS


def check_asset(name: str, content: bytes) -> str:
    """Return the media type of an asset that is to be kept, which its contents say, whatever kind of image it is named.

    Raises:
        InvalidRequestError: its name cannot be one, or the contents are neither an image nor what the name says.
        UnsupportedMediaTypeError: it is neither an image nor a Word file by its extension.
    """
    if not is_asset_name(name):
        message = f"{name[:80]!r} cannot be the name of an asset: use up to {_MAX_NAME} letters, digits, . - and _."
        raise InvalidRequestError("name", message)
    named = _EXTENSIONS.get(extension_of(name))
    if named is None:
        known = ", ".join(extension.removeprefix(".") for extension in _EXTENSIONS)
        raise UnsupportedMediaTypeError(f"{name!r} is no asset: give it one of the extensions {known}.")
    found = next((media_type for beginning, media_type in _BEGINNINGS if beginning.match(content)), None)
    if found is None or (found == _DOCX) != (named == _DOCX):
        raise InvalidRequestError("file", f"the contents are not what the extension of {name!r} says.")
    return found


def max_bytes_of(name: str) -> int:
    """Return how large an asset of this name may be."""
    return MAX_ASSET_BYTES if extension_of(name) == ".docx" else MAX_IMAGE_BYTES
