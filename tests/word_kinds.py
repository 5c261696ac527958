"""Small templates of every kind of Word document, with data for all of them and what the pages of each show."""

from typing import Any, Final

from tests.word_controls import checkbox, choice, control, date_control, section
from tests.word_fields import complex_field, merge_field, simple_field
from tests.word_files import NAMESPACES, p, r, tbl, tc, tr, word_file

LOOP = "{% for i in items %}", "{% endfor %}"
DATA: Final[dict[str, Any]] = {
    "broken": "first line\n\asecond line\f",
    "rich": {"$richtext": ["plain ", {"text": "bold", "bold": True, "url": "https://example.com/"}]},
    "items": ["one", "two", "three"],
    "nothing": [],
    "groups": [["a", "b"], ["c"]],
    "order": {"name": "ada", "total": 1234.5, "nothing": None, "day": "2026-03-31", "ok": True, "country": "fr"},
    "positions": [{"name": "Pen", "price": 1}, {"name": "Ink", "price": 2}],
}

NUMBERING = (
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="No. %1"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
SETTINGS = f"<w:settings {NAMESPACES}><w:compat/></w:settings>"
SEPARATORS = "".join(
    f'<w:footnote w:id="{number}" w:type="{kind}">{p("")}</w:footnote>'
    for number, kind in enumerate(("separator", "continuationSeparator"))
)
ITEM = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
BOOKMARK = f'<w:bookmarkStart w:id="1" w:name="Item"/>{r("{{ i }}")}<w:bookmarkEnd w:id="1"/>'
COMMENT = f'<w:commentRangeStart w:id="0"/>{r("{{ i }}")}<w:commentRangeEnd w:id="0"/>'
RESTART = "{# @restart #}"
NOTHING = p("{% for x in nothing %}") + p("x") + p("{% endfor %}")
TOC = f'<w:fldSimple w:instr="TOC \\o">{r("contents")}</w:fldSimple>'
HEADER: Final = '<w:headerReference w:type="default" r:id="rIdPart1"/><w:pgSz w:w="11906" w:h="16838"/>'
INSERTED: Final = '<w:rPr><w:ins w:id="3" w:author="a"/></w:rPr>'
BOX: Final = (
    '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" id="s1" type="#_x0000_t202" '
    f'style="width:200pt;height:40pt"><v:textbox><w:txbxContent>{p("box {{ i }}")}</w:txbxContent></v:textbox>'
    "</v:shape></w:pict></w:r></w:p>"
)


def _relationship(number: str, kind: str, target: str, mode: str = "Internal") -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="{number}" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )


