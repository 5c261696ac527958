"""Compares DocGen with other engines that fill Word templates: python -m benchmarks.compare

Four documents (see benchmarks/cases), for every engine in its own words. Each engine runs in a process of its own,
warmed up by one document, from the template's bytes and the JSON text to the document's bytes; the engines take turns,
case by case, as often as --rounds says. Every document is opened and compared with what it should hold. Engines that
are not installed yet are installed below .bench/, which needs pip, npm and a network.

Exit codes: 0 done, 1 a document of DocGen was wrong, 2 wrong usage.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.cases import CASES, Case
from benchmarks.check import what_is_wrong
from benchmarks.peers import PEERS, Peer
from benchmarks.peers.catalogue import ROOT
from benchmarks.report import Measurement, markdown_table, text_table, write_report

_DOCGEN: Final = "docgen"


@dataclass(frozen=True, slots=True)
class Engine:
    """Something to be measured: its name, its templates' words, and the command that measures it."""

    name: str
    dialect: str
    command: Callable[[Path, Path, float, Path], list[str]]


def _docgen(template: Path, data: Path, seconds: float, output: Path) -> list[str]:
    options = ["--data", str(data), "--seconds", str(seconds), "--output", str(output), "--json"]
    return [sys.executable, "-m", "benchmarks.render", str(template), *options]


def measure_once(engine: Engine, case: Case, seconds: float, folder: Path) -> Measurement:
    """Let one engine make one case's document, and check it."""
    template, data, output = folder / "template.docx", folder / "data.json", folder / "document.docx"
    template.write_bytes(case.template(engine.dialect))
    data.write_bytes(case.data_json())
    output.unlink(missing_ok=True)
    paths = os.pathsep.join([str(ROOT), *([str(ROOT / "src")] if engine.name == _DOCGEN else [])])
    # An engine's own environment must not see DocGen's packages.
    environment = {**os.environ, "PYTHONPATH": paths}
    ran = subprocess.run(
        engine.command(template, data, seconds, output), capture_output=True, text=True, env=environment, check=False
    )
    if ran.returncode or not output.exists():
        return Measurement(engine.name, case.name, wrong=(ran.stderr.strip().splitlines() or ["it failed"])[-1][:200])
    took = json.loads(ran.stdout)
    return Measurement(
        engine.name,
        case.name,
        median_ms=took["median_ms"],
        first_ms=took["first_ms"] + took.get("compile_ms", 0),
        peak_mb=took["peak_rss_mb"],
        wrong=what_is_wrong(output.read_bytes(), case),
    )


def installed(peers: Sequence[Peer]) -> list[Engine]:
    """Install the peers, and return those that can be measured; why one cannot is printed."""
    engines = []
    for peer in peers:
        try:
            peer.install()
        except (OSError, subprocess.CalledProcessError) as error:
            reason = (getattr(error, "stderr", None) or str(error)).strip().splitlines()[-1]
            print(f"{peer.name} is left out, it could not be installed: {reason}", file=sys.stderr)
            continue
        engines.append(Engine(f"{peer.name} {peer.version}", peer.dialect, peer.command))
    return engines


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.compare", description="Compare DocGen with other engines.")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure each document (default 3)")
    parser.add_argument("--rounds", type=int, default=3, help="how often the engines take turns (default 3)")
    parser.add_argument("--case", choices=[case.name for case in CASES], action="append", help="only this document")
    parser.add_argument("--peer", choices=[peer.name for peer in PEERS], action="append", help="only this engine")
    parser.add_argument("--write", action="store_true", help="write table and picture into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    peers = [peer for peer in PEERS if chosen.peer is None or peer.name in chosen.peer]
    engines = [Engine(_DOCGEN, "jinja", _docgen), *installed(peers)]
    cases = [case for case in CASES if chosen.case is None or case.name in chosen.case]
    results: list[Measurement] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, chosen.rounds + 1):
            for case in cases:
                for engine in engines:
                    result = measure_once(engine, case, chosen.seconds, Path(folder))
                    results.append(result)
                    print(f"round {number}, {case.name}: {result}", flush=True)
    print("\n" + text_table(results))
    if chosen.write:
        command = f"python -m benchmarks.compare --seconds {chosen.seconds:g} --rounds {chosen.rounds} --write"
        write_report("peers", markdown_table(results), command, results)
    return int(any(result.wrong for result in results if result.engine == _DOCGEN))


if __name__ == "__main__":
    sys.exit(main())
