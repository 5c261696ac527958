"""As whom PostgreSQL's programs run: they refuse to run as root."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# "nobody" on every Linux: the user without rights, which needs no `useradd`.
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user of the server; `uid` and `gid` are None where it is simply the user of this process."""

    uid: int | None
    gid: int | None

    @property
    def popen_arguments(self) -> dict[str, Any]:
        """The arguments for `subprocess` that start a program as this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def give_all(self, folder: Path) -> None:
        """Make this user the owner of a folder and of everything in it, where it is not yet."""
        if self.uid is None or folder.stat().st_uid == self.uid:
            return
        for directory, _, names in os.walk(folder):
            for name in (".", *names):
                os.chown(Path(directory, name), self.uid, self.gid or self.uid, follow_symlinks=False)

    def can_enter(self, folder: Path) -> bool:
        """Whether the server could reach what lies in this folder: asked of the kernel, which knows ACLs as well."""
        if self.uid is None:
            return True
        shell = ["/bin/sh", "-c", 'cd -- "$0"', str(folder)]
        return subprocess.run(shell, check=False, capture_output=True, **self.popen_arguments).returncode == 0  # noqa: S603

    def can_run(self, program: Path) -> bool:
        """Whether the server's user could start this program of PostgreSQL, its libraries included."""
        try:
            call = [str(program), "--version"]
            return subprocess.run(call, check=False, capture_output=True, **self.popen_arguments).returncode == 0  # noqa: S603
        except PermissionError:
            return False


def server_user(home: Path) -> ServerUser:
    """The user of the server whose files are in `home`.

    Root starts the server of another user's data directory as this user, and otherwise as nobody.
    """
    if os.geteuid() != 0:
        return ServerUser(None, None)
    owner = home.stat()
    return ServerUser(owner.st_uid, owner.st_gid) if owner.st_uid != 0 else ServerUser(_NOBODY, _NOBODY)
