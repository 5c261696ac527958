"""What may come in: no macros, no active content, nothing that makes Word or a converter fetch something.

Three things look hostile and stand in ordinary files: the template a document was based on, the data source of a
classic mail merge, and a relationship to nothing. The first two are cut off with a warning (see settings.py), the
third is left alone, and none is ever followed.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from adapters.rendering.docx.findings import error, warning
from adapters.rendering.docx.links import may_lead_out
from adapters.rendering.docx.package import MAIN_TYPE, Package, Relationship
from domain.diagnostics import Diagnostic

_OLE_START: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Relationships to the outside that are cut off and not refused.
CUT_OFF: Final = frozenset({"attachedTemplate", "mailMergeSource", "mailMergeHeaderSource", "mailMergeRecipientData"})
_MACROS: Final = re.compile(r"macroEnabled|vbaProject|vbaData|keyMapCustomizations", re.IGNORECASE)
_ACTIVE: Final = re.compile(r"activeX|/control\b|ctrlProp", re.IGNORECASE)
_OLE: Final = re.compile(r"oleObject", re.IGNORECASE)
_CHUNK: Final = re.compile(r"aFChunk", re.IGNORECASE)
_DTD: Final = re.compile(r"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_ENCODING: Final = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_DECLARATION_BYTES: Final = 400

_SAVE_PLAIN: Final = "Save the document as 'Word Document (.docx)'."


def check_package(package: Package) -> list[Diagnostic]:
    """Return what in a file must not come in, part by part, and what is cut off."""
    relationships = package.relationships
    return [
        *_check_main_type(package),
        *_check_contents(package),
        *(finding for found in relationships for finding in _check_relationship(found)),
        *_check_xml(package),
    ]


def _check_main_type(package: Package) -> Iterator[Diagnostic]:
    main_type = package.type_of(package.main)
    if _MACROS.search(main_type):
        yield _macros()
    elif main_type.endswith("template.main+xml"):
        message = "This is a template in Word's own sense (.dotx), and no document."
        yield error("not-a-word-document", message, "Open it in Word and save it as .docx.")
    elif main_type != MAIN_TYPE:
        yield error("not-a-word-document", "This is not a Word document: its text is of another kind.", _SAVE_PLAIN)


def _macros() -> Diagnostic:
    return error("macros", "The document has macros.", "Save it as .docx, which has none.")


def _check_contents(package: Package) -> Iterator[Diagnostic]:
    for name, contents in package.contents.items():
        described = f"{name} {package.type_of(name)}"
        if _MACROS.search(described) or (contents.startswith(_OLE_START) and b"V\0B\0A" in contents):
            yield _macros()
        elif _ACTIVE.search(described):
            yield error("active-content", f"The document has an ActiveX control ({name}).", "Delete the control.")
        elif _OLE.search(described) or contents.startswith(_OLE_START):
            message = f"The document has an embedded object of another program ({name})."
            yield error("embedded-object", message, "Put a picture in its place.")


def _check_relationship(found: Relationship) -> Iterator[Diagnostic]:
    kind = found.type.rpartition("/")[2]
    if _MACROS.search(found.type):
        yield _macros()
    elif _ACTIVE.search(found.type):
        yield error("active-content", "The document has an ActiveX control.", "Delete the control.")
    elif _OLE.search(kind):
        yield error("embedded-object", "The document has an embedded object.", "Put a picture in its place.")
    elif _CHUNK.search(kind):
        message = "The document takes in another file (altChunk)."
        yield error("alt-chunk", message, "Open it in Word and save it again: the other file becomes part of it.")
    elif found.external:
        yield from _check_external(found, kind)
    elif _escapes(found):
        message = f"A relationship in {found.part!r} leads out of the file: {found.target[:60]!r}."
        yield error("bad-part-name", message, _SAVE_PLAIN)


def _check_external(found: Relationship, kind: str) -> Iterator[Diagnostic]:
    if kind in CUT_OFF:
        message = f"The link to {_NAMES.get(kind, 'the data of a mail merge')} is left out of the documents."
        yield warning("external-reference-dropped", message)
    elif kind != "hyperlink" or not may_lead_out(found.target):
        shown = found.target[:60]
        message = f"The document refers to something outside of it: {shown!r}."
        advice = "A hyperlink may begin with https://, http://, mailto: or tel:, pictures must be in the document."
        yield error("external-reference", message, advice)


_NAMES: Final = {"attachedTemplate": "the Word template that this document was based on"}


def _escapes(found: Relationship) -> bool:
    target = unquote(found.target).split("#")[0]
    if not target or target == "NULL":
        return False
    folder = posixpath.dirname(posixpath.dirname(found.part))
    path = posixpath.normpath(posixpath.join("/", folder, target)) if not target.startswith("/") else target
    depth = 0
    for piece in [*(folder.split("/") if folder and not target.startswith("/") else []), *target.split("/")]:
        depth += -1 if piece == ".." else piece not in ("", ".")
        if depth < 0:
            return True
    return "\\" in target or ":" in path


def _check_xml(package: Package) -> Iterator[Diagnostic]:
    for name, contents in package.contents.items():
        if not (name.endswith((".xml", ".rels")) or package.type_of(name).endswith("xml")):
            continue
        text = _decoded(contents)
        declared = _ENCODING.search(text[:_DECLARATION_BYTES])
        if declared and declared.group(1).lower() not in _ENCODINGS:
            yield error("bad-xml", f"The part {name!r} is in the unknown encoding {declared.group(1)!r}.", _SAVE_PLAIN)
        elif _DTD.search(text):
            yield error("dtd", f"The part {name!r} declares a document type, which no Word file does.", _SAVE_PLAIN)


def _decoded(contents: bytes) -> str:
    """Read XML as text well enough to find markup in it."""
    if contents.startswith((b"\xff\xfe", b"\xfe\xff")):
        return contents.decode("utf-16", "replace")
    if contents[:2] in (b"<\0", b"\0<"):
        return contents.decode("utf-16-le" if contents[:1] == b"<" else "utf-16-be", "replace")
    return contents.decode("latin-1")
