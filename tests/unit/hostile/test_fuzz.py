"""A few examples of each fuzzer; `python -m tests.hostile.fuzz NAME --seconds 600` does many."""

import pytest

from tests.hostile.fuzz import FUZZERS


@pytest.mark.parametrize("name", FUZZERS)
def test_a_few_examples(name: str) -> None:
    FUZZERS[name](40)()
