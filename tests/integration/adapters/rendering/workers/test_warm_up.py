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
from adapters.rendering.language.filters import FILTERS
from domain.errors import DocGenError
from domain.formats import TemplateFormat, outputs_of, template_format_of
from tests.builders import render_options

warm_up(DEFAULT_LIMITS)
before, made = set(sys.modules), 0

def use(template_format, file, data):
    global made
    compiled = compile_template(template_format, file)
    for output in outputs_of(template_format):
        for locale, zone in (("en-GB", "Europe/London"), ("pl", "Asia/Tokyo"), ("ar", "America/New_York")):
            options = render_options(output=output, locale=locale, timezone=zone)
            validate_template(compiled, b"{}", options)
            try:
                made += bool(render_template(compiled, data, options).content)
            except DocGenError:
                pass  # not every filter takes every value

for path in Path("examples").glob("*.*"):
    data = path.with_suffix(".json")
    template_format = template_format_of(path.name)
    if template_format is not None and data.exists():
        use(template_format, path.read_bytes(), data.read_bytes())
VALUES = b'{"text": "Ada", "number": 12.5, "list": [1, 2], "date": "2026-01-31", "moment": "2026-01-31T10:00:00Z"}'
for name in FILTERS:
    for value in json.loads(VALUES):
        for arguments in ("", "('EUR')", "('a', 'b')", "(1)"):
            use(TemplateFormat.TEXT, ("{{ %s | %s%s }}" % (value, name, arguments)).encode(), VALUES)
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
    assert made > 500
    assert loaded == []
