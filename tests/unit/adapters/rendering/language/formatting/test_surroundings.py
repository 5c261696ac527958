"""What formatting takes from the machine: nothing; and what it costs a template that does not format: nothing."""

import os
import subprocess
import sys

import pytest

_RENDER = """
import sys
from datetime import UTC, datetime
from adapters.rendering.engine import compile_template, render_template
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions
compiled = compile_template(TemplateFormat.TEXT, sys.argv[1].encode())
options = RenderOptions(OutputFormat.TEXT, "de-DE", "Europe/Berlin", datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
data = b'{"name": "Ada", "at": "2026-01-31T09:30", "n": 1234.5}'
sys.stdout.buffer.write(render_template(compiled, data, options).content)
print(sorted({"babel", "unicode_rbnf"} & set(sys.modules)), end="", file=sys.stderr)
"""


def run(template: str, **environment: str) -> tuple[str, str]:
    """Render in a process of its own; return the text, and which packages it has imported."""
    done = subprocess.run(
        [sys.executable, "-c", _RENDER, template],
        capture_output=True,
        env={**os.environ, **environment},
        check=True,
    )
    return done.stdout.decode(), done.stderr.decode()


def test_a_template_that_formats_nothing_imports_nothing_for_it() -> None:
    assert run("{{ name | upper }} {{ n | round(1) }} {{ [1, 2] | join(', ', last=' und ') }}") == (
        "ADA 1234.5 1 und 2",
        "[]",
    )


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "America/New_York", "LANG": "fr_FR.UTF-8", "LC_ALL": "fr_FR.UTF-8"},
        {"TZ": "Nowhere/Land", "LANG": "xx_YY", "LC_ALL": "", "LANGUAGE": "::"},
        {"TZ": "", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
    ],
)
def test_the_machine_has_no_say(environment: dict[str, str]) -> None:
    template = "{{ now | datetime('full') }}|{{ at | time('HH:mm zzzz') }}|{{ n | currency('USD') }}|{{ 21 | spell }}"
    printed, imported = run(template, **environment)
    assert printed == (
        "Sonntag, 1. Februar 2026, 00:30:00 Mitteleuropäische Normalzeit|09:30 Mitteleuropäische Normalzeit|"
        "1.234,50\u00a0$|einundzwanzig"
    )
    assert imported == "['babel', 'unicode_rbnf']"


@pytest.mark.parametrize("before", ["", "{{ 1 | currency('USD', style='accounting', locale='de') }} "])
def test_a_locale_prints_the_same_whatever_was_printed_before(before: str) -> None:
    # Babel lets the locale that is used first decide about what others inherit from it.
    printed, _ = run(before + "{{ 1 | currency('USD', style='accounting', locale='de-CH') }}")
    assert printed.endswith("$\u00a01.00")
