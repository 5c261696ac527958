"""Measures warm renders of one template in one process: from JSON bytes to document bytes.

    python -m benchmarks.render examples/offer-letter.docx --data examples/offer-letter.json --seconds 5 --json

The template is compiled before; everything else is what the service does for a render. Every round's document is
compared with the first one's. Exit codes: 0 done, 1 template or data is at fault, 2 wrong usage.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]  # peak memory is then not reported

from adapters.rendering.engine import compile_template, render_template
from domain.errors import DocGenError
from domain.formats import outputs_of, template_format_of
from domain.render_request import RenderOptions

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def measure(render: Callable[[], bytes], seconds: float) -> dict[str, Any]:
    """Call `render` for so many seconds, at least five times, and return what it took.

    Raises:
        RuntimeError: a document was empty, or another than the first.
    """
    expected = render()
    if not expected:
        raise RuntimeError("the document is empty")
    times: list[float] = []
    cpu, deadline = time.process_time(), time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < deadline:
        start = time.perf_counter()
        document = render()
        times.append(time.perf_counter() - start)
        if document != expected:
            raise RuntimeError("two renders of the same input differ")
    cpu = time.process_time() - cpu
    return {
        "median_ms": round(statistics.median(times) * 1000, 4),
        "min_ms": round(min(times) * 1000, 4),
        "cpu_ms": round(cpu / len(times) * 1000, 4),
        "docs_per_s": round(len(times) / sum(times), 1),
        "peak_rss_mb": _peak_rss_mb(),
        "out_bytes": len(expected),
    }


def _peak_rss_mb() -> float | None:
    if resource is None:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Kilobytes on Linux, bytes on macOS.
    return round(peak / (1_000_000 if sys.platform == "darwin" else 1_000), 1)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.render", description="Measure warm renders of one template.")
    parser.add_argument("template", type=Path, help="a .docx, .md or .txt template")
    parser.add_argument("--data", type=Path, required=True, help="its data, a JSON object")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure (default 3)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    template_format = template_format_of(chosen.template.name)
    if template_format is None:
        parser.error(f"{chosen.template.name} is no template: use .docx, .md or .txt.")
    try:
        file, data = chosen.template.read_bytes(), chosen.data.read_bytes()
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}.")
    compiled = compile_template(template_format, file)
    options = RenderOptions(outputs_of(template_format)[0], "en-US", "UTC", NOW)
    try:
        result = measure(lambda: render_template(compiled, data, options).content, chosen.seconds)
    except DocGenError as error:
        sys.stderr.write(f"{error}\n" + "".join(f"  {found}\n" for found in error.diagnostics))
        return 1
    if chosen.json:
        print(json.dumps(result))
    else:
        print(
            f"{chosen.template.name}: median {result['median_ms']} ms, min {result['min_ms']} ms, "
            f"CPU {result['cpu_ms']} ms, {result['docs_per_s']:,} documents a second, "
            f"peak {result['peak_rss_mb']} MB, {result['out_bytes']:,} bytes each"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
