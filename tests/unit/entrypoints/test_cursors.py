"""Cursors are opaque, and only those that were given out are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.cursors import decode_id_cursor, decode_number_cursor, encode_cursor
from entrypoints.http.errors import BadCursorError


def test_a_cursor_comes_back_as_it_went() -> None:
    position = "tpl_" + "0a" * 16
    assert decode_id_cursor(encode_cursor(position), "tpl") == position
    assert decode_number_cursor(encode_cursor("17")) == 17
    assert decode_id_cursor(None, "tpl") is None


@given(st.text(max_size=60))
def test_anything_else_is_a_bad_cursor(text: str) -> None:
    with pytest.raises(BadCursorError):
        decode_id_cursor(text, "tpl")
    with pytest.raises(BadCursorError):
        decode_number_cursor(text + "!")


def test_a_cursor_of_another_list_is_a_bad_cursor() -> None:
    with pytest.raises(BadCursorError):
        decode_id_cursor(encode_cursor("rnd_" + "0" * 32), "tpl")
