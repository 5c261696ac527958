"""Whatever no tag asked to change is what it was: parts to the byte; in a part with tags all but what is named here."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from tests.word_files import NAMESPACES, W, p, part_of, r, render_word, word_file, zip_of

EXAMPLES: Final = sorted((Path(__file__).parents[5] / "examples").glob("*.docx"))
# Marks of editing sessions, which Word makes anew: what may go from a part that has tags.
MAY_GO: Final = re.compile(rf"(\{{{W}\}}rsid\w*|.*\}}(paraId|textId|anchorId|editId))")

# What other programs and other versions of Word write, and what this engine knows nothing of.
FOREIGN: Final = f"""<w:document {NAMESPACES} xmlns:x="urn:x" xmlns:w99="urn:w99" mc:Ignorable="w99 w14" x:own="1">
<w:background w:color="FFEEDD"/><w:body>
<w:p w:rsidR="00AA00AA" w14:paraId="00000007" w99:new="a&#10;b">
  <w:pPr><w:pStyle w:val="Odd"/><w:rPr><w:lang w:val="de"/></w:rPr></w:pPr><w:proofErr w:type="spellStart"/>
  <w:r w:rsidRPr="00AA00AA"><w:rPr><w:rFonts w:ascii="A" w:hint="eastAsia"/></w:rPr>
    <w:t xml:space="preserve">  two  spaces &#x1F600; &amp; &lt;b&gt; </w:t><w:noBreakHyphen/><w:softHyphen/>
    <w:sym w:font="Wingdings" w:char="F0A7"/><w:tab/><w:ptab w:alignment="right" w:relativeTo="margin" w:leader="dot"/>
  </w:r><w:proofErr w:type="spellEnd"/></w:p>
<x:unknown x:a="1">text<x:inner/>tail</x:unknown>
<w:p><m:oMath xmlns:m="urn:m"><m:r><m:t>a{{b}}</m:t></m:r></m:oMath><w:r><w:t>{{not a tag}} 100 % {{</w:t></w:r></w:p>
<mc:AlternateContent><mc:Choice Requires="w99"><w99:thing/></mc:Choice>
  <mc:Fallback><w:p/></mc:Fallback></mc:AlternateContent>
<w:sdt><w:sdtPr><w:alias w:val="A"/><w:id w:val="5"/>
  <w14:checkbox><w14:checked w14:val="0"/></w14:checkbox></w:sdtPr>
  <w:sdtEndPr/><w:sdtContent><w:p/></w:sdtContent></w:sdt>
<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblLook w:val="04A0" w:firstRow="1"/></w:tblPr>
  <w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:trPr><w:cantSplit/></w:trPr>
  <w:tc><w:tcPr><w:tcW w:w="4000" w:type="dxa"/></w:tcPr><w:p/><w:p/></w:tc></w:tr></w:tbl>
<w:p><w:bookmarkStart w:id="3" w:name="k"/>
  <w:ins w:id="4" w:author="a" w:date="2026-01-01T00:00:00Z"><w:r><w:t>i</w:t></w:r></w:ins>
  <w:del w:id="6" w:author="a"><w:r><w:delText xml:space="preserve"> d</w:delText></w:r></w:del>
  <w:bookmarkEnd w:id="3"/>
  <w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>
  <w:r><w:fldChar w:fldCharType="end"/></w:r><w:r/><w:r><w:t/></w:r></w:p>
<w:p>MORE</w:p>
<w:sectPr w:rsidR="00AA00AA"><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>"""


def canonical(root: Any) -> bytes:
    """Write a part so that equal ones are equal texts, without what may go."""
    etree.strip_elements(root, f"{{{W}}}proofErr", with_tail=False)
    for node in root.iter(etree.Element):
        for name in [name for name in node.attrib if MAY_GO.fullmatch(name)]:
            del node.attrib[name]
    written: bytes = etree.tostring(root, method="c14n")
    return written


def test_a_part_with_a_tag_keeps_all_else() -> None:
    with_tag, without = (FOREIGN.replace("MORE", r(text)) for text in ("{{ v }}", "1"))
    document = render_word(word_file(parts={"word/document.xml": with_tag}), {"v": 1})
    assert canonical(part_of(document)) == canonical(etree.fromstring(without))


def test_a_tag_within_a_paragraph_leaves_the_rest_of_it_alone() -> None:
    around = (
        '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> a </w:t><w:tab/></w:r>',
        "<w:r><w:br/><w:t>z</w:t></w:r>",
    )
    document = render_word(word_file(p(around[0], r("{{ v }}"), around[1])), {"v": "1"})
    assert canonical(part_of(document)) == canonical(part_of(word_file(p(around[0], r("1"), around[1]))))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_keeps_all_but_its_tags(path: Path) -> None:
    """Its braces are gone; each part with text gets one tag that prints nothing, and comes out as it went in."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    media = {name: content for name, content in files.items() if "media" in name}
    # A text with a tag keeps its spaces.
    plain = {
        name: content.translate(None, b"{}").replace(b"<w:t>", b'<w:t xml:space="preserve">')
        for name, content in files.items()
        if name not in media
    }
    end = b"</w:t></w:r></w:p>"
    tagged = {name: content.replace(end, b"{{ v }}" + end, 1) for name, content in plain.items()}
    assert sum(tagged[name] != plain[name] for name in plain) >= 4
    document = render_word(zip_of(tagged | media), {"v": ""})
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for name, content in (plain | media).items():
            if tagged.get(name, content) == content:
                assert archive.read(name) == content, name
            else:
                assert canonical(etree.fromstring(archive.read(name))) == canonical(etree.fromstring(content)), name
