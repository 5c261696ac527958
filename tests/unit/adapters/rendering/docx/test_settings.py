"""Fields that tags outdate: Word is told to compute them anew, and only then."""

import pytest

from tests.word_files import NAMESPACES, W, p, part_of, r, render_word, word_file
from tests.word_rules import assert_follows_word_rules

SETTINGS = (
    f"<w:settings {NAMESPACES}><w:zoom/>{{}}<w:hdrShapeDefaults/><w:compat/>"
    '<m:mathPr xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/><w:decimalSymbol w:val="."/>'
    "</w:settings>"
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{{ v }}</dc:title></cp:coreProperties>'
)


def field(*code: str) -> str:
    """Write a field whose code is spread over runs."""
    characters = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    written = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in code)
    return f"{characters[0]}{written}{characters[1]}{r('old')}{characters[2]}"


def simple(code: str) -> str:
    """Write a field in one element."""
    return f'<w:fldSimple w:instr="{code}">{r("old")}</w:fldSimple>'


def updates(body: str, *others: str, settings: str = SETTINGS.format(""), **parts: str) -> bool:
    """Tell whether the document asks Word to compute its fields anew."""
    named = {f"{name.replace('_', '/')}.xml": content for name, content in parts.items()}
    document = render_word(word_file(p(body), *others, parts={"word/settings.xml": settings, **named}), {"v": 1})
    assert_follows_word_rules(document)
    return part_of(document, "word/settings.xml").find(f"{{{W}}}updateFields[@{{{W}}}val='true']") is not None


@pytest.mark.parametrize(
    "code", [' TOC \\o "1-3"', "PAGEREF m \\h", "REF m", "INDEX", "TOA", "=SUM(ABOVE)", "SEQ Table"]
)
def test_fields_that_follow_from_the_text(code: str) -> None:
    # docxtpl 137: the table of contents stays as it was in the template.
    assert updates(simple(code.replace('"', "&quot;")), "{{ v }}")


def test_a_code_over_several_runs_and_tags_and_fields_in_other_parts() -> None:
    assert updates(field(" TO", "C \\o"), "{{ v }}")
    assert updates(simple("TOC"), word_header1=p("{{ v }}"))
    assert updates("{{ v }}", word_footnotes=f'<w:footnote w:id="1">{p(simple("PAGEREF m"))}</w:footnote>')


def test_fields_that_show_a_property_that_a_tag_changes() -> None:
    assert updates(simple("DOCPROPERTY Title"), docProps_core=CORE)
    assert not updates(simple("DOCPROPERTY Title"), "{{ v }}")
    assert not updates(simple("TOC"), docProps_core=CORE)


@pytest.mark.parametrize("code", ["PAGE", "NUMPAGES", "DATE", "HYPERLINK \\l m", "MERGEFIELD v"])
def test_other_fields_ask_for_nothing(code: str) -> None:
    assert not updates(simple(code), "{{ v }}")


def test_what_the_settings_say_already_stays() -> None:
    assert not updates(simple("TOC"), "{{ v }}", settings=SETTINGS.format('<w:updateFields w:val="false"/>'))
    assert updates(simple("TOC"), "{{ v }}", settings=SETTINGS.format('<w:updateFields w:val="true"/>'))


def test_a_template_without_tags_stays_as_it_is() -> None:
    file = word_file(p(simple("TOC")), parts={"word/settings.xml": SETTINGS.format("")})
    assert render_word(file) == file


@pytest.mark.parametrize("settings", [None, "<w:settings", f"<w:styles {NAMESPACES}/>"])
def test_settings_that_are_missing_or_none_are_left_alone(settings: str | None) -> None:
    parts = {} if settings is None else {"word/settings.xml": settings}
    document = render_word(word_file(p(simple("TOC")), "{{ v }}", parts=parts), {"v": 1})
    assert document
