"""Settings that are lists, with commas or blanks in between."""

import re
from ipaddress import ip_network

from application.ports.job_queue import JobKind


def items(value: str) -> list[str]:
    """Return what a setting lists, with commas or blanks in between."""
    return value.replace(",", " ").split()


def valid_origins(value: str) -> str:
    """Return a list of origins of web pages as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    for item in items(value):
        if item != "*" and not re.fullmatch(r"https?://[^\s/?#@]+", item):
            raise ValueError(
                f"{item[:80]!r} is no origin: write it like https://app.example.org, without a path, or * for every one"
            )
    return value


def valid_networks(value: str) -> str:
    """Return a list of addresses and networks as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    for item in items(value):
        try:
            ip_network(item)
        except ValueError as error:
            raise ValueError(f"{error}: write addresses like 192.0.2.7, and networks like 10.0.0.0/8") from None
    return value


def valid_hosts(value: str) -> str:
    """Return a list of names of hosts as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    for item in items(value):
        if not re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", item):
            raise ValueError(f"{item[:80]!r} is not a host: write docgen.example.org, or [::1], without a port")
    return value


def valid_queues(value: str) -> str:
    """Return a list of kinds of jobs as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    for item in items(value):
        if item not in tuple(JobKind):
            raise ValueError(f"there is no queue {item[:80]!r}; there are: {', '.join(JobKind)}")
    return value
