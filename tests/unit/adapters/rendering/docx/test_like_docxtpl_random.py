"""Whatever a template is composed of, as python-docx-template's documentation has it, both engines make the same of it.

Templates are drawn from a grammar, and Word's cuts into runs at random. The grammar leaves out where the two differ on
purpose (see test_like_docxtpl.py): every paragraph holds more than tags.
"""

from html import escape
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docxtpl_oracle import oracle_file, outlines
from tests.word_files import p, r, tc, tr

DATA: Final[dict[str, Any]] = {
    "x": True,
    "no": False,
    "n": 3,
    "name": "Ada",
    "spaces": "  a  ",
    "listing": "one\ntwo\ttab\athree\ffour",
    "items": [{"n": "a", "c": "FF0000"}, {"n": "b", "c": "00FF00"}],
    "groups": [{"n": "G", "of": [{"n": "c"}, {"n": "d"}]}, {"n": "H", "of": []}],
    "cols": ["c1", "c2", "c3"],
    "rich": {"$richtext": ["plain ", {"text": "bold\nline", "bold": True, "color": "C00000"}]},
}
LOOPS: Final = {"i": "items", "g": "groups", "c": "cols"}
CONDITIONS: Final = st.sampled_from(("x", "no", "n > 2", "not no", "n < 2 or no"))
FORMATS: Final = st.sampled_from(("", "", "<w:b/>", "<w:i/>"))
BETWEEN_RUNS: Final = ("", '<w:proofErr w:type="spellStart"/>', '<w:bookmarkStart w:id="1" w:name="q"/>')
WIDTH: Final = '<w:tcW w:w="100" w:type="dxa"/>'
VALUES: Final = (
    "{{ name }}", "{{n}}", "{{ spaces }}", "{{ listing }}", "{{ name|upper }}", '{{ cols|join(", ") }}', "{{ n * 2 }}",
    '{{ "a" if x else "b" }}', '{{ nothing|default("d") }}', "{{ name|e }}",
)  # fmt: skip


def value(draw: st.DrawFn, variable: str) -> str:
    """Draw a tag that prints a value, often the variable of the loop around it."""
    own = {"": VALUES, "c": ("{{ c }}", "{{ loop.index }}")}.get(variable, (f"{{{{ {variable}.n }}}}",))
    return draw(st.sampled_from(VALUES) | st.sampled_from(own))


def words(draw: st.DrawFn, variable: str, depth: int = 0) -> str:
    """Draw a piece of a paragraph's text."""
    kind = draw(st.integers(0, 6 if depth < 2 else 3))
    if kind < 2:
        return draw(st.sampled_from(("alpha", "beta ", " é&", "100 % ", "a < b")))
    if kind == 4:
        inner, other = (words(draw, variable, depth + 1) for _ in range(2))
        middle = draw(st.sampled_from(("", "{% else %}" + other)))
        return f"{{% if {draw(CONDITIONS)} %}}{inner}{middle}{{% endif %}}"
    if kind == 5:
        return f"{{% for c in cols %}}{words(draw, 'c', depth + 1)}{{% endfor %}}"
    return value(draw, variable) if kind < 4 else "{# a note #}"


def cut(draw: st.DrawFn, text: str, properties: str = "") -> str:
    """Write a text as Word may: in several runs, with marks between them."""
    places = sorted(draw(st.sets(st.integers(1, len(text) - 1), max_size=3)))
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    return draw(st.sampled_from(BETWEEN_RUNS)).join(r(escape(piece, quote=False), properties) for piece in pieces)


def paragraph(draw: st.DrawFn, variable: str) -> str:
    """Draw a paragraph of text, with its formatting."""
    runs = [cut(draw, "t" + words(draw, variable), draw(FORMATS)) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.integers(0, 4)) == 0:
        runs.append(r(f"a{{{{r rich }}}}{value(draw, variable)}", draw(FORMATS)))
    if draw(st.integers(0, 4)) == 0:
        runs += [r(f"{{%r if {draw(CONDITIONS).replace('<', '&lt;')} %}}"), r("in", draw(FORMATS)), r("{%r endif %}")]
    return p(*runs, properties=draw(st.sampled_from(("", '<w:jc w:val="center"/>'))))


