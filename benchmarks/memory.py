"""Measures whether the service's memory grows: python -m benchmarks.memory

Starts DocGen as its users do, with two processes, uploads 200 Word templates that differ, and renders them in turns
under full load, 100,000 times in all, with data of its own for each. The memory of all processes of a kind together is
printed over time, and how much it has grown at the end since a tenth of the renders was done.

Exit codes: 0 done, 1 an answer was wrong or memory grew by more than 5 %, 2 wrong usage, 3 wrk is missing.
"""

import argparse
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from benchmarks.cases import LETTER
from benchmarks.load import services, wrk
from benchmarks.load.processes import memory_of
from benchmarks.report import markdown, write_report

_PROCESSES: Final = 2
_TEMPLATES: Final = 200  # requests.lua counts so far
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DOCUMENT: Final = "word/document.xml"
_BODY: Final = b"<w:body>"
_SAMPLES: Final = 10
MOST_GROWTH: Final = 0.05
# What lives as long as the service, or is made anew again and again: its parts of the table.
_ROLES: Final = ("HTTP", "worker", "zygote", "blob writer")


@dataclass(frozen=True, slots=True)
class Sample:
    """How much memory (megabytes) the processes of each kind had at most, since the sample before this one."""

    renders: int
    memory: dict[str, float]


def unlike_template(number: int) -> bytes:
    """Return the letter with a paragraph of its own, which makes it another template."""
    paragraph = f"<w:p><w:r><w:t>Template {number}</w:t></w:r></w:p>".encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(LETTER.template("jinja"))) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            content = source.read(name)
            made.writestr(name, content.replace(_BODY, _BODY + paragraph) if name == _DOCUMENT else content)
    return target.getvalue()


def upload_templates(docgen: str) -> None:
    """Upload and publish the templates.

    Raises:
        httpx2.HTTPStatusError: the service refuses.
    """
    with httpx2.Client(base_url=docgen, timeout=60) as client:
        for number in range(_TEMPLATES):
            data = {"name": f"Letter {number}", "slug": f"letter-{number}", "publish": "true"}
            file = {"file": ("letter.docx", unlike_template(number))}
            client.post("/v1/templates", files=file, data=data).raise_for_status()


def sampled(service: services.Service, load: wrk.Load, renders: int, seconds: float, connections: int) -> list[Sample]:
    """Render so often, with a sample for each tenth of it.

    Workers are replaced all the time, and a fresh one is small: what counts is the most that was seen.

    Raises:
        RuntimeError: an answer was no document.
    """
    done, samples, most = 0, list[Sample](), dict[str, float]()
    while done < renders:
        answered = wrk.put(load, connections=connections, seconds=seconds)
        if answered.refused or answered.broken:
            raise RuntimeError(f"{answered.refused} answers were refusals, and {answered.broken} never came")
        done += answered.requests
        most |= {role: max(size, most.get(role, 0.0)) for role, size in memory_of(service.pid).items()}
        if done >= renders * (len(samples) + 1) / _SAMPLES:
            samples.append(Sample(done, most))
            most = {}
            print(_line(samples[-1]), flush=True)
    return samples


def _line(sample: Sample) -> str:
    memory = ", ".join(f"{role} {sample.memory.get(role, 0.0):.1f}" for role in _ROLES)
    return f"{sample.renders:,} renders: {memory} MB"


def growth_of(samples: Sequence[Sample], role: str) -> float:
    """Return how much memory grew from the first sample, when all is warm, to the last: 0.05 for 5 %."""
    first, last = samples[0].memory.get(role, 0.0), samples[-1].memory.get(role, 0.0)
    return last / first - 1 if first else 0.0


def rows_of(samples: Sequence[Sample], roles: Sequence[str] = _ROLES) -> list[list[str]]:
    """Return the table, its heading first."""
    rows = [["renders", *(f"{role}, MB" for role in roles)]]
    rows += [[f"{sample.renders:,}", *(f"{sample.memory.get(role, 0.0):.1f}" for role in roles)] for sample in samples]
    return [*rows, ["growth since the first line", *(f"{growth_of(samples, role):+.1%}" for role in roles)]]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.memory", description="Measure whether memory grows.")
    parser.add_argument("--renders", type=int, default=100_000, help="how often is rendered (default 100,000)")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds between two looks at it (default 2)")
    parser.add_argument("--connections", type=int, default=16, help="connections of wrk (default 16)")
    parser.add_argument("--store", action="store_true", help="store records and documents")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    if not wrk.is_installed():
        sys.stderr.write("wrk is missing: install it (Debian, Ubuntu: 'apt install wrk'), then run this again.\n")
        return 3
    wish: dict[str, Any] = {"template": "letter-@@200@@", "data": {**LETTER.data, "recipient": "@@N@@"}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "wish.json"
        body.write_text(json.dumps({**wish, "store": chosen.store}), encoding="utf-8")
        with services.docgen(folder / "docgen", _PROCESSES) as docgen:
            upload_templates(docgen.url)
            load = wrk.Load(f"{docgen.url}/v1/renders", body, accept=_WORD)
            samples = sampled(docgen, load, chosen.renders, chosen.seconds, chosen.connections)
    rows = rows_of(samples)
    print("\n" + "\n".join("  ".join(cell.ljust(28) for cell in row) for row in rows))
    if chosen.write:
        section, store = ("memory-stored", " --store") if chosen.store else ("memory", "")
        write_report(section, markdown(rows), f"python -m benchmarks.memory --renders {chosen.renders}{store} --write")
    return int(any(growth_of(samples, role) > MOST_GROWTH for role in _ROLES))


if __name__ == "__main__":
    sys.exit(main())
