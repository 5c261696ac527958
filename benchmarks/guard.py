"""Measures what the guard costs in a render: python -m benchmarks.guard

The four documents of benchmarks/cases, made by the same generated code with the limits in force and with a session that
charges, weighs and measures nothing. Both parse the data, look up its odd texts and pack the document. They take turns,
many times; the figures are processor time, as medians, and the spread is between the quartiles of the ratios of
neighbours. The documents are compared. Look-ups of keys alone, the list of what is allowed, and escaping as the last
step are in both: generated code has no other way.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from typing_extensions import override

from adapters.rendering.compiled import Program
from adapters.rendering.engine import compile_template
from adapters.rendering.language.access import sequence
from adapters.rendering.language.data import odd_texts, parse_data
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.language.session import RenderSession
from benchmarks.cases import CASES
from benchmarks.render import NOW
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions

_OPTIONS = RenderOptions(OutputFormat.DOCX, "en-US", "UTC", NOW)


class UnguardedSession(RenderSession):
    """A session that pays for nothing."""

    @override
    def charge(self, steps: int, size: int = 0, what: str = "") -> None:
        pass

    @override
    def measure(self, pieces: list[str]) -> None:
        pass

    @override
    def each(self, value: Any, weight: int, size: int) -> Any:
        return value if type(value) is list else sequence(value)

    @override
    def watch(self, items: Any, pieces: list[str], prints: int, *, passing: bool) -> Any:
        return items

    @override
    def traversed(self, pieces: list[str], prints: int) -> None:
        pass

    @override
    def big(self, piece: str) -> str:
        return piece

    @override
    def built(self, value: Any) -> Any:
        return value


def render_with(kind: type[RenderSession], program: Program, data: bytes) -> bytes:
    """Make a document with a session of this kind."""
    return program.render(
        kind(parse_data(data), _OPTIONS, DEFAULT_LIMITS, len(data), odd_texts(data)), OutputFormat.DOCX
    )


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Return the processor time of one call, averaged over so many."""
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) * 1000 / times


def main(arguments: list[str] | None = None) -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--milliseconds", type=float, default=30, help="how long one measurement takes")
    options = parser.parse_args(arguments)
    print(f"{'CPU ms a document':18} {'guarded':>9} {'unguarded':>9} {'ratio':>7} {'quartiles':>14}")
    for case in CASES:
        program = compile_template(TemplateFormat.DOCX, case.template("jinja")).program
        data = case.data_json()
        assert program is not None

        def guarded(program: Program = program, data: bytes = data) -> bytes:
            return render_with(RenderSession, program, data)

        def unguarded(program: Program = program, data: bytes = data) -> bytes:
            return render_with(UnguardedSession, program, data)

        if guarded() != unguarded():
            sys.exit(f"{case.name}: the documents differ")
        times = max(1, round(options.milliseconds / max(0.001, cpu_ms(guarded, 3))))
        pairs = [_pair(guarded, unguarded, times, turn) for turn in range(options.rounds)]
        ratios = [with_guard / without for with_guard, without in pairs]
        low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (ratios * 3)
        medians = [statistics.median(column) for column in zip(*pairs, strict=True)]
        print(f"{case.name:18} {medians[0]:9.4f} {medians[1]:9.4f} {middle:7.3f} {low:6.3f} - {high:.3f}", flush=True)
    return 0


def _pair(first: Callable[[], bytes], second: Callable[[], bytes], times: int, turn: int) -> tuple[float, float]:
    """Measure both, each of them first in every other turn."""
    if turn % 2:
        without = cpu_ms(second, times)
        return cpu_ms(first, times), without
    return cpu_ms(first, times), cpu_ms(second, times)


if __name__ == "__main__":
    sys.exit(main())
