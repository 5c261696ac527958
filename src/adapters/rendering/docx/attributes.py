"""Tags in attributes: alt texts and titles of pictures and shapes may have them, nothing else may."""

from typing import Final

from lxml import etree

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.frames import is_framed
from adapters.rendering.docx.normalise import diagnose, snippet_of
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.quotes import straighten
from adapters.rendering.docx.tokens import Token, TokenTable
from adapters.rendering.docx.tree import Node, P, ancestor, w
from adapters.rendering.docx.writers import ATTRIBUTE, FRAME
from adapters.rendering.language.tags import TagSpan, find_tags
from domain.diagnostics import Diagnostic, Location

_WITH_TAGS: Final = etree.XPath("//@*[contains(., '{{') or contains(., '{%')]")
# docPr and cNvPr of DrawingML, shapes of VML.
_CODE: Final = (w("fldSimple"), w("instr"))
_TEXTS: Final = frozenset({"descr", "title", "alt"})
_DRAWN: Final = frozenset({"docPr", "cNvPr", "shape", "rect", "oval", "roundrect", "line", "group"})


def tag_attributes(root: Node, tokens: TokenTable, places: Places, *, frames: bool = False) -> list[Diagnostic]:
    """Replace the tags in alt texts and titles by tokens; return those that stand in other attributes.

    With `frames`, a tag that is all of a picture's alt text may print an image into its frame.
    """
    findings: list[Diagnostic] = []
    found = _WITH_TAGS(root)
    for value in found if isinstance(found, list) else []:
        element, name = value.getparent(), value.attrname
        if (element.tag, name) == _CODE:
            continue  # check_fields has told it
        anchor = element if element.tag == P else ancestor(element, P)
        location = places.of(anchor if anchor is not None else element)
        if name in _TEXTS and etree.QName(element).localname in _DRAWN:
            text, problems = tokenize(str(value), tokens, location, ATTRIBUTE)
            if frames and is_framed(element, name):
                _let_frame(text, tokens)
            element.set(name, text)
            findings += problems
        else:
            findings.append(_misplaced(str(value), location))
    return findings


def tokenize(text: str, tokens: TokenTable, location: Location, writer: int) -> tuple[str, list[Diagnostic]]:
    """Put marks of tokens in place of the tags of a text; its blocks must end in the same text."""
    straight = straighten(text)
    out, done, depth, findings = "", 0, 0, list[Diagnostic]()
    for found in find_tags(straight):
        if not isinstance(found, TagSpan):
            findings.append(diagnose(found, location, text))
            continue
        token = Token(straight[found.start : found.end], location, snippet_of(text, found.start, found.end), writer)
        out += text[done : found.start] + tokens.in_attribute(token)
        done = found.end
        depth += token.opens - bool(token.closes)
        if depth < 0:
            break
    if depth:
        findings.append(crossing_text(text, location))
    return out + text[done:], findings


def _let_frame(text: str, tokens: TokenTable) -> None:
    last = len(tokens) - 1
    if last >= 0 and text.strip() == tokens.name_in_attribute(last) and tokens[last].is_output:
        tokens[last].writer = FRAME


def _misplaced(text: str, location: Location) -> Diagnostic:
    return error(
        "tag-in-attribute",
        "There is a tag in a hidden setting of the document, where it would not be replaced.",
        "Write tags into the text, or into the alt text of a picture.",
        location,
        snippet_of(text, 0, len(text)),
    )


def crossing_text(text: str, location: Location) -> Diagnostic:
    """Say that a block leaves a text that it has to stay in."""
    return error(
        "crossing-block",
        "A block begins or ends in this text, and its other end is elsewhere.",
        "Write the whole block into the same text.",
        location,
        snippet_of(text, 0, len(text)),
    )
