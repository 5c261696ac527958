"""Measures how DocGen's costs grow, and what compiling costs: python -m benchmarks.scaling

Rows of a table, distinct placeholders, and the compilation of templates. Each pair is measured in turns, in one
process; the figures are minima, which other work on the machine disturbs least.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.store import CompiledTemplateStore
from adapters.storage.bounded_folder import BoundedFolder
from benchmarks.cases import CASES, word_file
from benchmarks.cases.documents import table
from benchmarks.cases.package import run
from benchmarks.render import NOW
from benchmarks.report import markdown, write_report
from domain.diagnostics import has_errors
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions

_OPTIONS = RenderOptions(OutputFormat.DOCX, "en-US", "UTC", NOW)
_ROWS = (5_000, 25_000)
_PLACEHOLDERS = (1_000, 8_000)


def in_turns(works: list[Callable[[], object]], rounds: int) -> list[float]:
    """Return the shortest time of each in ms."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            best[index] = min(best[index], (time.perf_counter() - start) * 1000)
    return best


def compiling(file: bytes) -> Callable[[], object]:
    """Return the compilation of a template.

    Raises:
        ValueError: it has errors.
    """

    def work() -> object:
        compiled = compile_template(TemplateFormat.DOCX, file)
        if has_errors(compiled.diagnostics):
            raise ValueError(str(compiled.diagnostics[0]))
        return compiled

    return work


def rendering(file: bytes, data: bytes) -> Callable[[], object]:
    """Return the rendering of a template that is compiled already."""
    compiled = compile_template(TemplateFormat.DOCX, file)
    return lambda: render_template(compiled, data, _OPTIONS)


def reloading(file: bytes, folder: Path) -> Callable[[], object]:
    """Return the reading of a compiled template from the disk, checks included."""
    store = CompiledTemplateStore(
        BoundedFolder(folder, 500_000_000, "Compiled templates cannot be kept"), DEFAULT_LIMITS
    )
    name = hashlib.sha256(file).hexdigest()
    store.put(name, compile_template(TemplateFormat.DOCX, file), len(file))
    return lambda: store.get(name, TemplateFormat.DOCX)


def many_placeholders(count: int) -> tuple[bytes, bytes]:
    """Return a template with so many values, each of its own name, and the data for it."""
    names = [f"value_{number}" for number in range(count)]
    body = "".join(f"<w:p>{run(f'{name}: {{{{ {name} }}}}', '')}</w:p>" for name in names)
    return word_file(body, "", "", None), json.dumps({name: f"the {name}" for name in names}).encode()


def measure_all(rounds: int) -> list[list[str]]:
    """Return the table's rows, its heading first."""
    reports = [table("report", "", rows, ("day", "place", "person", "measure", "unit", "note")) for rows in _ROWS]
    rows = in_turns([rendering(report.template("jinja"), report.data_json()) for report in reports], rounds)
    many = [many_placeholders(count) for count in _PLACEHOLDERS]
    values = in_turns([rendering(*each) for each in many], rounds)
    compiled = in_turns([compiling(file) for file, _ in many], max(3, rounds // 4))
    cases = [case for case in CASES if case.name in {"letter", "contract"}]
    files = [case.template("jinja") for case in cases]
    small = in_turns([compiling(file) for file in files], rounds)
    with tempfile.TemporaryDirectory() as folder:
        reloaded = in_turns([reloading(file, Path(folder)) for file in files], rounds)
    return [
        ["", "ms", "times as long"],
        *_pair("render {:,} rows of 6 values", _ROWS, rows),
        *_pair("render {:,} distinct placeholders", _PLACEHOLDERS, values),
        *_pair("compile {:,} distinct placeholders", _PLACEHOLDERS, compiled),
        *[[f"compile the {case.name}", f"{took:.1f}", ""] for case, took in zip(cases, small, strict=True)],
        *[[f"load the compiled {case.name}", f"{took:.2f}", ""] for case, took in zip(cases, reloaded, strict=True)],
    ]


def _pair(words: str, sizes: tuple[int, int], times: list[float]) -> list[list[str]]:
    first, second = (words.format(size) for size in sizes)
    return [[first, f"{times[0]:.1f}", ""], [second, f"{times[1]:.1f}", f"{times[1] / times[0]:.1f}"]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description="Measure how DocGen's costs grow.")
    parser.add_argument("--rounds", type=int, default=20, help="how often to measure each (default 20)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    rows = measure_all(chosen.rounds)
    for what, took, times in rows:
        print(f"{what:40} {took:>10} {times:>14}")
    if chosen.write:
        write_report("scaling", markdown(rows), f"python -m benchmarks.scaling --rounds {chosen.rounds} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
