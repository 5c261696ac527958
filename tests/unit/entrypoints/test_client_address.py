"""Where a request comes from, behind proxies that are believed and others that are not."""

from ipaddress import ip_network

import pytest
from starlette.requests import HTTPConnection

from entrypoints.http.client_address import ForwardedHeader, TrustedProxies

CLIENT = "203.0.113.9"


def request(peer: str | None, *lines: tuple[str, str]) -> HTTPConnection:
    headers = [(name.lower().encode(), value.encode()) for name, value in lines]
    return HTTPConnection({"type": "http", "client": peer and (peer, 1), "headers": headers})


def trusting(*networks: str, header: ForwardedHeader = "x-forwarded-for") -> TrustedProxies:
    return TrustedProxies([ip_network(network) for network in networks], header)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_nobody_is_believed_who_is_not_named(header: str) -> None:
    sent = request("192.0.2.1", (header, CLIENT))
    assert TrustedProxies().address_of(sent) == "192.0.2.1"
    assert trusting("10.0.0.0/8").address_of(sent) == "192.0.2.1"


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([CLIENT], CLIENT),
        (["198.51.100.1, " + CLIENT], CLIENT),
        (["198.51.100.1", CLIENT + ", 10.1.1.1"], CLIENT),
        ([CLIENT + ":4711, 10.1.1.1:80"], CLIENT),
        (["[2001:db8::1]:443"], "2001:db8::1"),
        (["2001:DB8:0::1"], "2001:db8::1"),
        (["::ffff:" + CLIENT], CLIENT),
        # All of them are proxies: the first is as near to the client as anybody knows.
        (["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        # What is no address is not repeated in the log, and nothing before it is believed.
        ([CLIENT + ", unknown, 10.2.2.2"], "10.2.2.2"),
        (["unknown"], "10.0.0.1"),
        (["1.2.3.4\t<script>"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_is_the_client(lines: list[str], address: str) -> None:
    sent = request("10.0.0.1", *(("X-Forwarded-For", line) for line in lines))
    assert trusting("10.0.0.0/8", "fd00::/8").address_of(sent) == address


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (["for=" + CLIENT], CLIENT),
        (['for=1.1.1.1, For="[2001:db8::17]:4711";proto=https;by=10.0.0.1'], "2001:db8::17"),
        (["proto=https; for=" + CLIENT, "for=10.2.2.2"], CLIENT),
        (["for=_hidden"], "10.0.0.1"),
        (["by=" + CLIENT], "10.0.0.1"),
    ],
)
def test_forwarded_says_it_in_its_own_words(lines: list[str], address: str) -> None:
    sent = request("10.0.0.1", *(("Forwarded", line) for line in lines))
    assert trusting("10.0.0.0/8", header="forwarded").address_of(sent) == address


def test_only_the_header_that_the_proxies_write_is_read() -> None:
    """A proxy that writes one of them passes the other on, as its client has sent it."""
    sent = request("10.0.0.1", ("X-Forwarded-For", CLIENT), ("Forwarded", "for=198.51.100.66"))
    assert trusting("10.0.0.1").address_of(sent) == CLIENT
    assert trusting("10.0.0.1", header="forwarded").address_of(sent) == "198.51.100.66"


def test_a_connection_without_an_address_has_none() -> None:
    assert trusting("10.0.0.0/8").address_of(request(None, ("X-Forwarded-For", CLIENT))) is None
