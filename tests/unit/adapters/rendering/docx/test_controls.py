"""Content controls with a tag name: values, dates, boxes, choices and repeating sections."""

from typing import Any

import pytest

from domain.errors import DataInvalidError, DiagnosedError
from domain.placeholder import Placeholder
from domain.sample import sample_of
from domain.schema import infer_schema
from tests.image_files import image
from tests.unit.adapters.rendering.docx.test_frames import drawing, file_with
from tests.unit.adapters.rendering.docx.test_images import media
from tests.word_controls import PROMPT, W15, checkbox, choice, control, date_control, in_paragraphs, section
from tests.word_fields import merge_field
from tests.word_files import W, compile_word, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

NAME = f"{{{W}}}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
COUNTRIES = (("de", "Germany"), ("fr", "France"))


def made(*blocks: str, **data: Any) -> Any:
    """Render blocks, hold the document to Word's rules, and return its root."""
    file = word_file(*blocks)
    document = render_word(file, data)
    assert_follows_word_rules(document)
    return part_of(document)


def lines(*blocks: str, **data: Any) -> list[str]:
    return lines_of(render_word(word_file(*blocks), data))


def placeholders_of(*blocks: str) -> dict[str, Placeholder]:
    return {each.path: each for each in compile_word(word_file(*blocks)).placeholders}


def test_a_control_that_shows_its_prompt_is_a_required_value() -> None:
    blocks = [p("Dear ", control("customer.name"), ",")]
    assert lines(*blocks, customer={"name": "Ada & Söhne"}) == ["Dear Ada & Söhne,"]
    assert placeholders_of(*blocks)["customer.name"].required
    with pytest.raises(DataInvalidError):
        lines(*blocks)


def test_the_control_stays_without_its_prompt() -> None:
    lock = '<w:lock w:val="sdtLocked"/>'
    root = made(p("a", control("x", properties='<w:b/><w:color w:val="FF0000"/>', more=lock)), x="v")
    properties = root.find(f".//{NAME}sdtPr")
    assert properties.find(f"{NAME}showingPlcHdr") is None
    assert properties.find(f"{NAME}lock").get(f"{NAME}val") == "sdtLocked"
    assert properties.find(f"{NAME}tag").get(f"{NAME}val") == "x"
    run = root.find(f".//{NAME}sdtContent/{NAME}r")
    assert [each.tag for each in run.find(f"{NAME}rPr")] == [f"{NAME}b", f"{NAME}color"]


def test_a_control_with_contents_of_its_own_keeps_them_where_the_data_has_nothing() -> None:
    blocks = [p("a ", control("x", r("own", "<w:i/>"))), control("y", p("one"), tbl(tr("two")), p("three"), kind="")]
    found = placeholders_of(*blocks)
    assert [found[path].required for path in ("x", "y")] == [False, False]
    assert lines(*blocks) == ["a own", "one", "| two |", "three"]
    root = made(*blocks, x="v", y="w")
    assert ["".join(each.itertext()) for each in root.iter(f"{NAME}p")] == ["a v", "w"]
    assert root.find(f".//{NAME}sdtContent/{NAME}r/{NAME}rPr/{NAME}i") is not None
    assert lines(*blocks, x=None, y="w") == ["a ", "w"]


def test_paragraphs_and_cells_in_controls_keep_their_properties() -> None:
    block = control("x", p(r(PROMPT), properties='<w:jc w:val="center"/>'), prompt=True, kind="")
    cell = control("y", tc(p(PROMPT), properties='<w:tcW w:w="99"/>'), prompt=True)
    root = made(block, tbl(f"<w:tr>{cell}{tc('b')}</w:tr>"), x="v", y="w")
    first, *_ = root.iter(f"{NAME}p")
    assert first.find(f"{NAME}pPr/{NAME}jc") is not None
    assert "".join(first.itertext()) == "v"
    found = root.find(f".//{NAME}sdtContent/{NAME}tc")
    assert [each.tag for each in found] == [f"{NAME}tcPr", f"{NAME}p"]
    assert "".join(found.itertext()) == "w"


