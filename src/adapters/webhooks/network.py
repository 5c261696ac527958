"""Connections to checked addresses: who resolves the name is who connects, so that nobody can change it in between."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Final, Self

import httpcore2
from typing_extensions import override

from domain.public_address import Address, Network, is_in, is_public

# Finds the addresses of a host; raises OSError where there are none.
Resolve = Callable[[str], Awaitable[Sequence[Address]]]

_THREADS: Final = 8


class AddressForbiddenError(Exception):
    """A host has an address that nothing is sent to."""


class SystemResolver:
    """Asks the system, in threads of its own: a slow name server holds up nobody else. An async context manager."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, host: str) -> Sequence[Address]:
        """Return the addresses of a host, in the order in which they are to be tried."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return [ip_address(each[4][0]) for each in found]


def _look_up(host: str) -> list[Any]:
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)


class CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the very addresses that were checked; the name stays with TLS, which compares the certificate."""

    def __init__(self, resolve: Resolve, allowed: Iterable[Network] = ()) -> None:
        """Take the networks that may be sent to although they are not public."""
        self._resolve = resolve
        self._allowed = tuple(allowed)
        self._connecting = httpcore2.AnyIOBackend()

    async def addresses_of(self, host: str) -> Sequence[Address]:
        """Return the addresses of a host, if all of them may be connected to.

        Raises:
            AddressForbiddenError: one may not.
            OSError: there are none.
        """
        addresses = await self._resolve(host)
        for address in addresses:
            if not is_public(address) and not is_in(address, self._allowed):
                raise AddressForbiddenError(
                    f"The host {host} leads somewhere else than to the public Internet alone: webhooks are sent "
                    "nowhere else, unless the setting DOCGEN_WEBHOOKS__ALLOWED_NETWORKS names that network."
                )
        return list(dict.fromkeys(addresses))

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to a host; the time is for finding its addresses and for all attempts together."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(timeout):
                addresses = await self.addresses_of(host)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout from error
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} is not known") from error
        failure: Exception = httpcore2.ConnectError(f"the name {host} has no address")
        for position, address in enumerate(addresses):
            left = None if timeout is None else max(0.0, timeout - (loop.time() - began))
            share = None if left is None else left / (len(addresses) - position)
            try:
                return await self._connecting.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    @override
    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # httpcore's interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressForbiddenError(f"{path} is no address of a network.")

    @override
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
