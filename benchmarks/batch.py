"""Measures mail merge without a server: python -m benchmarks.batch

Reads rows of CSV and of a workbook in their isolated process, and makes letters in Word from rows of CSV with
`docgen batch`, beside docxtpl in a loop. Every document is looked at: its hash is that of the manifest, and what stands
in it is what the row says; each row has one document.
"""

import argparse
import asyncio
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import openpyxl
import psutil
from docxtpl import DocxTemplate

from adapters.rendering.engine import compile_template
from adapters.rendering.rows.reader import IsolatedRowReader
from application.ports.row_reader import RowPlan, RowSource
from benchmarks.cases import LETTER, Case
from benchmarks.check import what_is_wrong
from benchmarks.report import markdown, write_report
from domain.formats import TemplateFormat
from domain.rows import RowFormat, RowWishes

_COLUMNS: Final = list(LETTER.data)
# docxtpl takes some ten milliseconds a letter.
_LOOP: Final = 200


@dataclass(slots=True)
class Figure:
    """How long something took for so many rows."""

    what: str
    count: int
    seconds: float = 0.0
    peak_mb: float = 0.0

    def row(self) -> list[str]:
        """Return it as a row of a table."""
        peak = f"{self.peak_mb:.0f}" if self.peak_mb else ""
        return [
            self.what,
            f"{self.count:,}",
            f"{self.seconds:.1f}",
            f"{self.count / self.seconds:,.0f}",
            peak,
        ]


_HEADING: Final = ["", "rows", "seconds", "a second", "peak MB of the reader"]


def data_of(number: int) -> dict[str, str]:
    """Return the data of one letter: that of the case, with the number in every value."""
    return {name: f"{value} ({number})" for name, value in LETTER.data.items()}


def case_of(number: int) -> Case:
    """Return what the letter of a row has to hold."""
    return replace(LETTER, data=data_of(number))


@contextmanager
def timed(figure: Figure) -> Iterator[None]:
    """Note how long the block takes."""
    start = time.perf_counter()
    yield
    figure.seconds = time.perf_counter() - start


def write_csv(path: Path, count: int) -> None:
    """Write so many rows, the header first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(data_of(number).values() for number in range(count))


def write_workbook(path: Path, count: int) -> None:
    """Write the same rows into a sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_COLUMNS)
    for number in range(count):
        sheet.append(list(data_of(number).values()))
    book.save(path)


async def read(path: Path, form: RowFormat, count: int, what: str) -> Figure:
    """Read a file, and look at every row."""
    compiled = compile_template(TemplateFormat.DOCX, LETTER.template("jinja"))
    plan = RowPlan(compiled.placeholders, RowWishes(), "en")
    figure, numbers = Figure(what, count), 0
    with path.open("rb") as file, timed(figure):
        async with IsolatedRowReader().open(RowSource(file, form), plan) as opened:
            (process,) = psutil.Process().children()
            async for rows in opened:
                figure.peak_mb = max(figure.peak_mb, process.memory_info().rss / 1_000_000)
                for row in rows:
                    require(not row.problems and json.loads(row.data) == data_of(numbers), f"row {row.row}")
                    numbers += 1
    require(numbers == count, f"{numbers} rows")
    return figure


def run_batch(folder: Path, count: int) -> Figure:
    """Make the letters by the command line, and look at every one."""
    template, rows, out = folder / "letter.docx", folder / "rows.csv", folder / "out"
    template.write_bytes(LETTER.template("jinja"))
    write_csv(rows, count)
    program = str(Path(sys.executable).with_name("docgen"))
    command = [program, "batch", str(template), "--rows", str(rows), "--output-dir", str(out)]
    figure = Figure("docgen batch: letters in Word from CSV, each file written", count)
    with timed(figure):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()[1:]]
    require([line["row"] for line in lines] == list(range(2, count + 2)), "the manifest")
    for line in lines:
        document = (out / line["file"]).read_bytes()
        wrong = what_is_wrong(document, case_of(line["row"] - 2))
        require(hashlib.sha256(document).hexdigest() == line["sha256"] and wrong is None, f"{line['file']}: {wrong}")
    return figure


def run_loop(folder: Path, count: int) -> Figure:
    """Make letters by docxtpl in a loop, as a script would."""
    template = folder / "letter.docx"
    template.write_bytes(LETTER.template("jinja"))
    figure = Figure("docxtpl in a loop, each file written", count)
    with timed(figure):
        for number in range(count):
            document = DocxTemplate(template)
            document.render(data_of(number), autoescape=True)
            document.save(folder / f"loop-{number}.docx")
    require(what_is_wrong((folder / "loop-0.docx").read_bytes(), case_of(0)) is None, "docxtpl's letter")
    return figure


def require(right: bool, what: str) -> None:  # noqa: FBT001  # it is what the function is about
    """Stop where something is not what it has to be.

    Raises:
        RuntimeError: it is not.
    """
    if not right:
        raise RuntimeError(f"not what it has to be: {what}")


def measure(count: int, rows: int) -> list[Figure]:
    """Measure everything in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="docgen-batch-") as name:
        folder = Path(name)
        write_csv(folder / "read.csv", rows)
        write_workbook(folder / "read.xlsx", rows // 10)
        return [
            asyncio.run(read(folder / "read.csv", RowFormat.CSV, rows, "rows of CSV read and checked")),
            asyncio.run(read(folder / "read.xlsx", RowFormat.XLSX, rows // 10, "rows of a workbook read and checked")),
            run_loop(folder, min(_LOOP, count)),
            run_batch(folder, count),
        ]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.batch", description="Measure mail merge without a server.")
    parser.add_argument("--count", type=int, default=10_000, help="letters (default 10000)")
    parser.add_argument("--rows", type=int, default=100_000, help="rows that are only read (default 100000)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    figures = measure(chosen.count, chosen.rows)
    rows = [_HEADING, *(figure.row() for figure in figures)]
    for what, *values in rows:
        print(f"{what:60}" + "".join(f"{value:>22}" for value in values))
    load = ", ".join(f"{value:.0f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} processors; load of the machine at the end: {load}")
    if chosen.write:
        command = f"python -m benchmarks.batch --count {chosen.count} --rows {chosen.rows} --write"
        write_report("batch", markdown(rows), command)
    return 0


if __name__ == "__main__":
    sys.exit(main())
