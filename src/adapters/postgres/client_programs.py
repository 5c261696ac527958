"""PostgreSQL's own programs for backups, pg_dump and pg_restore: which there are, and how they are run."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from adapters.postgres.connection import APPLICATION_NAME
from adapters.postgres.failures import COMPONENT
from domain.errors import ServiceUnavailableError

PG_DUMP: Final = "pg_dump"
PG_RESTORE: Final = "pg_restore"

_PIECE: Final = 256 * 1024
_SAID: Final = 500
# Row-level security shows the owner's role everything by these; see `row_security`.
_SEES_EVERYTHING: Final = "-c docgen.maintenance=on"
_HOW_TO_GET: Final = (
    "install the client programs of PostgreSQL {major} or newer, or name their folder with DOCGEN_PG_BIN"
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program, and its major version."""

    path: Path
    major: int


async def find_program(name: str, folders: Iterable[Path], oldest: int) -> Program:
    """Return the first of these programs whose major version is `oldest` or newer: an older one refuses the work.

    Raises:
        ServiceUnavailableError: there is none.
    """
    found = []
    for folder in folders:
        path = folder / name
        major = await _major(path) if path.is_file() else None
        if major is not None and major >= oldest:
            return Program(path, major)
        if major is not None:
            found.append(f"{path} has version {major}")
    state = f"is too old ({', '.join(found)})" if found else "is missing"
    raise ServiceUnavailableError(
        COMPONENT,
        f"The program {name}, which this needs in version {oldest} or newer, {state}: "
        f"{_HOW_TO_GET.format(major=oldest)}.",
    )


async def _major(path: Path) -> int | None:
    """Return the major version of a program, None where it does not run."""
    with suppress(OSError):
        process = await asyncio.create_subprocess_exec(
            path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        said, _ = await process.communicate()
        version = re.search(rb"\(PostgreSQL\) (\d+)", said)
        if version is not None:
            return int(version[1])
    return None


async def output_of(program: Program, url: str | None, arguments: Sequence[str]) -> AsyncIterator[bytes]:
    """Run a program on a database (None: on none), and yield what it writes to standard output, in pieces.

    Raises:
        ServiceUnavailableError: it fails; the message has what it said.
    """
    with tempfile.TemporaryFile() as complaints:
        async with _running(program, url, arguments, complaints) as process:
            assert process.stdout is not None  # noqa: S101  # it is a pipe
            while piece := await process.stdout.read(_PIECE):
                yield piece
            status = await process.wait()
        if status:
            complaints.seek(0)
            raise _failed(program, status, complaints.read().decode(errors="replace"))


async def run(program: Program, url: str | None, arguments: Sequence[str]) -> bytes:
    """Run a program to its end, and return what it wrote.

    Raises:
        ServiceUnavailableError: it fails.
    """
    return b"".join([piece async for piece in output_of(program, url, arguments)])


@asynccontextmanager
async def _running(
    program: Program, url: str | None, arguments: Sequence[str], complaints: IO[bytes]
) -> AsyncIterator[asyncio.subprocess.Process]:
    target, environment = ([], os.environ) if url is None else _connection(url)
    process = await asyncio.create_subprocess_exec(
        program.path,
        *target,
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=complaints,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _connection(url: str) -> tuple[list[str], Mapping[str, str]]:
    """Return arguments and environment that lead to a database; no password is on a command line."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    passwords = [value for name, value in query if name == "password"]
    if parts.password:
        passwords.append(unquote(parts.password))
    user, at, host = parts.netloc.rpartition("@")
    bare = parts._replace(
        netloc=f"{user.partition(':')[0]}{at}{host}",
        query=urlencode([(name, value) for name, value in query if name != "password"]),
    )
    environment = {**os.environ, "PGOPTIONS": _SEES_EVERYTHING, "PGAPPNAME": APPLICATION_NAME, "LC_ALL": "C"}
    if passwords:
        environment["PGPASSWORD"] = passwords[-1]
    return ["--no-password", f"--dbname={urlunsplit(bare)}"], environment


def _failed(program: Program, status: int, said: str) -> ServiceUnavailableError:
    words = " ".join(said.split())
    return ServiceUnavailableError(
        COMPONENT, f"{program.path.name} failed (exit status {status}): {words[:_SAID] or 'it said nothing'}"
    )
