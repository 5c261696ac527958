"""Names that somebody may have meant."""

import pytest

from domain.near_names import did_you_mean, no_such


def test_the_nearest_name_is_meant_and_nothing_that_is_far() -> None:
    assert did_you_mean("totl", ["name", "total"]) == "Did you mean 'total'?"
    assert did_you_mean("xyz", ["name", "total"]) is None
    assert did_you_mean("name" * 10_000, ["name"]) is None


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("lmit", {"limit", "cursor"}, "there is no such field; did you mean 'limit'?"),
        ("xyz", {"limit", "cursor"}, "there is no such field; the fields are: cursor, limit."),
        ("xyz", set(), "there is no such field, and no other."),
        ("xyz", {"a" * number for number in range(1, 50)}, "and others."),
    ],
)
def test_where_none_is_near_it_says_which_there_are(name: str, known: set[str], said: str) -> None:
    assert no_such("field", name, known).endswith(said)
