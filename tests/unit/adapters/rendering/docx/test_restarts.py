"""Numbered lists that begin anew in every round of a loop: {# @restart #}."""

from typing import Any

import pytest

from tests.word_files import NAMESPACES, W, compile_word, p, part_of, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

RESTART = "{# @restart #}"
GROUPS = {"groups": [{"n": "A", "items": [1, 2]}, {"n": "B", "items": [3]}, {"n": "C", "items": []}]}


def level(number: int, *, start: int = 1, style: str = "") -> str:
    """Write a level of an abstract list."""
    tied = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="decimal"/>{tied}'
        f'<w:lvlText w:val="%{number + 1}."/></w:lvl>'
    )


NUMBERING = (
    f"<w:numbering {NAMESPACES}>"
    f'<w:abstractNum w:abstractNumId="0">{level(0, start=5)}{level(1)}</w:abstractNum>'
    f'<w:abstractNum w:abstractNumId="1">{level(0)}{level(1, style="Step")}</w:abstractNum>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="4"><w:abstractNumId w:val="1"/></w:num>'
    '<w:numIdMacAtCleanup w:val="4"/></w:numbering>'
)
STYLES = (
    f"<w:styles {NAMESPACES}>"
    '<w:style w:type="paragraph" w:styleId="Step"><w:pPr><w:numPr><w:numId w:val="4"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Deep"><w:basedOn w:val="Step"/><w:pPr><w:ind w:left="77"/></w:pPr>'
    "</w:style>"
    "</w:styles>"
)


def li(text: str, ilvl: int = 0, number: int = 3) -> str:
    """Write a paragraph of a list."""
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{ilvl}"/><w:numId w:val="{number}"/></w:numPr>')


def template(*body: str) -> bytes:
    """Build a template with two lists, one of them of styles."""
    return word_file(*body, parts={"word/numbering.xml": NUMBERING, "word/styles.xml": STYLES})


def numbers(document: bytes) -> list[str]:
    """Follow Word's rules for list numbers, and list the number of each numbered paragraph with its text."""
    assert_follows_word_rules(document)
    numbering = part_of(document, "word/numbering.xml")
    nums = {num.get(f"{{{W}}}numId"): num for num in numbering.iter(f"{{{W}}}num")}
    counts: dict[str, dict[int, int]] = {}
    begun: set[tuple[str, int]] = set()
    found = []
    for paragraph in part_of(document).iter(f"{{{W}}}p"):
        numbered = paragraph.find(f"{{{W}}}pPr/{{{W}}}numPr")
        if numbered is None:
            continue
        number, ilvl = (numbered.find(f"{{{W}}}{name}").get(f"{{{W}}}val") for name in ("numId", "ilvl"))
        abstract = nums[number].find(f"{{{W}}}abstractNumId").get(f"{{{W}}}val")
        count = counts.setdefault(abstract, {})
        place = int(ilvl)
        override = nums[number].find(f"{{{W}}}lvlOverride[@{{{W}}}ilvl='{ilvl}']/{{{W}}}startOverride")
        if override is not None and (number, place) not in begun:
            begun.add((number, place))
            count[place] = int(override.get(f"{{{W}}}val"))
        else:
            count[place] = count[place] + 1 if place in count else {"0": {0: 5}}.get(abstract, {}).get(place, 1)
        for deeper in [each for each in count if each > place]:
            del count[deeper]
        found.append(f"{count[place]} {''.join(paragraph.itertext())}")
    return found


def made(*body: str, **data: Any) -> list[str]:
    """Render a template of these blocks, and list its numbered paragraphs."""
    return numbers(render_word(template(*body), data or GROUPS))


OUTER = "{% for g in groups %}", "{% endfor %}"
INNER = "{% for i in g['items'] %}", "{% endfor %}"


def test_without_the_tag_a_list_counts_on() -> None:
    assert made(OUTER[0], INNER[0], li("{{ i }}"), INNER[1], OUTER[1]) == ["5 1", "6 2", "7 3"]


@pytest.mark.parametrize(
    "body",
    [
        (OUTER[0], RESTART, INNER[0], li("{{ i }}"), INNER[1], OUTER[1]),
        (OUTER[0], "{{ g.n }}" + RESTART, INNER[0], li("{{ i }}"), INNER[1], OUTER[1]),
        (OUTER[0], INNER[0], li(RESTART + "{{ i }}"), INNER[1], OUTER[1]),
        (OUTER[0], li(INNER[0]), li("{{ i }}" + RESTART), li(INNER[1]), OUTER[1]),
    ],
)
def test_the_list_begins_anew_in_each_round_of_the_outer_loop(body: tuple[str, ...]) -> None:
    # docxtpl 425: numbering restarts are asked for in vain there.
    assert made(*body) == ["5 1", "6 2", "5 3"]


