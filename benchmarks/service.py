"""Measures the service: python -m benchmarks.service

Starts DocGen as its users do, with two processes, a durable PostgreSQL and local storage, and beside it the service
that a user would write in an afternoon (benchmarks/peers/naive_service.py), with as many. wrk puts load on them in
turns: the letter of benchmarks/cases with a stored record and document, the same with `"store": false`, a list of
templates, an upload. A third service (benchmarks/peers/bare_service.py) is the server and the render workers alone:
no service that has them can be faster. Every request has data of its own. Before, one document of each is opened and
compared with what it should hold; afterwards, the stored records are counted.

Exit codes: 0 done, 1 an answer was wrong, 2 wrong usage, 3 wrk is missing.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from benchmarks.cases import LETTER
from benchmarks.check import what_is_wrong
from benchmarks.load import services, wrk
from benchmarks.report import markdown, write_report

_PROCESSES: Final = 2
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BOUNDARY: Final = "benchmark"
_NAIVE: Final = "naive service: a letter"
_BARE: Final = "server and render workers alone: a letter"
_HEADING: Final = (
    *("", "a second", "to the naive one", "p50 ms", "p99 ms"),
    *("half load: a second", "p50 ms", "p99 ms", "failed"),
)
_STORED: Final = "letter, record and document stored"


@dataclass(frozen=True, slots=True)
class Round:
    """What one kind of request reached in one round, at full load and at about half of it."""

    what: str
    full: wrk.Answered
    half: wrk.Answered


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services are."""

    docgen: str
    naive: str
    bare: str


def loads(at: Addresses, folder: Path) -> dict[str, wrk.Load]:
    """Return what is sent to the services, by what it is called in the table."""
    data = {**LETTER.data, "recipient": "@@N@@"}
    wish: Mapping[str, Any] = {"template": "letter", "data": data}
    data_alone, renders = body_file(folder / "data.json", data), f"{at.docgen}/v1/renders"
    return {
        _NAIVE: wrk.Load(f"{at.naive}/render/letter", data_alone),
        _BARE: wrk.Load(at.bare, data_alone),
        _STORED: wrk.Load(renders, body_file(folder / "stored.json", wish)),
        'letter, "store": false': wrk.Load(
            renders, body_file(folder / "unstored.json", {**wish, "store": False}), accept=_WORD
        ),
        "list of templates": wrk.Load(f"{at.docgen}/v1/templates"),
        "upload of a text template": wrk.Load(
            f"{at.docgen}/v1/templates", _upload(folder / "upload"), f"multipart/form-data; boundary={_BOUNDARY}"
        ),
    }


def body_file(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _upload(path: Path) -> Path:
    fields = {"name": "@@N@@", "slug": "t-@@N@@"}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts.append('Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nDear {{ name }}, no. @@N@@')
    lines = "".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in parts)
    path.write_text(f"{lines}--{_BOUNDARY}--\r\n", encoding="utf-8", newline="")
    return path


def prepare(at: Addresses) -> None:
    """Upload the letter, and compare a document of each service with what it should hold.

    Raises:
        RuntimeError: one is wrong.
        httpx2.HTTPStatusError: a service refuses.
    """
    template = {"file": ("letter.docx", LETTER.template("jinja"))}
    uploaded = httpx2.post(
        f"{at.docgen}/v1/templates", files=template, data={"name": "letter", "publish": "true"}
    ).raise_for_status()
    if uploaded.json()["published_version"] != 1:
        raise RuntimeError(f"the letter is not published: {uploaded.text}")
    wish = {"template": "letter", "data": LETTER.data}
    answers = {
        "DocGen": httpx2.post(f"{at.docgen}/v1/renders", json=wish, headers={"Accept": _WORD}),
        "the naive service": httpx2.post(f"{at.naive}/render/letter", json=LETTER.data),
        "the bare service": httpx2.post(at.bare, json=LETTER.data),
    }
    for who, answer in answers.items():
        wrong = what_is_wrong(answer.raise_for_status().content, LETTER)
        if wrong is not None:
            raise RuntimeError(f"{who} made a wrong document: {wrong}")


