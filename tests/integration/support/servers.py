"""One embedded PostgreSQL for all processes of a test run."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.embedded import EmbeddedPostgres
from adapters.embedded.paths import Files
from adapters.embedded.watchdog import end_server, is_held

_DEADLINE_SECONDS = 60.0
_MEMORY = Path("/dev/shm")  # as open as the folder for temporary files
# Most of it is for the log of transactions, which is a gigabyte at most.
_ROOM_BYTES = 4_000_000_000


@contextmanager
def shared_server(run: str) -> Iterator[str]:
    """The URL of the server of this run: started by the first process that asks, ended with the last.

    Its folder goes with it; those of killed runs, whose servers ended by themselves, go when the next run begins.
    """
    base = _base()
    with _alone(base):
        _remove_leftovers(base)
        membership = _open(base / f"{run}.lock")
        fcntl.flock(membership, fcntl.LOCK_SH)
    try:
        with EmbeddedPostgres(base / run) as server:
            yield server.url()
    finally:
        with _alone(base):
            os.close(membership)
            _remove_leftovers(base)


def remove_data_dir(data_dir: Path) -> None:
    """Remove a data directory whose server ends, or is ended now, and what lies elsewhere because of it."""
    files = Files(data_dir / "postgres")
    if files.server_lock.exists():
        deadline = time.monotonic() + _DEADLINE_SECONDS
        # A server whose last user has just gone is ended by its watchdog.
        while is_held(str(files.owner_lock)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert end_server(str(files.server_lock), str(files.cluster / "postmaster.pid"))
    if files.cluster.is_symlink():
        shutil.rmtree(files.cluster.readlink().parent, ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def _base() -> Path:
    # Not pytest's own folder: as root it is closed to the user whom the server runs as.
    base = _place() / f"docgen-tests-{os.geteuid()}"
    base.mkdir(mode=0o711, exist_ok=True)
    assert base.stat().st_uid == os.geteuid(), f"{base} belongs to somebody else: remove it."
    return base


def _place() -> Path:
    """Where a copy of a database costs least: in memory, where there is enough for what a run has at a time."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _remove_leftovers(base: Path) -> None:
    for lock in base.glob("*.lock"):
        descriptor = _open(lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            remove_data_dir(lock.with_suffix(""))
            lock.unlink()
        finally:
            os.close(descriptor)


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """Only one process at a time looks which runs there are."""
    descriptor = _open(base / "registry")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
