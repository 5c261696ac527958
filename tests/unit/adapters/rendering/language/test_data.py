"""Reading the data."""

import tracemalloc
from decimal import Decimal

import pytest

from adapters.rendering.language.data import count_values, parse_data
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
    assert found.suggestion or code == "data-surrogate"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("total", 'The data names "total" twice in one object. (line 1, column 20)'),
        ("one at line 3", 'The data names "one at line 3" twice in one object. (line 1, column 36)'),
        ("é", 'The data names "é" twice in one object. (line 1, column 14)'),
        ("k" * 5_000, f'The data names "{"k" * 59}…" twice in one object. (line 1, column 10010)'),
    ],
)
def test_the_key_that_stands_twice_is_named(key: str, told: str) -> None:
    with pytest.raises(DataInvalidError) as caught:
        parse_data(f'{{"{key}":1,"{key}":2}}'.encode())
    assert caught.value.diagnostics[0].message == told


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        (" \n", "The data is empty.", 'Write an object, at least {}, such as {"name": "Ada"}.'),
        ('{"a": 1', "it ends too early (line 1, column 7).", "Close every { with } and every [ with ]."),
        ("{'a': 1}", "a name stands without double quotes (line 1, column 2).", 'Write "name": with double quotes.'),
        ('{"a": 1,\n}', "a comma stands before a closing bracket (line 2, column 1).", "Delete the comma."),
        (
            '{"a": 1\n"b": 2}',
            "a comma, or a closing bracket, is missing (line 2, column 1).",
            "Separate entries with commas.",
        ),
        ('{"a":\n True}', "(line 2, column 2).", "Write true in small letters."),
        ('{"a": None}', "(line 1, column 7).", "Write null."),
        ('{"a": -Infinity}', "(line 1, column 8).", "NaN and Infinity are no JSON numbers; write null, or a number."),
        ('{"a": x}', "(line 1, column 7).", "Texts stand in double quotes; JSON has no comments."),
        ('{"a": "x\ny"}', "a line break or a tab stands in a text", "Write \\n for a line break, \\t for a tab."),
        ('{"a": 01}', "a number cannot be read", "Write it like 1234.56, without zeros before it."),
    ],
)
def test_what_is_no_json_is_said_in_plain_words(text: str, message: str, advice: str) -> None:
    with pytest.raises(DataInvalidError) as caught:
        parse_data(text.encode())
    found = caught.value.diagnostics[0]
    assert found.message.endswith(message) or message in found.message
    assert found.suggestion == advice


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('{"a": [1, 2], "b": {}}', 6),
        ('{"a": [' + '"x,[",' * 300_000 + '"\\"{{,"]}', 300_003),
        ('{"a": "' + ",[" * 200_000 + '"}', 2),
    ],
)
def test_values_are_counted_before_they_are_read(text: str, count: int) -> None:
    assert count_values(text.encode(), 200_000) == count


def test_counting_many_texts_takes_little_memory() -> None:
    text = b'{"a": [' + b'"x",' * 2_000_000 + b"1]}"
    tracemalloc.start()
    try:
        assert count_values(text, 1_000_000) == 2_000_003
        assert tracemalloc.get_traced_memory()[1] < len(text)
    finally:
        tracemalloc.stop()
