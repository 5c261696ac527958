"""Word's fields: only those that compute something from the document itself may be in a template."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from adapters.rendering.docx.findings import error
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tree import Node, P, ancestor, w
from adapters.rendering.markup.addresses import SCHEMES as LINK_SCHEMES
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
# A bookmark that is named like one of them does not make it a reference to the bookmark.
_REACHING_OUT: Final = frozenset(
    """
    CONTROL DATA DATABASE DDE DDEAUTO EMBED GOTOBUTTON HTMLACTIVEX HTMLCONTROL IMPORT INCLUDE INCLUDEPICTURE INCLUDETEXT
    LINK MACRO MACROBUTTON OCX PRINT PRIVATE RD
    """.split()  # noqa: SIM905  # as above
)
_NAME: Final = re.compile(r"\s*(=|\\?\w+)")
_TAG: Final = re.compile(r"\{[{%#]")
_FLD_CHAR, _SIMPLE = w("fldChar"), w("fldSimple")
# Between the beginning of a field and its separator Word takes all text for code, whatever the element is called.
_TEXTS: Final = (w("instrText"), w("delInstrText"), w("t"), w("delText"))
_INSTRUCTIONS: Final = _TEXTS[:2]
_TYPE, _CODE = w("fldCharType"), w("instr")
# The words of a code: in quotation marks, or up to the next blank (ECMA-376 part 1, 17.16.1).
_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\S+)', re.DOTALL)
# Switches of HYPERLINK that a word belongs to which is no address.
_WITH_WORD: Final = frozenset({"\\l", "\\o", "\\t"})
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    """A field and its code so far; `computes_name` says that another field stands where its name should."""

    begin: Node
    pieces: list[str]
    has_words: bool = False
    has_fields: bool = False
    computes_name: bool = False

    @property
    def code(self) -> str:
        """What Word reads."""
        return "".join(self.pieces)

    def add(self, words: str) -> None:
        """Go on with the code."""
        self.pieces.append(words)
        self.has_words = self.has_words or bool(words.strip())

    def add_field(self) -> None:
        """Note that a field begins in the code."""
        self.has_fields = True
        self.computes_name = self.computes_name or not self.has_words


def check_fields(root: Node, places: Places) -> list[Diagnostic]:
    """Return the fields of a part that could reach outside of the document, and the tags in field codes."""
    findings: list[Diagnostic] = []
    bookmarks: frozenset[str] | None = None
    for field in _fields(root):
        if bookmarks is None:
            bookmarks = frozenset(mark.get(w("name"), "") for mark in root.iter(w("bookmarkStart")))
        problem = _problem(field, bookmarks)
        if problem is not None:
            anchor = ancestor(field.begin, P)
            location = places.of(anchor if anchor is not None else field.begin)
            findings.append(error(*problem, location, " ".join(field.code.split())[:80]))
    return findings


def _problem(field: _Field, bookmarks: AbstractSet[str]) -> tuple[str, str, str] | None:
    """Say what is wrong with a field: code, sentence, advice."""
    code = field.code
    match = _NAME.match(code)
    name = match.group(1) if match else ""
    if _TAG.search(code):
        message = "There is a tag in the code of a field, where data would become commands."
        return "tag-in-field", message, "Write the tag into the text."
    if field.computes_name:
        message = "The document has a field whose name is computed by another field, so that it could be any."
        return "forbidden-field", message, "Delete the field."
    if name and name.upper() not in _ALLOWED and (name.upper() in _REACHING_OUT or name not in bookmarks):
        message = f"The document has a field {name.upper()[:40]}, which may reach outside of it."
        return "forbidden-field", message, "Delete the field."
    if name.upper() != "HYPERLINK":
        return None
    if any(not _is_harmless(address, known=not field.has_fields) for address in _addresses(code)):
        message = "A hyperlink may begin with https://, http://, mailto: or tel: only."
        return "external-reference", message, "Change the link."
    return None


def _addresses(code: str) -> Iterator[str]:
    """Give the addresses of a HYPERLINK code: its words without the switches and what belongs to them."""
    taken = False
    for match in islice(_WORD.finditer(code), 1, None):
        quoted, word = match.groups()
        if word is not None and word.startswith("\\") and not word.startswith("\\\\"):
            taken = word.lower() in _WITH_WORD
        elif taken:
            taken = False
        else:
            yield (quoted if word is None else word).replace("\\\\", "\\").replace('\\"', '"').strip()


def _is_harmless(address: str, *, known: bool) -> bool:
    """Tell whether an address leads to the web, to mail or to a telephone, or nowhere, as far as it is `known`."""
    # Programs take control characters and blanks out of a scheme before they follow it.
    plain = re.sub(r"[\x00-\x20\x7f-\xa0]", "", address)
    scheme = _SCHEME.match(plain)
    if scheme is not None:
        return scheme.group().lower() in LINK_SCHEMES
    return not plain or plain.startswith("#") or (not known and not plain.startswith("\\"))


# Fields whose results follow from the document's text, or from its properties.
_FROM_TEXT: Final = frozenset({"TOC", "TOA", "INDEX", "PAGEREF", "REF", "NOTEREF", "SEQ", "=", "FORMULA"})
_FROM_PROPERTIES: Final = frozenset({"DOCPROPERTY", "INFO", "TITLE", "SUBJECT", "AUTHOR", "KEYWORDS", "COMMENTS"})


def field_names(root: Node) -> frozenset[str]:
    """Return the names of the fields of a part."""
    return frozenset(match.group(1).upper() for field in _fields(root) if (match := _NAME.match(field.code)))


def are_outdated(fields: AbstractSet[str], changed: AbstractSet[Part]) -> bool:
    """Tell whether fields show what they were computed from no longer, once tags have changed these parts."""
    text = changed - {Part.PROPERTIES, Part.CHART, Part.DIAGRAM}
    return bool(fields & _FROM_TEXT and text) or bool(fields & _FROM_PROPERTIES and Part.PROPERTIES in changed)


def _fields(root: Node) -> Iterator[_Field]:
    """Give every field with its code, put together from what it was spread over.

    What a field within a code shows belongs to that code.
    """
    open_fields: list[_Field] = []
    # Those of them whose code is not over.
    coding: list[_Field] = []
    for node in root.iter(_FLD_CHAR, _SIMPLE, *_TEXTS):
        if node.tag == _SIMPLE:
            yield _Field(node, [node.get(_CODE, "")])
        elif node.tag == _FLD_CHAR:
            yield from _pass_mark(node, open_fields, coding)
        elif coding:
            coding[-1].add(node.text or "")
        elif node.tag in _INSTRUCTIONS:
            yield _Field(node, [node.text or ""])
    yield from open_fields


def _pass_mark(mark: Node, open_fields: list[_Field], coding: list[_Field]) -> Iterator[_Field]:
    """Begin a field, end its code, or end it; give it where it ends."""
    kind = mark.get(_TYPE)
    if kind == "begin":
        if coding:
            coding[-1].add_field()
        field = _Field(mark, [])
        open_fields.append(field)
        coding.append(field)
    elif kind in ("separate", "end") and open_fields:
        if coding and coding[-1] is open_fields[-1]:
            coding.pop()
        if kind == "end":
            yield open_fields.pop()