def test_a_list_of_several_paragraphs_begins_anew_in_each_round() -> None:
    body = (OUTER[0], li("{{ g.n }}" + RESTART), li("x"), OUTER[1], li("behind"))
    assert made(*body) == ["5 A", "6 x", "5 B", "6 x", "5 C", "6 x", "7 behind"]


def test_paragraphs_that_are_numbered_by_their_style() -> None:
    step, deep = '<w:pStyle w:val="Step"/><w:keepNext/>', '<w:pStyle w:val="Deep"/><w:jc w:val="left"/>'
    body = (OUTER[0], p("{{ g.n }}" + RESTART, properties=step), p("x", properties=deep), OUTER[1])
    document = render_word(template(*body), GROUPS)
    assert numbers(document) == ["1 A", "2 x", "1 B", "2 x", "1 C", "2 x"]
    indents = [node.get(f"{{{W}}}left") for node in part_of(document).iter(f"{{{W}}}ind")]
    assert indents == ["77"] * 3


def test_a_lower_level_begins_anew_and_the_upper_one_counts_on() -> None:
    body = (OUTER[0], li("{{ g.n }}"), INNER[0], li(RESTART + "{{ i }}", 1), INNER[1], OUTER[1])
    assert made(*body) == ["5 A", "1 1", "2 2", "6 B", "1 3", "7 C"]


def test_other_lists_count_on() -> None:
    body = (OUTER[0], RESTART, li("a"), li("b", 0, 4), OUTER[1])
    assert made(*body) == ["5 a", "1 b", "5 a", "2 b", "5 a", "3 b"]


def test_lists_in_table_cells_and_headers() -> None:
    row = tr("{%tr for g in groups %}"), tr(tc(p(RESTART), li("{{ g.n }}"), li("x"))), tr("{%tr endfor %}")
    assert made(tbl(*row, columns=1)) == ["5 A", "6 x", "5 B", "6 x", "5 C", "6 x"]
    header = p(OUTER[0]) + li("{{ g.n }}" + RESTART) + li("x") + p(OUTER[1])
    file = word_file(li("x"), parts={"word/numbering.xml": NUMBERING, "word/header1.xml": header})
    document = render_word(file, GROUPS)
    assert_follows_word_rules(document)
    used = [node.get(f"{{{W}}}val") for node in part_of(document, "word/header1.xml").iter(f"{{{W}}}numId")]
    assert used == ["5", "5", "6", "6", "7", "7"]


def test_overrides_of_the_list_are_kept_in_its_copies() -> None:
    own = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>'
    file = word_file(
        OUTER[0], li("{{ g.n }}" + RESTART), li("x"), OUTER[1],
        parts={"word/numbering.xml": NUMBERING.replace("</w:num>", own, 1)},
    )  # fmt: skip
    assert numbers(render_word(file, GROUPS)) == ["9 A", "10 x", "9 B", "10 x", "9 C", "10 x"]


def test_no_round_adds_no_list() -> None:
    document = render_word(template(OUTER[0], RESTART, li("x"), li("y"), OUTER[1], "end"), {"groups": []})
    assert len(list(part_of(document, "word/numbering.xml").iter(f"{{{W}}}num"))) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ((OUTER[0], RESTART, "text", OUTER[1], li("x")), "restart-without-list"),
        (("text" + RESTART,), "restart-without-list"),
        ((RESTART, li("x")), "restart-without-loop"),
        ((OUTER[0], li("{{ g.n }}" + RESTART), OUTER[1]), "restart-without-loop"),
        ((OUTER[0], li(RESTART + "x", number=0), OUTER[1]), "restart-without-list"),
    ],
)
def test_the_tag_is_warned_of_where_it_does_nothing(body: tuple[str, ...], code: str) -> None:
    found = [finding for finding in compile_word(template(*body)).diagnostics if finding.code.startswith("restart")]
    assert [finding.code for finding in found] == [code]
    assert found[0].severity == "warning"
    assert found[0].location is not None
    render_word(template(*body), GROUPS)
