"""Compiled templates on disk: a service that starts again, or another worker of it, need not compile them anew."""

import hashlib
import importlib.metadata
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from adapters.rendering.codec import crc32
from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.language.limits import Limits
from adapters.rendering.records import dump_template, load_template
from domain.formats import TemplateFormat

_log = logging.getLogger(__name__)

# What else decides what a compiled template looks like.
_LIBRARIES: Final = ("jinja2", "lxml", "msgspec", "isal")
_SUFFIX: Final = ".compiled"
_NUMBER: Final = 8


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A compiled template, and how many bytes its file has."""

    compiled: CompiledTemplate
    size: int


class Folder(Protocol):
    """Where files are kept that can be made again, and that nobody else can have put there: they hold code."""

    def read(self, name: str) -> bytes | None:
        """Return the contents of a file, None where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, where there is room."""


class CompiledTemplateStore:
    """Keeps compiled templates in a folder of files.

    Files of another version of the engine, of Python or of a library, or made under other limits, are never read.
    """

    def __init__(self, folder: Folder, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._version = _version(limits)

    def get(self, sha256: str, template_format: TemplateFormat) -> StoredTemplate | None:
        """Return the compiled template of a file with this SHA-256, or None where it is not kept."""
        name = self._name(sha256, template_format)
        found = self._folder.read(name)
        if found is None:
            return None
        contents = memoryview(found)
        record = contents[2 * _NUMBER :]
        size, sum_ = (int.from_bytes(contents[start : start + _NUMBER]) for start in (0, _NUMBER))
        # A damaged record could do anything when it is loaded.
        if len(contents) <= 2 * _NUMBER or crc32(record) != sum_:
            _log.warning("the compiled template %s is damaged; it is compiled again", name)
            return None
        return StoredTemplate(load_template(record, self._limits), size)

    def put(self, sha256: str, compiled: CompiledTemplate, size: int) -> None:
        """Keep a compiled template that can be rendered, of a file of so many bytes."""
        if compiled.program is None or compiled.format is None:
            return
        record = dump_template(compiled)
        contents = b"".join((size.to_bytes(_NUMBER), crc32(record).to_bytes(_NUMBER), record))
        self._folder.write(self._name(sha256, compiled.format), contents)

    def _name(self, sha256: str, template_format: TemplateFormat) -> str:
        return f"{sha256}-{template_format}-{self._version}{_SUFFIX}"


def _version(limits: Limits) -> str:
    """Return a short name of everything that decides what compiling gives, the engine's own code included."""
    digest = hashlib.sha256(f"{sys.version} {sys.implementation.cache_tag} {limits}".encode())
    for name in _LIBRARIES:
        try:
            digest.update(f"{name} {importlib.metadata.version(name)}".encode())
        except importlib.metadata.PackageNotFoundError:
            digest.update(f"no {name}".encode())
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
