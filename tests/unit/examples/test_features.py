"""The examples of features work with their data, and their pictures stand in the language's page."""

from pathlib import Path

import pytest

from adapters.rendering.engine import compile_template, render_template
from domain.formats import OutputFormat, TemplateFormat
from domain.render_request import RenderOptions
from examples.builder.features import FEATURES
from examples.pictures import NAMES, PICTURES
from tests.builders import render_options
from tests.word_files import lines_of
from tests.word_rules import assert_follows_word_rules

FOLDER = Path(__file__).parents[3] / "examples"
PAGE = (FOLDER.parent / "docs" / "template-language.md").read_text(encoding="utf-8")
WORDS = {
    "rich-text": "not a day longer",
    "images": "Tea pot",
    "codes": "Tea pot",
    "markdown": "Back up your data first.",
    "merge-fields": "on 15 December 2026 we expect 1,234.50 €.",
    "documents": "Changes are made in writing. Warranty For two years from the delivery",
    "locales": "eintausendzweihundertfünfunddreißig",
}


def document_of(name: str, options: RenderOptions | None = None) -> bytes:
    """Render an example with its data and the files beside it."""
    template = FOLDER / "features" / f"{name}.docx"
    assets = {file.name: file.read_bytes() for file in template.parent.iterdir() if file.suffix in {".svg", ".docx"}}
    assets["template:delivery"] = assets["delivery.docx"]
    compiled = compile_template(TemplateFormat.DOCX, template.read_bytes())
    assert compiled.diagnostics == ()
    chosen = options or render_options(output=OutputFormat.DOCX)
    made = render_template(compiled, template.with_suffix(".json").read_bytes(), chosen, assets)
    assert made.diagnostics == ()
    return made.content


@pytest.mark.parametrize("name", NAMES)
def test_an_example_works_with_its_data(name: str) -> None:
    document = document_of(name)
    assert_follows_word_rules(document, (FOLDER / "features" / f"{name}.docx").read_bytes())
    assert WORDS[name] in " ".join(lines_of(document))


def test_every_example_has_its_picture_in_the_page() -> None:
    assert {f"features/{name}.docx" for name in NAMES} == set(FEATURES)
    for picture in NAMES.values():
        assert (PICTURES / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
        assert f"(images/{picture}.png)" in PAGE
