"""Settings that are lists, with commas or blanks in between.

What is wrong with an item is said with its place: the item itself may be a secret that was meant for another setting.
"""

import re
from collections.abc import Callable
from ipaddress import ip_network

from application.ports.job_queue import JobKind


def items(value: str) -> list[str]:
    """Return what a setting lists, with commas or blanks in between."""
    return value.replace(",", " ").split()


def checked(value: str, complaint_of: Callable[[str], str | None]) -> str:
    """Return a list as it is.

    Raises:
        ValueError: there is a complaint of one of its items; with its place.
    """
    for place, item in enumerate(items(value), 1):
        complaint = complaint_of(item)
        if complaint is not None:
            raise ValueError(f"item {place} of the list {complaint}")
    return value


def valid_origins(value: str) -> str:
    """Return a list of origins of web pages as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    wrong = "is no origin: write it like https://app.example.org, without a path, or * for every one"
    return checked(value, lambda item: None if re.fullmatch(r"\*|https?://[^\s/?#@]+", item) else wrong)


def valid_networks(value: str) -> str:
    """Return a list of addresses and networks as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    return checked(value, _complaint_of_network)


def _complaint_of_network(item: str) -> str | None:
    how = "write addresses like 192.0.2.7, and networks like 10.0.0.0/8"
    try:
        ip_network(item, strict=False)
    except ValueError:
        return f"is neither an address nor a network: {how}"
    try:
        ip_network(item)
    except ValueError:
        return f"has host bits set, behind its prefix: {how}"
    return None


def valid_hosts(value: str) -> str:
    """Return a list of names of hosts as it is.

    Raises:
        ValueError: one of them is none; with how to write it.
    """
    wrong = "is not a host: write docgen.example.org, or [::1], without a port"
    return checked(value, lambda item: None if re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", item) else wrong)


def valid_queues(value: str) -> str:
    """Return a list of kinds of jobs as it is.

    Raises:
        ValueError: one of them is none; with those that there are.
    """
    wrong = f"is no queue; there are: {', '.join(JobKind)}"
    return checked(value, lambda item: None if item in tuple(JobKind) else wrong)
