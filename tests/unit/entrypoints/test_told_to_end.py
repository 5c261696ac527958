"""SIGTERM and Ctrl-C while something is opened."""

import asyncio
import signal

import pytest

from entrypoints.cli.told_to_end import run_until_told

SIGNALS = [signal.SIGTERM, signal.SIGINT]


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in SIGNALS]


async def _waiting(number: signal.Signals, steps: list[str], *, gives_in: bool) -> str:
    signal.raise_signal(number)
    steps.append("goes on to where it waits")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        steps.append("cancelled")
        if gives_in:
            raise
    return "done all the same"


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("gives_in", [True, False])
def test_what_waits_is_cancelled_and_the_process_ends_with_0(number: signal.Signals, gives_in: bool) -> None:
    before, steps = handlers(), list[str]()
    with pytest.raises(SystemExit) as ended:
        run_until_told(_waiting(number, steps, gives_in=gives_in))
    assert ended.value.code == 0
    assert steps == ["goes on to where it waits", "cancelled"]
    assert handlers() == before


def test_without_a_signal_it_is_as_ever() -> None:
    before = handlers()

    async def work(wrong: str | None) -> str:
        if wrong is not None:
            raise ValueError(wrong)
        return "done"

    assert run_until_told(work(None)) == "done"
    with pytest.raises(ValueError, match="it is not there"):
        run_until_told(work("it is not there"))
    assert handlers() == before
