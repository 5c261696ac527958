"""Documents: what a render produces."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.formats import OutputFormat

MAX_FILE_NAME_LENGTH: Final = 150
# File systems take 255 bytes, of which some are for an extension and for a number behind the name.
_MAX_STEM_BYTES: Final = 230

# Path separators, what Windows forbids, and controls; format characters (bidirectional overrides) by category below.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


@dataclass(frozen=True, slots=True)
class Document:
    """The facts of a finished document; its bytes lie in the document storage under the SHA-256."""

    file_name: str
    output: OutputFormat
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        """The IANA media type."""
        return self.output.media_type


def _visible(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in ("Cf", "Cs"))


def file_name_for(wish: str, output: OutputFormat) -> str:
    """Turn a wished name into one that every file system and mail program takes, with the output's extension.

    Characters that are forbidden somewhere become a hyphen; an empty name becomes 'document'.
    """
    stem = _FORBIDDEN.sub("-", wish if wish.isascii() else _visible(wish)).strip(" .-")
    stem = stem.removesuffix(f".{output}").rstrip(" .-")[:MAX_FILE_NAME_LENGTH]
    stem = stem.encode()[:_MAX_STEM_BYTES].decode(errors="ignore").rstrip(" .-")
    if not stem or _RESERVED.match(stem):
        stem = f"document-{stem}".rstrip("-")
    return f"{stem}.{output}"


class UniqueNames:
    """Names of the files in one folder: no two are the same, or differ in capitals alone, as some systems see them."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {_folded(name) for name in taken}
        # How often a name was wished for, so that the thousandth is found at once.
        self._wishes: dict[str, int] = {}

    def take(self, wish: str) -> str:
        """Return the wished name, or that with a number behind it, and keep it from being taken again."""
        stem, _, extension = wish.rpartition(".")
        name, folded = wish, _folded(wish)
        while _folded(name) in self._taken:
            self._wishes[folded] = number = self._wishes.get(folded, 1) + 1
            name = f"{stem}-{number}.{extension}"
        self._taken.add(_folded(name))
        return name

    def give_back(self, name: str) -> None:
        """Let a name be taken again."""
        self._taken.discard(_folded(name))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
