"""A file system without locks is refused when the storage is opened."""

import errno
import os
from pathlib import Path

import pytest

from adapters.storage.locks import require_locks
from domain.errors import ServiceUnavailableError


def without_locks(_path: str) -> int | None:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def forbidden(_path: str) -> int | None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_file_system_without_locks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailableError, match=r"has no locks .*DOCGEN_DATA_DIR") as refusal:
        require_locks(str(tmp_path), without_locks)
    assert str(tmp_path) in str(refusal.value)


def test_another_fault_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        require_locks(str(tmp_path), forbidden)


def test_an_ordinary_one_is_taken_however_many_look_at_once(tmp_path: Path) -> None:
    for _ in range(3):
        require_locks(str(tmp_path))
