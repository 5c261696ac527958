"""What a render needs is loaded before a worker is locked up: it could load no extension module afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys
from pathlib import Path
from adapters.rendering.workers import worker
from adapters.rendering.workers.warm_up import warm_up
from adapters.rendering.engine import compile_template, render_template, validate_template
from adapters.rendering.language.limits import DEFAULT_LIMITS
from domain.formats import outputs_of, template_format_of
from tests.builders import render_options

warm_up(DEFAULT_LIMITS)
before, made = set(sys.modules), 0
for path in Path("examples").glob("*.*"):
    data = path.with_suffix(".json")
    template_format = template_format_of(path.name)
    if template_format is not None and data.exists():
        compiled = compile_template(template_format, path.read_bytes())
        for output in outputs_of(template_format):
            for locale, zone in (("en-GB", "Europe/London"), ("de-DE", "Asia/Tokyo"), ("ar", "America/New_York")):
                options = render_options(output=output, locale=locale, timezone=zone)
                made += bool(render_template(compiled, data.read_bytes(), options).content)
                validate_template(compiled, b"{}", options)
print(json.dumps([made, sorted(set(sys.modules) - before)]))
"""


def test_after_the_warm_up_no_render_loads_another_module() -> None:
    # In a process of its own: the test suite has loaded everything.
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made, loaded = json.loads(done.stdout)
    assert made >= 12
    assert loaded == []
