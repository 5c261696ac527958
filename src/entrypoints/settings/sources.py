"""Where settings come from: the environment, `.env`, and files of secrets."""

import os
from collections.abc import Set as AbstractSet
from pathlib import Path

from entrypoints.settings.errors import SettingsError
from entrypoints.settings.names import FILE_SUFFIX, read_dotenv

SECRETS_DIR = Path("/run/secrets")
DOTENV = Path(".env")


def given_values(known: AbstractSet[str]) -> dict[str, str]:
    """Return every variable that is given, by its name in upper case; those with a `known` name also from files.

    Raises:
        SettingsError: a file cannot be read.
    """
    given = {name.upper(): value for name, value in os.environ.items()}
    files = {path.name.upper(): path for path in _files_in(SECRETS_DIR)}
    values = {name.upper(): value for name, value in read_dotenv(DOTENV).items()}
    for source in (values, given):  # the environment's NAME_FILE wins over the one in `.env`
        files |= {name: Path(path) for name in known if (path := source.pop(name + FILE_SUFFIX, None))}
    values |= {name: _contents(name, path) for name, path in files.items() if name in known}
    # Compose files and charts set variables to nothing where nobody chose a value: that is no value.
    values |= {name: value for name, value in given.items() if value}
    return {name: value for name, value in values.items() if value}


def secret_names() -> list[str]:
    """Return the names of the files with secrets."""
    return [path.name for path in _files_in(SECRETS_DIR)]


def _files_in(directory: Path) -> list[Path]:
    return sorted(path for path in directory.iterdir() if path.is_file()) if directory.is_dir() else []


def _contents(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        # What is no path may be the secret itself: it is not repeated.
        where = f"the file {path}" if path.parent == SECRETS_DIR else f"the file that {name}{FILE_SUFFIX} names"
        raise SettingsError(
            f"The setting {name} is to be read from {where}, which cannot be read ({_reason_of(error)}): correct the "
            "path, the file or its permissions."
        ) from None


def _reason_of(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else "that is no path"