def test_controls_are_filled_in_in_headers_notes_and_boxes() -> None:
    box = f"<w:r><w:pict><w:txbxContent>{p(control('x'))}</w:txbxContent></w:pict></w:r>"
    file = word_file(
        p(box),
        parts={
            "word/header1.xml": p("h ", control("x")),
            "word/footnotes.xml": f'<w:footnote w:id="2">{p("n ", control("x"))}</w:footnote>',
        },
    )
    document = render_word(file, {"x": "v"})
    assert "".join(part_of(document).itertext()) == "v"
    assert lines_of(document, "word/header1.xml") == ["h v"]
    assert lines_of(document, "word/footnotes.xml") == ["n v"]


@pytest.mark.parametrize(
    ("picture", "language", "value", "shown"),
    [
        ("d MMMM yyyy", "en-GB", "2026-03-31", "31 March 2026"),
        ("dd. MMMM yyyy", "de-DE", "2026-03-31", "31. März 2026"),
        ("M/d/yyyy h:mm am/pm", "en-US", "2026-03-31T15:04:00", "3/31/2026 3:04 PM"),
        ("d MMMM", "xx-none", "2026-03-31", "31 March"),
        ("", "de-DE", "2026-03-31", "31.03.2026"),
        ("d", "en-GB", None, ""),
    ],
)
def test_dates_have_the_format_and_the_language_of_their_control(
    picture: str, language: str, value: object, shown: str
) -> None:
    root = made(p("a", date_control("day", picture, language)), day=value)
    assert "".join(root.itertext()) == f"a{shown}"
    assert root.find(f".//{NAME}date").get(f"{NAME}fullDate") is None


def test_a_date_is_of_that_kind_and_a_format_that_cannot_be_read_is_a_warning() -> None:
    assert placeholders_of(p("a", date_control("day", "d MMMM yyyy")))["day"].kind == "date"
    file = word_file("x", p("a", date_control("day", "d 'of")))
    (found,) = compile_word(file).diagnostics
    assert (found.severity, found.code, found.snippet) == ("warning", "control-format", "control day")
    assert found.location is not None
    assert found.location.paragraph == 2
    assert lines_of(render_word(file, {"day": "2026-03-31"})) == ["x", "a31 Mar 2026"]


@pytest.mark.parametrize(
    ("ticked", "data", "shown", "setting"),
    [
        (False, {"ok": True}, "☒", "1"),
        (False, {"ok": False}, "☐", "0"),
        (False, {}, "☐", "0"),
        (True, {}, "☒", "1"),
        (True, {"ok": False}, "☐", "0"),
        (True, {"ok": None}, "☐", "0"),
    ],
)
def test_checkboxes(ticked: bool, data: dict[str, Any], shown: str, setting: str) -> None:
    root = made(p("a", checkbox("ok", ticked=ticked)), **data)
    assert "".join(root.itertext()) == f"a{shown}"
    assert root.find(f".//{W14}checked").get(f"{W14}val") == setting
    (run,) = root.findall(f".//{NAME}sdtContent/{NAME}r")
    assert run.find(f"{NAME}rPr/{NAME}rFonts").get(f"{NAME}ascii") == "MS Gothic"
    found = placeholders_of(p("a", checkbox("ok", ticked=ticked)))["ok"]
    assert (found.kind, found.required) == ("boolean", False)


def test_a_checkbox_draws_its_own_signs() -> None:
    states = (
        '<w14:checkedState w14:val="00FE" w14:font="Wingdings"/><w14:uncheckedState w14:val="2605" w14:font="Arial"/>'
    )
    root = made(p("a", checkbox("ok", states=states)), ok=True)
    sign = root.find(f".//{NAME}sym")
    assert (sign.get(f"{NAME}font"), sign.get(f"{NAME}char")) == ("Wingdings", "F0FE")
    root = made(p("a", checkbox("ok", states=states)), ok=False)
    assert "".join(root.itertext()) == "a★"


