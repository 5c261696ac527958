"""A command that Ctrl-C ends."""

from types import ModuleType

import pytest

from entrypoints.cli.main import main


def interrupted_before_its_work(_: object) -> int:
    """Be a command that Ctrl-C ends between the making of a coroutine and its start."""

    async def work() -> int:
        raise AssertionError

    waiting = work()
    raise KeyboardInterrupt(waiting)


def test_nothing_is_said_of_work_that_was_not_begun(capfd: pytest.CaptureFixture[str]) -> None:
    """What Python says of it is an error in these tests."""
    command = ModuleType("command")
    command.run = interrupted_before_its_work  # type: ignore[attr-defined]  # what a module of a command has
    assert main(["check", "letter.txt"], load=lambda _: command) == 130
    assert capfd.readouterr() == ("", "")
