"""The folder of a batch: its documents, and the manifest that says which row became which file.

The manifest is JSONL. Its first line says what the documents are made from; then comes a line for each row when it is
done, so that a run that was stopped, however it was, goes on where it had come to. The last line about a row counts.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from domain.document import UniqueNames
from domain.errors import InvalidRequestError
from domain.rows import CheckedRow
from entrypoints.cli.files import TEMPORARY, write_document

MANIFEST: Final = "manifest.jsonl"
_FAILED_ROWS: Final = "failed-rows"
_VERSION: Final = 1
_OPTION: Final = "--output-dir"
# What is not part of what a document is made from: it says when the batch was first begun, and holds for all of it.
_NOW: Final = "now"


@dataclass(frozen=True, slots=True)
class _Made:
    """A finished document."""

    data_sha256: str
    file: str
    size: int


class BatchFolder:
    """An open folder, which nobody else works in. Documents are written in whole or not at all."""

    def __init__(self, path: Path, manifest: BinaryIO, head: Mapping[str, Any], lines: list[dict[str, Any]]) -> None:
        self.now: str = head[_NOW]
        # Documents that somebody has changed since: they are kept.
        self.changed: list[str] = []
        self._path = path
        self._manifest = manifest
        self._made: dict[str, _Made] = {}
        self._failed_rows: dict[str, str] = {}
        for line in lines:
            self._remember(line)
        self._names = UniqueNames([MANIFEST, *(made.file for made in self._made.values())])

    def finished(self, row: CheckedRow) -> bool:
        """Tell whether the row's document is there; where it is not any more, it is to be made again."""
        made = self._made.get(_identity(row.row, row.key))
        if made is None or made.data_sha256 != row.data_sha256:
            return False
        try:
            size = (self._path / made.file).stat().st_size
        except FileNotFoundError:
            return False
        if size != made.size and size:
            self.changed.append(made.file)
        return size > 0

    def document(self, row: CheckedRow) -> Path | None:
        """Return where a row's document is, None where it has none."""
        made = self._made.get(_identity(row.row, row.key))
        return None if made is None or made.data_sha256 != row.data_sha256 else self._path / made.file

    def keep(self, row: CheckedRow, wish: str, content: bytes) -> None:
        """Write a row's document, in place of one that the row had before, and note it.

        Raises:
            OSError: it cannot be written.
        """
        before = self._made.get(_identity(row.row, row.key))
        if before is not None:
            self._names.give_back(before.file)
        name = self._names.take(wish)
        write_document(self._path / name, content)
        if before is not None and before.file != name:
            (self._path / before.file).unlink(missing_ok=True)
        digest = hashlib.sha256(content).hexdigest()
        self._note(
            {
                "row": row.row,
                "key": row.key,
                "data_sha256": row.data_sha256,
                "file": name,
                "sha256": digest,
                "bytes": len(content),
            }
        )

    def fail(self, row: CheckedRow, code: str, message: str) -> None:
        """Note that a row has no document, and why."""
        self._append({"row": row.row, "key": row.key, "error": {"code": code, "message": message}})

    @contextmanager
    def failed_rows(self, extension: str, source: Path) -> Iterator[tuple[BinaryIO, Path]]:
        """Give a file to write failed rows to, and its place, where it is when the block has been left.

        What somebody has corrected is not written over, nor is the source of this batch.
        """
        number = 1
        while True:
            name = f"{_FAILED_ROWS}{'' if number == 1 else f'-{number}'}{extension}"
            path = self._path / name
            if not path.exists() or (self._is_ours(name) and not (source.exists() and path.samefile(source))):
                break
            number += 1
        temporary = self._path / f"{TEMPORARY}{name}"
        with temporary.open("wb") as file:
            yield file, path
        temporary.replace(path)
        self._note({"failed_rows": name, "sha256": _digest(path)})

    def forget_failed_rows(self, source: Path) -> None:
        """Remove files of failed rows of earlier runs that nobody has touched."""
        for name in list(self._failed_rows):
            path = self._path / name
            if self._is_ours(name) and not (source.exists() and path.samefile(source)):
                path.unlink()

    def close(self) -> None:
        """Let what was noted reach the disk."""
        self._manifest.flush()
        os.fsync(self._manifest.fileno())
        self._manifest.close()

    def _is_ours(self, name: str) -> bool:
        path = self._path / name
        return path.is_file() and self._failed_rows.get(name) == _digest(path)

    def _note(self, line: dict[str, Any]) -> None:
        self._append(line)
        self._remember(line)

    def _append(self, line: dict[str, Any]) -> None:
        self._manifest.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._manifest.flush()

    def _remember(self, line: dict[str, Any]) -> None:
        match line:
            case {"row": row, "key": key, "file": str(file), "data_sha256": str(digest), "bytes": int(size)}:
                self._made[_identity(row, key)] = _Made(digest, file, size)
            case {"failed_rows": str(name), "sha256": str(digest)}:
                self._failed_rows[name] = digest


