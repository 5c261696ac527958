"""docs/diagnostics.md explains every code that the engine uses, no other, and its examples give what they promise."""

import re
from pathlib import Path

import pytest

import adapters.rendering
import application.use_cases.prepare_rows
import domain.rows
from adapters.rendering.engine import compile_template, validate_template
from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import options_for

PAGE = (Path(__file__).parents[4] / "docs" / "diagnostics.md").read_text(encoding="utf-8")
# Texts of the sources that look like codes: encodings, a property of CSS, rules of CLDR.
NO_CODES = {
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "us-ascii",
    "latin-1",
    "iso-8859-1",
    # Properties of CSS.
    "marker-mid",
    "mix-blend-mode",
    "stroke-dasharray",
} | {
    "windows-1252",
    "spellout-numbering",
    "spellout-numbering-verbose",
    "spellout-cardinal",
    "spellout-cardinal-masculine",
    "text-align",
    "end-table",
    # A context of CLDR, and a type of a cell.
    "stand-alone",
    "date-time",
}
PARAGRAPHS = dict(re.findall(r"^### `([a-z0-9-]+)`\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLES = [
    (code, *example)
    for code, paragraph in PARAGRAPHS.items()
    for example in re.findall(r"^Example: `([^\n]*?)`(?: with `([^\n]*)`)?$", paragraph, re.MULTILINE)
]


def codes_in_the_sources() -> set[str]:
    package = Path(adapters.rendering.__file__).parent
    modules = [
        *sorted(package.rglob("*.py")),
        *sorted(Path(domain.rows.__file__).parent.glob("row*.py")),
        Path(application.use_cases.prepare_rows.__file__),
    ]
    source = "".join(module.read_text(encoding="utf-8") for module in modules)
    hyphened = set(re.findall(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"', source))
    said = set(re.findall(r"\b(?:error|warning|info|unusable)\(\s*\"([a-z-]+)\"", source))
    return {code for code in hyphened | said if code[0].isalpha()} - NO_CODES


def test_every_code_has_its_paragraph_and_every_paragraph_its_code() -> None:
    explained = set(PARAGRAPHS) - {"unsupported-output"}  # an error of the domain that is a finding too
    assert codes_in_the_sources() - explained == set(), "explain these in docs/diagnostics.md, or name them in NO_CODES"
    assert explained - codes_in_the_sources() == set(), "these paragraphs of docs/diagnostics.md have no code any more"


@pytest.mark.parametrize("code", PARAGRAPHS)
def test_every_paragraph_says_how_bad_it_is_and_what_to_do(code: str) -> None:
    lines = PARAGRAPHS[code].strip().splitlines()
    assert re.match(r"(Error|Warning|Info)[.;]", lines[0])
    assert len(lines) > 1


def findings_of(template: str, data: str) -> tuple[Diagnostic, ...]:
    compiled = compile_template(TemplateFormat.TEXT, template.encode())
    return (
        validate_template(compiled, data.encode(), options_for(TemplateFormat.TEXT)) if data else compiled.diagnostics
    )


@pytest.mark.parametrize(("code", "template", "data"), EXAMPLES)
def test_every_example_gives_its_code(code: str, template: str, data: str) -> None:
    found = [each for each in findings_of(template, data) if each.code == code]
    assert found
    assert PARAGRAPHS[code].lower().startswith(found[0].severity)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 40
