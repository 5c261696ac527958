"""MERGEFIELD, simple and complex: a value of the data by its name, formatted as Word's switches say."""

import pytest

from adapters.rendering.engine import validate_template
from domain.diagnostics import Diagnostic, Part
from domain.errors import DataInvalidError
from domain.formats import OutputFormat
from domain.render_request import MissingPolicy
from tests.builders import render_options
from tests.word_controls import control
from tests.word_fields import complex_field, instruction, merge_field, simple_field
from tests.word_files import (
    W,
    compile_word,
    errors_of,
    lines_made,
    lines_of,
    p,
    part_of,
    r,
    render_word,
    tbl,
    tc,
    tr,
    word_file,
)
from tests.word_rules import assert_follows_word_rules

NAME = f"{{{W}}}"


def finding_of(*blocks: str) -> Diagnostic:
    (found,) = compile_word(word_file(*blocks)).diagnostics
    return found


def test_a_complex_field_becomes_its_value_and_goes_itself() -> None:
    file = word_file(p("Dear ", merge_field("Customer_Name"), ","))
    document = render_word(file, {"Customer_Name": "Ada & Söhne <1>"})
    assert lines_of(document) == ["Dear Ada & Söhne <1>,"]
    root = part_of(document)
    assert not list(root.iter(f"{NAME}fldChar", f"{NAME}instrText"))
    assert_follows_word_rules(document)


def test_a_simple_field_becomes_its_value() -> None:
    document = render_word(word_file(p("a ", simple_field(' MERGEFIELD "First Name" '), " b")), {"First_Name": "Ada"})
    assert lines_of(document) == ["a Ada b"]
    assert not list(part_of(document).iter(f"{NAME}fldSimple"))


def test_a_field_is_read_however_word_has_cut_it() -> None:
    everything_in_one_run = (
        '<w:r><w:t>a</w:t><w:fldChar w:fldCharType="begin"/><w:instrText>MERGEFIELD x</w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>«x»</w:t><w:fldChar w:fldCharType="end"/><w:t>b</w:t></w:r>'
    )
    in_pieces = complex_field(
        instruction(" MERGE"), '<w:proofErr w:type="spellStart"/>', instruction("FIELD "), instruction("x"),
        '<w:bookmarkStart w:id="1" w:name="m"/>', instruction(" \\* Up"), instruction("per "),
        '<w:bookmarkEnd w:id="1"/>',
    )  # fmt: skip
    without_result = complex_field("mergefield x", result=None)
    file = word_file(p(everything_in_one_run), p("a", in_pieces, "b"), p("a", without_result, "b"))
    document = render_word(file, {"x": "v"})
    assert lines_of(document) == ["avb", "aVb", "avb"]
    assert len(list(part_of(document).iter(f"{NAME}bookmarkStart"))) == 1
    assert_follows_word_rules(document)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Customer_Name", "Customer_Name"),
        ("customer.name", "customer.name"),
        ('"First Name"', "First_Name"),
        ('"No. (new)"', "No___new_"),
        ("2nd", "M_2nd"),
        ("_x", "M__x"),
        ("Straße", "Straße"),
        ("a.2", "a_2"),
    ],
)
def test_a_name_is_a_path_or_a_key_without_signs(name: str, path: str) -> None:
    (found,) = compile_word(word_file(p("a", merge_field(name)))).placeholders
    assert (found.path, found.required) == (path, True)
    assert found.occurrences[0].snippet == f"MERGEFIELD {name}"


def test_fields_are_filled_in_everywhere() -> None:
    box = f"<w:txbxContent>{p(merge_field('x'))}</w:txbxContent>"
    shape = (
        f"<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    file = word_file(
        p(f"<w:r>{shape}</w:r>"),
        p('<w:hyperlink w:anchor="a">', merge_field("x"), "</w:hyperlink>"),
        tbl(tr(tc(p(merge_field("x"))), "b")),
        p('<w:ins w:id="5" w:author="a">', merge_field("x"), "</w:ins>"),
        parts={
            "word/header1.xml": p("h ", merge_field("x")),
            "word/footer1.xml": p("f ", simple_field("MERGEFIELD x")),
            "word/footnotes.xml": f'<w:footnote w:id="2">{p("n ", merge_field("x"))}</w:footnote>',
        },
    )
    document = render_word(file, {"x": "v"})
    body = part_of(document)
    assert [text.text for text in body.iter(f"{NAME}t")] == ["v", "v", "v", "v", "b", "v"]
    assert body.find(f".//{NAME}hyperlink/{NAME}r") is not None
    assert body.find(f".//{NAME}ins/{NAME}r") is not None
    assert lines_of(document, "word/header1.xml") == ["h v"]
    assert lines_of(document, "word/footer1.xml") == ["f v"]
    assert lines_of(document, "word/footnotes.xml") == ["n v"]


