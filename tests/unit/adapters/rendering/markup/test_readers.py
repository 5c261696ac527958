"""Markdown and HTML become the same blocks; what is hostile is refused or harmless, and quickly."""

import pytest

from adapters.rendering.markdown.escape import writers_for
from adapters.rendering.markup import Block, Cell, Item, Kind, MarkupError, Paragraph, Run, Table
from adapters.rendering.markup.as_markdown import as_markdown
from adapters.rendering.markup.as_text import as_text
from adapters.rendering.markup.read_html import read_html
from adapters.rendering.markup.read_markdown import read_markdown

MARKDOWN = """\
# Title *x*

A **bold** [link](https://example.com/?a=1&b=2), `code  x`, ~~old~~\\
next

3. three
4. four
   - inner

     more

> quoted
>
> > twice

```python
def f():
    pass
```

| a | b |
|---|--:|
| 1 | *2* |

---
"""
HTML = """
<h1>Title <em>x</em></h1>
<p>A <b>bold</b> <a href="https://example.com/?a=1&amp;b=2">link</a>, <code>code  x</code>, <s>old</s><br>next</p>
<ol start="3"><li>three<li>four<ul><li><p>inner</p><p>more</p></ul></ol>
<blockquote>quoted<blockquote>twice</blockquote></blockquote>
<pre><code>def f():
    pass</code></pre>
<table><thead><tr><th>a<th style="text-align:right">b<tbody><tr><td>1<td style="text-align: right"><i>2</i></table>
<hr>
"""


def spoken(blocks: tuple[Block, ...]) -> list[object]:
    """Tell what blocks are, without what only one of the languages can say."""
    return [
        (block.kind, block.level, [(run.text, run.bold, run.italic, run.url) for run in block.runs], block.item)
        if isinstance(block, Paragraph)
        else [[(spoken(cell.blocks), cell.align, cell.is_head) for cell in row] for row in block.rows]
        for block in blocks
    ]


def test_both_languages_give_the_same_blocks() -> None:
    markdown, html = read_markdown(MARKDOWN), read_html(HTML)
    # White space in code within a line counts in Markdown alone, and code blocks are code in both.
    assert [type(block) for block in markdown] == [type(block) for block in html]
    assert as_text(markdown).replace("code  x", "code x") == as_text(html)
    assert [block.item for block in markdown] == [block.item for block in html]
    assert [block.quotes for block in markdown] == [block.quotes for block in html]


def test_blocks_say_what_they_are() -> None:
    heading, text, three, four, inner, more, quoted, twice, code, table, rule = read_markdown(MARKDOWN)
    assert heading == Paragraph((Run("Title "), Run("x", italic=True)), Kind.HEADING, 1)
    assert isinstance(text, Paragraph)
    assert text.runs[1:4] == (Run("bold", bold=True), Run(" "), Run("link", url="https://example.com/?a=1&b=2"))
    assert text.runs[5:] == (Run("code  x", code=True), Run(", "), Run("old", strike=True), Run("\nnext"))
    assert (three.item, four.item) == (Item(1, 0, ordered=True, start=3, begins=True),) * 2
    assert inner.item == Item(2, 1, ordered=False, begins=True)
    assert more.item == Item(2, 1, ordered=False, begins=False)
    assert (quoted.quotes, twice.quotes) == (1, 2)
    assert code == Paragraph((Run("def f():\n    pass"),), Kind.CODE)
    assert isinstance(table, Table)
    assert (table.heads, table.width) == (1, 2)
    assert table.rows[1][1] == Cell((Paragraph((Run("2", italic=True),)),), align="right")
    assert rule == Paragraph((), Kind.RULE)


def test_blocks_written_as_markdown_read_as_they_were() -> None:
    blocks = read_markdown(MARKDOWN + "\n1. a\n\ntext with * # ` [x] and <b>\n\n- one\n- two\n")
    write = writers_for("\n")[1]
    assert spoken(read_markdown(as_markdown(blocks, write))) == spoken(blocks)


def test_html_is_tolerated_as_it_comes() -> None:
    blocks = read_html("loose <b>bold <i>both</b> end</i><li>item<td>cell</td></p><ul></ul>")
    assert as_text(blocks) == "loose bold both end\n\n- itemcell"
    assert as_text(read_html('<a href="http://[">text</a>')) == "text"
    assert as_text(read_html("a\n   b&nbsp;c &lt;d&gt;")) == "a b\xa0c <d>"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        "<p onclick='alert(1)'></p>",
        "<iframe src='https://example.com'></iframe>",
        "<svg><script>alert(1)</script></svg>",
    ],
)
def test_active_html_leaves_nothing(html: str) -> None:
    assert read_html(html) == ()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x"])