@pytest.mark.parametrize(("value", "shown"), [("de", "Germany"), ("France", "France"), (None, ""), ("", "")])
def test_a_list_shows_the_text_of_its_value(value: object, shown: str) -> None:
    assert lines(p("a ", choice("country", *COUNTRIES)), country=value) == [f"a {shown}"]


def test_a_list_tells_its_choices_and_takes_no_others() -> None:
    blocks = [p("a ", choice("country", *COUNTRIES))]
    found = placeholders_of(*blocks)["country"]
    assert (found.kind, found.required) == ("choice", True)
    assert found.facts == {"type": "string", "enum": ["de", "fr"]}
    with pytest.raises(DiagnosedError) as caught:
        lines(*blocks, country="Italy")
    (problem,) = caught.value.diagnostics
    assert problem.pointer == "/country"
    assert "de, fr" in problem.message


def test_all_choices_of_a_long_list_are_told() -> None:
    items = [(str(number), f"No. {number}") for number in range(200)]
    assert len(placeholders_of(p("a ", choice("n", *items)))["n"].facts["enum"]) == 200


def test_a_combo_box_takes_other_texts_and_a_list_may_have_one_chosen() -> None:
    combo = p("a ", choice("country", *COUNTRIES, name="comboBox"))
    assert lines(combo, country="fr") == ["a France"]
    assert lines(combo, country="Italy") == ["a Italy"]
    assert placeholders_of(combo)["country"].kind == "text"
    chosen = p("a ", choice("country", *COUNTRIES, shown="Germany"))
    assert lines(chosen) == ["a Germany"]
    assert lines(chosen, country="fr") == ["a France"]


ITEMS = {"items": [{"name": "a", "price": 1}, {"name": "b", "price": 2}]}


def test_a_repeating_section_is_a_loop() -> None:
    blocks = [section("items", p(control("name"), ": ", control("price")))]
    assert lines(*blocks, **ITEMS) == ["a: 1", "b: 2"]
    made(*blocks, **ITEMS)
    assert list(placeholders_of(*blocks)) == ["items", "items[].name", "items[].price"]
    assert placeholders_of(*blocks)["items[].price"].required


def test_a_repeating_section_of_rows_may_be_empty() -> None:
    table = tbl(tr("h", "i"), section("items", tr(tc(p(control("name"))), tc(p(control("price"))))))
    assert lines(table, **ITEMS) == ["| h | i |", "| a | 1 |", "| b | 2 |"]
    assert lines(table, items=[]) == ["| h | i |"]
    made(table, items=[])
    made(table, **ITEMS)


def test_items_that_are_single_values_and_lists_in_items() -> None:
    assert lines(section("tags", p("- ", control("tags"))), tags=["a", "b"]) == ["- a", "- b"]
    inner = section("lines", p("- ", control("lines.text")))
    data = {"orders": [{"no": 1, "lines": [{"text": "x"}, {"text": "y"}]}, {"no": 2, "lines": []}]}
    assert lines(section("orders", p(control("no")) + inner), **data) == ["1", "- x", "- y", "2", ""]


def test_words_of_the_language_may_be_keys_of_items() -> None:
    blocks = section("items", p(control("items.none"), control("items.is")))
    assert lines(blocks, items=[{"none": 1, "is": 2}]) == ["12"]


def test_tags_in_a_repeating_section_know_its_round() -> None:
    blocks = section(
        "items", p(control("name"), " {{ item.price * 2 }} ", merge_field("item.name"), " {{ loop.index }}")
    )
    assert lines(blocks, **ITEMS) == ["a 2 a 1", "b 4 b 2"]


def test_a_repeating_section_with_contents_of_its_own_keeps_them() -> None:
    blocks = section("items", p("- ", control("name", r("x"))), p("- ", control("name", r("y"))))
    assert lines(blocks) == ["- x", "- y"]
    assert lines(blocks, items=[{"name": "a"}, {}]) == ["- a", "- x"]
    made(blocks)
    assert not placeholders_of(blocks)["items"].required


