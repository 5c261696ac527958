"""The one error of the embedded PostgreSQL."""

from domain.errors import ServiceUnavailableError


class EmbeddedPostgresError(ServiceUnavailableError):
    """The embedded PostgreSQL cannot run; the message says what failed, why, and how to fix it."""

    def __init__(self, message: str) -> None:
        super().__init__("database", message)
