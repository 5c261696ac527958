"""The secret key of an installation that was given none: made at random, and kept in a file."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from domain.errors import ServiceUnavailableError

_KEY_BYTES: Final = 32


def read_or_make_key(path: Path) -> str:
    """Return the key in a file that only this user may read; several processes may make it at once.

    Raises:
        ServiceUnavailableError: it cannot be read or made, or holds no key.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceUnavailableError(
            "secret key",
            f"The secret key in {path} cannot be read or made: {error}. "
            "Let DocGen write there, or set DOCGEN_SECRET_KEY.",
        ) from error
    if len(key) < _KEY_BYTES:
        raise ServiceUnavailableError(
            "secret key",
            f"The file {path} holds no secret key: delete it, and a new one is made; or set DOCGEN_SECRET_KEY.",
        )
    return key


def _make(path: Path) -> None:
    """Write a whole file beside it, and give it the name only where nobody else has: the first one stays."""
    descriptor, draft = tempfile.mkstemp(prefix=f"{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
