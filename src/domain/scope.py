"""Scopes: what a caller may do in its workspace."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from domain.errors import InvalidRequestError
from domain.near_names import no_such


class Scope(StrEnum):
    """One permission; publishing is one of its own, because what is published reaches customers."""

    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    TEMPLATES_PUBLISH = "templates:publish"
    RENDERS_CREATE = "renders:create"
    RENDERS_READ = "renders:read"
    BATCHES_CREATE = "batches:create"
    BATCHES_READ = "batches:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
    KEYS_MANAGE = "keys:manage"
    AUDIT_READ = "audit:read"


ALL_SCOPES: Final = frozenset(Scope)


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Return the scopes of these names.

    Raises:
        InvalidRequestError: there is no name, or no such scope.
    """
    scopes = frozenset(map(_parse, names))
    if not scopes:
        raise InvalidRequestError("scopes", f"give one at least, out of: {', '.join(Scope)}.")
    return scopes


def in_order(scopes: Iterable[Scope]) -> list[Scope]:
    """Return scopes in the order in which they are declared."""
    given = frozenset(scopes)
    return [scope for scope in Scope if scope in given]


def _parse(name: str) -> Scope:
    try:
        return Scope(name)
    except ValueError:
        raise InvalidRequestError("scopes", f"{name[:40]!r}: {no_such('scope', name, Scope)}") from None
