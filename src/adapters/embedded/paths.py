"""Where the launcher keeps what, below the data directory of DocGen."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one embedded server, all in `home` (the folder ``postgres`` of DocGen's data directory)."""

    home: Path

    @property
    def owner_lock(self) -> Path:
        """Held by the process that owns the server, and by its watchdog."""
        return self.home / "owner.lock"

    @property
    def users_lock(self) -> Path:
        """Shared by the processes that use the server without owning it."""
        return self.home / "users.lock"

    @property
    def server_lock(self) -> Path:
        """Held by every process of the running server, and of the programs that prepare its files."""
        return self.home / "server.lock"

    @property
    def password(self) -> Path:
        """The password of the superuser, readable by its owner alone."""
        return self.home / "password"

    @property
    def port(self) -> Path:
        """The port of the server; there while it is ready for connections, and left behind by a killed one."""
        return self.home / "port"

    @property
    def log(self) -> Path:
        """What PostgreSQL's programs print."""
        return self.home / "server.log"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory, or a symbolic link to it."""
        return self.home / "data"


def prepare(files: Files) -> None:
    """Create the folder and the files that several processes share, each closed to other users."""
    # As root the server runs as another user, who must pass through these folders, but not list them.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for directory in (files.home.parent, files.home):
        if not directory.exists():
            directory.mkdir(parents=True, exist_ok=True)
            directory.chmod(mode)  # whatever the umask was
            give_to_owner_of(directory.parent, directory)
    for file in (files.owner_lock, files.users_lock, files.server_lock, files.log):
        os.close(open_private(file, os.O_RDWR))


def open_private(file: Path, flags: int) -> int:
    """Open a file that only its owner may read, and create it where it is missing; returns the descriptor."""
    descriptor = os.open(file, flags | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_to_owner_of(file.parent, file)
    return descriptor


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read; other processes see all of it or nothing."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(open_private(draft, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def read_port(files: Files) -> int | None:
    """The port that the server was last ready on; None where it is not (yet) known."""
    try:
        return int(files.port.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def give_to_owner_of(folder: Path, path: Path) -> None:
    """What root creates in the folder of another user belongs to this user, who can then go on without root."""
    if os.geteuid() == 0:
        owner = folder.stat()
        if owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid)
