"""Of two equal keys, which was meant? JSON bodies with them are refused, wherever they stand."""

import pytest

from entrypoints.http.errors import DoubledKeyError, MalformedRequestError
from entrypoints.http.json_bodies import members_of, value_of, values_of


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a": 1, "a": 1}', ("a",)),
        ('{"a": 1, "\\u0061": 2}', ("a",)),
        ('{"x": [{"b": 1}, {"c": {"d": 1, "d": 2}}]}', ("x", "1", "c", "d")),
        # The one within is lost with the first of the two.
        ('{"a": {"b": 1, "b": 2}, "a": 3}', ("a",)),
        ('{"a": {"b": 1, "b": 2}, "c": {"d": 1, "d": 2}}', ("c", "d")),
    ],
)
def test_the_key_that_stands_twice_is_found(text: str, path: tuple[str, ...]) -> None:
    with pytest.raises(DoubledKeyError) as refused:
        value_of(text.encode())
    assert refused.value.path == path


@pytest.mark.parametrize("text", ['{"a":1,"b":2,"a":1}', '{ "a" : {} ,\n"\\u0061" : [] }'])
def test_members_are_counted_before_one_takes_the_place_of_the_other(text: str) -> None:
    with pytest.raises(DoubledKeyError) as refused:
        members_of(text.encode())
    assert refused.value.path == ("a",)


def test_members_are_the_text_that_they_are_and_become_values() -> None:
    members = members_of(b'{"data": {"n": 1.10, "n": 2}, "version": 3, "deliver": [{"webhook": "w"}], "x": null}')
    assert bytes(members.pop("data")) == b'{"n": 1.10, "n": 2}'  # which the engine refuses, as all about data
    assert values_of(members) == {"version": 3, "deliver": [{"webhook": "w"}], "x": None}


def test_a_key_that_stands_twice_in_a_member_is_found() -> None:
    with pytest.raises(DoubledKeyError) as refused:
        values_of(members_of(b'{"deliver": [{"webhook": "a", "webhook": "b"}]}'))
    assert refused.value.path == ("deliver", "0", "webhook")


@pytest.mark.parametrize("text", [b"[]", b"7", b"", b"{", b'{"a": NaN}', b'{"a": \xff}', b"[" * 1_000_000])
def test_what_is_no_object_has_no_members(text: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        values_of(members_of(text))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "body is empty"),
        (b" \n", "body is empty"),
        (rb'{"data": {"name": "\ud800"}}', "half a character"),
        (rb'{"data": {"name": "\ud800 and what follows it"}}', "half a character"),
        (rb'{"data": {"name": "\ude00 and what follows it"}}', "half a character"),
        (rb'{"data": {"name": "\ud83d\ud83d\ude00"}}', "half a character"),
        (rb'{"data": {"name": "\ud83d\ude00"}', "truncated"),
        (rb'{"data": {"name": "\\ud800"', "truncated"),
        (rb'{"data": {"name": "\ud83d\ude00", NaN}}', "invalid character|expected"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, why: str) -> None:
    with pytest.raises(MalformedRequestError, match=why):
        members_of(body)
