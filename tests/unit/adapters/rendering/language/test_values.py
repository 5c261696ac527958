"""How values print, and how the language calculates."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.language.values import UnprintableError, to_text
from tests.unit.adapters.rendering.template_text import codes, complaints, render


@pytest.mark.parametrize(
    ("json", "printed"),
    [
        ('"text"', "text"),
        ("12", "12"),
        ("1.10", "1.10"),
        ("1e3", "1000"),
        ("1E-7", "0.0000001"),
        ("0.1", "0.1"),
        ("123456789012345678901234567890.123", "123456789012345678901234567890.123"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
        ("-0.00", "0.00"),
        ("-0", "0"),
        ("1e400", "1" + "0" * 400),
    ],
)
def test_values_print_plainly(json: str, printed: str) -> None:
    assert render("{{ x }}", f'{{"x": {json}}}') == printed


@pytest.mark.parametrize("value", [[], [1], {}, {"a": 1}])
def test_lists_and_objects_do_not_print(value: Any) -> None:
    with pytest.raises(UnprintableError):
        to_text(value)
    found = complaints("{{ x }}", {"x": value})[0]
    assert found.code == "unprintable-value"
    assert found.suggestion


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1 / 3", "0.333333333333333"),
        ("2 / 3", "0.666666666666667"),
        ("6 / 2", "3"),
        ("100 / 0.1", "1000"),
        ("19.99 * 3", "59.97"),
        ("1.10", "1.10"),
        ("7 // 2", "3"),
        ("-7 // 2", "-4"),
        ("7.5 // 2", "3"),
        ("7 % 3", "1"),
        ("7.5 % 2", "1.5"),
        ("2 ** 10", "1024"),
        ("1.1 ** 2", "1.21"),
        ("2 ** -1", "0.5"),
        ("4 ** 0.5", "2"),
        ("-x", "-5"),
        ("+x", "5"),
        ("'a' + 'b'", "ab"),
        ("'ab' * 2", "abab"),
        ("'a' ~ 1 ~ none ~ true", "a1true"),
        ("([1] + [2]) | join(',')", "1,2"),
        ("1 < 2 < 3", "true"),
        ("1 == 1.0", "true"),
        ("'a' in 'abc'", "true"),
        ("2 in [1, 2]", "true"),
        ("'x' in {'x': 1}", "true"),
        ("3 not in [1, 2]", "true"),
        ("[1, [2]] == [1, [2]]", "true"),
        ("'a' if x > 3 else 'b'", "a"),
        ("'a' if x > 30", ""),
        ("0 or 'b'", "b"),
        ("x[0]", None),
        ("'abc'[1]", "b"),
        ("'abc'[1:]", "bc"),
        ("[1, 2, 3][-1]", "3"),
        ("{'a': 1}['a']", "1"),
        ("not x", "false"),
    ],
)
def test_expressions(expression: str, printed: str | None) -> None:
    template = f"{{{{ {expression} }}}}"
    if printed is None:
        assert codes(template, {"x": 5}) == ["missing-value"]
    else:
        assert render(template, {"x": 5}) == printed


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("1 / 0", "division-by-zero"),
        ("1 // 0", "division-by-zero"),
        ("1 % 0", "division-by-zero"),
        ("1 + 'a'", "value-error"),
        ("'5' * '5'", "value-error"),
        ("1 < 'a'", "value-error"),
        ("-'a'", "value-error"),
        ("5 | upper", "value-error"),
        ("true + 1", "value-error"),
        ("'%d' % 5", "value-error"),
        ("{[1]: 2}", "value-error"),
        ("[1] ~ 'a'", "unprintable-value"),
        ("(x + 1).upper()", "value-error"),
        ("10.0 ** 5000", "render-error"),
        ("'a' * 100000000", "limit-exceeded"),
        ("10 ** 100000", "limit-exceeded"),
        ("range(100000000) | length", "limit-exceeded"),
    ],
)
def test_what_does_not_work_says_so_with_its_place(expression: str, code: str) -> None:
    found = complaints(f"line one\n{{{{ {expression} }}}}", {"x": 5})[0]
    assert found.code == code
    assert found.location is not None
    assert (found.location.line, found.location.column) == (2, 1)


def test_all_failing_tags_are_reported_at_once() -> None:
    assert codes("{{ 1/0 }}{{ a }}{{ 'x' + 1 }}", {"a": []}) == ["division-by-zero", "unprintable-value", "value-error"]


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4), st.integers()
)
def test_addition_is_exact(price: Decimal, count: int) -> None:
    printed = render("{{ a + b }}", f'{{"a": {price}, "b": {count}}}')
    assert Fraction(printed) == Fraction(price) + count


@given(st.text())
def test_text_of_the_data_is_printed_and_never_read(text: str) -> None:
    printed = render("{{ x }}", {"x": "{{ 7 * 7 }}" + "".join(c for c in text if c.isprintable())})
    assert printed.startswith("{{ 7 * 7 }}")


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("-0.001 | round(2)", "0.00"),
        ("0 * -1.5", "0.0"),
        ("'%.2f' | format(-0.001)", "0.00"),
        ("'{:.2f}'.format(-0.001)", "0.00"),
        ("'{:+.1f} {:-^8.1f}'.format(1.25, 2.0)", "+1.3 --2.0---"),
        ("'%.2f %.2f' | format(2.345, 2.335)", "2.35 2.34"),
        ("'{:.2f}'.format(2.345)", "2.35"),
        ("2.345 | round(2)", "2.35"),
        ("'{:d}'.format(3.0)", "3"),
        ("1250 | filesizeformat", "1.3 kB"),
    ],
)
def test_formats_round_halves_up_and_zeros_have_no_sign(expression: str, printed: str) -> None:
    assert render(f"{{{{ {expression} }}}}") == printed


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{ l[10 / 5] }}{{ l[n] }}{{ l[-n] }}", "cbc"),
        ("{{ l[n:] | join }}{{ t[:n + 1] }}", "bcab"),
        ("{% for i in range(6 / 2) %}{{ i }}{% endfor %}", "012"),
        ("{% for row in l | batch(n + 1) %}{{ row | join }};{% endfor %}", "ab;c;"),
    ],
)
def test_whole_numbers_may_have_decimals(template: str, printed: str) -> None:
    assert render(template, '{"l": ["a", "b", "c"], "t": "abc", "n": 1.0}') == printed


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("'abc'[n:]", "whole numbers"),
        ("range(n) | join", "whole numbers"),
        ("'abc'[::0]", "not 0"),
        ("'{:Z}'.format(1)", "{:Z}"),
        ("'{:d}'.format(n)", "{:d}"),
    ],
)
def test_numbers_that_do_not_fit_are_named(expression: str, words: str) -> None:
    found = complaints(f"{{{{ {expression} }}}}", {"n": 1.5})[0]
    assert (found.code, words in found.message) == ("value-error", True)