def test_fields_know_the_loop_they_stand_in() -> None:
    rows = tr(
        tc(p("{% for item in items %}", merge_field("item.name"))), tc(p(merge_field("item.note"), "{% endfor %}"))
    )
    data = {"items": [{"name": "a", "note": "1"}, {"name": "b", "note": "2"}]}
    assert lines_made(tbl(rows), **data) == ["| a | 1 |", "| b | 2 |"]


@pytest.mark.parametrize(
    ("switches", "bold", "italic"),
    [("\\* MERGEFORMAT", True, False), ("", True, False), ("\\* CHARFORMAT", False, True)],
)
def test_the_formatting_is_that_of_the_result_or_of_the_code(switches: str, bold: bool, italic: bool) -> None:
    field = merge_field("x", switches, properties="<w:i/>", shown="<w:b/>")
    run = part_of(render_word(word_file(p("a", field)), {"x": "v"})).findall(f".//{NAME}r")[1]
    assert (run.find(f"{NAME}rPr/{NAME}b") is not None) is bold
    assert (run.find(f"{NAME}rPr/{NAME}i") is not None) is italic


@pytest.mark.parametrize(
    ("switches", "value", "printed"),
    [
        ("\\* Upper", "ada o'neill", "ADA O'NEILL"),
        ("\\*lower", "ADA", "ada"),
        ("\\* Caps", "ada de la mare", "Ada De La Mare"),
        ("\\* Caps", "van McDONALD", "Van McDONALD"),
        ("\\* FirstCap", "ada de la mare", "Ada de la mare"),
        # In their order: Word's own advice for names in capital letters.
        ("\\* Lower \\* FirstCap", "RICHARD", "Richard"),
        ("\\* Upper", 12, "12"),
        ('\\b "Mr. " \\f ", "', "Bob", "Mr. Bob, "),
        ('\\b "Mr. " \\f ", "', "", ""),
        ('\\b "Mr. "', None, ""),
        ('\\b "a \\"b\\" \\\\ "', "c", 'a "b" \\ c'),
        ("\\b “curly ”", "c", "curly c"),
        ("\\m \\v", "c", "c"),
    ],
)
def test_switches_format_the_value(switches: str, value: object, printed: str) -> None:
    assert lines_made(p("[", merge_field("x", switches), "]"), x=value) == [f"[{printed}]"]


@pytest.mark.parametrize(
    ("switches", "value", "locale", "printed"),
    [
        ('\\# "#,##0.00"', 1234.5, "en-GB", "1,234.50"),
        ("\\# $,0.00", 1234.5, "en-GB", "$1,234.50"),
        ('\\# "#,##0.00 €"', 1234.5, "de-DE", "1.234,50 €"),
        ("\\# \"0.00;(0.00);'-'\"", 0, "en-GB", "-"),
        ("\\#0%", 33, "en-GB", "33%"),
        ("\\# 0.00", "12.5", "en-GB", "12.50"),
        ('\\# 0.00 \\f " EUR"', 5, "en-GB", "5.00 EUR"),
        ('\\f " EUR" \\# 0.00', None, "en-GB", ""),
        ('\\@ "dddd, d MMMM yyyy"', "2026-03-31", "en-GB", "Tuesday, 31 March 2026"),
        ('\\@ "d. MMMM yyyy"', "2026-03-31", "de-DE", "31. März 2026"),
        ("\\@ dd.MM.yyyy", "2026-03-31", "en-GB", "31.03.2026"),
        ("\\@ \"HH:mm 'Uhr'\"", "2026-03-31T09:30:00", "de-DE", "09:30 Uhr"),
        ('\\@ "MMMM" \\* Upper', "2026-03-31", "fr-FR", "MARS"),
        ('\\* Upper \\@ "MMMM"', "2026-03-31", "fr-FR", "MARS"),
    ],
)
def test_pictures_format_numbers_and_dates_in_the_locale_of_the_render(
    switches: str, value: object, locale: str, printed: str
) -> None:
    document = render_word(word_file(p("[", merge_field("x", switches), "]")), {"x": value}, locale=locale)
    assert lines_of(document) == [f"[{printed}]"]


def test_a_document_of_a_country_with_a_comma_has_its_pictures_with_one() -> None:
    settings = f'<w:settings xmlns:w="{W}"><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/></w:settings>'
    body = p("[", merge_field("x", "\\# #.##0,00"), complex_field("IF ", merge_field("x", "\\# 0,0"), " = 1234,5 a b"))
    document = render_word(word_file(body, parts={"word/settings.xml": settings}), {"x": 1234.5}, locale="de-DE")
    assert lines_of(document) == ["[1.234,50a"]


