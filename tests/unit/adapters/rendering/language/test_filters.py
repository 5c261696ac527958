"""The filters and tests of the language."""

from typing import Any

import pytest

from tests.unit.adapters.rendering.template_text import codes, render

DATA: dict[str, Any] = {
    "people": [
        {"name": "Bob", "age": 40, "city": {"name": "Rome"}},
        {"name": "ada", "age": 36, "city": {"name": "Bern"}},
        {"name": "Cy", "age": 40, "city": {"name": "Bern"}},
    ],
    "d": {"b": 1, "a": 2},
}


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("'ada' | upper", "ADA"),
        ("'ADA' | lower", "ada"),
        ("'ada lovelace-king' | title", "Ada Lovelace-King"),
        ("'ADA x' | capitalize", "Ada x"),
        ("'  a ' | trim", "a"),
        ("'xax' | trim('x')", "a"),
        ("'a-b-c' | replace('-', '+')", "a+b+c"),
        ("'a-b-c' | replace('-', '+', 1)", "a+b-c"),
        ("'ab' | center(6)", "  ab  "),
        ("'one two three' | truncate(9, leeway=0)", "one..."),
        ("'one two three' | truncate(9, true, '…', 0)", "one two …"),
        ("'one two three' | wordwrap(7)", "one two\nthree"),
        ("'a\\nb' | indent(2)", "a\n  b"),
        ("'a\\nb' | indent(2, true)", "  a\n  b"),
        ("'a b' | wordcount", "2"),
        ("'%s: %05.1f %d %%' | format('x', 2.25, 7)", "x: 002.3 7 %"),
        ("'%(a)s' | format(a=1)", "1"),
        ("'{} {b:>4}|{c:,.2f}'.format('x', b='y', c=1234.5)", "x    y|1,234.50"),
        ("5 | string ~ 'x'", "5x"),
        ("'<b>' | e", "<b>"),
        ("'<b>' | escape | forceescape", "<b>"),
        ("'abc' | length", "3"),
        ("[1, 2] | count", "2"),
        ("none | length", "0"),
        ("[3, 1, 2] | sort | join(', ')", "1, 2, 3"),
        ("[3, 1, 2] | sort(reverse=true) | join", "321"),
        ("['b', 'A', 'a'] | sort | join", "Aab"),
        ("['b', 'A', 'a'] | sort(case_sensitive=true) | join", "Aab"),
        ("people | sort(attribute='age,name') | map(attribute='name') | join(' ')", "ada Bob Cy"),
        ("people | join(', ', attribute='city.name')", "Rome, Bern, Bern"),
        ("people | map(attribute='city.name') | unique | join(' ')", "Rome Bern"),
        ("people | map(attribute='zip', default='-') | join", "---"),
        ("people | map(attribute='name') | map('upper') | join", "BOBADACY"),
        ("people | selectattr('age', 'gt', 36) | map(attribute='name') | join", "BobCy"),
        ("people | rejectattr('age', '==', 40) | map(attribute='name') | join", "ada"),
        ("people | selectattr('zip') | list | length", "0"),
        ("people | selectattr('zip', 'undefined') | list | length", "3"),
        ("[1, 2, 3, 4] | select('even') | join", "24"),
        ("[0, 1, '', 'a'] | reject | join('|')", "0|"),
        ("people | sum(attribute='age')", "116"),
        ("[0.1, 0.2] | sum", "0.3"),
        ("[1, 2] | sum(start=10)", "13"),
        ("[1, 2] | first ~ [1, 2] | last", "12"),
        ("[3, 1] | min ~ [3, 1] | max", "13"),
        ("people | max(attribute='age') | items | first | join('=')", "name=Bob"),
        ("[1, 2, 3] | reverse | join", "321"),
        ("'abc' | reverse", "cba"),
        ("'ab' | list | join('.')", "a.b"),
        ("d | dictsort | map('join', '=') | join(' ')", "a=2 b=1"),
        ("d | dictsort(by='value', reverse=true) | map('first') | join", "ab"),
        ("d | items | map('join') | join(' ')", "b1 a2"),
        ("[1, 2, 3] | batch(2, 0) | map('join') | join('|')", "12|30"),
        ("[1, 2, 3] | slice(2) | map('join') | join('|')", "12|3"),
        ("[1, 2, 3] | slice(2, 0) | map('join') | join('|')", "12|30"),
        ("42.55 | round(1)", "42.6"),
        ("2.5 | round", "3"),
        ("-2.5 | round", "-3"),
        ("2.345 | round(2, 'floor')", "2.34"),
        ("2.341 | round(2, 'ceil')", "2.35"),
        ("1.5 | round(2)", "1.50"),
        ("1250 | round(-2)", "1300"),
        ("-1.5 | abs", "1.5"),
        ("'42.9' | int", "42"),
        ("'x' | int(7)", "7"),
        ("'ff' | int(0, 16)", "255"),
        ("'1.10' | float", "1.10"),
        ("'x' | float(0)", "0"),
        ("1500 | filesizeformat", "1.5 kB"),
        ("1536 | filesizeformat(true)", "1.5 KiB"),
        ("1 | filesizeformat", "1 Byte"),
        ("'a,b'.split(',') | join('+')", "a+b"),
        ("'abc'.startswith('a')", "true"),
        ("'7'.zfill(3)", "007"),
        ("d.get('z', 'none')", "none"),
        ("d.keys() | join ~ d.values() | join", "ba12"),
    ],
)
def test_filters_and_methods(expression: str, printed: str) -> None:
    assert render(f"{{{{ {expression} }}}}", DATA) == printed


