"""The connection to the queue of jobs, where there is no database at its other end."""

import asyncio

import pytest

from adapters.postgres.statements import QueueConnection
from domain.errors import ServiceUnavailableError

AT_ONCE = 5


async def test_whoever_waits_while_an_attempt_fails_does_not_try_again() -> None:
    """A worker that is told to end would otherwise wait for a database that hangs, once for each of its chores."""
    attempts = 0
    everybody_waits = asyncio.Event()

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        await everybody_waits.wait()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"postgresql://docgen:p@127.0.0.1:{port}/docgen?sslmode=disable"
    async with server, QueueConnection(url, "jobs") as connection:
        asked = [asyncio.create_task(connection.fetch("SELECT 1")) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)  # each has begun, and all but the first wait for their turn
        everybody_waits.set()
        failures = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(failure) for failure in failures] == [ServiceUnavailableError] * AT_ONCE
        assert len({str(failure) for failure in failures}) == 1
        assert attempts == 1
        # Who comes later tries for itself.
        with pytest.raises(ServiceUnavailableError):
            await connection.fetch("SELECT 1")
        assert attempts == 2