@pytest.mark.parametrize(("switches", "kind"), [("\\# 0.00", "number"), ("\\@ d.M.yy", "date"), ("\\@ H:mm", "time")])
def test_pictures_tell_the_kind(switches: str, kind: str) -> None:
    (found,) = compile_word(word_file(p("a", merge_field("x", switches)))).placeholders
    assert found.kind == kind


def test_a_paragraph_of_an_empty_field_alone_goes_as_in_an_address() -> None:
    lines = [p(merge_field(name)) for name in ("company", "street", "city")]
    data = {"company": None, "street": "Main St. 1", "city": "Bonn"}
    document = render_word(word_file(*lines, p("-", merge_field("company"))), data)
    assert lines_of(document) == ["Main St. 1", "Bonn", "-"]
    document = render_word(word_file(tbl(tr(tc(p(merge_field("company"))), "b"))), data)
    assert lines_of(document) == ["|  | b |"]
    assert_follows_word_rules(document)


def test_a_missing_value_is_an_error_with_the_place_of_the_field() -> None:
    file = word_file("first", p("Dear ", merge_field("Frist_Name")))
    with pytest.raises(DataInvalidError) as caught:
        render_word(file, {"First_Name": "Ada"})
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("missing-value", "/Frist_Name")
    assert found.location is not None
    assert found.location.paragraph == 2
    assert "First_Name" in f"{found.message} {found.suggestion}"
    assert lines_of(render_word(file, {}, missing=MissingPolicy.EMPTY)) == ["first", "Dear "]


def test_fields_and_tags_mix() -> None:
    assert lines_made(p("{{ a }} ", merge_field("b"), " {{ a }}"), a=1, b=2) == ["1 2 1"]
    assert lines_made(p("{% if a %}", merge_field("b"), "{% endif %}."), a=False, b=2) == ["."]


@pytest.mark.parametrize(
    ("code", "finding", "words"),
    [
        ("MERGEFIELD", "merge-field-syntax", "names no value"),
        ("MERGEFIELD \\* Upper", "merge-field-syntax", "names no value"),
        ("MERGEFIELD First Name", "merge-field-syntax", "quotation marks"),
        ('MERGEFIELD "First', "merge-field-syntax", "not closed"),
        ("MERGEFIELD x \\ Upper", "merge-field-syntax", "backslash"),
        ("MERGEFIELD x \\", "merge-field-syntax", "backslash"),
        ("MERGEFIELD none", "merge-field-syntax", "'none'"),
        ("MERGEFIELD x \\* Uper", "merge-field-switch", "Did you mean \\* Upper?"),
        ("MERGEFIELD x \\* 12", "merge-field-switch", "The formats are"),
        ("MERGEFIELD x \\*", "merge-field-switch", "says nothing more"),
        ("MERGEFIELD x \\b \\f y", "merge-field-switch", "says nothing more"),
        ("MERGEFIELD x \\#", "merge-field-switch", "a picture of the number"),
        ('MERGEFIELD x \\# ""', "merge-field-switch", "no place for a digit"),
        ('MERGEFIELD x \\# "0 \'a"', "merge-field-switch", "not closed"),
        ("MERGEFIELD x \\@ dd/mm/yyyy", "merge-field-switch", "\\@ 'dd/MM/yyyy'"),
        ("MERGEFIELD x \\q", "merge-field-switch", "no switch \\q"),
        ("MERGEFIELD " + "x" * 20_001, "merge-field-syntax", "20,000"),
        *(
            (f"{name} x", "merge-field-unsupported", name)
            for name in ("NEXT", "NEXTIF", "SKIPIF", "MERGEREC", "MERGESEQ")
        ),
        ("ADDRESSBLOCK \\f «x»", "merge-field-unsupported", "merge fields of their own"),
        ("GREETINGLINE", "merge-field-unsupported", "Dear «Title»"),
    ],
)
def test_what_is_wrong_or_not_done_is_said_with_its_place(code: str, finding: str, words: str) -> None:
    found = finding_of("a", p("b ", complex_field(code)))
    assert found.code == finding
    assert words in f"{found.message} {found.suggestion}"
    assert found.location is not None
    assert (found.location.part, found.location.paragraph) == (Part.BODY, 2)
    assert found.snippet is not None
    assert found.snippet.startswith(code.split(maxsplit=1)[0])


