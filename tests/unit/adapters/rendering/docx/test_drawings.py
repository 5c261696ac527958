"""Tags in charts and diagrams: titles, labels, names of series and categories, boxes."""

import io
import zipfile

import pytest

from domain.diagnostics import Location, Part
from tests.word_files import compile_word, errors_of, part_of, render_word, word_file
from tests.word_rules import assert_follows_word_rules

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
CX = "http://schemas.microsoft.com/office/drawing/2014/chartex"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
SPACES = f'xmlns:c="{C}" xmlns:cx="{CX}" xmlns:dgm="{DGM}" xmlns:dsp="d" xmlns:a="{A}"'
CHART = "word/charts/chart1.xml"


def run(text: str, properties: str = "") -> str:
    """Write a run of DrawingML."""
    return f"<a:r><a:rPr{properties}/><a:t>{text}</a:t></a:r>"


def title(*runs: str) -> str:
    """Write the paragraph of a title."""
    return f"<a:p><a:pPr><a:defRPr/></a:pPr>{''.join(runs)}<a:endParaRPr/></a:p>"


def chart(*paragraphs: str, cached: str = "") -> str:
    """Write a chart with a title of these paragraphs and the name of a series."""
    name = f"<c:tx><c:strRef><c:f>A</c:f><c:strCache><c:pt><c:v>{cached}</c:v></c:pt></c:strCache></c:strRef></c:tx>"
    text = f"<c:title><c:tx><c:rich>{''.join(paragraphs)}</c:rich></c:tx></c:title>"
    return f"<c:chartSpace {SPACES}><c:chart>{text}<c:ser>{name}</c:ser></c:chart></c:chartSpace>"


def rendered(part: str, name: str = CHART, **data: object) -> list[str]:
    """Render a template with this part, and list its texts: those of paragraphs, then those of cells."""
    document = render_word(word_file("x", parts={name: part}), data)
    assert_follows_word_rules(document)
    root = part_of(document, name)
    texts = ["".join(each.text or "" for each in p.iter(f"{{{A}}}t")) for p in root.iter(f"{{{A}}}p")]
    return texts + [each.text or "" for each in root.iter(f"{{{C}}}v", f"{{{CX}}}v", f"{{{CX}}}pt")]


def test_titles_and_cached_texts_are_filled_in() -> None:
    part = chart(title(run("Sales {{ year }}")), title(run("in {{ town }}")), cached="{{ series }}")
    assert rendered(part, year=2026, town="A & <B>\nC", series="<x>") == ["Sales 2026", "in A & <B> C", "<x>"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_tag_works_however_it_is_cut_into_runs(cut: int) -> None:
    tag = "a{{ year }}b"
    assert rendered(chart(title(run(tag[:cut]), run(tag[cut:], ' b="1"'))), year=1) == ["a1b", ""]


@pytest.mark.parametrize(
    "runs",
    [
        (run("{% for i in v %}{{ i }}, {% endfor %}."),),
        (run("{% for i in v %}"), run("{{ i }}", ' b="1"'), run(", {% endfor %}.")),
        (run("{% for"), run(" i in v %}{{ i"), run(" }}"), run(", ", ' i="1"'), run("{% endfor %}"), run(".")),
    ],
)
def test_blocks_work_within_a_paragraph(runs: tuple[str, ...]) -> None:
    assert rendered(chart(title(*runs)), v=[1, 2]) == ["1, 2, .", ""]
    assert rendered(chart(title(*runs)), v=[]) == [".", ""]


def test_runs_keep_their_formatting() -> None:
    part = chart(title(run("{% if x %}"), run("bold", ' b="1"'), run("{% else %}no{% endif %}")))
    document = render_word(word_file("x", parts={CHART: part}), {"x": True})
    found = [(each[0].get("b"), each[1].text) for each in part_of(document, CHART).iter(f"{{{A}}}r")]
    assert ("1", "bold") in found
    assert all(len(each) == 2 for each in part_of(document, CHART).iter(f"{{{A}}}r"))


def test_the_place_is_the_chart() -> None:
    file = word_file(
        "x", parts={CHART: chart(), "word/charts/chart2.xml": chart(title(run("{{ a }}")), cached="{{ b }}")}
    )
    places = {each.path: each.occurrences[0].location for each in compile_word(file).placeholders}
    assert places == {"a": Location(Part.CHART, 2, paragraph=1), "b": Location(Part.CHART, 2)}


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (chart(title(run("{% if x %}")), title(run("{% endif %}"))), "crossing-block"),
        (chart(cached="{% if x %}"), "crossing-block"),
        (chart(title(run("{{ x"))), "unclosed-tag"),
        (chart(title(run("{{ x | nofilter }}"))), "unknown-filter"),
        (chart(title(run("x", ' lang="{{ x }}"'))), "tag-in-attribute"),
        (chart(title(run("{% set x %}"), run("a"), run("{% endset %}"))), "captured-structure"),
    ],
)
def test_what_cannot_work_is_said(part: str, code: str) -> None:
    assert code in errors_of(word_file("x", parts={CHART: part}))


TEXT = title(run("{{ v }}"))
OTHERS = {
    "word/charts/chartEx1.xml": f"<cx:chartSpace {SPACES}><cx:pt>{{{{ v }}}}</cx:pt></cx:chartSpace>",
    "word/drawings/drawing1.xml": f"<c:userShapes {SPACES}>{TEXT}</c:userShapes>",
    "word/diagrams/data1.xml": f"<dgm:dataModel {SPACES}><dgm:t>{TEXT}</dgm:t></dgm:dataModel>",
    "word/diagrams/drawing1.xml": f"<dsp:drawing {SPACES}>{TEXT}</dsp:drawing>",
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_drawings(name: str) -> None:
    assert rendered(OTHERS[name], name, v="text") == ["text"]


def test_a_chart_without_tags_stays_as_it_is() -> None:
    part = chart(title(run("Sales {plain}")))
    with zipfile.ZipFile(io.BytesIO(render_word(word_file("{{ v }}", parts={CHART: part}), {"v": 1}))) as document:
        assert document.read(CHART).decode() == part
