import asyncpg
import pytest

from adapters.postgres.failures import connecting, driver_errors
from domain.errors import ServiceUnavailableError


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        # A server that ends says so on a connection that is idle; the next statement meets this.
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        ConnectionResetError("Connection reset by peer"),
        TimeoutError(),
    ],
)
def test_a_connection_that_is_lost_is_a_database_that_is_away(error: Exception) -> None:
    for translated in (driver_errors, connecting):
        with pytest.raises(ServiceUnavailableError), translated():
            raise error


def test_a_mistake_of_ours_is_not() -> None:
    with pytest.raises(asyncpg.UndefinedFunctionError), driver_errors():
        raise asyncpg.UndefinedFunctionError("function nope() does not exist")
