"""What may come in: no macros, no active content, nothing that makes Word or a converter fetch something.

Three things look hostile and stand in ordinary files: the template a document was based on, the data source of a
classic mail merge (see settings.py), and a relationship to a part that is not there (dangling.py). They are cut off
with a warning, and never followed.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from adapters.rendering.docx.dangling import say_dangling
from adapters.rendering.docx.fields import check_fields
from adapters.rendering.docx.findings import error, warning
from adapters.rendering.docx.links import may_lead_out
from adapters.rendering.docx.package import (
    GLOSSARY_TYPE,
    MAIN_TYPE,
    Package,
    Relationship,
    has_document_type,
    parse_xml,
    related_part,
)
from adapters.rendering.docx.picture_gate import check_picture
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tree import Node, P, ancestor, w
from domain.diagnostics import Diagnostic, Location, Part

_OLE_START: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Relationships to the outside that are cut off and not refused.
CUT_OFF: Final = frozenset({"attachedTemplate", "mailMergeSource", "mailMergeHeaderSource", "mailMergeRecipientData"})
_LEFT_OUT: Final = "The link to {} is left out of the documents."
_MAIL_MERGE: Final = re.compile(rb"<(?:[\w.-]+:)?mailMerge[\s/>]")
_MACROS: Final = re.compile(r"macroEnabled|vbaProject|vbaData|keyMapCustomizations", re.IGNORECASE)
_ACTIVE: Final = re.compile(r"activeX|/control\b|ctrlProp|webextension", re.IGNORECASE)
_OLE: Final = re.compile(r"oleObject", re.IGNORECASE)
_CHUNK: Final = re.compile(r"aFChunk", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""", re.ASCII)
_ENCODINGS: Final = frozenset((b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"))
_DECLARATION_BYTES: Final = 400

_SAVE_PLAIN: Final = "Save the document as 'Word Document (.docx)'."
_HOW_TO_LINK: Final = "A hyperlink may begin with https://, http://, mailto: or tel:, pictures must be in the document."
_CHUNK_SAYING: Final = (
    "alt-chunk",
    "The document takes in another file (altChunk).",
    "Open it in Word and save it again: the other file becomes part of it.",
)


def check_package(package: Package) -> list[Diagnostic]:
    """Return what in a file must not come in, part by part, and what is cut off."""
    relationships = package.relationships
    return [
        *_check_main_type(package),
        *_check_contents(package),
        *(finding for found in relationships for finding in _check_relationship(found)),
        *_check_mail_merge(package),
        *say_dangling(package),
        *_check_xml(package),
        *_check_building_blocks(package),
    ]


def _check_building_blocks(package: Package) -> Iterator[Diagnostic]:
    """Look into what is kept for later use in the document (17.12): no tag is filled in there, but fields work."""
    for name, contents in package.contents.items():
        if package.type_of(name) == GLOSSARY_TYPE and not has_document_type(contents):
            root = parse_xml(name, contents)
            places = Places(root, Part.PACKAGE, None)
            yield from check_content(root, places)
            yield from (found for found in check_fields(root, places) if found.code != "tag-in-field")


def has_mail_merge(package: Package) -> bool:
    """Tell whether the settings connect the document with the data of a mail merge (17.14)."""
    name = related_part(package, "settings")
    return name is not None and _MAIL_MERGE.search(package.contents[name].replace(b"\0", b"")) is not None


def _check_mail_merge(package: Package) -> Iterator[Diagnostic]:
    """Say that a connection is cut off which no relationship names: its text alone lets Word fetch data."""
    kinds = {found.type.rpartition("/")[2] for found in package.relationships if found.external}
    if has_mail_merge(package) and not any(kind.startswith("mailMerge") for kind in kinds):
        yield warning("external-reference-dropped", _LEFT_OUT.format("the data of a mail merge"))


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
        if _MACROS.search(described) or _has_macros(contents):
            yield _macros()
        elif _ACTIVE.search(described):
            yield error("active-content", f"The document has a control or an add-in ({name}).", "Delete it.")
        elif _OLE.search(described) or contents.startswith(_OLE_START):
            message = f"The document has an embedded object of another program ({name})."
            yield error("embedded-object", message, "Put a picture in its place.")
        elif package.type_of(name).startswith("image/") and (
            problem := check_picture(name, package.type_of(name), contents)
        ):
            yield problem


def _has_macros(contents: bytes) -> bool:
    """Tell whether a part is the macros of a document, or an Office file that has some."""
    if contents.startswith(_OLE_START):
        return b"V\0B\0A" in contents
    # The names of a zip's members are not packed.
    return contents.startswith(b"PK\x03\x04") and b"vbaproject" in contents.lower()


def _check_relationship(found: Relationship) -> Iterator[Diagnostic]:
    kind = found.type.rpartition("/")[2]
    if _MACROS.search(found.type):
        yield _macros()
    elif _ACTIVE.search(found.type):
        yield error("active-content", "The document has a control or an add-in.", "Delete it.")
    elif _OLE.search(kind):
        yield error("embedded-object", "The document has an embedded object.", "Put a picture in its place.")
    elif _CHUNK.search(kind):
        yield error(*_CHUNK_SAYING)
    elif found.external:
        yield from _check_external(found, kind)
    elif _escapes(found):
        message = f"A relationship in {found.part!r} leads out of the file: {found.target[:60]!r}."
        yield error("bad-part-name", message, _SAVE_PLAIN)


def _check_external(found: Relationship, kind: str) -> Iterator[Diagnostic]:
    if kind in CUT_OFF:
        message = _LEFT_OUT.format(_NAMES.get(kind, "the data of a mail merge"))
        yield warning("external-reference-dropped", message)
    elif kind != "hyperlink" or not may_lead_out(found.target):
        shown = found.target[:60]
        message = f"The document refers to something outside of it: {shown!r}."
        yield error("external-reference", message, _HOW_TO_LINK)


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
        kind = package.type_of(name)
        if not (name.lower().endswith((".xml", ".rels", ".vml")) or kind.endswith(("xml", "vmlDrawing"))):
            continue
        declared = _ENCODING.search(contents[:_DECLARATION_BYTES].replace(b"\0", b""))
        if has_document_type(contents):
            yield error("dtd", f"The part {name!r} declares a document type, which no Word file does.", _SAVE_PLAIN)
        elif contents and not _is_plain_xml(contents):
            yield error("bad-xml", f"The part {name!r} is no XML in UTF-8 or UTF-16.", _SAVE_PLAIN)
        elif declared and declared.group(1).lower() not in _ENCODINGS:
            shown = declared.group(1).decode("ascii")
            yield error("bad-xml", f"The part {name!r} is in the unknown encoding {shown!r}.", _SAVE_PLAIN)


def _is_plain_xml(contents: bytes) -> bool:
    """Tell whether contents begin like XML in an encoding whose signs are known."""
    start = contents[:_DECLARATION_BYTES]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:]
    elif start.startswith(b"\xef\xbb\xbf"):
        start = start[3:]
    start = start.lstrip(b" \t\r\n")
    if start[:1] == b"<":
        return start[1:4] != b"\0\0\0"
    return start[:2] == b"\0<" or not start


def check_content(root: Node, places: Places) -> list[Diagnostic]:
    """Return what a part takes in from elsewhere by an element of its own, whatever its relationships say."""
    findings: list[Diagnostic] = []
    for node in root.iter(*_TAKING_IN):
        code, message, advice = _TAKING_IN[node.tag]
        findings.append(error(code, message, advice, _place(node, places)))
    for node in root.iter(f"{{{_VML}}}*"):
        source, target = node.get("src", "").strip(), node.get("href", "").strip()
        if source or (target and not target.startswith("#") and not may_lead_out(target)):
            message = f"The document refers to something outside of it: {(source or target)[:60]!r}."
            findings.append(error("external-reference", message, _HOW_TO_LINK, _place(node, places)))
    return findings


def _place(node: Node, places: Places) -> Location:
    anchor = ancestor(node, P)
    return places.of(anchor if anchor is not None else node)


_VML: Final = "urn:schemas-microsoft-com:vml"
_TAKING_IN: Final = {
    w("altChunk"): _CHUNK_SAYING,
    w("subDoc"): (
        "external-reference",
        "The document takes in another document (a master document's part).",
        "Put its text into this document.",
    ),
    w("control"): ("active-content", "The document has an ActiveX control.", "Delete the control."),
}
