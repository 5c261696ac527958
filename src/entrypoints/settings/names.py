"""Names of settings: which there are, and which variables are near misses of them."""

import difflib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from dotenv import dotenv_values
from pydantic import BaseModel

PREFIX: Final = "DOCGEN_"
FILE_SUFFIX: Final = "_FILE"

# Read by the test suite alone.
_FOREIGN: Final = frozenset({"DOCGEN_TEST_DATABASE_URL"})
# Kubernetes sets such variables for every service of a namespace, also for one that is called docgen.
_KUBERNETES_NAME: Final = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$")
_KUBERNETES_VALUE: Final = re.compile(r"(tcp|udp|sctp)://")


def setting_names(model: type[BaseModel], prefix: str = PREFIX) -> list[str]:
    """Return the environment name of every setting: DOCGEN_HTTP__PORT for the field `port` of the section `http`."""
    names = []
    for field, info in model.model_fields.items():
        annotation = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            names += setting_names(annotation, f"{prefix}{field.upper()}__")
        else:
            names.append(f"{prefix}{field.upper()}")
    return names


def read_dotenv(path: Path) -> dict[str, str | None]:
    """Return what `.env` sets, nothing where there is no such file.

    Raises:
        ValueError: it is not text in UTF-8.
    """
    try:
        return dict(dotenv_values(path))
    except UnicodeDecodeError as error:
        raise ValueError(f"The file {path.absolute()} is not text in UTF-8 (byte {error.start}): save it so.") from None


def refuse_unknown_names(model: type[BaseModel], dotenv: Path, secrets: Iterable[str] = ()) -> None:
    """Refuse nested names that no setting has, and near misses of those that are; other DOCGEN_* names are left alone.

    They are those of variables, in `dotenv` too, and of files with `secrets`.

    Raises:
        ValueError: with a sentence for each of them.
    """
    known = setting_names(model)
    given = {**dict.fromkeys(secrets, ""), **read_dotenv(dotenv), **os.environ}
    complaints = [
        complaint
        for name, value in sorted(given.items())
        if name.upper().startswith(PREFIX) and (complaint := _complaint(name, value or "", known))
    ]
    if complaints:
        raise ValueError("\n".join(complaints))


def _complaint(name: str, value: str, known: list[str]) -> str | None:
    upper = name.upper()
    bare = upper.removesuffix(FILE_SUFFIX)
    if upper in known or bare in known or upper in _FOREIGN:
        return None
    nested = "__" in upper.removeprefix(PREFIX)
    if not nested and (_KUBERNETES_NAME.search(upper) or _KUBERNETES_VALUE.match(value)):
        return None
    near = nearest_name(bare, known)
    if near:
        return f"There is no setting {name}; did you mean {near}?"
    return f"There is no setting {name}: correct its name, or remove it." if nested else None


def nearest_name(name: str, known: list[str]) -> str | None:
    """Return which of these names somebody may have meant, None where none is near."""
    flat = {candidate.replace("_", ""): candidate for candidate in known}
    found = difflib.get_close_matches(name.replace("_", ""), flat, n=1, cutoff=0.9)
    return flat[found[0]] if found else None
