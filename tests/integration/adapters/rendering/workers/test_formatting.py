"""Every locale and every filter that formats, within the workers' jail.

Babel's data, CLDR's rules and the time zones are files that are read when they are needed first.
"""

import json
import zoneinfo
from html import escape

import pytest
from babel.localedata import locale_identifiers

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language import format_filters, word_filters
from adapters.rendering.language.filters import FILTERS
from adapters.rendering.workers.renderer import WorkerRenderer
from domain.formats import OutputFormat, TemplateFormat
from tests.contracts.template_renderer import options, source_of
from tests.image_files import image
from tests.word_files import lines_of, word_file

pytestmark = pytest.mark.asyncio(loop_scope="module")

LANGUAGES = (
    "en-US",
    "en-GB",
    "de-DE",
    "de-CH",
    "fr-FR",
    "es-ES",
    "pt-BR",
    "it-IT",
    "pl-PL",
    "zh-CN",
    "zh-TW",
    "ja-JP",
    "ar",
    "nl",
)
TEMPLATE = """
{% for style in ["short", "medium", "long", "full"] %}
{{ at | date(style) }} {{ at | time(style) }} {{ at | datetime(style) }}
{% endfor %}{{ at | datetime("EEEE d MMMM yyyy HH:mm zzzz QQQQ B") }} {{ now | date }} {{ today | date("long") }}
{{ n | number }} {{ -n | number(2) }} {{ n | number("#,##0.0") }} {{ rate | percent }} {{ n | currency("EUR") }}
{{ n | currency("JPY", style="name") }} {{ n | currency("USD", style="accounting") }} {{ n | spell }} {{ -21 | spell }}
{{ 21 | ordinal }} {{ 1 | ordinal("feminine") }} {{ 3 | plural("a", "b", "c") }}
{{ ["x", "y", "z"] | join(", ", last=" & ") }}
{{ n | word_number("$#,##0.00") }} {{ at | word_date("dddd, d MMMM yyyy h:mm am/pm") }}
"""
DATA = json.dumps({"at": "2026-01-31T23:30:05Z", "n": 1234.5, "rate": 0.075}).encode()


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_every_filter_in_each_language(workers: WorkerRenderer, locale: str) -> None:
    assert all(f"| {name}" in TEMPLATE for name in (*format_filters.FILTERS, *word_filters.WITH_PICTURE))
    chosen = options(locale=locale, timezone="America/New_York")
    isolated = await workers.render(source_of(TEMPLATE), DATA, chosen)
    assert isolated == await InProcessRenderer().render(source_of(TEMPLATE), DATA, chosen)
    assert not isolated.diagnostics