def control(draw: st.DrawFn, tag: str) -> str:
    """Write a control tag in a paragraph of its own."""
    return p(cut(draw, draw(st.sampled_from(("", " "))) + tag))


def blocks(draw: st.DrawFn, variable: str = "", depth: int = 0) -> str:
    """Draw paragraphs, and what {%p %} and {%- -%} do with them, and tables."""
    kind = draw(st.integers(0, 6 if depth < 2 else 1))
    if kind < 2:
        return paragraph(draw, variable)
    if kind == 2:
        made = control(draw, f"{{%p if {draw(CONDITIONS)} %}}") + blocks(draw, variable, depth + 1)
        if draw(st.booleans()):
            made += control(draw, "{%p else %}") + blocks(draw, variable, depth + 1)
        return made + control(draw, "{%p endif %}")
    if kind == 3:
        new = draw(st.sampled_from(list(LOOPS)))
        inner = blocks(draw, new, depth + 1)
        return control(draw, f"{{%p for {new} in {LOOPS[new]} %}}") + inner + control(draw, "{%p endfor %}")
    if kind == 4:
        return merge(draw)
    if kind == 5:
        return table(draw, variable, depth + 1) + p("behind")
    return paragraph(draw, variable) + control(draw, "{#p a note #}")


def merge(draw: st.DrawFn) -> str:
    """Draw paragraphs that become one."""
    tags = [p(cut(draw, tag)) for tag in (f"{{%- if {draw(CONDITIONS)} -%}}", "{%- else -%}", "{%- endif -%}")]
    texts = map(p, (" in town", " in the country", " {{ name }}"))
    return p("My house") + "".join(tag + text for tag, text in zip(tags, texts, strict=True))


def cell(draw: st.DrawFn, variable: str, depth: int) -> str:
    """Draw a cell; each may have a colour."""
    if draw(st.integers(0, 5)) == 0:
        tag = draw(st.sampled_from(("{% cellbg 'ABCDEF' %}", "{% colspan n %}")))
        return tc(p(cut(draw, tag + value(draw, variable) + " t")), properties=WIDTH)
    return tc(blocks(draw, variable, depth + 1) + p("end"), properties=WIDTH)


def row(draw: st.DrawFn, variable: str, columns: int, depth: int) -> str:
    """Draw a row, of cells or of a loop over cells."""
    if draw(st.integers(0, 4)):
        return tr(*(cell(draw, variable, depth) for _ in range(columns)))
    inner = draw(st.sampled_from(("{% hm %}", "{% cellbg 'ABCDEF' %}", ""))) + value(draw, "c") + " t"
    tags = ("{%tc for c in cols %}", inner, "{%tc endfor %}")
    return tr(*(tc(p(cut(draw, tag)), properties=WIDTH) for tag in tags))


def table(draw: st.DrawFn, variable: str, depth: int) -> str:
    """Draw a table with rows that are repeated, left out, or merged."""
    columns = draw(st.integers(1, 3))

    def tagged(tag: str) -> str:
        return tr(tc(p(cut(draw, f"{{%tr {tag} %}}")), properties=WIDTH), *[tc(p(), properties=WIDTH)] * (columns - 1))

    rows = [row(draw, variable, columns, depth)]
    kind = draw(st.integers(0, 3))
    if kind == 0:
        rows += [tagged(f"if {draw(CONDITIONS)}"), row(draw, variable, columns, depth), tagged("endif")]
    elif kind == 1:
        merged = tc(p(cut(draw, "{% vm %}" + value(draw, "i"))), properties=WIDTH)
        cells = [cell(draw, "i", depth) for _ in range(columns - 1)]
        rows += [tagged("for i in items"), tr(merged, *cells), tagged("endfor")]
    elif kind == 2:
        inner = [tagged("for i in g.of"), row(draw, "i", columns, depth), tagged("endfor")]
        rows += [tagged("for g in groups"), row(draw, "g", columns, depth), *inner, tagged("endfor")]
    grid = '<w:gridCol w:w="100"/>' * columns
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Draw a document's text."""
    return "".join(blocks(draw) for _ in range(draw(st.integers(1, 3)))) + p("end")


@settings(max_examples=150, deadline=None)
@given(bodies())
def test_the_document_is_the_same(body: str) -> None:
    ours, theirs = outlines(oracle_file(body), DATA)
    assert ours == theirs
