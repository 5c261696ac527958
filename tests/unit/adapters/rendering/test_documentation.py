"""docs/template-language.md names what the language has."""

import re
from pathlib import Path

import adapters.rendering.language
from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.predicates import TESTS

DOCUMENT = (Path(__file__).parents[4] / "docs" / "template-language.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[\w-]+", DOCUMENT))
ALIASES = {"equalto", "sameas", "lessthan", "greaterthan"}


def test_every_filter_test_and_method_is_named() -> None:
    assert {*FILTERS, *TESTS, *METHOD_NAMES} - ALIASES <= WORDS


def test_every_code_is_explained() -> None:
    package = Path(adapters.rendering.language.__file__).parent
    modules = [*package.rglob("*.py"), *(package.parent / "text").glob("*.py"), package.parent / "engine.py"]
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    codes = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+)"', source))
    explained = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", DOCUMENT))
    assert codes - explained <= {"utf-8", "utf-8-sig"}
