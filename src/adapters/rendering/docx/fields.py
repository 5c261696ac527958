"""Word's fields: only those that compute something from the document itself may be in a template."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.richtext import LINK_SCHEMES
from adapters.rendering.docx.tree import Node, P, ancestor, w
from domain.diagnostics import Diagnostic, Part

_ALLOWED: Final = frozenset(
    """
    = ADDIN ADDRESSBLOCK ADVANCE ASK AUTHOR AUTONUM AUTONUMLGL AUTONUMOUT AUTOTEXT AUTOTEXTLIST BARCODE BIBLIOGRAPHY
    BIDIOUTLINE CITATION COMMENTS COMPARE CREATEDATE DATE DISPLAYBARCODE DOCPROPERTY DOCVARIABLE EDITTIME EQ FILENAME
    FILESIZE FILLIN FORMCHECKBOX FORMDROPDOWN FORMTEXT FORMULA GLOSSARY GREETINGLINE HYPERLINK IF INDEX INFO KEYWORDS
    LASTSAVEDBY LISTNUM MERGEBARCODE MERGEFIELD MERGEREC MERGESEQ NEXT NEXTIF NOTEREF NUMCHARS NUMPAGES NUMWORDS PAGE
    PAGEREF PRINTDATE QUOTE REF REVNUM SAVEDATE SECTION SECTIONPAGES SEQ SET SKIPIF STYLEREF SUBJECT SYMBOL TA TC
    TEMPLATE TIME TITLE TOA TOC USERADDRESS USERINITIALS USERNAME XE
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
_NAME: Final = re.compile(r"\s*(=|\\?\w+)")
_TAG: Final = re.compile(r"\{[{%#]")
_ADDRESS: Final = re.compile(r'^\s*HYPERLINK\s+"?([a-z][\w+.-]*):', re.IGNORECASE)
_FLD_CHAR, _INSTR, _SIMPLE = w("fldChar"), w("instrText"), w("fldSimple")
_TYPE, _CODE = w("fldCharType"), w("instr")


def check_fields(root: Node, places: Places) -> list[Diagnostic]:
    """Return the fields of a part that could reach outside of the document, and the tags in field codes."""
    findings: list[Diagnostic] = []
    for node, code in _codes(root):
        anchor = ancestor(node, P)
        location = places.of(anchor if anchor is not None else node)
        snippet = " ".join(code.split())[:80]
        name = _NAME.match(code)
        address = _ADDRESS.match(code)
        if _TAG.search(code):
            message = "There is a tag in the code of a field, where data would become commands."
            findings.append(error("tag-in-field", message, "Write the tag into the text.", location, snippet))
        elif name and name.group(1).upper() not in _ALLOWED and not _is_bookmark(name.group(1), root):
            message = f"The document has a field {name.group(1).upper()}, which may reach outside of it."
            findings.append(error("forbidden-field", message, "Delete the field.", location, snippet))
        elif address and address.group(1).lower() not in LINK_SCHEMES:
            message = "A hyperlink may begin with https://, http://, mailto: or tel: only."
            findings.append(error("external-reference", message, "Change the link.", location, snippet))
    return findings


# Fields whose results follow from the document's text, or from its properties.
_FROM_TEXT: Final = frozenset({"TOC", "TOA", "INDEX", "PAGEREF", "REF", "NOTEREF", "SEQ", "=", "FORMULA"})
_FROM_PROPERTIES: Final = frozenset({"DOCPROPERTY", "INFO", "TITLE", "SUBJECT", "AUTHOR", "KEYWORDS", "COMMENTS"})


def field_names(root: Node) -> frozenset[str]:
    """Return the names of the fields of a part."""
    return frozenset(match.group(1).upper() for _, code in _codes(root) if (match := _NAME.match(code)))


def are_outdated(fields: AbstractSet[str], changed: AbstractSet[Part]) -> bool:
    """Tell whether fields show what they were computed from no longer, once tags have changed these parts."""
    text = changed - {Part.PROPERTIES, Part.CHART, Part.DIAGRAM}
    return bool(fields & _FROM_TEXT and text) or bool(fields & _FROM_PROPERTIES and Part.PROPERTIES in changed)


def _codes(root: Node) -> Iterator[tuple[Node, str]]:
    """Give the code of every field, put together from the runs that it was spread over."""
    open_fields: list[tuple[Node, list[str]]] = []
    for node in root.iter(_FLD_CHAR, _INSTR, _SIMPLE):
        if node.tag == _SIMPLE:
            yield node, node.get(_CODE, "")
        elif node.tag == _INSTR:
            if open_fields:
                open_fields[-1][1].append(node.text or "")
            else:
                yield node, node.text or ""
        elif node.get(_TYPE) == "begin":
            open_fields.append((node, []))
        elif open_fields and node.get(_TYPE) == "end":
            begin, code = open_fields.pop()
            yield begin, "".join(code)
    yield from ((begin, "".join(code)) for begin, code in open_fields)


def _is_bookmark(name: str, root: Node) -> bool:
    """Tell whether a field is the short form of REF: the name of a bookmark alone."""
    return any(mark.get(w("name")) == name for mark in root.iter(w("bookmarkStart")))
