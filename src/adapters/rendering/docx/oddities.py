"""Places in a Word document where a tag works and its author will wonder: deleted, hidden, computed or bound text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import warning
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import RPR, SDT, TR, Node, P, R, ancestor, is_token, w
from domain.diagnostics import Diagnostic, Severity

_TAG: Final = re.compile(r"\{[{%]")
_DELETED, _CHAR, _CODE = w("delText"), w("fldChar"), w("instrText")
_VALUE: Final = w("val")
_OFF: Final = frozenset({"0", "false", "off"})
# Fields whose text Word computes anew, so that what a tag has filled in there is lost (ECMA-376 part 1, 17.16.5).
_COMPUTED: Final = frozenset(
    {
        "=",
        "AUTHOR",
        "CREATEDATE",
        "DATE",
        "DOCPROPERTY",
        "FILENAME",
        "NOTEREF",
        "NUMPAGES",
        "PAGE",
        "PAGEREF",
        "PRINTDATE",
    }
    | {"REF", "SAVEDATE", "SECTION", "SECTIONPAGES", "SEQ", "STYLEREF", "SUBJECT", "TIME", "TITLE"}
)


@dataclass(slots=True)
class _Field:
    """A field that is open: its code so far, and whether its result has begun."""

    code: list[str] = field(default_factory=list)
    in_result: bool = False

    @property
    def name(self) -> str:
        words = "".join(self.code).split(None, 1)
        return words[0].upper() if words else ""


def find_oddities(root: Node, tokens: TokenTable, places: Places) -> Iterator[Diagnostic]:
    """Return what is odd about the places of a part's tags, before any of them is moved."""
    fields: list[_Field] = []
    deleted: Node | None = None
    for node in root.iter(_DELETED, _CHAR, _CODE, etree.PI):
        if node.tag == _DELETED:
            paragraph = ancestor(node, P)
            if paragraph is not None and paragraph is not deleted and _TAG.search(node.text or ""):
                deleted = paragraph
                yield _in_deleted_text(paragraph, node.text or "", places)
        elif node.tag == _CHAR:
            _follow(node, fields)
        elif node.tag == _CODE:
            if fields:
                fields[-1].code.append(node.text or "")
        elif is_token(node):
            token = tokens.of(node)
            yield from _around(token, node)
            computed = _computed_around(node, fields) if token.is_output else None
            if computed:
                yield _in_result(token, computed)


def _follow(node: Node, fields: list[_Field]) -> None:
    kind = node.get(w("fldCharType"))
    if kind == "begin":
        fields.append(_Field())
    elif fields and kind == "separate":
        fields[-1].in_result = True
    elif fields and kind == "end":
        fields.pop()


def _computed_around(node: Node, fields: list[_Field]) -> str | None:
    """Return the name of the computed field whose result a tag stands in."""
    simple = ancestor(node, w("fldSimple"))
    names = [one.name for one in fields if one.in_result]
    if simple is not None:
        names.append(_Field([simple.get(w("instr"), "")]).name)
    return next((name for name in names if name in _COMPUTED), None)


def _in_deleted_text(paragraph: Node, text: str, places: Places) -> Diagnostic:
    message = "There is a tag in text that is deleted with tracked changes; it is not filled in."
    advice = "Accept or reject the change in Word (Review, Accept), so that the tag is gone or counts again."
    snippet = " ".join(text.split())[:80]
    return Diagnostic(Severity.INFO, "tag-in-deleted-text", message, advice, places.of(paragraph), snippet)


def _around(token: Token, node: Node) -> Iterator[Diagnostic]:
    """Look at the run and the content control around a tag."""
    run = ancestor(node, R)
    hidden = None if run is None or not token.is_output else run.find(f"{RPR}/{w('vanish')}")
    if hidden is not None and hidden.get(_VALUE, "1").lower() not in _OFF:
        message = "This tag is formatted as hidden text, and so is what it prints: readers do not see it."
        advice = "Take the format away (Font, Hidden), if the value is to be seen."
        yield Diagnostic(Severity.INFO, "tag-in-hidden-text", message, advice, token.location, token.snippet)
    control = ancestor(node, SDT)
    if control is not None and control.find(f"{w('sdtPr')}/{w('dataBinding')}") is not None:
        message = "This tag stands in a content control that is bound to a property of the document."
        advice = "Word shows the property's text in its place: write the tag into the property, or delete the control."
        yield warning("tag-in-bound-control", message, advice, token.location, token.snippet)


def _in_result(token: Token, name: str) -> Diagnostic:
    message = f"This tag stands in the text of a field {name}, which Word computes anew: what it prints may be lost."
    advice = "Write the tag beside the field, or turn the field into text (Ctrl+Shift+F9)."
    return warning("tag-in-computed-field", message, advice, token.location, token.snippet)


def find_repeated_headers(root: Node, tokens: TokenTable) -> Iterator[Diagnostic]:
    """Return the heading rows of tables that a loop repeats, once the tags stand at their level."""
    for mark in root.iter(w("tblHeader")):
        row = ancestor(mark, TR)
        if row is None or mark.get(_VALUE, "1").lower() in _OFF:
            continue
        loop = _loop_around(row, tokens)
        if loop is not None:
            message = "The loop opened here repeats the heading row of its table in every round."
            advice = "Open the loop behind the heading row, which Word shows again on each page by itself."
            yield warning("repeated-heading-row", message, advice, loop.location, loop.snippet)


def _loop_around(row: Node, tokens: TokenTable) -> Token | None:
    """Return the loop that is open among the siblings before a row."""
    closed = 0
    for sibling in row.itersiblings(etree.PI, preceding=True):
        token = tokens.of(sibling)
        if token.closes == "for":
            closed += 1
        elif token.keyword == "for":
            if not closed:
                return token
            closed -= 1
    return None
