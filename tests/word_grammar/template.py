"""A whole random template: its body, a header, notes, comments, links and lists."""

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from tests.word_files import NAMESPACES, W, part_of, word_file
from tests.word_grammar.blocks import Blocks
from tests.word_grammar.choices import Choices
from tests.word_grammar.inline import Inline
from tests.word_grammar.scopes import ROOT, Env, Words, words_in

_MC: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_NUMBERING: Final = (
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_TEXT: Final = f"{{{W}}}t"
_NESTED: Final = 2


@dataclass(frozen=True, slots=True)
class RandomTemplate:
    """A template with the words of its body and of its header; those of notes begin with ^."""

    body: str
    parts: dict[str, str | bytes]
    words: Words
    header_words: Words

    @property
    def file(self) -> bytes:
        """The template as a file."""
        return word_file(self.body, parts=self.parts)

    def __repr__(self) -> str:
        """Show what a person needs to see of a template that fails."""
        return f"body: {self.body}\nparts: {self.parts}"


@st.composite
def templates(draw: st.DrawFn) -> RandomTemplate:
    """Draw a template in which every tag is where it may be."""
    choices = Choices(draw)
    inline = Inline(choices)
    blocks = Blocks(choices, inline)
    body = blocks.blocks(ROOT, _NESTED)
    inline.in_body = False
    header = blocks.blocks(ROOT, 1)
    parts: dict[str, str | bytes] = {
        "word/header1.xml": header.xml,
        "word/footnotes.xml": "".join(inline.notes),
        "word/comments.xml": "".join(inline.comments),
        "word/numbering.xml": _NUMBERING,
    }
    parts["word/_rels/document.xml.rels"] = _relationships(parts, inline.links)
    return RandomTemplate(body.xml, parts, body.words, header.words)


def _relationships(parts: dict[str, str | bytes], links: dict[str, str]) -> str:
    kinds = [(name[5:], name[5:-4].rstrip("0123456789")) for name in parts]
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(kinds)
    ) + "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>'
        for name, target in links.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def words_of(document: bytes, name: str = "word/document.xml", *, fallback: bool = False) -> list[str]:
    """List the words that a reader sees in a part: in the modern copy of its text boxes, or that for old programs."""
    hidden = (f"{_MC}Choice" if fallback else f"{_MC}Fallback", f"{{{W}}}moveFrom")
    text = ""
    for node in part_of(document, name).iter(_TEXT, f"{{{W}}}p", f"{{{W}}}br", f"{{{W}}}tab"):
        if next(node.iterancestors(*hidden), None) is None:
            text += (node.text or "") if node.tag == _TEXT else " "
    return words_in(text)


def data_sets() -> st.SearchStrategy[Env]:
    """Draw data: lists are empty, of one item, or longer; values hold what opens more than text in their run."""
    value = st.sampled_from(("v1.", "v1.\nv2.", "v1.\av2.", "v1.\fv2.\tv3.", "v1.&<\x01>v2."))
    names = st.lists(value, max_size=3)
    item = st.fixed_dictionaries({"n": value, "tags": names, "ok": st.booleans()})
    return st.fixed_dictionaries(
        {
            "x": st.booleans(), "y": st.booleans(), "v": value, "o": st.fixed_dictionaries({"n": value}),
            "items": st.lists(item, max_size=3), "names": names, "old": st.just("old."),
        }
    )  # fmt: skip