def test_groups_are_pairs_and_objects() -> None:
    template = "{% for g in people | groupby('city.name') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}"
    assert render(template, DATA) == "Bern:2 Rome:1 "
    template = "{% for city, all in people | groupby('city.name') %}{{ city }}:{{ all | length }} {% endfor %}"
    assert render(template, DATA) == "Bern:2 Rome:1 "


@pytest.mark.parametrize(
    ("test", "true", "false"),
    [
        ("odd", "3", "4"),
        ("even", "4", "3"),
        ("divisibleby(3)", "9", "10"),
        ("string", "'a'", "1"),
        ("number", "1.5", "true"),
        ("integer", "1", "1.5"),
        ("float", "1.5", "1"),
        ("boolean", "true", "1"),
        ("true", "true", "1"),
        ("false", "false", "0"),
        ("none", "none", "0"),
        ("mapping", "{}", "[]"),
        ("sequence", "[]", "1"),
        ("iterable", "'a'", "1"),
        ("lower", "'a'", "'A'"),
        ("upper", "'A'", "'a'"),
        ("in([1, 2])", "1", "3"),
        ("eq(1)", "1", "2"),
        ("ne(1)", "2", "1"),
        ("lt(1)", "0", "1"),
        ("le(1)", "1", "2"),
        ("gt(1)", "2", "1"),
        ("ge(1)", "1", "0"),
    ],
)
def test_tests(test: str, true: str, false: str) -> None:
    assert render(f"{{{{ {true} is {test} }}}} {{{{ {false} is {test} }}}} {{{{ {false} is not {test} }}}}") == (
        "true false true"
    )


@pytest.mark.parametrize(
    "expression",
    [
        "5 | join",
        "5 | length",
        "{} | sort(attribute='x') | list | first + 1",
        "[{}] | sort | join",
        "[1, 'a'] | sum",
        "[1] | batch(0) | length",
        "[1] | slice(0) | length",
        "[1] | map('nope')",
        "d | dictsort(by='size') | length",
        "'a' | truncate(1)",
        "1 | round(1, 'up')",
        "'%s' | format",
        "'%f' | format('a')",
        "'%q' | format(1)",
        "1.5 is odd",
        "'{0.x}'.format(1)",
        "'{:{}}'.format(1, 2)",
        "'{0[a]}'.format({})",
    ],
)
def test_wrong_values_are_refused_in_words(expression: str) -> None:
    found = codes(f"{{{{ {expression} }}}}", DATA)
    assert found in (["value-error"], ["missing-value"], ["unknown-filter"])


@pytest.mark.parametrize(
    "expression",
    [
        "'a' | center(100000)",
        "'a'.ljust(100000)",
        "'{:>999999999}'.format(1)",
        "'%999999999d' | format(1)",
        "'%*d' | format(999999999, 1)",
        "[1] | batch(100000000, 0) | length",
        "[1] | slice(100000000) | length",
        "range(100000) | join('x' * 100000)",
        "('a' * 1000000) | replace('a', 'b' * 100)",
    ],
)
def test_sizes_are_checked_before_anything_is_made(expression: str) -> None:
    assert codes(f"{{{{ {expression} }}}}", DATA) == ["limit-exceeded"]
