"""Measures warm renders of one template in one process: from JSON bytes to document bytes.

    python -m benchmarks.render examples/offer-letter.docx --data examples/offer-letter.json --seconds 5 --json

The template is compiled before; everything else is what the service does for a render. Every round's document is
compared with the first one's. Exit codes: 0 done, 1 template or data is at fault, 2 wrong usage.
"""

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from adapters.rendering.engine import compile_template, render_template
from benchmarks.timing import measure
from domain.errors import DocGenError
from domain.formats import outputs_of, template_format_of
from domain.render_request import RenderOptions

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.render", description="Measure warm renders of one template.")
    parser.add_argument("template", type=Path, help="a .docx, .md or .txt template")
    parser.add_argument("--data", type=Path, required=True, help="its data, a JSON object")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure (default 3)")
    parser.add_argument("--output", type=Path, help="keep the document here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args(arguments)
    template_format = template_format_of(chosen.template.name)
    if template_format is None:
        parser.error(f"{chosen.template.name} is no template: use .docx, .md or .txt.")
    try:
        file, data = chosen.template.read_bytes(), chosen.data.read_bytes()
    except OSError as error:
        parser.error(f"{error.filename} cannot be read: {error.strerror}.")
    start = time.perf_counter()
    compiled = compile_template(template_format, file)
    compile_ms = round((time.perf_counter() - start) * 1000, 3)
    options = RenderOptions(outputs_of(template_format)[0], "en-US", "UTC", NOW)
    try:
        result, document = measure(lambda: render_template(compiled, data, options).content, chosen.seconds)
    except DocGenError as error:
        sys.stderr.write(f"{error}\n" + "".join(f"  {found}\n" for found in error.diagnostics))
        return 1
    result = {"compile_ms": compile_ms, **result}
    if chosen.output is not None:
        chosen.output.write_bytes(document)
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
