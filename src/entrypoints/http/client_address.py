"""Where a request comes from: the peer of its connection or, behind proxies that are trusted, whom those name.

Anybody can write X-Forwarded-For and Forwarded (RFC 7239). They are believed from the addresses that a setting names
alone, and only the one header that the proxies are said to write: a proxy passes the other one on as a client sent it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal

from starlette.requests import HTTPConnection

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
ForwardedHeader = Literal["x-forwarded-for", "forwarded"]

# RFC 7239, section 4: for=192.0.2.43, for="[2001:db8::17]:4711"; what is no address is of no use here.
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*"?([^";]*)"?', re.IGNORECASE)
_PORT: Final = re.compile(r"^(?:\[([^\]]*)\]|([0-9.]+))(?::\d{1,5})?$")


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The networks whose proxies say where a request comes from, and the header that they say it in."""

    networks: Sequence[Network] = ()
    header: ForwardedHeader = "x-forwarded-for"

    def address_of(self, request: HTTPConnection) -> str | None:
        """Return the address of who sent a request, None where its connection has none.

        Proxies add to the end of the header: the last address that is none of them is the client's.
        """
        if request.client is None:
            return None
        peer = request.client.host
        if not self.networks or not self._trusts(_parsed(peer)):
            return peer
        found = peer
        for text in reversed(self._named(request)):
            address = _parsed(text)
            if address is None:
                break
            found = str(address)
            if not self._trusts(address):
                break
        return found

    def _named(self, request: HTTPConnection) -> list[str]:
        entries = [entry.strip() for line in request.headers.getlist(self.header) for entry in line.split(",")]
        if self.header == "x-forwarded-for":
            return entries
        return [match[1].strip() if (match := _FOR.search(entry)) else "" for entry in entries]

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self.networks)


def _parsed(text: str) -> Address | None:
    """Return an address, whether a port follows it or not; one of IPv4 that is written as IPv6 is one of IPv4."""
    port = _PORT.match(text)
    try:
        address = ip_address((port[1] or port[2]) if port else text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
