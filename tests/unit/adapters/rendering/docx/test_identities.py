"""Numbers and names in loops: unique in the whole document, and what refers to a bookmark follows it."""

from typing import Any

import pytest

from tests.word_files import W, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

THREE = {"v": [1, 2, 3], "x": False}


def looped(*blocks: str) -> tuple[str, ...]:
    """Put blocks into a loop of paragraphs."""
    return ("{% for i in v %}", *blocks, "{% endfor %}")


def rendered(*blocks: str, parts: dict[str, str] | None = None, **data: Any) -> bytes:
    """Render a template of these blocks; the document follows Word's rules."""
    document = render_word(word_file(*blocks, parts=parts), {**THREE, **data})
    assert_follows_word_rules(document)
    return document


def attributes(document: bytes, tag: str, name: str, part: str = "word/document.xml") -> list[str | None]:
    """List an attribute of all elements with a tag."""
    return [node.get(f"{{{W}}}{name}") for node in part_of(document, part).iter(f"{{{W}}}{tag}")]


def bookmark(name: str, inside: str, number: int = 3) -> str:
    """Write a bookmark around something."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{inside}<w:bookmarkEnd w:id="{number}"/>'


def field(code: str) -> str:
    """Write a field of three characters with its result."""
    parts = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f'{parts[0]}<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>{parts[1]}{r("1")}{parts[2]}'


DRAWING = '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="n"/></wp:inline></w:drawing></w:r>'


def test_drawings_are_unique_in_all_parts_of_the_document() -> None:
    # docxtpl 325: a shape in a loop gives a file that Word has to repair.
    repeated = "".join(each if each.startswith("<") else p(each) for each in looped(p(DRAWING)))
    document = rendered(*looped(p(DRAWING)), p(DRAWING), parts={"word/header1.xml": repeated})
    numbers = [
        node.get("id")
        for name in ("word/document.xml", "word/header1.xml")
        for node in part_of(document, name).iter()
        if str(node.tag).endswith("docPr")
    ]
    assert len(numbers) == 7
    assert numbers.count("7") == 1


def test_references_follow_the_bookmark_of_their_round() -> None:
    link = f'<w:hyperlink w:anchor="Item">{r("link")}</w:hyperlink>'
    simple = f'<w:fldSimple w:instr=" PAGEREF Item \\h ">{r("1")}</w:fldSimple>'
    codes = field(" REF Item \\h "), field(' HYPERLINK \\l "Item" ')
    body = looped(p(link), p(bookmark("Item", r("{{ i }}"))), p(*codes, simple))
    document = rendered(*body, p(f'<w:hyperlink w:anchor="Item">{r("first")}</w:hyperlink>'))
    assert attributes(document, "bookmarkStart", "name") == ["Item", "Item_2", "Item_3"]
    assert attributes(document, "hyperlink", "anchor") == ["Item", "Item_2", "Item_3", "Item"]
    written = [node.text for node in part_of(document).iter(f"{{{W}}}instrText")]
    assert written[::2] == [" REF Item \\h ", " REF Item_2 \\h ", " REF Item_3 \\h "]
    assert written[1::2] == [f' HYPERLINK \\l "{name}" ' for name in ("Item", "Item_2", "Item_3")]
    assert attributes(document, "fldSimple", "instr")[2] == " PAGEREF Item_3 \\h "


def test_a_field_code_over_several_runs_follows_too() -> None:
    code = field(" REF It").replace(
        "</w:instrText></w:r>", "</w:instrText></w:r>" + r("").replace("w:t", "w:instrText"), 1
    )
    code = code.replace('<w:instrText xml:space="preserve"></w:instrText>', "<w:instrText>em \\h</w:instrText>")
    document = rendered(*looped(p(bookmark("Item", r("x")), code)))
    codes = ["".join(node.text or "" for node in each.iter(f"{{{W}}}instrText")) for each in part_of(document)[0]]
    assert codes[:3] == [" REF Item \\h", " REF Item_2 \\h", " REF Item_3 \\h"]


def test_new_names_are_not_those_of_other_bookmarks_and_not_too_long() -> None:
    long = "N" * 40
    body = (p(bookmark("a_2", r("x"), 4)), *looped(p(bookmark("a", r("x")), bookmark(long, r("y"), 5))))
    names = attributes(rendered(*body), "bookmarkStart", "name")
    assert names == ["a_2", "a", long, "a_3", "N" * 38 + "_2", "a_4", "N" * 38 + "_3"]


def test_a_bookmark_in_an_inner_loop_is_named_once_a_round_of_it() -> None:
    link = f'<w:hyperlink w:anchor="m">{r("x")}</w:hyperlink>'
    body = looped("{% for j in v %}", p(bookmark("m", r("{{ j }}")), link), "{% endfor %}")
    document = rendered(*body)
    assert attributes(document, "hyperlink", "anchor") == attributes(document, "bookmarkStart", "name")
    assert len(set(attributes(document, "bookmarkStart", "name"))) == 9


def test_a_bookmark_over_the_edge_of_a_block_becomes_a_point() -> None:
    start, end = '<w:bookmarkStart w:id="3" w:name="m"/>', '<w:bookmarkEnd w:id="3"/>'
    for body in (
        (p(start, r("a")), "{% if x %}", p(r("b"), end), "{% endif %}"),
        ("{% if x %}", p(start, r("a")), "{% endif %}", p(r("b"), end)),
        looped(p(start, r("a")), "{% if x %}", p(r("b"), end), "{% endif %}"),
        (*looped(p(start, r("a"))), p(r("b"), end)),
        (p(start, r("a")), *looped(p(r("b"), end))),
    ):
        rendered(*body, "z")


def test_a_row_tag_that_takes_the_end_of_a_bookmark_away() -> None:
    start, end = '<w:bookmarkStart w:id="3" w:name="m"/>', '<w:bookmarkEnd w:id="3"/>'
    rows = tr(tc(p(start, r("a")))), tr(tc(p(r("{%tr for i in v %}"), end))), tr("{{ i }}"), tr("{%tr endfor %}")
    document = rendered(tbl(*rows, columns=1))
    assert attributes(document, "bookmarkEnd", "id") == ["3"]


def test_content_controls_tracked_changes_and_permissions_get_numbers_of_their_own() -> None:
    control = f'<w:sdt><w:sdtPr><w:id w:val="-5"/></w:sdtPr><w:sdtContent>{p("{{ i }}")}</w:sdtContent></w:sdt>'
    changed = f'<w:ins w:id="1" w:author="a">{r("{{ i }}")}</w:ins>'
    changed += f'<w:permStart w:id="2" w:edGrp="everyone"/>{r("x")}<w:permEnd w:id="2"/>'
    shape = '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="s"/></w:pict></w:r>'
    document = rendered(*looped(control, p(changed, shape)))
    assert len(set(attributes(document, "permStart", "id"))) == 3
    assert attributes(document, "permStart", "id") == attributes(document, "permEnd", "id")


COMMENT = '<w:commentRangeStart w:id="0"/>{}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'


def test_a_comment_on_repeated_text_stays_with_its_first_round() -> None:
    comments = f'<w:comment w:id="0">{p("{{ v | length }} rows")}</w:comment>'
    document = rendered(*looped(p(COMMENT.format(r("{{ i }}")))), parts={"word/comments.xml": comments})
    assert lines_of(document) == ["1", "2", "3"]
    assert attributes(document, "commentReference", "id") == ["0"]
    assert lines_of(document, "word/comments.xml") == ["3 rows"]


def test_paragraph_ids_that_repeat_in_comments_are_dropped() -> None:
    inner = '<w:p w14:paraId="0000000{}">{}</w:p>'
    loop = inner.format(1, r("{% for i in v %}")) + inner.format(2, r("{{ i }}")) + inner.format(3, r("{% endfor %}"))
    comments = f'<w:comment w:id="0">{loop}{inner.format(4, r("end"))}</w:comment>'
    document = rendered(p(COMMENT.format(r("x"))), parts={"word/comments.xml": comments})
    ids = [
        node.get("{http://schemas.microsoft.com/office/word/2010/wordml}paraId")
        for node in part_of(document, "word/comments.xml")[0]
    ]
    assert ids == [None, None, None, "00000004"]


def test_tracked_text_that_a_value_or_a_block_divides() -> None:
    document = rendered(
        p(f'<w:ins w:id="7" w:author="a">{r("{{ text }}{% if v %}")}{r("b{% endif %}c")}</w:ins>'), text="1\a2"
    )
    assert lines_of(document) == ["1", "2bc"]
    assert len(attributes(document, "ins", "id")) > 1


@pytest.mark.parametrize(
    "change",
    [
        '<w:rPr><w:ins w:id="7" w:author="a"/></w:rPr>',
        '<w:jc w:val="left"/><w:pPrChange w:id="7" w:author="a"><w:pPr/></w:pPrChange>',
    ],
)
@pytest.mark.parametrize("value", ["1\a2", {"$richtext": ["1", "\a", "2"]}])
def test_a_tracked_change_of_a_paragraph_that_a_value_divides(change: str, value: object) -> None:
    document = rendered(p("{{ text }}", properties=change), text=value)
    assert lines_of(document) == ["1", "2"]
    assert_follows_word_rules(document)


def test_a_tracked_change_of_the_look_of_a_run_that_a_value_divides() -> None:
    change = '<w:b/><w:rPrChange w:id="7" w:author="a"><w:rPr/></w:rPrChange>'
    document = rendered(p(r("{{ text }}", change)), text="1\a2")
    assert lines_of(document) == ["1", "2"]
    assert_follows_word_rules(document)


def test_a_bookmark_for_an_empty_loop_within_another_one() -> None:
    marked = f'<w:bookmarkStart w:id="1" w:name="none"/>{r("-")}<w:bookmarkEnd w:id="1"/>'
    inner = p("{% for x in empty %}", "{% else %}", marked, "{% endfor %}")
    document = rendered("{% for i in items %}", inner, "{% endfor %}", items=[1, 2], empty=[])
    assert lines_of(document) == ["-", "-"]
    assert attributes(document, "bookmarkStart", "name") == ["none", "none_2"]


def test_a_bookmark_over_all_rounds_stays_one() -> None:
    opened = p('<w:bookmarkStart w:id="1" w:name="all"/>', r("{% for i in v %}"))
    closed = p(r("{% endfor %}"), '<w:bookmarkEnd w:id="1"/>')
    root = part_of(rendered(opened, "{{ i }}", closed))
    assert [node.tag.rpartition("}")[2] for node in root[0]] == [
        *("bookmarkStart", "p", "p", "p", "bookmarkEnd"),
        "sectPr",
    ]
    assert root[0][0].get(f"{{{W}}}name") == "all"
