"""Reading the data."""

from decimal import Decimal

import pytest

from adapters.rendering.language.data import parse_data
from domain.errors import DataInvalidError


def test_numbers_are_exact_and_keys_keep_their_order() -> None:
    data = parse_data(b'{"b": 1.10, "a": 12345678901234567890, "c": [1e2, -0.5]}')
    assert data == {"b": Decimal("1.10"), "a": 12345678901234567890, "c": [Decimal(100), Decimal("-0.5")]}
    assert list(data) == ["b", "a", "c"]
    assert type(data["a"]) is int
    assert str(data["b"]) == "1.10"


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse_data(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[1]", "data-not-object"),
        (b'"a"', "data-not-object"),
        (b"null", "data-not-object"),
        (b"", "data-not-json"),
        (b"{a: 1}", "data-not-json"),
        (b'{"a": 1} x', "data-not-json"),
        (b'{"a": NaN}', "data-not-json"),
        (b'{"a": -Infinity}', "data-not-json"),
        (b'{"a": 1, "a": 2}', "data-duplicate-key"),
        (b'{"a": ' + b"[" * 1_000 + b"]" * 1_000 + b"}", "data-too-deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "data-number"),
        (b'{"a": "\\ud800"}', "data-surrogate"),
        (b'{"a": "\xff"}', "data-not-utf8"),
        ('{"a": 1}'.encode("utf-16"), "data-not-utf8"),
    ],
)
def test_anything_else_is_refused_in_words(text: bytes, code: str) -> None:
    with pytest.raises(DataInvalidError) as caught:
        parse_data(text)
    found = caught.value.diagnostics[0]
    assert (found.code, found.pointer) == (code, "")
    assert found.message.endswith((".", ")"))
