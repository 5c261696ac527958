"""A PostgreSQL of DocGen's own, for laptops, single machines and tests."""

from adapters.embedded.errors import EmbeddedPostgresError
from adapters.embedded.launcher import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError"]
