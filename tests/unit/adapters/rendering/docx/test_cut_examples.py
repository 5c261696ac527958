"""Every tag of every example, cut at every position in every way that Word cuts text: the document is the same."""

import json
import re
import zipfile
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.docxtpl_oracle import outline
from tests.word_files import W, compile_word, render_word, zip_of

EXAMPLES: Final = sorted((Path(__file__).parents[5] / "examples").glob("*.docx"))
_T, _R, _RPR = (f"{{{W}}}{name}" for name in ("t", "r", "rPr"))
_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"

# What Word puts between two runs, and what it puts a run into.
_BETWEEN: Final = (
    "",
    "<w:proofErr w:type='spellStart'/>",
    "<w:bookmarkStart w:id='901' w:name='_x{0}'/><w:bookmarkEnd w:id='901'/>",
    "<w:del w:id='902' w:author='x'><w:r><w:delText>{{{{ old }}}}</w:delText></w:r></w:del>",
    "<w:r><w:lastRenderedPageBreak/></w:r>",
)
_AROUND: Final = (
    "{}",
    "<w:ins w:id='903' w:author='x'>{}</w:ins>",
    "<w:hyperlink w:anchor='x'>{}</w:hyperlink>",
    "<w:smartTag w:element='place'>{}</w:smartTag>",
)
_LOOKS: Final = ("", "<w:b/>", "<w:i/><w:sz w:val='40'/>", "<w:rStyle w:val='Strong'/>", "<w:lang w:val='en-US'/>")


@cache
def contents_of(path: Path) -> dict[str, bytes]:
    """Return the members of an example."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def wanted(path: Path) -> list[str]:
    """Return what a reader sees in an example's document."""
    return outline(render_word(path.read_bytes(), data_of(path)))


def data_of(path: Path) -> dict[str, Any]:
    """Return an example's data."""
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return found


def rewritten(path: Path, rewrite: Callable[[Any, str], None]) -> bytes:
    """Return an example with each of its texts rewritten that holds whole tags."""
    contents = dict(contents_of(path))
    for name, content in contents.items():
        if name.startswith("word/") and name.endswith(".xml") and b"{" in content:
            root = etree.fromstring(content)
            for text in list(root.iter(_T)):
                if _TAG.search(text.text or ""):
                    rewrite(text, text.text)
            contents[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return zip_of(contents)


def cut(text: Any, string: str, cuts: Callable[[int], list[int]], style: int) -> None:
    """Cut each tag of a w:t into runs; `cuts` gives the positions for a tag of some length, `style` how it is done."""
    edges = {0, len(string)}
    inner: set[int] = set()
    for tag in _TAG.finditer(string):
        positions = [tag.start() + position for position in cuts(tag.end() - tag.start())]
        edges.update((tag.start(), tag.end(), *positions))
        inner.update(positions)
    run = text.getparent()
    properties = run.find(_RPR)
    own = "" if properties is None else etree.tostring(properties, encoding="unicode")
    pieces = list(pairwise(sorted(edges)))
    xml = ""
    for number, (start, end) in enumerate(pieces, style):
        piece = string[start:end].replace("&", "&amp;").replace("<", "&lt;")
        looks = own
        if start in inner:
            looks = f"<w:rPr>{_LOOKS[number % len(_LOOKS)]}</w:rPr>"
            xml += _BETWEEN[number % len(_BETWEEN)].format(number)
        made = f"<w:r>{looks}<w:t xml:space='preserve'>{piece}</w:t></w:r>"
        xml += _AROUND[number % len(_AROUND)].format(made) if start in inner else made
    if [child for child in run if child.tag not in (_RPR, _T)] or len(run.findall(_T)) > 1:
        return  # a run that holds more is left alone
    for node in etree.fromstring(f"<x xmlns:w='{W}'>{xml}</x>"):
        run.addprevious(node)
    run.getparent().remove(run)


def longest_tag(path: Path) -> int:
    """Return the length of an example's longest tag."""
    texts = (content.decode("utf-8", "replace") for name, content in contents_of(path).items() if name.endswith(".xml"))
    return max(len(tag) for text in texts for tag in _TAG.findall(re.sub("<[^>]*>", "", text)) if len(tag) < 200)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_tag_cut_at_every_position(path: Path) -> None:
    """Each variant of the file cuts all tags at one position; together they cut each tag at each of its positions."""
    for position in range(1, longest_tag(path)):
        variant = rewritten(
            path,
            lambda text, string, at=position: cut(text, string, lambda length: [min(at, length - 1)], at),
        )
        assert outline(render_word(variant, data_of(path))) == wanted(path), position


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@settings(max_examples=15)
@given(seeds=st.lists(st.integers(0, 1_000), min_size=1, max_size=6), style=st.integers(0, 60))
def test_every_tag_cut_several_times(path: Path, seeds: list[int], style: int) -> None:
    def cuts(length: int) -> list[int]:
        return sorted({1 + seed % (length - 1) for seed in seeds})

    variant = rewritten(path, lambda text, string: cut(text, string, cuts, style))
    assert outline(render_word(variant, data_of(path))) == wanted(path)


def _typed(string: str, change: Callable[[str], str]) -> str:
    return _TAG.sub(lambda tag: change(tag.group()), string)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    ("old", "new"),
    [(" ", "\N{NO-BREAK SPACE}"), (" ", "\N{NARROW NO-BREAK SPACE}"), ("'", "\N{RIGHT SINGLE QUOTATION MARK}")],
    ids=["no-break space", "narrow no-break space", "curly quotes"],
)
def test_what_word_types_into_tags(path: Path, old: str, new: str) -> None:
    def retype(text: Any, string: str) -> None:
        # A space within a literal is the author's own.
        text.text = _typed(string, lambda tag: tag if old == " " and "'" in tag else tag.replace(old, new))

    assert outline(render_word(rewritten(path, retype), data_of(path))) == wanted(path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("element", ["tab", "br", "cr"])
def test_tabs_and_breaks_within_tags(path: Path, element: str) -> None:
    def spread(text: Any, string: str) -> None:
        marked = _typed(string, lambda tag: tag if "'" in tag else tag.replace(" ", "\x07"))
        last = text
        text.text, *rest = marked.split("\x07")
        text.set(_XML_SPACE, "preserve")
        for piece in rest:
            for node in (etree.Element(f"{{{W}}}{element}"), etree.Element(_T, {_XML_SPACE: "preserve"})):
                last.addnext(node)
                last = node
            last.text = piece

    assert outline(render_word(rewritten(path, spread), data_of(path))) == wanted(path)


def test_the_same_placeholders_are_found() -> None:
    for path in EXAMPLES:
        variant = rewritten(path, lambda text, string: cut(text, string, lambda length: [length // 2], 3))
        found, before = compile_word(variant), compile_word(path.read_bytes())
        assert [each.path for each in found.placeholders] == [each.path for each in before.placeholders]
