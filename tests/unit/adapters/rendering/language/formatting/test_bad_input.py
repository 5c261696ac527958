"""What cannot be formatted, and filters that are written wrongly: where, why, and what to write."""

import json
from typing import Any

import pytest
from babel.localedata import locale_identifiers
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.rendering.engine import compile_template, validate_template
from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import codes, compiled, complaints, options_for, render

DATA: dict[str, Any] = {
    "invoice": {"due": "31.01.2026", "total": 1234.5, "currency": "EURO"},
    "items": [{"at": "2026-01-31"}, {"at": "2026-02-30"}],
    "day": "2026-01-31",
    "clock": "09:30",
    "word": "soon",
}


def only(template: str, **fields: Any) -> Diagnostic:
    found = complaints(template, DATA, **fields)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("tag", "code", "pointer"),
    [
        ("invoice.due | date", "not-a-date", "/invoice/due"),
        ("invoice.total | date", "not-a-date", "/invoice/total"),
        ("word | datetime", "not-a-date", "/word"),
        ("day | time", "not-a-date", "/day"),
        ("day | datetime", "not-a-date", "/day"),
        ("day | date('d MMM HH:mm')", "not-a-date", "/day"),
        ("clock | date", "not-a-date", "/clock"),
        ("clock | time('HH:mm z')", "not-a-date", "/clock"),
        ("'2026-13-01' | date", "not-a-date", None),
        ("'0000-01-01' | date", "not-a-date", None),
        ("'2026-01-31T25:00' | datetime", "not-a-date", None),
        ("'2026-01-31T09:30+99:00' | datetime", "not-a-date", None),
        ("'0001-01-01T00:00+05:00' | datetime", "not-a-date", None),
        ("'09:30Z' | time", "not-a-date", None),
        ("'١٢:٣٠' | time", "not-a-date", None),
        ("items | date", "not-a-date", "/items"),
        ("invoice | number", "value-error", "/invoice"),
        ("word | number(2)", "value-error", "/word"),
        ("word | spell", "value-error", "/word"),
        ("word | ordinal", "value-error", "/word"),
        ("true | percent", "value-error", None),
        ("1.5 | ordinal", "value-error", None),
        ("-1 | ordinal", "value-error", None),
        ("1000000000000000 | spell", "value-error", None),
        ("1 | plural", "value-error", None),
        ("1 | plural(few='x')", "value-error", None),
        ("5 | plural(items)", "value-error", None),
        ("invoice.total | currency(invoice.currency)", "unknown-currency", "/invoice/currency"),
        ("invoice.total | currency(items)", "unknown-currency", None),
        ("invoice.total | number(word)", "format-pattern", "/word"),
        ("invoice.total | number(-1)", "format-pattern", None),
        ("day | date(word)", "format-pattern", "/word"),
        ("day | date(items)", "format-pattern", "/items"),
        ("day | date(locale=word)", "unknown-locale", "/word"),
        ("day | date(timezone=word)", "unknown-timezone", "/word"),
        ("1 | number(locale=items)", "unknown-locale", None),
        ("1 | spell(locale='x' * 50)", "unknown-locale", None),
        ("day | date(timezone='x' * 5000)", "unknown-timezone", None),
    ],
)
def test_data_that_does_not_fit(tag: str, code: str, pointer: str | None) -> None:
    found = only(f"a {{{{ {tag} }}}}")
    assert (found.code, found.pointer) == (code, pointer)
    assert found.location is not None
    assert found.snippet is not None
    assert found.suggestion or code == "value-error"


def test_each_place_is_told() -> None:
    found = complaints("{{ invoice.due | date }}{% for item in items %}{{ item.at | date }}{% endfor %}", DATA)
    assert [(each.code, each.pointer) for each in found] == [
        ("not-a-date", "/invoice/due"),
        ("not-a-date", "/items/1/at"),
    ]


def test_missing_values_are_missing() -> None:
    assert codes("{{ nothing | date }}{{ 1 | currency(none_either) }}") == ["missing-value", "missing-value"]


def test_a_locale_of_the_request_that_is_none() -> None:
    found = only("{{ day | date }}", locale="xx-YY")
    assert (found.code, found.pointer) == ("unknown-locale", None)
    assert "'xx-YY'" in found.message
    assert render("{{ day }}", DATA, locale="xx-YY") == "2026-01-31"