def _control(*contents: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{''.join(contents)}</w:sdtContent></w:sdt>"


_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
LINK: Final = _relationship("rIdLink", "hyperlink", "https://example.com/{{ i }}", "External")
CHART_LINK: Final = _relationship("rIdChart", "chart", "charts/chart1.xml")
CHART_FRAME: Final = (
    '<w:r><w:drawing><wp:inline><wp:extent cx="3000000" cy="2000000"/><wp:docPr id="1" name="Chart 1"/>'
    f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_C}"><c:chart xmlns:c="{_C}" r:id="rIdChart"/></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)
CHART: Final = (
    f'<c:chartSpace xmlns:c="{_C}" xmlns:a="{_A}"><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r>'
    "<a:t>Sales of {{ items[0] }}</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart>"
    '<c:barDir val="col"/><c:ser><c:idx val="0"/><c:order val="0"/><c:val><c:numLit><c:ptCount val="1"/><c:pt idx="0">'
    '<c:v>3</c:v></c:pt></c:numLit></c:val></c:ser><c:axId val="1"/><c:axId val="2"/></c:barChart>'
    '<c:catAx><c:axId val="1"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx>'
    '<c:valAx><c:axId val="2"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx></c:plotArea></c:chart></c:chartSpace>'
)

# For each kind: the template, and what its pages show.
KINDS: Final[dict[str, tuple[bytes, tuple[str, ...]]]] = {
    "columns": (
        word_file(
            tbl(
                tr(tc("all", properties='<w:gridSpan w:val="4"/>')),
                tr("first", "{%tc for i in items %}", "{{ i }}", "{%tc endfor %}"),
                columns=4,
            ),
            "end",
        ),
        ("all first one two three end",),
    ),
    "names": (
        word_file(LOOP[0], p(BOOKMARK, f'<w:hyperlink w:anchor="Item">{r(" link")}</w:hyperlink>'), LOOP[1]),
        ("one link two link three link",),
    ),
    "comments": (
        word_file(
            LOOP[0], p(COMMENT, '<w:r><w:commentReference w:id="0"/></w:r>'), LOOP[1],
            parts={"word/comments.xml": f'<w:comment w:id="0" w:author="a">{p("remark")}</w:comment>'},
        ),
        ("one two three",),
    ),
    "notes": (
        word_file(
            LOOP[0], p("{{ i }}", '<w:r><w:footnoteReference w:id="2"/></w:r>'), LOOP[1],
            parts={"word/footnotes.xml": f'{SEPARATORS}<w:footnote w:id="2">{p("on {{ i }}")}</w:footnote>'},
        ),
        ("on one", "on two", "on three"),
    ),
    "lists": (
        word_file(
            "{% for g in groups %}", RESTART, "{% for i in g %}", p("{{ i }}", properties=ITEM), LOOP[1], LOOP[1],
            parts={"word/numbering.xml": NUMBERING},
        ),
        ("No. 1 a No. 2 b No. 1 c",),
    ),
    "empty": (
        word_file(
            tbl(tr("{% for x in nothing %}{{ x }}", "{% endfor %}")),
            tbl(tr(tc(NOTHING), "cell")),
            f"<w:sdt><w:sdtPr/><w:sdtContent>{NOTHING}</w:sdtContent></w:sdt>",
            "end",
        ),
        ("cell end",),
    ),
    "sections": (
        word_file(
            LOOP[0], "{{ i }}", p("end of {{ i }}", properties=f"<w:sectPr>{HEADER}</w:sectPr>"), LOOP[1],
            parts={"word/header1.xml": p("{{ items | join('+') }}")},
        ),
        ("one+two+three one end of one", "one+two+three two end of two", "one+two+three three end of three"),
    ),
    "boxes": (word_file(LOOP[0], BOX, LOOP[1]), ("box one", "box two", "box three")),
    "tracked": (
        word_file(
            p(f'<w:ins w:id="1" w:author="a">{r("{{ broken }}")}</w:ins>', properties=INSERTED),
            p(f'<w:del w:id="2" w:author="a"><w:r><w:delText>{{{{ gone }}}}</w:delText></w:r></w:del>{r("kept")}'),
        ),
        ("first line second line", "kept"),
    ),
    "captures": (
        word_file(
            "{% macro lines(name) %}", p("- {{ name }}"), p("of a macro"), "{% endmacro %}",
            LOOP[0], "{{ lines(i) }}", LOOP[1],
            tbl(tr("{% set rows %}", ""), tr("a", "b"), tr("{% endset %}", ""), tr("{{ rows }}", ""), tr("c", "d")),
        ),
        ("- one of a macro - two of a macro - three of a macro a b c d",),
    ),
    "values": (
        word_file("{{ broken }}", "{{ rich }}", "{{ '&amp;' ~ '&lt;tag>' }}"),
        ("first line second line", "plain bold", "&<tag>"),
    ),
    "links": (
        word_file(
            LOOP[0], p(f'<w:hyperlink r:id="rIdLink">{r("to {{ i }}")}</w:hyperlink>'), LOOP[1],
            parts={"word/_rels/document.xml.rels": LINK},
        ),
        ("to one to two to three",),
    ),
    "controls": (
        word_file(
            _control(p(LOOP[0]), p("{{ i }}"), p(LOOP[1])),
            tbl(_control(tr(f"{LOOP[0]}{{{{ i }}}}", f"x{LOOP[1]}")), tr(_control(tc("cell")), "{{ items[0] }}")),
            p(_control(r("{{ items[1] }}"))),
        ),
        ("one two three one x two x three x cell one two",),
    ),
    "merged": (
        word_file(
            tbl(tr("{%tr for i in items %}", ""), tr("{% vm %}all", "{{ i }}"), tr("{%tr endfor %}", "")),
            tbl(tr("{%tc for i in items %}", "{% hm %}wide", "{%tc endfor %}")),
        ),
        ("two", "wide"),
    ),
    "chart": (
        word_file(
            p(CHART_FRAME),
            parts={"word/charts/chart1.xml": CHART, "word/_rels/document.xml.rels": CHART_LINK},
        ),
        ("Sales of one",),
    ),
    "fields": (word_file(p(TOC), "{{ items | length }}", parts={"word/settings.xml": SETTINGS}), ("contents 3",)),
    "placeholders": (
        word_file(
            p(merge_field("order.name", "\\* Upper"), " ", simple_field('MERGEFIELD order.total \\# "#,##0.00 €"')),
            p(complex_field("IF ", merge_field("order.total"), ' > 9 "large ', merge_field("order.name"), '" small')),
            p(merge_field("order.nothing")),
            p(r("text "), control("order.name", properties="<w:b/>"), r(" own "), control("order.none", r("contents"))),
            p(r("day "), date_control("order.day", "d MMMM yyyy"), r(" ok "), checkbox("order.ok")),
            p(r("of "), choice("order.country", ("de", "Germany"), ("fr", "France"))),
            control("order.name", p("block")),
            section("positions", p("- ", control("name"))),
            tbl(section("positions", tr(tc(p(control("name"))), tc(p(merge_field("item.price")))))),
        ),
        (
            "ADA 1,234.50 € large ada text ada own contents day 31 March 2026 ok ☒ of France ada",
            "- Pen - Ink Pen 1 Ink 2",
        ),
    ),
}  # fmt: skip
