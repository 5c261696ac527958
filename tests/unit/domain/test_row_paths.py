"""Paths from a row into data."""

import pytest

from domain.row_path import format_row_path, parse_row_path, pointer_of


@pytest.mark.parametrize(
    ("text", "path", "pointer"),
    [
        ("name", ("name",), "/name"),
        ("customer.name", ("customer", "name"), "/customer/name"),
        ("items[0].price", ("items", 0, "price"), "/items/0/price"),
        ("items[12].tags[3]", ("items", 12, "tags", 3), "/items/12/tags/3"),
        ("customer['first name']", ("customer", "first name"), "/customer/first name"),
        ("customer['[0]'].a", ("customer", "[0]", "a"), "/customer/[0]/a"),
        ("größe", ("größe",), "/größe"),
    ],
)
def test_paths_are_read_and_written(text: str, path: tuple[str | int, ...], pointer: str) -> None:
    assert parse_row_path(text) == path
    assert format_row_path(path) == text
    assert pointer_of(path) == pointer


@pytest.mark.parametrize(
    "text", ["", "first name", "items[]", "items[].price", "prices.*", "[0]", "a..b", "a[", "a[-1]"]
)
def test_what_is_no_place_of_one_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"path|several"):
        parse_row_path(text)


def test_a_path_of_a_thousand_steps_is_refused() -> None:
    with pytest.raises(ValueError, match="limit is 50"):
        parse_row_path(".".join(["a"] * 1_000))
