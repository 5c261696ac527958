"""Whatever tags stand wherever: a template is refused, or all its documents are built as Word needs them."""

import re
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.word_files import compile_word, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

WORDS = st.sampled_from(("", "a", "b ", "{{ v }}", "{{ l | length }}"))
TAGS = (
    "{% if x %}", "{% else %}", "{% endif %}", "{% for i in l %}", "{% endfor %}", "{%p if x %}", "{%p endif %}",
    "{%tr for i in l %}", "{%tr endfor %}", "{%tc for i in l %}", "{%tc endfor %}", "{%- if x -%}", "{%- endif -%}",
    "{% set z = 1 %}", "{# note #}", "{% vm %}", "{% hm %}", "{% colspan 2 %}",
)  # fmt: skip
PAIRS = (
    ("{% if x %}", "{% endif %}"),
    ("{% for i in l %}", "{% endfor %}"),
    ("{%p for i in l %}", "{%p endfor %}"),
    ("{%tr for i in l %}", "{%tr endfor %}"),
    ("{%tc if x %}", "{%tc endif %}"),
    ("{% if x %}", "{% else %}", "{% endif %}"),
    ("{%- if x -%}", "{%- endif -%}"),
)


AROUND = (
    '{0}<w:r><w:drawing><wp:docPr id="{1}"/></w:drawing></w:r>',
    '<w:bookmarkStart w:id="{1}" w:name="n{1}"/>{0}<w:bookmarkEnd w:id="{1}"/>',
    '<w:ins w:id="{1}" w:author="a">{0}</w:ins>',
    '<w:sdt><w:sdtPr><w:id w:val="{1}"/></w:sdtPr><w:sdtContent>{0}</w:sdtContent></w:sdt>',
    '{0}<w:r><w:footnoteReference w:id="{1}"/></w:r>',
)
NOTE = '<w:footnote w:id="{}">' + p("{{{{ v }}}} {{{{ i }}}}") + "</w:footnote>"


def control(contents: str, number: int) -> str:
    """Write a content control."""
    return f'<w:sdt><w:sdtPr><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>{contents}</w:sdtContent></w:sdt>'


@st.composite
def bodies(draw: st.DrawFn) -> list[str]:
    """Draw a document whose texts hold words, and blocks opened in one place and closed in a later one."""
    kinds = ("p", "pp", "table", "nested", "box", "control", "controlled row", "marked")
    shape = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    texts: list[str] = []
    numbers = count(1)

    def slot() -> str:
        texts.append("")
        return f"\ue000{len(texts) - 1}\ue001"

    def run() -> str:
        number = next(numbers)
        around = draw(st.sampled_from(("{}", "{}", *AROUND)))
        return around.format(r(slot(), draw(st.sampled_from(("", "<w:b/>")))), number)

    def paragraph() -> str:
        return p(*(run() for _ in range(draw(st.integers(1, 3)))))

    def marked() -> str:
        number = next(numbers)
        start, end = f'<w:bookmarkStart w:id="{number}" w:name="m{number}"/>', f'<w:bookmarkEnd w:id="{number}"/>'
        return p(run(), start, run()) + paragraph() + p(run(), end, f'<w:hyperlink w:anchor="m{number}"/>', run())

    def table(depth: int) -> str:
        rows = draw(st.integers(1, 3))
        columns = draw(st.integers(1, 3))
        deeper = depth > 0
        return tbl(
            *(
                tr(*(tc(table(depth - 1), paragraph()) if deeper else tc(paragraph()) for _ in range(columns)))
                for _ in range(rows)
            ),
            columns=columns,
        )

    makers = {
        "p": paragraph,
        "pp": lambda: paragraph() + paragraph(),
        "table": lambda: table(0),
        "nested": lambda: table(1),
        "control": lambda: control(paragraph() + paragraph(), next(numbers)),
        "controlled row": lambda: tbl(
            tr(tc(paragraph())),
            control(tr(tc(paragraph())) + tr(tc(paragraph())), next(numbers)),
            tr(tc(paragraph())),
            columns=1,
        ),
        "marked": marked,
        "box": lambda: (
            f"<w:p><w:r><w:pict><w:txbxContent>{paragraph()}</w:txbxContent></w:pict></w:r>{r(slot())}</w:p>"
        ),
    }
    blocks = [makers[kind]() for kind in shape]
    for index in range(len(texts)):
        texts[index] = draw(WORDS)
    for _ in range(draw(st.integers(1, 3))):
        pair = draw(st.sampled_from(PAIRS)) if draw(st.integers(0, 5)) else (draw(st.sampled_from(TAGS)),)
        for tag, place in zip(pair, sorted(draw(st.integers(0, len(texts) - 1)) for _ in pair), strict=True):
            before = draw(st.booleans()) and tag == pair[0]
            texts[place] = tag + texts[place] if before else texts[place] + tag
    for index, text in enumerate(texts):
        blocks = [block.replace(f"\ue000{index}\ue001", text) for block in blocks]
    return blocks


MARKS = {"bookmarkStart", "bookmarkEnd"}
ALLOWED_IN = {
    "body": {"p", "tbl", "sectPr", "sdt"} | MARKS,
    "tc": {"tcPr", "p", "tbl"} | MARKS,
    "tr": {"tc"},
    "tbl": {"tblPr", "tblGrid", "tr", "sdt"},
    "txbxContent": {"p", "tbl"} | MARKS,
    "p": {"pPr", "r", "sdt", "ins", "hyperlink"} | MARKS,
    "r": {"rPr", "t", "pict", "br", "drawing", "footnoteReference"},
    "t": set[str](),
}


def assert_built_as_word_needs_it(document: bytes) -> None:
    for element in part_of(document).iter():
        name = element.tag.rpartition("}")[2]
        children = [child.tag.rpartition("}")[2] for child in element]
        if name in ALLOWED_IN:
            assert set(children) <= ALLOWED_IN[name], (name, children)
        if name != "t":
            assert not (element.text or "").strip()
        assert not (element.tail or "").strip()
        if name in ("tc", "txbxContent"):
            assert [child for child in children if child not in MARKS][-1:] == ["p"]
        if name == "tr":
            assert "tc" in children


@settings(max_examples=200, deadline=None)
@given(bodies(), st.booleans(), st.lists(st.just("i"), max_size=2))
def test_every_document_is_sound(body: list[str], x: bool, items: list[str]) -> None:
    notes = map(NOTE.format, re.findall(r'footnoteReference w:id="(\d+)"', "".join(body)))
    file = word_file(*body, parts={"word/footnotes.xml": "".join(notes)})
    compiled = compile_word(file)
    assert "template-unreadable" not in [finding.code for finding in compiled.diagnostics]
    if compiled.program is not None:
        document = render_word(file, {"x": x, "l": items, "i": "", "v": "1\a2\f3\n4"})
        assert_built_as_word_needs_it(document)
        assert_follows_word_rules(document)
