"""Writes docs/probes.md from the probes: python -m tests.hostile.table"""

import json
import sys
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.hostile.drawings import DRAWINGS, NAMESPACES, HostileDrawing
from tests.hostile.probes import PROBES, Probe

PAGE: Final = Path(__file__).parents[2] / "docs" / "probes.md"
_CHARACTERS: Final = 90
_HEAD: Final = """# The probe matrix

<!-- Written by `python -m tests.hostile.table`; tests/unit/hostile/test_probes.py checks it. -->

Each of these {count} templates tries to get out, to get more than its share, or to break the document. The verdict is
the code that it is refused with, at upload or by its render, or what it prints, behind an equals sign. All have to be
over within bounded time and memory (`tests/hostile/bounded.py`). Long templates and data are cut here. At the end stand
{drawings} SVG drawings, each with what it tries.
"""


def written() -> str:
    """Return the page."""
    lines = [_HEAD.format(count=len(PROBES), drawings=len(DRAWINGS))]
    for kind, probes in groupby(PROBES, key=lambda probe: probe.kind):
        lines += [f"## {kind[0].upper()}{kind[1:]}", "", "| template | verdict |", "|---|---|"]
        lines += [_row(probe) for probe in probes]
        lines.append("")
    lines += ["## SVG drawings", "", "| it has | beginning of its contents | verdict |", "|---|---|---|"]
    lines += [_drawing_row(drawing) for drawing in DRAWINGS]
    return "\n".join([*lines, ""])


def _drawing_row(drawing: HostileDrawing) -> str:
    contents = drawing.svg.replace(f"<svg {NAMESPACES} ", "<svg ")
    verdict = drawing.verdict if drawing.verdict == "drawn" else _code(drawing.verdict)
    return f"| {drawing.why} | {_code(contents)} | {verdict} |"


def _row(probe: Probe) -> str:
    shown = probe.template if probe.file_name is None else f"file name: {probe.file_name}"
    if isinstance(probe.data, str) or probe.kind.startswith("data"):
        shown = probe.data if isinstance(probe.data, str) else json.dumps(probe.data)
    any_code = {"*": "any error", "data-*": "any `data-…`"}
    verdict = any_code.get(probe.verdict) or _code(probe.verdict)
    return f"| {_code(shown)} | {verdict} |"


def _code(words: str) -> str:
    printable = words.replace("\n", "↵").encode("unicode_escape").decode() if not words.isprintable() else words
    cut = printable if len(printable) <= _CHARACTERS else f"{printable[:_CHARACTERS]}…"
    escaped = cut.replace("|", "\\|")
    return f"`` {escaped} ``" if "`" in escaped else f"`{escaped}`"


def main() -> int:
    """Write the page."""
    PAGE.write_text(written(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
