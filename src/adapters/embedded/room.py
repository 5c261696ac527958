"""Where the server's data and programs lie: at home, or, for root below closed folders, in /var/lib/docgen.

The server of root runs as another user, who cannot pass a folder such as /root (mode 0700).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from adapters.embedded.errors import EmbeddedPostgresError
from adapters.embedded.paths import Files
from adapters.embedded.programs import Programs
from adapters.embedded.server_user import ServerUser

STATE_DIR = Path("/var/lib/docgen")
# What was not finished, and is removed at the next start.
STAGING = "new-"
_SOURCE = "source"


def find_room(files: Files, user: ServerUser) -> Path:
    """The folder for the server's data directory ``data``, which its user can enter.

    Where that is not `home`, the link ``data`` at home leads to it.

    Raises:
        EmbeddedPostgresError: the data cannot be reached by the server's user, or is gone.
    """
    if files.cluster.is_symlink() and not files.cluster.exists():
        raise EmbeddedPostgresError(
            f"The embedded database is not where the link {files.cluster} leads to ({files.cluster.readlink()}): bring "
            "that folder back, or remove the link to begin with an empty database."
        )
    if files.cluster.exists():
        room = files.cluster.resolve().parent
        if not user.can_enter(room):
            raise _closed(room, user)
        return room
    return files.home if user.can_enter(files.home) else _room_elsewhere(files, user)


def link_cluster(files: Files, room: Path) -> None:
    """Let the link at home lead to the data directory in its room."""
    if room != files.home and not files.cluster.is_symlink():
        files.cluster.symlink_to(room / files.cluster.name)


def reachable_programs(programs: Programs, room: Path, user: ServerUser) -> Programs:
    """The programs, or a copy of them in `room` where the server's user cannot run them at their place.

    Raises:
        EmbeddedPostgresError: the copy does not run either.
    """
    if user.can_run(programs.postgres):
        return programs
    copied = Programs(_copied(programs.bin, room / "programs"), programs.major)
    if not user.can_run(copied.postgres):
        raise _closed(programs.bin, user)
    return copied


def _copied(source: Path, target: Path) -> Path:
    """The folder ``bin`` of an up-to-date copy of PostgreSQL below `target`.

    The programs find their libraries by a path relative to themselves: two folders up, beside the package.
    """
    prefix = source.parent
    package = prefix.parent
    libraries = package.with_name(f"{package.name}.libs")
    stamp = "\n".join((str(prefix), *_contents(prefix)))
    if not (target / _SOURCE).is_file() or (target / _SOURCE).read_text(encoding="utf-8") != stamp:
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=target.parent))
        shutil.copytree(prefix, staging / package.name / prefix.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, staging / libraries.name, symlinks=True)
        _open_to_all(staging)
        (staging / _SOURCE).write_text(stamp, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        staging.replace(target)
    return target / package.name / prefix.name / source.name


def _contents(folder: Path) -> Iterator[str]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = file.stat()
        yield f"{file.relative_to(folder)} {status.st_size} {status.st_mtime_ns}"


def _open_to_all(folder: Path) -> None:
    for directory, _, names in os.walk(folder):
        for path in (Path(directory), *(Path(directory, name) for name in names)):
            mode = path.lstat().st_mode
            if not path.is_symlink():
                path.chmod(mode & 0o7777 | (0o555 if mode & 0o100 else 0o444))


def _room_elsewhere(files: Files, user: ServerUser) -> Path:
    try:
        if not STATE_DIR.exists():
            STATE_DIR.mkdir(parents=True)
            STATE_DIR.chmod(0o711)
        # Never one that is there already: it may hold the database of a data directory that was moved.
        room = Path(tempfile.mkdtemp(prefix=f"{files.home.parent.parent.name or 'root'}-", dir=STATE_DIR))
        room.chmod(0o711)
        (room / "belongs-to").write_text(f"{files.home}\n", encoding="utf-8")
    except OSError as error:
        raise _closed(files.home, user) from error
    if not user.can_enter(room):
        shutil.rmtree(room, ignore_errors=True)
        raise _closed(files.home, user)
    return room


def _closed(folder: Path, user: ServerUser) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"PostgreSQL does not run as root, and the user it runs as instead ({user.uid}) cannot enter {folder}: open "
        "the folders above it (`chmod o+x`), set DOCGEN_DATA_DIR to a folder that everybody can enter, or run "
        "DocGen as another user."
    )