@pytest.mark.parametrize(
    ("tag", "code", "advice"),
    [
        ("a | date('%d.%m.%Y')", "format-pattern", "'dd.MM.yyyy'"),
        ("a | date('%A, %d %B %Y')", "format-pattern", "'EEEE, dd MMMM yyyy'"),
        ("a | date('DD.MM.YYYY')", "format-pattern", "'dd.MM.yyyy'"),
        ("a | date('DD/MM/YYYY HH:mm A')", "format-pattern", "'dd/MM/yyyy HH:mm a'"),
        ("a | date('dd.mm.yyyy')", "format-pattern", "'dd.MM.yyyy'"),
        ("a | date('lnog')", "format-pattern", "'long'"),
        ("a | date('Long')", "format-pattern", "'long'"),
        ("a | date('d MMMMMM')", "format-pattern", "quotes"),
        ("a | date('d. MMMM of yyyy')", "format-pattern", "quotes"),
        ('a | date("d \'of MMMM")', "format-pattern", "Write two"),
        ("a | date('')", "format-pattern", "'long'"),
        ("a | date(5)", "format-pattern", "'d MMMM yyyy'"),
        ("a | time('SSSSSSSSSSSSSSSSSSSS')", "format-pattern", "Four"),
        ("a | number('#.##0,00')", "format-pattern", "'#,##0.00'"),
        ("a | number('0.00E0')", "format-pattern", "'#,##0.00'"),
        ("a | number('@@@')", "format-pattern", "'#,##0.00'"),
        ("a | number('abc')", "format-pattern", "'#,##0.00'"),
        ("a | number('0#')", "format-pattern", "'#,##0.00'"),
        ("a | number(1.5)", "format-pattern", "'#,##0.00'"),
        ("a | number(101)", "format-pattern", "'#,##0.00'"),
        ("a | number('¤0')", "format-pattern", "currency"),
        ("a | percent('0.0')", "format-pattern", "'0.0%'"),
        ("a | currency('EURO')", "unknown-currency", "'EUR'"),
        ("a | currency('€')", "unknown-currency", "'EUR'"),
        ("a | currency('EUR', style='big')", "wrong-arguments", "accounting"),
        ("a | currency", "wrong-arguments", "code"),
        ("a | number(locale='klingon')", "unknown-locale", "'de-DE'"),
        ("a | date(timezone='Berlin')", "unknown-timezone", "'Europe/Berlin'"),
        ("a | spell('plural')", "wrong-arguments", "feminine"),
        ("a | ordinal('neuter')", "wrong-arguments", "feminine"),
        ("a | dates", "unknown-filter", "'date'"),
        ("a | money", "unknown-filter", "currency"),
        ("a | pluralize('s')", "unknown-filter", "plural"),
    ],
)
def test_filters_written_wrongly_are_refused_at_upload(tag: str, code: str, advice: str | None) -> None:
    found = [each for each in compiled(f"{{{{ {tag} }}}}").diagnostics if each.severity == "error"]
    assert [each.code for each in found] == [code]
    assert found[0].location is not None
    assert advice is None or advice in (found[0].suggestion or "")


@pytest.mark.parametrize(
    "tag",
    [
        "'x' * 1000 | date",
        "day | date('y' * 300)",
        "1 | number('#' * 200)",
        '1 | number("\'" * 200)',
        "10 ** 900 | number(2)",
        "10 ** 900 | spell",
        "10 ** 900 | ordinal",
        "10 ** 900 | percent",
        "10 ** 900 | currency('USD', style='name')",
        "1.0 ** 2 * 10 ** 990 | plural('a', 'b')",
    ],
)
def test_sizes_are_bounded(tag: str) -> None:
    tag = tag.replace("10 ** 900", f"1{'0' * 900}").replace("'x' * 1000", f"'{'x' * 1000}'")
    printed = validate(f"{{{{ {tag} }}}}")
    assert all(found.code != "render-error" for found in printed), printed


def validate(template: str, data: str = '{"day": "2026-01-31"}') -> tuple[Diagnostic, ...]:
    return validate_template(
        compile_template(TemplateFormat.TEXT, template.encode()), data.encode(), options_for(TemplateFormat.TEXT)
    )


def test_formatting_is_paid_for() -> None:
    template = "{% for i in range(100000) %}{{ i | number }}{{ i | number }}{{ i | number }}{% endfor %}"
    assert codes(template) == ["limit-exceeded"]


def test_locales_are_paid_for() -> None:
    # Each is a file to be read; a document has a handful.
    tags = [tag.replace("_", "-") for tag in locale_identifiers() if tag != "root"]
    found = complaints("{% for tag in tags %}{{ 1 | number(locale=tag) }}{% endfor %}", {"tags": tags})
    assert [each.code for each in found] == ["limit-exceeded"]


CALLS = st.sampled_from(
    [
        *("date(p)", "time(p)", "datetime(p)", "number(p)", "percent(p)", "currency(p)", "currency('EUR', style=p)"),
        *("spell(p)", "ordinal(p)", "number(locale=p)", "date(timezone=p)"),
    ]
)
PATTERNS = st.text(alphabet="dMyHhmsSEaz'#0,.;%¤-xAYD *E@{}\\\"", max_size=12)
VALUES = st.sampled_from(["2026-01-31T09:30:00Z", "2026-01-31", "09:30", 12.5, "x", None, [], {}])


@settings(max_examples=400, deadline=None)
@given(CALLS, PATTERNS, VALUES)
def test_whatever_the_pattern_is_nothing_but_findings_comes_out(call: str, pattern: str, value: Any) -> None:
    found = validate(f"{{{{ v | {call} }}}}", json.dumps({"v": value, "p": pattern}))
    assert all(each.code not in {"render-error", "template-unreadable"} for each in found), found