def test_all_that_is_wrong_is_said_at_once() -> None:
    broken = [p(complex_field(code)) for code in ("MERGEFIELD a \\* Uper", "NEXT", "MERGEFIELD b \\q")]
    assert errors_of(word_file(*broken)) == ["merge-field-switch", "merge-field-unsupported", "merge-field-switch"]


def test_a_field_over_paragraphs_and_one_without_end_are_errors() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + instruction("MERGEFIELD x")
    assert finding_of(p(begin)).code == "merge-field-syntax"
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert finding_of(p(begin), p(end)).code == "merge-field-unsupported"


@pytest.mark.parametrize("name", ["=", "HYPERLINK", "QUOTE", "SET y"])
def test_a_merge_field_in_the_code_of_another_field_is_an_error(name: str) -> None:
    found = finding_of(p(complex_field(f" {name} ", merge_field("x"), " ")))
    assert found.code == "merge-field-in-code"
    assert name.split(maxsplit=1)[0] in found.message


def test_merge_fields_in_the_result_of_another_field_are_filled_in() -> None:
    link = complex_field(' HYPERLINK "https://example.com/" ', result=merge_field("x"))
    document = render_word(word_file(p(link)), {"x": "v"})
    assert lines_of(document) == ["v"]
    assert [node.text for node in part_of(document).iter(f"{NAME}instrText")] == [' HYPERLINK "https://example.com/" ']


def test_fields_far_too_deep_are_an_error_and_take_no_time() -> None:
    depth = 2_000
    begin, end = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    deep = (begin + instruction("QUOTE ")) * depth + merge_field("x") + end * depth
    assert finding_of(p(deep)).code == "merge-field-unsupported"


@pytest.mark.parametrize("blocks", [[p(merge_field("x")) * 10_100], [control("x", p("own"), kind="") * 3_400]])
def test_more_placeholders_than_a_template_may_have_are_an_error(blocks: list[str]) -> None:
    assert errors_of(word_file(*blocks)) == ["template-too-complex"]


def test_formatting_beyond_all_measure_is_not_copied() -> None:
    huge = f'<w:rFonts w:ascii="{"x" * 20_000}"/>'
    field = (
        f'<w:r><w:rPr>{huge}</w:rPr><w:fldChar w:fldCharType="begin"/><w:instrText>MERGEFIELD x</w:instrText>'
        '<w:fldChar w:fldCharType="end"/></w:r>'
    )
    root = part_of(render_word(word_file(p("a", field)), {"x": "v"}))
    assert root.find(f".//{NAME}rFonts") is None


def test_other_fields_and_documents_without_any_stay_as_they_are() -> None:
    fields = p(
        complex_field(" PAGE ", result="1"), simple_field(" NUMPAGES ", "2"), complex_field("IF 1 = 1 a b", result="a")
    )
    file = word_file(fields)
    assert render_word(file) == file
    document = render_word(word_file(fields, "{{ x }}"), {"x": 1})
    assert len(list(part_of(document).iter(f"{NAME}fldChar"))) == 6


def test_tags_in_the_result_of_a_merge_field_count_as_before() -> None:
    assert lines_made(p(complex_field("MERGEFIELD y", result="{{ x }}")), x="v") == ["v"]


def test_a_deleted_field_is_not_filled_in() -> None:
    deleted = f'<w:del w:id="7" w:author="a">{merge_field("gone")}</w:del>'
    compiled = compile_word(word_file(p("a", deleted, merge_field("x"))))
    assert [each.path for each in compiled.placeholders] == ["x"]


def test_what_data_says_is_never_a_command() -> None:
    hostile = '"} { DDEAUTO c:\\\\x } {{ secret }} <w:p/> \x01'
    document = render_word(word_file(p("a", merge_field("x"))), {"x": hostile, "secret": "s"})
    assert lines_of(document) == ['a"} { DDEAUTO c:\\\\x } {{ secret }} <w:p/> ']


def test_fields_are_validated_with_data_like_tags() -> None:
    compiled = compile_word(word_file(p("a", merge_field("x"), merge_field("y"))))
    found = validate_template(compiled, b'{"x": 1}', render_options(output=OutputFormat.DOCX))
    assert [(each.code, each.pointer) for each in found] == [("missing-value", "/y")]


def test_runs_of_text_around_a_field_stay() -> None:
    runs = part_of(render_word(word_file(p(r("a", "<w:b/>"), merge_field("x"), r("b", "<w:i/>"))), {"x": "v"}))
    assert [(run.find(f"{NAME}t").text, len(run)) for run in runs.iter(f"{NAME}r")] == [("a", 2), ("v", 1), ("b", 2)]
