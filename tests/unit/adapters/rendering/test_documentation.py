"""docs/template-language.md names what the language has."""

import json
import re
from pathlib import Path

import pytest

from adapters.rendering.language import format_filters
from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.predicates import TESTS
from tests.unit.adapters.rendering.template_text import render

DOCUMENT = (Path(__file__).parents[4] / "docs" / "template-language.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[\w-]+", DOCUMENT))
# The data of the table of formats, and its rows: what stands in a tag, and what comes out in two locales.
FORMATTED = dict(re.findall(r"`(\w+)` = `([^`]+)`", DOCUMENT))
FORMATS = re.findall(r"^\| `(\{\{[^`]+\}\})` \| ([^|`]+) \| ([^|`]+) \|$", DOCUMENT, re.MULTILINE)
ALIASES = {"equalto", "sameas", "lessthan", "greaterthan"}


def test_every_filter_test_and_method_is_named() -> None:
    assert {*FILTERS, *TESTS, *METHOD_NAMES} - ALIASES <= WORDS


@pytest.mark.parametrize(("template", "english", "german"), FORMATS)
def test_what_formats_print(template: str, english: str, german: str) -> None:
    data = f"{{{', '.join(f'{json.dumps(name)}: {value}' for name, value in FORMATTED.items())}}}"
    for locale, expected in (("en-US", english), ("de-DE", german)):
        printed = render(template.replace("\\|", "|"), data, locale=locale, timezone="Europe/Berlin")
        assert re.sub(r"\s", " ", printed) == expected.strip()


def test_every_format_has_an_example() -> None:
    shown = {name for template, _, _ in FORMATS for name in re.findall(r"\| (\w+)", template)}
    assert shown == set(format_filters.FILTERS)