# Each filter with what it may be given: `t` is a text, `n` a number, `at` a moment, `rows` a list of objects.
FILTERED = {
    **{name: f"t | {name}" for name in ("e", "escape", "forceescape", "upper", "lower", "capitalize", "title", "trim")},
    "default": "none | default('-', true)",
    "d": "t | d('-')",
    "truncate": "t | truncate(3)",
    "wordcount": "t | wordcount",
    "string": "n | string",
    "replace": "t | replace('a', 'b')",
    "center": "t | center(20)",
    "indent": "t | indent(2)",
    "format": "'%s' | format(t)",
    "wordwrap": "t | wordwrap(4)",
    "word_case": "t | word_case('caps')",
    "word_affix": "t | word_affix('(', ')')",
    "word_choice": "t | word_choice([t], ['choice'])",
    "word_compare": "t | word_compare('=', t)",
    "word_number": "n | word_number('#,##0.00')",
    "word_date": "at | word_date('dddd, d MMMM yyyy')",
    **{name: f"n | {name}" for name in ("round", "abs", "int", "float", "filesizeformat")},
    **{name: f"t | {name}" for name in ("length", "count")},
    "join": "rows | map(attribute='name') | join(', ', last=' & ')",
    **{name: f"(rows | {name}).name" for name in ("first", "last")},
    **{name: f"rows | map(attribute='name') | {name} | join('-')" for name in ("sort", "unique", "reverse", "list")},
    "batch": "rows | batch(2) | length",
    "slice": "rows | slice(2) | length",
    **{name: f"rows | map(attribute='price') | {name}" for name in ("sum", "min", "max")},
    "groupby": "rows | groupby('name') | length",
    **{name: f"rows | first | {name} | list | length" for name in ("dictsort", "items")},
    "select": "rows | map(attribute='price') | select('number') | join(' ')",
    "reject": "rows | map(attribute='price') | reject('string') | join(' ')",
    **{name: f"rows | {name}('price', 'number') | list | length" for name in ("selectattr", "rejectattr")},
    "map": "rows | map(attribute='price') | map('number') | join(' ')",
    "image": "picture | image('10mm')",
    "qrcode": "t | qrcode",
    "barcode": "'4006381333931' | barcode('ean13')",
    "markdown": "'*a*' | markdown",
    "html": "'<b>a</b>' | html",
    "link": "'https://example.com/' | link(t)",
    **{name: f"at | {name}('full')" for name in ("date", "time", "datetime")},
    **{name: f"n | {name}" for name in ("number", "percent", "spell")},
    "currency": "n | currency('EUR')",
    "ordinal": "21 | ordinal",
    "plural": "n | plural('day', 'days', 'many')",
}


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_every_filter_that_there_is_in_word_documents(workers: WorkerRenderer, locale: str) -> None:
    assert FILTERED.keys() == FILTERS.keys(), "give each filter of the language an example here"
    assert all(f"| {name}" in example for name, example in FILTERED.items())
    template = source_of(
        word_file(*(escape(f"{{{{ {example} }}}}", quote=False) for example in FILTERED.values())), TemplateFormat.DOCX
    )
    rows = [{"name": "Ada", "price": 1.5}, {"name": "żółć", "price": 3}, {"name": "مرحبا", "price": 21}]
    data = {"t": "a text", "n": 1234.5, "at": "2026-01-31T23:30:05Z", "rows": rows, "picture": image()}
    chosen = options(OutputFormat.DOCX, locale=locale, timezone="America/New_York")
    isolated = await workers.render(template, json.dumps(data).encode(), chosen)
    assert isolated == await InProcessRenderer().render(template, json.dumps(data).encode(), chosen)
    assert not isolated.diagnostics
    assert all(
        line.strip() or "image" in example or "code" in example
        for line, example in zip(lines_of(isolated.content), FILTERED.values(), strict=True)
    )


async def test_every_language_that_there_is(workers: WorkerRenderer) -> None:
    tags = [tag for tag in locale_identifiers() if tag != "root" and "_" not in tag]
    template = source_of(
        "{% for tag in tags %}{{ now | datetime('full', tag) }} {{ 1234.5 | currency('EUR', locale=tag) }}{% endfor %}"
    )
    for start in range(0, len(tags), 100):
        data = json.dumps({"tags": tags[start : start + 100]}).encode()
        assert await workers.render(template, data, options()) == await InProcessRenderer().render(
            template, data, options()
        )


async def test_every_time_zone_that_there_is(workers: WorkerRenderer) -> None:
    zones = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
    template = source_of("{% for zone in zones %}{{ now | datetime('d.M. HH:mm xxx', timezone=zone) }}{% endfor %}")
    data = json.dumps({"zones": zones}).encode()
    assert await workers.render(template, data, options()) == await InProcessRenderer().render(
        template, data, options()
    )


@pytest.mark.parametrize(
    "template", ["{{ at | date('%d') }}", "{{ n | currency('EURO') }}", "{{ n | number(locale='klingon') }}"]
)
async def test_findings_are_those_of_this_process(workers: WorkerRenderer, template: str) -> None:
    assert await workers.inspect(source_of(template)) == await InProcessRenderer().inspect(source_of(template))
