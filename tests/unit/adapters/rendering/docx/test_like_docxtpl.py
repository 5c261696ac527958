"""What a template of python-docx-template becomes is what that engine makes of it: texts, paragraphs, runs, parts."""

import json
import re
from typing import Any, Final

import pytest

from adapters.rendering.engine import render_template
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.docxtpl_oracle import by_docxtpl, oracle_file, outline, outlines, variables_by_docxtpl
from tests.word_files import compile_word, p, r, render_word, tbl, tc, tr

BOLD, ITALIC = "<w:b/>", "<w:i/>"
ITEMS: Final = [
    {"n": "a", "q": 1, "ok": True, "tags": ["x", "y"]},
    {"n": "b", "q": 2, "ok": False, "tags": []},
    {"n": "c", "q": 3, "ok": True, "tags": ["z"]},
]
RICH: Final = {
    "$richtext": ["plain ", {"text": "bold", "bold": True}, {"text": "red\nline", "color": "C00000", "italic": True}]
}
DATA: Final[dict[str, Any]] = {
    "x": True,
    "no": False,
    "n": 3,
    "name": "Ada",
    "signs": "<&>",
    "spaces": "  a  ",
    "gap": "          ",
    "tabs": "\t\t\t",
    "rich_gap": {"$richtext": ["          "]},
    "rich_tabs": {"$richtext": ["\t\t\t"]},
    "bell": "\x01!",
    "listing": "one\ntwo\ttab\athree\ffour",
    "items": ITEMS,
    "groups": [{"g": "G1", "of": ITEMS[:2]}, {"g": "G2", "of": ITEMS[2:]}],
    "cols": ["c1", "c2", "c3"],
    "empty": [],
    "nothing_here": "",
    "pairs": {"a": "1", "b": "2"},
    "tree": [{"n": "1", "of": [{"n": "2", "of": []}]}, {"n": "3", "of": []}],
    "rich": RICH,
    "runs": {
        "$richtext": [
            *({"text": f"{kind} ", "underline": kind} for kind in ("single", "double", "thick", "dotted")),
            *({"text": f"{kind} ", "underline": kind} for kind in ("dash", "dotDash", "dotDotDash", "wave")),
            {"text": "u", "underline": True},
            {"text": "link", "url": "https://example.com/?a=1&b=2"},
            {"text": "s", "strike": True},
            {"text": "f", "font": "Arial", "size": 10},
            {"text": "st", "style": "Strong"},
            {"text": "sup", "vertical_align": "superscript"},
            {"text": "sub", "vertical_align": "subscript"},
        ]
    },
    "eastern": {"$richtext": [{"text": "测试 test", "font": "eastAsia:微软雅黑"}]},
    "rich_breaks": {"$richtext": ["one\ttwo\athree", {"text": "x\ny\fz", "bold": True}]},
}
CENTRED: Final = '<w:jc w:val="center"/>'
LIST_ITEM: Final = '<w:pStyle w:val="L"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
BREAK: Final = "</w:t><w:br/><w:t>"
SHAPE: Final = (
    '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><w:txbxContent>{0}</w:txbxContent></w:drawing>'
    "</mc:Choice><mc:Fallback><w:pict><w:txbxContent>{0}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent>"
    "</w:r></w:p>"
)

