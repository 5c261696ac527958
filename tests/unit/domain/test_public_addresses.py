"""Which addresses webhooks may be sent to."""

from ipaddress import ip_address, ip_network

import pytest

from domain.public_address import is_in, is_public

PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001:80b::200e")
OTHERS = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "100::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::",
    "3fff::1",
    "64:ff9b:1::7f00:1",
    "2606:4700::1111%eth0",
)


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize("text", OTHERS)
def test_every_other_one_is_not(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("prefix", ["::ffff:", "64:ff9b::"])
def test_an_ipv4_address_in_an_ipv6_one_counts_as_what_it_is(prefix: str) -> None:
    for text in (each for each in OTHERS if ":" not in each):
        assert not is_public(ip_address(prefix + text))
        assert is_in(ip_address(prefix + text), [ip_network(f"{text}/32")])
    assert is_public(ip_address(prefix + "1.1.1.1"))


def test_networks_hold_their_own_addresses_alone() -> None:
    networks = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    assert is_in(ip_address("10.1.2.3"), networks)
    assert is_in(ip_address("fd00::1"), networks)
    assert not is_in(ip_address("10.2.0.1"), networks)
    assert not is_in(ip_address("::1"), networks)
