"""Values that are written from right to left get runs that say so, and what formats print stands in Word documents."""

from typing import Any

import pytest
from lxml import etree

from adapters.rendering.docx.direction import begins_right, is_right_to_left, turned
from tests.word_files import W, lines_made, lines_of, p, part_of, r, render_word, tbl, tr, word_file

NAME = "ليلى حداد"
STYLED = '<w:rFonts w:ascii="Arial"/><w:b/><w:sz w:val="28"/><w:lang w:val="en-US"/>'


def w(name: str) -> str:
    return f"{{{W}}}{name}"


def runs_of(document: bytes) -> list[tuple[str, tuple[str, ...], str | None]]:
    """Give each run with text: the text, the names of its properties in order, the language for complex scripts."""
    found = []
    for run in part_of(document).iter(w("r")):
        text = "".join(each.text or "" for each in run.iter(w("t")))
        properties: Any = run.find(w("rPr"))
        names = () if properties is None else tuple(etree.QName(each).localname for each in properties)
        language = None if properties is None else properties.find(w("lang"))
        if text:
            found.append((text, names, None if language is None else language.get(w("bidi"))))
    return found


def test_a_value_gets_a_run_of_its_own_with_the_properties_of_its_place() -> None:
    file = word_file(p(r("Name: {{ name }}, {{ iban }}.", STYLED)))
    document = render_word(file, {"name": NAME, "iban": "SA03 8000"}, locale="ar-EG")
    plain = ("rFonts", "b", "sz", "lang")
    assert runs_of(document) == [
        ("Name: ", plain, None),
        (NAME, ("rFonts", "b", "bCs", "sz", "szCs", "rtl", "lang"), "ar-EG"),
        (", SA03 8000.", plain, None),
    ]


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "ja", "ku-Latn"])
def test_documents_of_other_languages_stay_as_they_are(locale: str) -> None:
    document = render_word(word_file(p(r("Name: {{ name }}.", STYLED))), {"name": NAME}, locale=locale)
    assert runs_of(document) == [(f"Name: {NAME}.", ("rFonts", "b", "sz", "lang"), None)]


def test_what_the_template_says_itself_is_kept() -> None:
    styled = '<w:rtl/><w:lang w:bidi="ar-SA"/>'
    document = render_word(word_file(p(r("{{ name }}", styled))), {"name": NAME}, locale="ar")
    assert runs_of(document) == [(NAME, ("rtl", "lang"), "ar-SA")]


def test_the_locale_decides_about_the_language() -> None:
    styled = '<w:rtl/><w:lang w:val="en-US" w:bidi="he-IL"/>'
    document = render_word(word_file(p(r("{{ name }}", styled))), {"name": NAME}, locale="ar-MA")
    assert runs_of(document) == [(NAME, ("rtl", "lang"), "ar-MA")]


def test_new_paragraphs_and_lines_within_a_value_keep_the_direction() -> None:
    document = render_word(word_file(p(r("({{ name }})", STYLED))), {"name": f"{NAME}\a{NAME}\n{NAME}"}, locale="ar")
    assert lines_of(document) == [f"({NAME}", f"{NAME}\n{NAME})"]
    assert [("rtl" in names) for _, names, _ in runs_of(document)] == [False, True, True, False]


def test_loops_tables_macros_and_captured_text() -> None:
    document = render_word(
        word_file(
            tbl(tr("{% for x in xs %}{{ x }}", "{{ loop.index }}{% endfor %}")),
            "{% macro m(a) %}({{ a }}){% endmacro %}{{ m(name) }}",
            "{% set s %}{{ name }}{% endset %}{{ s }}",
        ),
        {"xs": [NAME, "x", NAME], "name": NAME},
        locale="fa-IR",
    )
    turned_runs = [text for text, names, _ in runs_of(document) if "rtl" in names]
    assert turned_runs == [NAME] * 4
    assert lines_of(document) == [f"| {NAME} | 1 |", "| x | 2 |", f"| {NAME} | 3 |", f"({NAME})", NAME]


def test_long_tables_are_divided_too() -> None:
    file = word_file(tbl(tr("{% for x in xs %}{{ x }}", "{{ x }}{% endfor %}")))
    document = render_word(file, {"xs": [NAME] * 1500}, locale="he")
    assert len([text for text, names, _ in runs_of(document) if "rtl" in names]) == 3000


def test_formats_of_arabic_are_written_from_right_to_left() -> None:
    file = word_file("{{ due | date('full') }}", "{{ total | currency('EUR') }}", "{{ total | number }}")
    document = render_word(file, {"due": "2026-01-31", "total": 1234.5}, locale="ar")
    assert runs_of(document) == [
        ("السبت، 31 يناير 2026", ("rtl", "lang"), "ar"),
        ("\u200f1,234.50\u00a0€", ("rtl", "lang"), "ar"),
        ("1,234.5", (), None),
    ]


def test_formats_in_a_word_document_with_the_quotes_of_word() -> None:
    assert lines_made(
        "Due “{{ due | date(“d MMMM yyyy”) }}”",
        "{{ total | currency(\u2018EUR\u2019) }}",
        due="2026-01-31",
        total=1234.5,
    ) == ["Due “31 January 2026”", "€1,234.50"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("שלום", True),
        ("12 שלום", True),
        ("(ليلى", True),
        ("\u200f5", True),
        ("a שלום", False),
        ("12.5", False),
        ("", False),
    ],
)
def test_the_first_letter_decides(text: str, right: bool) -> None:
    assert begins_right(text) is right


@pytest.mark.parametrize(
    ("locale", "right"),
    [("ar", True), ("AR-eg", True), ("he_IL", True), ("pa-Arab-PK", True), ("ur", True), ("pa", False), ("en", False)],
)
def test_languages_that_are_written_from_right_to_left(locale: str, right: bool) -> None:
    assert is_right_to_left(locale) is right


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", '<w:rPr><w:rtl/><w:lang w:bidi="ar"/></w:rPr>'),
        ("<w:rPr/>", '<w:rPr><w:rtl/><w:lang w:bidi="ar"/></w:rPr>'),
        ("<w:rPr><w:b/></w:rPr>", '<w:rPr><w:b/><w:bCs/><w:rtl/><w:lang w:bidi="ar"/></w:rPr>'),
        (
            '<w:rPr><w:b/><w:bCs w:val="0"/><w:sz w:val="28"/></w:rPr>',
            '<w:rPr><w:b/><w:bCs w:val="0"/><w:sz w:val="28"/><w:szCs w:val="28"/>'
            '<w:rtl/><w:lang w:bidi="ar"/></w:rPr>',
        ),
        (
            '<w:rPr><w:em w:val="dot"/><w:rPrChange w:id="1"><w:rPr><w:rtl/></w:rPr></w:rPrChange></w:rPr>',
            '<w:rPr><w:rtl/><w:em w:val="dot"/><w:lang w:bidi="ar"/>'
            '<w:rPrChange w:id="1"><w:rPr><w:rtl/></w:rPr></w:rPrChange></w:rPr>',
        ),
    ],
)
def test_properties_stand_in_the_order_of_the_schema(properties: str, expected: str) -> None:
    assert turned(properties, "w:", "ar") == expected