VALUES: Final = {
    "variables": ["Dear {{ name }}, {{ signs }} {{ spaces }}."],
    "escaping asked for": ["{{ signs|e }} {{ signs }}"],
    "newline, tab, new paragraph, page break": [p(r("A {{ listing }} z", BOLD), properties=CENTRED)],
    "such values in a loop": ["{%p for c in cols %}", "{{ c }}: {{ listing }}", "{%p endfor %}"],
    "such values in a cell": [tbl(tr(tc("{{ listing }}"), "x")), "z"],
    "spaces at the ends of texts": [
        p("<w:r><w:t>The {{name}} for </w:t></w:r><w:r><w:t>spicy</w:t></w:r><w:r><w:t> </w:t></w:r>", "{{name}}.")
    ],
    "spaces and tabs alone": ["{{ gap }} x", "{{ tabs }} x", "x{{ gap }}", "{{ tabs }}", p("{{ gap }}", "{{ tabs }}")],
    "literal spaces": ["{{'      '}} spaces"],
    "tabs within a literal": [p("<w:r><w:t>{{'</w:t><w:tab/><w:tab/><w:t>'}} tabs</w:t></w:r>")],
    "a line break within a tag": [p("<w:r><w:t>{{ name</w:t><w:br/><w:t> }} x</w:t></w:r>")],
    "tabs beside tags": [p("<w:r><w:tab/><w:t>{{ name }}</w:t><w:tab/><w:t>x</w:t></w:r>")],
    "signs of XML in tags": [p("{% if n &lt; 5 and n &gt; 1 %}yes{% endif %}")],
    "forbidden characters": ["a{{ bell }}b"],
    "curly quotes": [p("{{ nothing | default(\u201ca\u201d) }} {% if name == \u2018Ada\u2019 %}yes{% endif %}")],
    "escaped braces": ["{_{ name }_} {_% if %_} {_{{ name }}_} {_{ x }_} and {{ name }}"],
    "escaped braces, each for itself": ["{_{", "a }_} b", "{_%", "a %_} b", "{a_{ {_ x"],
    "a shape, modern and fallback copy": [SHAPE.format(p("{{ name }}"))],
    "a hyperlink": [p('<w:hyperlink w:anchor="x"><w:r><w:t>{{ name }}</w:t></w:r></w:hyperlink>')],
    "a content control": [f"<w:sdt><w:sdtPr/><w:sdtContent>{p('{{ name }}')}</w:sdtContent></w:sdt>", "z"],
}
PARAGRAPHS: Final = {
    "if and else": [
        *("a", "{%p if x %}", "b {{ name }}", "{%p endif %}"),
        *("{%p if no %}", "c", "{%p else %}", "d", "{%p endif %}", "e"),
    ],
    "for": ["{%p for i in items %}", "{{ i.n }}", p(r("{{ i.q }}", BOLD)), "{%p endfor %}", "e"],
    "for in for": [
        *("{%p for g in groups %}", "{{ g.g }}", "{%p for i in g.of %}", "- {{ i.n }}", "{%p endfor %}"),
        *("{%p endfor %}", "z"),
    ],
    "list items": ["{%p for c in cols %}", p(r("{{ c }}"), properties=LIST_ITEM), "{%p endfor %}"],
    "properties of the tags' paragraphs": [p("{%p if x %}", properties=CENTRED), "in", p("{%p endif %}")],
    "tables": ["{%p for g in groups %}", tbl(tr("{{ g.g }}", "x")), "sep", "{%p endfor %}", "z"],
    "a table left out": ["a", "{%p if no %}", tbl(tr("a", "x")), "{%p endif %}", "z"],
    "the end of a section": ["{%p if x %}", "a", p(properties="<w:sectPr/>"), "{%p endif %}", "b"],
    "blocks within a paragraph": ["A {% if x %}yes{% else %}no{% endif %} {% for c in cols %}{{ c }},{% endfor %} z"],
    "comments": ["a{# c #}b", "{#p whole #}", "a {# many words {{ name }} #} b", "z"],
    "a set tag": ["{%p set y = 5 %}", "{{ y }}"],
    "a value that is nothing": ["a", "{{p nothing_here }}", "z"],
    "breaks and tabs beside tags": [
        *(p("{%p if x %}", "<w:r><w:br/></w:r>"), "a", p("<w:r><w:tab/></w:r>", "{%p endif %}"), "z"),
    ],
}
RUNS: Final = {
    "a block over runs": [p(r("A {% if x %}y"), r("es", BOLD), r("{% endif %} z"))],
    "if and else over runs": [p("{% if x %}", r("bold", BOLD), "{% else %}", r("italic", ITALIC), "{% endif %}")],
    "for over runs": [p("{% for i in items %}", r("{{ i.n }}", BOLD), "={{ i.q }} ", "{% endfor %}")],
    "r if": [p("a ", r("{%r if x %}", BOLD), r("bold", BOLD), "{%r endif %}", " z")],
    "r for": [p("{%r for i in items %}", r("{{ i.n }}", BOLD), "{%r endfor %}", " z")],
    "r tags end the formatting of their run": [p(r("a {%r if x %}mid{%r endif %} z", BOLD))],
    "rich text": [p("a ", "{{r rich }}", " z")],
    "rich text ends the formatting of its run": [p(r("a {{r rich }} z", BOLD))],
    "rich text in every shape": [p("{{r runs }}")],
    "rich text in a font for one script": [p("{{r eastern }}")],
    "rich text with breaks": [p("{{r rich_breaks }}", properties=CENTRED)],
    "rich text in a loop": ["{%p for i in items %}", p("{{r rich }}"), "{%p endfor %}"],
    "rich text in a condition": [p("{% if x %}", "{{r rich }}", "{% endif %} end")],
    "rich text between r tags": [p("{%r if x %}", "{{r rich }}", "{%r endif %}", " end")],
    "rich text of spaces and tabs": ["{{r rich_gap }} x", "{{r rich_tabs}} x", p("a", r("{{r rich_gap}}", BOLD), "b")],
    "rich text beside text": ["{{r rich}} after"],
}
MERGES: Final = {
    "if and else": [
        *("My house is located", "{%- if x -%}", " in urban area", "{%- else -%}", " in countryside"),
        *("{%- endif -%}", " and I love it."),
    ],
    "elif": ["A", "{%- if no -%}", " 1", "{%- elif x -%}", " 2", "{%- else -%}", " 3", "{%- endif -%}", " z"],
    "a loop": ["List:", "{%- for c in cols -%}", " {{ c }}", "{%- endfor -%}", " end"],
    "several in a row": ["Hello", "{%- if x -%}{%- if x -%}", " {{ name }}", "{%- endif -%}{%- endif -%}", "!"],
    "line breaks": [
        p(f"A{BREAK}{{%- if x -%}}{BREAK} b{BREAK}{{%- else -%}}{BREAK} c{BREAK}{{%- endif -%}}{BREAK} and"),
    ],
    "spaces beside the tags": ["My house ", " {%- if x -%} ", " town ", "{%- endif -%}", " z"],
    "empty paragraphs": ["My house", "<w:p/>", "{%- if x -%}", "<w:p/>", " town", "{%- endif -%}", "<w:p/>", " z"],
    "nothing to merge": [p("something before", r("{% if True -%}{% endif %}"), " and something after")],
    "to the left": ["a", "{%- if x %} b{% endif %}", "c"],
    "to the right": ["a", "{% if x -%}", "b", "{% endif -%}", "c"],
    "values": ["a {{- name -}} b"],
    "in a cell": [tbl(tr(tc("My house", "{%- if x -%}", " town", "{%- endif -%}", " z"), "y")), "z"],
    "nothing before": ["{%- if x -%}", "a", "{%- endif -%}", "z"],
}
JINJA: Final = {
    "set, conditions, items": [
        "{% set y = 3 %}{{ y }} {{ 'a' if x else 'b' }} {{ cols[0] }} {{ cols[-1] }} {{ cols[1:]|join }}",
        "{% if n > 2 and not no %}big{% elif n == 1 %}one{% else %}small{% endif %}",
    ],
    "macro and call": [
        "{% macro m(a, b='d') %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m('b', 'c') }}",
        "{% macro q(a) %}[{{ a }}|{{ caller() }}]{% endmacro %}{% call q(1) %}inner{% endcall %}",
    ],
    "a set block": ["{% set y %}hello {{ name }}{% endset %}{{ y }}!"],
    "a recursive loop": [
        "{% for t in tree recursive %}{{ t.n }}{% if t.of %}({{ loop(t.of) }}){% endif %}{% endfor %}"
    ],
    "loop variables": [
        "{% for c in cols %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "{% for c in cols %}{{ loop.cycle('o', 'e') }}{{ loop.index0 }}{{ loop.revindex }}{% endfor %}",
    ],
    "namespace": [
        "{% set ns = namespace(t=0) %}{% for i in items %}{% set ns.t = ns.t + i.q %}{% endfor %}{{ ns.t }}",
    ],
    "else of a loop": ["{% for c in empty %}x{% else %}none{% endfor %}"],
    "with": ["{% with a = 5 %}{{ a }}{% endwith %}"],
    "raw": ["a {% raw %}{{ x }} {% if %}{% endraw %} b"],
    "objects": ["{% for k, v in pairs.items() %}{{ k }}={{ v }};{% endfor %}{{ pairs.a }}{{ pairs['b'] }}"],
    "filters": [
        "{{ name|upper }} {{ cols|join('-') }} {{ nothing|default('d') }} {{ cols|length }}",
        "{{ name|replace('A', 'B') }}",
        "{{ '%s-%s'|format('a', 'b') }} {{ cols|first }} {{ n|string }} {{ 'x y'|title }} {{ spaces|trim }}",
        "{{ items|map(attribute='n')|join('+') }} {{ items|selectattr('ok')|list|length }}",
        "{{ items|sum(attribute='q') }} {{ items|map(attribute='q')|max }}",
    ],
    "tests": ["{% if nope is defined %}d{% else %}u{% endif %}{% if n is odd %}o{% endif %}{{ 'in' if 'c1' in cols }}"],
}
_CORE: Final = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T {{ name }}</dc:title><dc:subject>S {{ name }}</dc:subject>'
    "<dc:creator>{{ name }}</dc:creator><dc:description>{{ name }}</dc:description></cp:coreProperties>"
)
PARTS: Final = {
    "word/header1.xml": p("H {{ name }}") + p("{%p if x %}") + p("in") + p("{%p endif %}"),
    "word/header2.xml": tbl(tr("{%tr for c in cols %}", ""), tr("{{ c }}", "x"), tr("{%tr endfor %}", "")) + p("z"),
    "word/footer1.xml": p("F {{ signs }} 헤더 ü"),
    "word/footer2.xml": p("{% for c in cols %}{{ c }}{% endfor %}"),
    "word/footnotes.xml": f'<w:footnote w:id="1">{p("N {{ name }}")}</w:footnote>',
    "docProps/core.xml": _CORE,
}

