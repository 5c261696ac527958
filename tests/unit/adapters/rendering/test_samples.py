"""Sample data: it fits its schema, and its template renders with it."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adapters.rendering.engine import compile_template, render_template
from domain.formats import template_format_of
from domain.sample import sample_of
from domain.schema import infer_schema
from tests.unit.adapters.rendering.template_text import compiled, options_for, render

EXAMPLES = Path(__file__).parents[4] / "examples"
TEMPLATES = sorted(
    path for path in EXAMPLES.iterdir() if path.suffix in {".docx", ".md", ".txt"} and path.stem != "README"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_example_renders_with_its_sample(path: Path) -> None:
    template_format = template_format_of(path.name)
    assert template_format is not None
    template = compile_template(template_format, path.read_bytes())
    schema = infer_schema(template.placeholders)
    Draft202012Validator.check_schema(schema)
    sample = sample_of(schema)
    Draft202012Validator(schema).validate(sample)
    assert render_template(template, json.dumps(sample).encode(), options_for(template_format)).content


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_the_data_of_every_example_fits_its_schema(path: Path) -> None:
    template_format = template_format_of(path.name)
    assert template_format is not None
    schema = infer_schema(compile_template(template_format, path.read_bytes()).placeholders)
    data = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    problems = [error for error in Draft202012Validator(schema).iter_errors(data) if not _is_printed(error.schema)]
    assert problems == []


def _is_printed(schema: object) -> bool:
    """Tell whether a text was inferred: a number prints as well."""
    return isinstance(schema, dict) and schema.get("type") == "string"


@pytest.mark.parametrize(
    "template",
    [
        "{% for x in a.b['c'] %}{{ x.d }}{% endfor %}{{ a['e f'].g }}",
        "{{ x.split(',') | join('-') }}{{ x[:2] }}{{ y[0] }}{{ y }}{{ z[-1] }}",
        "{% for k, v in d | dictsort %}{{ k }}{{ v.n * 2 }}{% endfor %}"
        "{% for k in e %}{{ k }}{% endfor %}{{ e | length }}",
        "{% for k in d.keys() %}{{ d[k].n }}{% endfor %}"
        "{% for v in d.values() %}{{ v.n }}{% endfor %}{{ e.get('q', '-') }}",
        "{{ labels[code] }}{{ names[loop_number - 1] }}{{ matrix[0][1] }}",
        "{% if a < b and b <= c %}{{ a }}{% endif %}{% if due >= today %}{{ due }}{% endif %}",
        "{% for x in xs + ys %}{{ x.n }}{% endfor %}{{ a + b + 'c' }}{{ p + q }}",
        "{{ xs | map('upper') | join }}{{ ys | map(attribute='a.b') | sum }}{{ zs | sum }}",
        "{% for g, items in xs | groupby('k') %}{{ g }}{% for x in items %}{{ x.n }}{% endfor %}{% endfor %}",
        "{% for row in xs | batch(2, '-') %}{% for x in row %}{{ x }}{% endfor %}{% endfor %}{{ '-' * width }}",
        "{% for i in range(n) %}{{ xs[i].t }}{% endfor %}",
        "{% for a, b, c in rows %}{{ a }}{{ b * 2 }}{{ c }}{% endfor %}{% set u, v = pair %}{{ u }}{{ v }}",
        "{% for x in tree recursive %}{{ x.n }}{% if x.kids %}{{ loop(x.kids) }}{% endif %}{% endfor %}",
        "{% macro m(x) %}{{ x.n }}{% for y in x.kids %}{{ m(y) }}{% endfor %}{% endmacro %}"
        "{% for x in xs %}{{ m(x) }}{% endfor %}",
        "{% macro m(x) %}{{ x.n }}{% if x.next %}{{ m(x.next) }}{% endif %}{% endmacro %}{{ m(first) }}",
        "{% set ns = namespace(total=0, last=none) %}"
        "{% for x in xs %}{% set ns.total = ns.total + x.p %}{% endfor %}{{ ns.total }}",
        "{% for x in xs %}{% if loop.previtem is defined and loop.previtem.k != x.k %}{{ x.k }}{% endif %}{% endfor %}",
        "{% macro m(items) %}{% for i in items %}{{ caller(i) }}{% endfor %}{% endmacro %}"
        "{% call(x) m(xs) %}{{ x.n | upper }}{% endcall %}",
        "{{ '%05.1f %s %d' | format(a, b, c) }}{{ '{:,.2f} {}'.format(d, e) }}",
        "{{ n | int + 1 }}{{ m | float * 2 }}{{ (xs | first).a }}{{ (ys | max(attribute='v')).w }}{{ zs | min }}",
        "{% if status in ['open', 'paid'] %}{{ status | title }}{% endif %}"
        "{% if level == 2 %}{{ level - 1 }}{% endif %}",
        "{{ a | default('x') | upper }}{{ b | default(0) + 1 }}{{ (c or d).e }}{{ f.g | default(h.i) }}",
        "{% with x = a.b, y = 2 %}{{ x.c * y }}{% endwith %}{% set z %}{{ q }}{% endset %}{{ z }}",
        "{% for x in a if x.ok and x.n > 3 %}{{ x.n }}{% else %}{{ nothing }}{% endfor %}",
        "{% if a is mapping %}{{ a.b }}{% elif a is string %}{{ a }}{% endif %}",
        "{{ x if x is not none else '-' }}{{ y | replace('a', b) | truncate(20) }}{{ z | center(w) }}",
    ],
)
def test_samples_render(template: str) -> None:
    schema = infer_schema(compiled(template).placeholders)
    Draft202012Validator.check_schema(schema)
    sample = sample_of(schema)
    Draft202012Validator(schema).validate(sample)
    render(template, sample)


def test_samples_of_deep_templates_stay_small() -> None:
    """Lists in lists would double the sample with each level."""
    schema = infer_schema(compiled("{{ a" + "[0]" * 50 + " }}{{ b" + "[19]" * 20 + " }}").placeholders)
    assert len(json.dumps(sample_of(schema))) < 100_000


@pytest.mark.parametrize(
    "field",
    [
        *("x: integer min=1.5", "x: integer max=0.5", "x: number max=0.5", "x: number min=7 max=7.5", "x: text min=30"),
        *("x: text max=0", "x: list min=3", "x: list max=0", "x: date", "x: time", "x: datetime", "x: email", "x: url"),
        *("x: choice(3, 4)", "x: boolean", "x: any", "x: image", "x: object"),
    ],
)
def test_samples_of_declared_data_are_taken_by_their_template(field: str) -> None:
    template = f"{{# @field {field} #}}{{% if x %}}a{{% endif %}}"
    schema = infer_schema(compiled(template).placeholders)
    sample = sample_of(schema)
    Draft202012Validator(schema).validate(sample)
    assert render(template, sample) in {"a", ""}