def test_a_control_that_holds_tags_or_controls_is_none_itself() -> None:
    blocks = [
        control("outer", p("{{ a }}"), kind=""),
        control("outer", p(merge_field("b")), p("text"), kind=""),
        control("outer", p(control("c")), kind=""),
    ]
    assert list(placeholders_of(*blocks)) == ["a", "b", "c"]
    assert lines(*blocks, a=1, b=2, c=3) == ["1", "2", "text", "3"]


@pytest.mark.parametrize(
    "more",
    [
        '<w:dataBinding w:xpath="/a" w:storeItemID="{1}"/>',
        f'<w15:dataBinding xmlns:w15="{W15}" w:xpath="/a" w:storeItemID="{{1}}"/>',
        '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>',
        "<w:citation/>",
        "<w:bibliography/>",
        "<w:equation/>",
    ],
)
def test_controls_with_a_meaning_of_their_own_stay(more: str) -> None:
    file = word_file(p("a ", control("x", kind="", more=more)), p("b ", control("x", r("own"), kind="", more=more)))
    assert render_word(file) == file


@pytest.mark.parametrize(
    "tag", ["", "goog_rdk_12", "MENDELEY_CITATION_v3_abc", "{0C1B-22}", "a-b", "not", "_x", "x" * 65]
)
def test_tags_that_are_no_names_say_nothing(tag: str) -> None:
    file = word_file(*in_paragraphs(control(tag)))
    assert render_word(file) == file


def test_a_control_that_something_goes_through_stays() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    file = word_file(
        p(control("x", r("a"), begin), end),
        p(control("x", r("a"), '<w:bookmarkStart w:id="1" w:name="m"/>'), '<w:bookmarkEnd w:id="1"/>'),
    )
    assert render_word(file) == file


def test_bookmarks_within_a_control_stay() -> None:
    marks = '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>'
    root = made(p("a", control("x", marks[0], r(PROMPT), marks[1], prompt=True)), x="v")
    content = root.find(f".//{NAME}sdtContent")
    assert [each.tag.removeprefix(NAME) for each in content] == ["bookmarkStart", "r", "bookmarkEnd"]
    assert "".join(root.itertext()) == "av"


def test_controls_in_loops_get_numbers_of_their_own() -> None:
    root = made("{% for i in items %}", p(control("i.name"), checkbox("i.ok")), "{% endfor %}", **ITEMS)
    numbers = [each.get(f"{NAME}val") for each in root.iter(f"{NAME}id")]
    assert len(numbers) == len(set(numbers)) == 4


def test_a_name_with_a_space_is_that_of_a_merge_field() -> None:
    assert list(placeholders_of(p("a", control("First Name")))) == ["First_Name"]


def test_the_sample_of_a_template_renders() -> None:
    blocks = [
        p("a ", control("name"), date_control("day", "d MMMM"), checkbox("ok"), choice("country", *COUNTRIES)),
        section("items", p(control("name"))),
    ]
    sample = sample_of(infer_schema(compile_word(word_file(*blocks)).placeholders))
    assert sample["country"] == "de"
    assert lines(*blocks, **sample)[0].startswith("a name31 January☒Germany")


def test_a_picture_that_stands_for_one_to_come_is_replaced_in_its_frame() -> None:
    kind = "<w:picture/>"
    file = file_with(p("a", control("logo", drawing("Placeholder"), kind=kind, prompt=True)))
    document = render_word(file, {"logo": image(color="red")})
    assert_follows_word_rules(document, file)
    assert len(media(document)) == 2
    assert part_of(document).find(f".//{NAME}showingPlcHdr") is None
    found = {each.path: each for each in compile_word(file).placeholders}["logo"]
    assert (found.kind, found.required) == ("image", True)
    own = file_with(p("a", control("logo", drawing("Our logo"), kind=kind)))
    assert render_word(own) == own