CASES: Final = {
    f"{title}: {name}": blocks
    for title, cases in (
        ("values", VALUES),
        ("paragraphs", PARAGRAPHS),
        ("runs", RUNS),
        ("merges", MERGES),
        ("jinja", JINJA),
    )
    for name, blocks in cases.items()
}


@pytest.mark.parametrize("blocks", CASES.values(), ids=CASES.keys())
def test_the_document_is_the_same(blocks: list[str]) -> None:
    ours, theirs = outlines(oracle_file(*blocks), DATA)
    assert ours == theirs


def test_every_part_is_the_same() -> None:
    ours, theirs = outlines(oracle_file("b", parts=PARTS), DATA)
    assert ours == theirs


def test_what_needs_no_escaping_is_the_same_without_autoescape() -> None:
    for name, blocks in CASES.items():
        if "signs" not in "".join(blocks):
            ours, theirs = outlines(oracle_file(*blocks), DATA, autoescape=False)
            assert ours == theirs, name


def test_paragraphs_of_rich_text_are_the_same() -> None:
    file = oracle_file("a", "{{p rich }}", tbl(tr(tc("b", "{{p runs }}", "c"), "x")), "z")
    theirs = outline(by_docxtpl(file, DATA, paragraphs=("rich", "runs")))
    ours = outline(render_word(file, DATA))
    assert ours == theirs[-len(ours) :]


