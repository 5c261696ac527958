"""Every locale and every filter that formats, within the workers' jail.

Babel's data, CLDR's rules and the time zones are files that are read when they are needed first.
"""

import json
import zoneinfo

import pytest
from babel.localedata import locale_identifiers

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language import format_filters, word_filters
from adapters.rendering.workers.renderer import WorkerRenderer
from tests.contracts.template_renderer import options, source_of

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