def measure(what: str, load: wrk.Load, connections: int, seconds: float) -> Round:
    """Put full load on a service, then about half as many requests a second as it then answered."""
    full = wrk.put(load, connections=connections, seconds=seconds)
    # A connection sends its next request when the last is answered and the pause is over.
    pause_ms = 2 * connections / max(full.good_a_second, 1) * 1000
    half = wrk.put(load, connections=connections, seconds=seconds, delay_ms=pause_ms)
    return Round(what, full, half)


def stored_renders(docgen: str) -> int:
    """Count the records of succeeded renders, page by page."""
    count, cursor = 0, None
    while True:
        query = {"limit": "100", "status": "succeeded"} | ({} if cursor is None else {"cursor": cursor})
        page = httpx2.get(f"{docgen}/v1/renders", params=query).raise_for_status().json()
        count, cursor = count + len(page["data"]), page["next_cursor"]
        if cursor is None:
            return count


def rows_of(rounds: Sequence[Round]) -> list[list[str]]:
    """Return the table, its heading first: medians of the rounds."""
    rows = [[*_HEADING]]
    whats = list(dict.fromkeys(each.what for each in rounds))
    speeds = {
        what: statistics.median(each.full.good_a_second for each in rounds if each.what == what) for what in whats
    }
    for what in whats:
        found = [each for each in rounds if each.what == what]
        failed = sum(each.refused + each.broken for round_ in found for each in (round_.full, round_.half))
        share = f"{speeds[what] / speeds[_NAIVE]:.1f} times" if "letter" in what and _NAIVE in speeds else ""
        rows.append([
            what,
            f"{speeds[what]:,.0f}",
            share,
            *(f"{statistics.median(values):.1f}" for values in _latencies([each.full for each in found])),
            f"{statistics.median(each.half.good_a_second for each in found):,.0f}",
            *(f"{statistics.median(values):.1f}" for values in _latencies([each.half for each in found])),
            str(failed),
        ])  # fmt: skip
    return rows


def _latencies(answers: Sequence[wrk.Answered]) -> tuple[list[float], list[float]]:
    return [each.p50_ms for each in answers], [each.p99_ms for each in answers]


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.service", description="Measure the service under load.")
    parser.add_argument("--seconds", type=float, default=8.0, help="seconds of each load (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the loads take turns (default 3)")
    parser.add_argument("--connections", type=int, default=16, help="connections of wrk (default 16)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    if not wrk.is_installed():
        sys.stderr.write("wrk is missing: install it (Debian, Ubuntu: 'apt install wrk'), then run this again.\n")
        return 3
    rounds: list[Round] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "letter.docx").write_bytes(LETTER.template("jinja"))
        with (
            services.docgen(folder / "docgen", _PROCESSES) as docgen,
            services.naive(folder, _PROCESSES) as naive,
            services.bare(folder, _PROCESSES) as bare,
        ):
            at = Addresses(docgen.url, naive.url, bare.url)
            prepare(at)
            for number in range(1, chosen.rounds + 1):
                for what, load in loads(at, folder).items():
                    rounds.append(measure(what, load, chosen.connections, chosen.seconds))
                    print(f"round {number}, {what}: {rounds[-1].full.good_a_second:,.0f} a second", flush=True)
            stored = stored_renders(docgen.url)
    rows = rows_of(rounds)
    print("\n" + "\n".join("  ".join(cell.ljust(20) for cell in row) for row in rows))
    answered = sum(
        each.requests - each.refused for found in rounds if found.what == _STORED for each in (found.full, found.half)
    )
    print(f"{answered:,} renders to be stored were answered; {stored:,} records are there")
    if chosen.write:
        command = f"python -m benchmarks.service --seconds {chosen.seconds:g} --rounds {chosen.rounds} --write"
        write_report("service", markdown(rows), command)
    wrong = stored < answered or any(each.full.refused or each.full.broken for each in rounds)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
