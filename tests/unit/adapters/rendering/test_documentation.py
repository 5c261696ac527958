"""docs/template-language.md names what the language has."""

import re
from pathlib import Path

from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.predicates import TESTS

DOCUMENT = (Path(__file__).parents[4] / "docs" / "template-language.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[\w-]+", DOCUMENT))
ALIASES = {"equalto", "sameas", "lessthan", "greaterthan"}


def test_every_filter_test_and_method_is_named() -> None:
    assert {*FILTERS, *TESTS, *METHOD_NAMES} - ALIASES <= WORDS
