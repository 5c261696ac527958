"""Compiled templates on disk: a service that starts again, or another worker of it, need not compile them anew."""

import hashlib
import importlib.metadata
import logging
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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
_MAX_BYTES: Final = 500_000_000


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A compiled template, and how many bytes its file has."""

    compiled: CompiledTemplate
    size: int


class CompiledTemplateStore:
    """Keeps compiled templates in a folder that belongs to this service alone: its files hold code.

    A folder that others own or can write to is not used. Files of another version of the engine, of Python or of a
    library, or made under other limits, are never read. A folder that cannot be used, or is full, costs time and
    nothing else. Beyond `max_bytes` the oldest files go.
    """

    def __init__(self, folder: Path, limits: Limits, *, max_bytes: int = _MAX_BYTES) -> None:
        self._folder = folder
        self._limits = limits
        self._max_bytes = max_bytes
        self._version = _version(limits)

    def get(self, sha256: str, template_format: TemplateFormat) -> StoredTemplate | None:
        """Return the compiled template of a file with this SHA-256, or None where it is not kept."""
        path = self._path(sha256, template_format)
        try:
            if not self._is_ours():
                return None
            contents = memoryview(path.read_bytes())
            os.utime(path)
        except OSError:
            return None
        record = contents[2 * _NUMBER :]
        size, sum_ = (int.from_bytes(contents[start : start + _NUMBER]) for start in (0, _NUMBER))
        # A damaged record could do anything when it is loaded.
        if len(contents) <= 2 * _NUMBER or crc32(record) != sum_:
            _log.warning("the compiled template %s is damaged; it is compiled again", path.name)
            return None
        return StoredTemplate(load_template(record, self._limits), size)

    def put(self, sha256: str, compiled: CompiledTemplate, size: int) -> None:
        """Keep a compiled template that can be rendered, of a file of so many bytes."""
        if compiled.program is None or compiled.format is None:
            return
        record = dump_template(compiled)
        contents = b"".join((size.to_bytes(_NUMBER), crc32(record).to_bytes(_NUMBER), record))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._is_ours():
                self._write(self._path(sha256, compiled.format), contents)
                self._make_room()
        except OSError as error:
            _log.warning("compiled templates cannot be kept in %s: %s", self._folder, error.strerror)

    def _is_ours(self) -> bool:
        """Tell whether nobody else can have put a file there."""
        found = self._folder.stat()
        if found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return True
        _log.warning("compiled templates are not kept in %s: others can write to it, or own it", self._folder)
        return False

    def _path(self, sha256: str, template_format: TemplateFormat) -> Path:
        return self._folder / f"{sha256}-{template_format}-{self._version}{_SUFFIX}"

    def _write(self, path: Path, contents: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(contents)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        with os.scandir(self._folder) as entries:
            files = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in entries)
        over = sum(size for _, size, _ in files) - self._max_bytes
        for _, size, path in files:
            if over <= 0:
                break
            Path(path).unlink(missing_ok=True)
            over -= size


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