def test_links_that_lead_elsewhere_become_text(address: str) -> None:
    for blocks in (read_html(f'<a href="{address}">text</a>'), read_markdown(f"[text](<{address}>)")):
        assert blocks == (Paragraph((Run("text"),)),)


def test_scripts_are_not_counted_as_html() -> None:
    assert as_text(read_html("<script>" + "if (a<b) c();" * 1_000 + "</script>text")) == "text"


def test_html_in_markdown_is_text() -> None:
    assert as_text(read_markdown("a <b>x</b> <script>y</script>")) == "a <b>x</b> <script>y</script>"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (">" * 1000 + " x", "nest more than 50"),
        ("".join("  " * depth + "- x\n" for depth in range(200)), "nest more than 50"),
        ("[" * 50_000, "brackets"),
        ("[]" * 50_000, "brackets"),
        ("|" * 50_000, "vertical bars"),
        ("".join(f"|{'x|' * 70}\n|{'-|' * 70}\n"), "63 columns"),
    ],
)
def test_markdown_that_takes_too_long_is_refused(text: str, said: str) -> None:
    with pytest.raises(MarkupError, match=said):
        read_markdown(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<div>" * 100_000, "elements"),
        ("<div>" * 20_000, "open at once"),
        ("<div></x>" * 10_000, "open at once"),
        ("".join(f"<i id={number}></x><p>" for number in range(10_000)), "open at once"),
        (
            "<p>" + "".join(f"<i id={number}>" for number in range(20)) + "</p>" + "<p>x</p>" * 5_000,
            "repeated too often",
        ),
        ("<b>" * 400 + "x", "open at once"),
        ("<ul><li>" * 150 + "x", "nest more than 50"),
        ("<table><tr><td>" * 100, "nest more than 50"),
        ("<blockquote>" * 150 + "x", "nest more than 50"),
        ("<table><tr>" + "<td>x" * 70, "63 columns"),
    ],
)
def test_html_that_takes_too_long_is_refused(text: str, said: str) -> None:
    with pytest.raises(MarkupError, match=said):
        read_html(text)


@pytest.mark.parametrize(
    "text", ["*" * 50_000, "a" + "`" * 50_000, "*a " * 10_000, "<" * 40_000, "&" * 40_000, "> a\n" * 5_000]
)
def test_long_markdown_is_read(text: str) -> None:
    assert len(read_markdown(text)) == 1


def test_task_lists_show_their_boxes() -> None:
    texts = [
        "".join(run.text for run in each.runs)
        for each in read_markdown("- [ ] a\n- [x] *b*\n- [X]c\n- x [ ] d\n\n[ ] e")
    ]
    assert texts == ["\u2610 a", "\u2612 b", "[X]c", "x [ ] d", "[ ] e"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("<td rowspan=2>a<td>b<tr><td>c", [["a:1x2", "b:1x1"], [":1x0", "c:1x1"]]),
        ("<td>a<td rowspan=2 colspan=2>b<tr><td>c", [["a:1x1", "b:2x2"], ["c:1x1", ":2x0"]]),
        ("<td rowspan=0>a<td>b<tr><td>c<tr><td>d", [["a:1x3", "b:1x1"], [":1x0", "c:1x1"], [":1x0", "d:1x1"]]),
        ("<td rowspan=9>a", [["a:1x1"]]),
        ("<td rowspan=x>a<td rowspan=-2>b", [["a:1x1", "b:1x1"]]),
        ("<td>a<td rowspan=2>b<tr><td colspan=2>c", [["a:1x1", "b:1x2"], ["c:1x1", ":1x0"]]),
        ("<td>a<td>b<td rowspan=2>c<tr><td>d", [["a:1x1", "b:1x1", "c:1x2"], ["d:1x1", ":1x1", ":1x0"]]),
    ],
)
def test_cells_that_reach_down_take_their_place_in_the_rows_below(rows: str, expected: list[list[str]]) -> None:
    (table,) = read_html(f"<table><tr>{rows}</table>")
    assert isinstance(table, Table)
    assert [
        [
            "".join(run.text for block in cell.blocks for run in block.runs) + f":{cell.columns}x{cell.rows}"
            for cell in row
        ]
        for row in table.rows
    ] == expected


def test_what_a_table_is_called_stands_before_it() -> None:
    title, table, end = read_html("<table><caption>Prices <b>2026</b></caption><tr><td>a</table>b")
    assert isinstance(title, Paragraph)
    assert [run.text for run in title.runs] == ["Prices ", "2026"]
    assert isinstance(table, Table)
    assert [len(row) for row in table.rows] == [1]
    assert isinstance(end, Paragraph)
