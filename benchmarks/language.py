"""Measures the template language alone, beside plain Jinja2: python -m benchmarks.language

Three templates of the shape of a letter, an invoice and a report, as plain text, from JSON bytes to the bytes of the
output; Jinja2 (autoescape on, as one has to run it for Word files) gets the same data from the standard json module.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from jinja2 import Environment

from adapters.rendering.engine import compile_template, render_template
from benchmarks.render import NOW
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions

_CELL = (
    '<w:tc><w:tcPr><w:tcW w:w="1500" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>{{{{ row.c{} }}}}</w:t></w:r></w:p></w:tc>'
)
_STOCK = Environment(autoescape=True, keep_trailing_newline=True)
OPTIONS = RenderOptions(OutputFormat.TEXT, "en-US", "UTC", NOW)


def _table(columns: int, rows: int) -> tuple[str, dict[str, Any]]:
    cells = "".join(_CELL.format(number) for number in range(columns))
    data = {"rows": [{f"c{c}": f"value {c} of {r}" for c in range(columns)} for r in range(rows)]}
    return f"{{% for row in rows %}}<w:tr>{cells}</w:tr>{{% endfor %}}", data


def cases() -> dict[str, tuple[str, dict[str, Any]]]:
    """Return each case's template and data."""
    letter = "".join(f"some words before {{{{ person.f{number} }}}}\n" for number in range(15))
    return {
        "letter": (letter, {"person": {f"f{number}": f"value {number}" for number in range(15)}}),
        "invoice": _table(5, 50),
        "report": _table(6, 5_000),
    }


def median_ms(work: Callable[[], object], seconds: float = 2.0) -> float:
    """Return the median of as many calls as fit into the time."""
    work()
    times: list[float] = []
    deadline = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < deadline:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> int:
    """Print a table."""
    print(f"{'ms a document':10} {'ours':>10} {'Jinja2':>10} {'compile':>10} {'Jinja2':>10}")
    for name, (text, values) in cases().items():
        file, data = text.encode(), json.dumps(values).encode()
        compiled = compile_template(TemplateFormat.TEXT, file)
        stock = _STOCK.from_string(text)
        if render_template(compiled, data, OPTIONS).content != stock.render(values).encode():
            sys.exit(f"{name}: the outputs differ")
        ours = median_ms(lambda c=compiled, d=data: render_template(c, d, OPTIONS))
        theirs = median_ms(lambda s=stock, d=data: s.render(json.loads(d)).encode())
        compiling = median_ms(lambda f=file: compile_template(TemplateFormat.TEXT, f), 0.5)
        stock_compiling = median_ms(lambda t=text: _STOCK.from_string(t), 0.5)
        print(f"{name:13} {ours:10.4f} {theirs:10.4f} {compiling:10.2f} {stock_compiling:10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
