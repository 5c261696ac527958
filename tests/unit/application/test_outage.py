"""What is said of something that does not work for a while."""

import logging

import pytest

from application.outage import Outage


def test_it_is_said_once_a_minute_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = iter(range(1000))
    outage = Outage(logging.getLogger("docgen.worker"), "take jobs", lambda: next(clock))
    outage.is_over()
    for _ in range(121):
        outage.goes_on("the database is away.")
    outage.is_over()
    outage.is_over()
    outage.goes_on("the database is away again.")
    assert caplog.messages == [
        *["The worker could not take jobs, and tries again and again: the database is away."] * 3,
        "The worker can take jobs again.",
        "The worker could not take jobs, and tries again and again: the database is away again.",
    ]
