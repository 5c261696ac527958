"""The data directory of PostgreSQL: made whole or not at all, and checked before it is used."""

import os
import secrets
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.embedded.errors import EmbeddedPostgresError
from adapters.embedded.locks import FileLock
from adapters.embedded.paths import Files, write_private
from adapters.embedded.programs import Programs
from adapters.embedded.room import STAGING, find_room, link_cluster, reachable_programs
from adapters.embedded.server_log import ServerLog
from adapters.embedded.server_user import ServerUser, server_user
from adapters.embedded.watchdog import is_postgres, read_postmaster

SUPERUSER = "docgen"
DATABASE = "docgen"
# The same text comparison on every system, without the system's locales and without ICU, which the build lacks.
_INITDB = ("-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data directory that is ready for a server, with what it takes to run one."""

    files: Files
    data: Path
    programs: Programs
    user: ServerUser
    server_lock: FileLock

    @property
    def pidfile(self) -> Path:
        """What the running server tells about itself."""
        return self.data / "postmaster.pid"

    def popen_arguments(self, log: int) -> dict[str, Any]:
        """The arguments for `subprocess` that every program of PostgreSQL is started with."""
        return {
            # In a session of its own: a Ctrl-C is DocGen's, who has work to finish before the database goes.
            "start_new_session": True,
            "pass_fds": (self.server_lock.fileno(),),
            "stdout": log,
            "stderr": log,
            "cwd": "/",
            # Nothing of PGDATA, PGOPTIONS, or of a language that this system has no locale for.
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            **self.user.popen_arguments,
        }


def open_cluster(files: Files, programs: Programs, server_lock: FileLock) -> Cluster:
    """The data directory of these files; made, with an empty database, where there is none.

    Args:
        server_lock: held, so that no server runs.

    Raises:
        EmbeddedPostgresError: it cannot be made or used, as the message says.
        OSError: a file cannot be read or written.
    """
    user = server_user(files.home)
    room = find_room(files, user)
    for leftover in room.glob(f"{STAGING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    programs = reachable_programs(programs, room, user)
    cluster = Cluster(files, room / files.cluster.name, programs, user, server_lock)
    if not cluster.data.exists():
        _create(cluster, room)
        link_cluster(files, room)
        return cluster
    _refuse_other_version(cluster)
    user.give_all(cluster.data)
    _remove_stale_pidfile(cluster)
    if not files.password.exists():
        password = _new_password()
        _single_user(cluster, cluster.data, f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'")
        write_private(files.password, password)
    return cluster


def _new_password() -> str:
    return secrets.token_urlsafe(32)


def _create(cluster: Cluster, room: Path) -> None:
    password = _new_password()
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=room))
    try:
        cluster.user.give(staging)
        # A copy for initdb, which as another user cannot read the one that stays.
        password_copy, data = staging / "password", staging / "data"
        write_private(password_copy, password)
        cluster.user.give(password_copy)
        call = [str(cluster.programs.initdb), "-D", str(data), "-U", SUPERUSER]
        call += ["--pwfile", str(password_copy), *_INITDB]
        with ServerLog(cluster.files.log) as log:
            arguments = cluster.popen_arguments(log.descriptor) | {"stdin": subprocess.DEVNULL}
            done = subprocess.run(call, check=False, **arguments)  # noqa: S603
            if done.returncode:
                raise EmbeddedPostgresError(log.explain(f"The data directory {cluster.data} cannot be made by initdb"))
        _single_user(cluster, data, f"CREATE DATABASE {DATABASE}")
        write_private(cluster.files.password, password)
        data.replace(cluster.data)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _single_user(cluster: Cluster, data: Path, statement: str) -> None:
    """Execute one statement without a server, as the superuser; it does not appear in the list of processes."""
    call = [str(cluster.programs.postgres), "--single", "-D", str(data), "-c", "exit_on_error=on", "postgres"]
    with ServerLog(cluster.files.log) as log:
        arguments = cluster.popen_arguments(log.descriptor) | {"stdout": subprocess.DEVNULL}
        done = subprocess.run(call, check=False, input=f"{statement}\n".encode(), **arguments)  # noqa: S603
        if done.returncode:
            raise EmbeddedPostgresError(log.explain(f"The database in {cluster.data} cannot be set up"))


def _refuse_other_version(cluster: Cluster) -> None:
    try:
        version = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise EmbeddedPostgresError(
            f"The folder {cluster.data} is not a data directory of PostgreSQL (it has no file PG_VERSION): move it "
            "away to begin with an empty database, or bring back the database that was in it."
        ) from None
    if version != str(cluster.programs.major):
        raise EmbeddedPostgresError(
            f"The database in {cluster.data} was made by PostgreSQL {version}, and {cluster.programs.bin} has "
            f"PostgreSQL {cluster.programs.major}, which cannot read it: set DOCGEN_PG_BIN to the programs of a "
            f"PostgreSQL {version}, or take its contents over with the pg_dumpall of {version}, or move the folder "
            "away to begin with an empty database."
        )


def _remove_stale_pidfile(cluster: Cluster) -> None:
    """Remove what a killed server left behind.

    PostgreSQL would take any process of the same user that has got the number meanwhile for its predecessor, which
    after the restart of a container is likely.
    """
    postmaster = read_postmaster(str(cluster.pidfile))
    if postmaster is None or not _runs_here(postmaster.pid, cluster.data):
        cluster.pidfile.unlink(missing_ok=True)


def _runs_here(pid: int, data: Path) -> bool:
    """Whether this process is a PostgreSQL on this data directory, started by somebody else than this launcher."""
    process = Path("/proc", str(pid))
    if not Path("/proc/self/comm").exists():
        ps = shutil.which("ps", path=os.defpath)
        call = [ps or "ps", "-p", str(pid), "-o", "comm="]
        return b"postgres" in subprocess.run(call, check=False, capture_output=True).stdout  # noqa: S603
    with suppress(FileNotFoundError, ProcessLookupError):
        if not is_postgres(pid):
            return False
        try:
            return (process / "cwd").readlink() == data
        except PermissionError:  # a container's root without CAP_SYS_PTRACE
            return True
    return False