def _identity(row: int, key: str | None) -> str:
    return key or f"{row}"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def open_batch_folder(
    path: Path, made_from: Mapping[str, Any], *, now_given: bool, overwrite: bool
) -> Iterator[BatchFolder]:
    """Open the folder of a batch, a new one or one in which the same batch was begun.

    Raises:
        InvalidRequestError: it holds something else, or another run works in it.
        OSError: it cannot be used.
    """
    path.mkdir(parents=True, exist_ok=True)
    manifest_path = path / MANIFEST
    if not overwrite and not manifest_path.exists() and any(not each.name.startswith(".") for each in path.iterdir()):
        reason = f"{str(path)!r} holds files that no batch has made: name an empty folder, or give --overwrite."
        raise InvalidRequestError(_OPTION, reason)
    with manifest_path.open("a+b") as manifest:
        _lock(manifest, path)
        lines = [] if overwrite else _lines(manifest)
        if not any("file" in line for line in lines[1:]):
            # Nothing was made: a mistake in the options can be put right.
            manifest.truncate(0)
            lines = [{"batch": _VERSION, **made_from}]
            manifest.write(json.dumps(lines[0], ensure_ascii=False).encode() + b"\n")
        _require_same(path, lines[0], made_from, now_given=now_given)
        for left in path.glob(f"{TEMPORARY}*"):
            left.unlink()
        folder = BatchFolder(path, manifest, lines[0], lines[1:])
        try:
            yield folder
        finally:
            with contextlib.suppress(ValueError):
                folder.close()


def _lines(manifest: BinaryIO) -> list[dict[str, Any]]:
    """Read a manifest; a last line that was cut off when the machine stopped is taken away."""
    manifest.seek(0)
    lines, end = list[dict[str, Any]](), 0
    for text in manifest:
        try:
            line = json.loads(text) if text.endswith(b"\n") else None
        except ValueError:
            line = None
        if not isinstance(line, dict):
            break
        lines.append(line)
        end += len(text)
    manifest.truncate(end)
    manifest.seek(0, os.SEEK_END)
    return lines


def _require_same(path: Path, head: Mapping[str, Any], made_from: Mapping[str, Any], *, now_given: bool) -> None:
    compared = [name for name in made_from if name != _NOW or now_given]
    other = [name for name in compared if head.get(name) != made_from[name]]
    if other:
        what = ", ".join(name.replace("_", " ") for name in other)
        reason = (
            f"the documents in {str(path)!r} are made from something else ({what}): "
            "name another folder, or give --overwrite to make them all anew."
        )
        raise InvalidRequestError(_OPTION, reason)


def _lock(manifest: BinaryIO, path: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415  # not on Windows

    try:
        fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InvalidRequestError(_OPTION, f"another batch works in {str(path)!r}: wait for it to end.") from None
