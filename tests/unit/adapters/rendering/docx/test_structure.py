"""Whatever tags stand wherever: a template is refused, or all its documents are built as Word needs them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.word_files import compile_word, p, part_of, r, render_word, tbl, tc, tr, word_file

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


@st.composite
def bodies(draw: st.DrawFn) -> list[str]:
    """Draw a document whose texts hold words, and blocks opened in one place and closed in a later one."""
    shape = draw(st.lists(st.sampled_from(("p", "pp", "table", "nested", "box")), min_size=1, max_size=4))
    texts: list[str] = []

    def slot() -> str:
        texts.append("")
        return f"\ue000{len(texts) - 1}\ue001"

    def paragraph() -> str:
        return p(*(r(slot(), draw(st.sampled_from(("", "<w:b/>")))) for _ in range(draw(st.integers(1, 3)))))

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


ALLOWED_IN = {
    "body": {"p", "tbl", "sectPr"},
    "tc": {"tcPr", "p", "tbl"},
    "tr": {"tc"},
    "tbl": {"tblPr", "tblGrid", "tr"},
    "txbxContent": {"p", "tbl"},
    "p": {"pPr", "r"},
    "r": {"rPr", "t", "pict", "br"},
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
            assert children[-1:] == ["p"]
        if name in ("tr", "tbl"):
            assert {"tr": "tc", "tbl": "tr"}[name] in children


@settings(max_examples=300, deadline=None)
@given(bodies(), st.booleans(), st.lists(st.just("i"), max_size=2))
def test_every_document_is_sound(body: list[str], x: bool, items: list[str]) -> None:
    file = word_file(*body)
    compiled = compile_word(file)
    assert "template-unreadable" not in [finding.code for finding in compiled.diagnostics]
    if compiled.program is not None:
        assert_built_as_word_needs_it(render_word(file, {"x": x, "l": items, "v": "1\a2\f3\n4"}))
