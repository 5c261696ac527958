"""What a batch says when it is done."""

import shlex
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from application.ports.row_reader import TableFacts
from domain.diagnostics import Diagnostic, Severity
from domain.rows import TOLD_ROWS, RowFormat, RowProblem
from entrypoints.cli.output import complain, say, say_json

# Rows, and different warnings, that are told on a terminal; the JSON has TOLD_ROWS.
_TOLD = 20
_TOLD_WARNINGS = 5
# So few documents take as long as starting up.
_WORTH_A_RATE = 100


@dataclass(slots=True)
class BatchReport:
    """Counts what happens, and says it: `made` documents, `kept` ones of earlier runs, `repeated` and `failed` rows."""

    options: Namespace
    facts: TableFacts | None = None
    rows: int = 0
    made: int = 0
    kept: int = 0
    repeated: int = 0
    failed: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    failed_rows: Path | None = None
    zip: Path | None = None
    changed: list[str] = field(default_factory=list)
    is_stopped: bool = False
    seconds: float = 0.0
    warnings: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def fail(self, problems: Iterable[RowProblem]) -> None:
        """Count a row that cannot be rendered, or failed."""
        self.failed += 1
        if self.failed <= TOLD_ROWS:
            self.problems += problems

    def warn(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Count what a document says of itself."""
        self.warnings.update(str(found) for found in diagnostics if found.severity is not Severity.ERROR)

    def say_interrupted(self) -> None:
        """Say what there is when the user has stopped the run."""
        done = self.made + self.kept
        if done:
            complain(f"Stopped with {done:,} of {self.rows:,} documents: the same command goes on from there.")
        else:
            complain("Stopped before any document was made.")

    def say(self) -> int:
        """Say all of it, and return the exit code."""
        self.seconds = time.monotonic() - self.began
        if self.options.json:
            self._say_as_json()
        else:
            self._say_in_words()
        return 1 if self.failed else 0

    def _say_as_json(self) -> None:
        say_json(
            {
                "ok": not self.failed,
                "counts": {name: getattr(self, name) for name in ("rows", "made", "kept", "repeated", "failed")},
                "table": None if self.facts is None else asdict(self.facts),
                "output_dir": self.options.output_dir,
                "zip": None if self.zip is None else str(self.zip),
                "failed_rows": None if self.failed_rows is None else str(self.failed_rows),
                "changed_files": self.changed,
                "problems": [asdict(problem) for problem in self.problems],
                "warnings": dict(self.warnings),
            }
        )

    def _say_in_words(self) -> None:
        self._say_how_it_was_read()
        self._tell_problems()
        for warning, count in self.warnings.most_common(_TOLD_WARNINGS):
            sys.stderr.write(f"{warning} ({_counted(count, 'document')})\n")
        if self.options.check:
            bad = f"; {_counted(self.failed, 'row')} cannot be rendered" if self.failed else ""
            say(f"{_counted(self.rows - self.failed, 'row')} can be rendered{bad}.")
            return
        say(self._summary())
        if self.zip is not None:
            say(f"All documents are in {self.zip} as well.")
        for name in self.changed[:_TOLD_WARNINGS]:
            say(f"{name} was changed after it was made: it is kept. Delete it to have it made anew.")
        if self.failed_rows is not None:
            say(f"The failed rows are in {self.failed_rows}: correct them there, and run the command with")
            say(f"  --rows {shlex.quote(str(self.failed_rows))}")

    def _say_how_it_was_read(self) -> None:
        facts = self.facts
        if facts is None:
            return
        said = {
            RowFormat.CSV: f"CSV in {facts.encoding}, separated by {facts.delimiter!r}".replace("'tab'", "tabs"),
            RowFormat.XLSX: f"sheet {facts.sheet!r}",
            RowFormat.JSONL: "an object a line",
            RowFormat.JSON: "a list of objects",
        }[facts.format]
        say(f"{self.options.rows}: {said}, {_counted(self.rows, 'row')}.")
        for name, path in facts.columns.items():
            if name != path:
                say(f"  column {name!r} is {path}")
        if facts.ignored:
            say(f"  not used: {', '.join(facts.ignored)}")

    def _tell_problems(self) -> None:
        told = list(dict.fromkeys(problem.row for problem in self.problems))[:_TOLD]
        for problem in self.problems:
            if problem.row in told:
                sys.stderr.write(f"{problem.as_diagnostic()}\n")
        if self.failed > len(told):
            sys.stderr.write(f"… and {_counted(self.failed - len(told), 'more row')}.\n")

    def _summary(self) -> str:
        rate = f", {self.made / self.seconds:,.0f} a second" if self.made >= _WORTH_A_RATE else ""
        parts = [f"{_counted(self.made, 'document')} made in {self.options.output_dir} ({self.seconds:,.1f} s{rate})"]
        if self.kept:
            parts.append(f"{self.kept:,} were there already")
        if self.repeated:
            parts.append(f"{_counted(self.repeated, 'row')} repeated others")
        if self.failed:
            parts.append(f"{_counted(self.failed, 'row')} failed")
        if self.is_stopped:
            parts.append("the rows behind that were not rendered (--on-error continue leaves out what fails)")
        return "; ".join(parts) + "."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