@pytest.mark.parametrize("blocks", CASES.values(), ids=CASES.keys())
def test_the_names_that_it_needs_are_the_same(blocks: list[str]) -> None:
    file = oracle_file(*blocks, parts={"word/header1.xml": p("{{ of_a_header }}")})
    paths = [placeholder.path for placeholder in compile_word(file).placeholders]
    assert {re.split(r"[.\[]", path)[0] for path in paths} == variables_by_docxtpl(file)


def test_a_template_makes_many_documents() -> None:
    file = oracle_file("{{ name }}: {% for c in cols %}{{ c }}{% endfor %}")
    compiled = compile_word(file)
    for name in ("Ada", "Bo", "Ada"):
        data = {"name": name, "cols": [name]}
        ours = render_template(compiled, json.dumps(data).encode(), render_options(output=OutputFormat.DOCX)).content
        assert outline(ours) == outline(by_docxtpl(file, data))[-len(outline(ours)) :]


# Where we differ on purpose: the template, what we make of it, and why.
DIFFERENCES: Final[dict[str, tuple[list[str], list[str]]]] = {
    "text beside {%p %} stays as its own paragraph; theirs is lost": (
        ["before {%p if x %} after", "b", "{%p endif %}"],
        ["P 'before '", "P ' after'", "P 'b'"],
    ),
    "text before {%- stays; theirs is lost": (
        ["a", "b {%- if x -%}", "c", "{%- endif -%}", "z"],
        ["P 'a'", "P 'bcz'"],
    ),
    "a plain value may stand in {{r }} and in {{p }}; theirs is lost": (
        [p("a ", "{{r name }}", " z"), "{{p name }}"],
        ["P 'a Ada z'", "P 'Ada'"],
    ),
    "a comment and a plain control tag alone in a paragraph leave no empty one": (
        ["a", "{# alone #}", "{% if x %}", "b", "{% endif %}"],
        ["P 'a'", "P 'b'"],
    ),
    "% and } within {%p %} work; theirs is a syntax error": (
        ["{%p set d = {'a': 1} %}", "{{ d.a }}", "{%p if 7 % 4 == 3 %}", "yes", "{%p endif %}"],
        ["P '1'", "P 'yes'"],
    ),
    "text behind a tag that Word cut keeps its formatting; theirs takes that of the tag": (
        [p(r("{{ na", BOLD), r("me }} tail", ITALIC))],
        ["P '<b>Ada</><i> tail</>'"],
    ),
    "merged paragraphs keep their formatting; theirs take that of the first": (
        [p(r("My house", BOLD)), "{%- if x -%}", p(r(" town", ITALIC)), "{%- endif -%}", " z"],
        ["P '<b>My house</><i> town</> z'"],
    ),
    "an escaped brace may be cut into runs; theirs stays as it is written": (
        [p(*"{_{", " x ", *"}_}")],
        ["P '{{ x }}'"],
    ),
    "curly quotes within a literal are text; theirs become straight ones": (
        [p('{{ "it\u2019s" }}')],
        ["P 'it\u2019s'"],
    ),
    "null prints nothing; theirs prints None": (["[{{ nil }}]"], ["P '[]'"]),
    "true and false print as in JSON; theirs as in Python": (["{{ x }} {{ no }}"], ["P 'true false'"]),
    "numbers are exact; theirs are floating point": (["{{ 0.1 + 0.2 }} {{ 7 / 2 }}"], ["P '0.3 3.5'"]),
    "& within a literal is one; theirs is escaped twice": (["{{ 'a &amp; b' }}"], ["P 'a & b'"]),
    "a raw block may span paragraphs, and its tags leave none": (
        ["a", "{% raw %}", "{{ x }}", "{% endraw %}", "z"],
        ["P 'a'", "P '{{ x }}'", "P 'z'"],
    ),
}


@pytest.mark.parametrize(("blocks", "wanted"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_difference_on_purpose(blocks: list[str], wanted: list[str]) -> None:
    file, data = oracle_file(*blocks), {**DATA, "nil": None}
    assert outline(render_word(file, data)) == ["== word/document.xml", *wanted]
    try:
        theirs = outline(by_docxtpl(file, data))
    except Exception as error:  # noqa: BLE001  # theirs may be any: jinja2's, lxml's, Python's
        theirs = [type(error).__name__]
    assert theirs[-len(wanted) :] != wanted, "this is no difference any more"


def test_values_are_escaped_without_being_asked() -> None:
    """Theirs loses what looks like XML in a value, unless escaping is switched on."""
    file = oracle_file("a {{ signs }} b")
    assert outline(render_word(file, DATA)) == ["== word/document.xml", "P 'a <&> b'"]
    assert "<&>" not in "".join(outline(by_docxtpl(file, DATA, autoescape=False)))
