"""What was measured, as a table on the terminal and in docs/benchmarks.md."""

import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from benchmarks.peers.catalogue import ENVIRONMENTS, ROOT

PAGE: Final = ROOT / "docs" / "benchmarks.md"
PICTURE: Final = ROOT / "docs" / "benchmarks.svg"
_PLOTTER: Final = "matplotlib==3.10.7"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One engine with one document, once; `wrong` says what was wrong with the document, or why there was none."""

    engine: str
    case: str
    median_ms: float | None = None
    first_ms: float | None = None
    peak_mb: float | None = None
    wrong: str | None = None

    def __str__(self) -> str:
        """Say it in one line."""
        if self.median_ms is None:
            return f"{self.engine}: {self.wrong}"
        wrong = f", WRONG: {self.wrong}" if self.wrong else ""
        return (
            f"{self.engine}: {_figure(self.median_ms)} ms, first {self.first_ms:.0f} ms, {self.peak_mb:.0f} MB{wrong}"
        )


def best_median(results: Sequence[Measurement], engine: str, case: str) -> float | None:
    """Return the median of an engine's rounds, or None where it made no document."""
    found = [each.median_ms for each in results if (each.engine, each.case) == (engine, case) and each.median_ms]
    return statistics.median(found) if found else None


def rows_of(results: Sequence[Measurement]) -> list[list[str]]:
    """Return the table's rows, its heading first: medians a case, the peak memory of the last case."""
    cases = list(dict.fromkeys(each.case for each in results))
    engines = list(dict.fromkeys(each.engine for each in results))
    rows = [["ms a document", *cases, f"peak MB, {cases[-1]}"]]
    rows += [
        [engine, *(_cell(results, engine, case) for case in cases), _peak(results, engine, cases[-1])]
        for engine in engines
    ]
    ours, fastest = engines[0], []
    for case in cases:
        peers = [value for engine in engines[1:] if (value := best_median(results, engine, case))]
        own = best_median(results, ours, case)
        fastest.append(f"{min(peers) / own:.0f} times" if peers and own else "")
    return [*rows, [f"the fastest other takes, against {ours}", *fastest, ""]]


def _cell(results: Sequence[Measurement], engine: str, case: str) -> str:
    median = best_median(results, engine, case)
    wrong = any(each.wrong for each in results if (each.engine, each.case) == (engine, case))
    if median is None:
        return "failed"
    return _figure(median) + (" (wrong)" if wrong else "")


def _peak(results: Sequence[Measurement], engine: str, case: str) -> str:
    found = [each.peak_mb for each in results if (each.engine, each.case) == (engine, case) and each.peak_mb]
    return f"{max(found):.0f}" if found else ""


def _figure(milliseconds: float) -> str:
    digits = 3 if milliseconds < 1 else 1 if milliseconds < 100 else 0
    return f"{milliseconds:,.{digits}f}"


def text_table(results: Sequence[Measurement]) -> str:
    """Return the table for a terminal."""
    rows = rows_of(results)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def markdown_table(results: Sequence[Measurement]) -> str:
    """Return the table for a page of Markdown."""
    return markdown(rows_of(results))


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as a table; all columns but the first hold figures."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---|" + "---:|" * (len(rows[0]) - 1), *lines[1:]])


def write_report(section: str, table: str, command: str, results: Sequence[Measurement] = ()) -> None:
    """Put a table between its marks in docs/benchmarks.md, with the command and the date; draw the picture."""
    day = datetime.now(UTC).date().isoformat()
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    text = f"{table}\n\n`{command}`, {day}, {machine}."
    page = PAGE.read_text(encoding="utf-8")
    marks = re.compile(f"(<!-- {section} -->\n).*?(<!-- end of {section} -->)", re.DOTALL)
    if not marks.search(page):
        raise ValueError(f"{PAGE} has no place for {section!r}: add its two marks.")
    PAGE.write_text(marks.sub(_between(text), page), encoding="utf-8")
    if results:
        draw(results)


def _between(text: str) -> Callable[[re.Match[str]], str]:
    return lambda marks: f"{marks.group(1)}{text}\n{marks.group(2)}"


def draw(results: Sequence[Measurement]) -> None:
    """Draw the medians as bars; matplotlib comes into an environment of its own."""
    home = ENVIRONMENTS / "plot"
    python = home / "bin" / "python"
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", _PLOTTER], check=True)
        (home / "installed").touch()
    subprocess.run(
        [str(python), str(ROOT / "benchmarks" / "plot.py"), str(PICTURE)],
        input="\n".join("\t".join(row) for row in rows_of(results)[:-1]), text=True, check=True,
    )  # fmt: skip
