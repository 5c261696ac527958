"""Hostile files with the verdict that each must get; `python -m tests.hostile.files FOLDER` writes them and a manifest.

A file with the stage 'upload' is checked; one with 'render' is a template that is rendered with CONTEXT, or data
(.json) that PLAIN is rendered with.
"""

# tables of files

import io
import json
import struct
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.word_files import NAMESPACES, p, word_file, zip_of

CONTEXT: Final[dict[str, Any]] = {"x": "v", "name": "Ada", "xs": [1, 2], "s": "abc"}
PLAIN: Final = b"Dear {{ name | default('you') }}\n"
_GOOD: Final = word_file("{{ name }}")
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DIRECTORY: Final = b"PK\x01\x02"


@dataclass(frozen=True, slots=True)
class HostileFile:
    """A file: 'refuse' it, or 'accept' it; why says what it tries."""

    name: str
    stage: str
    verdict: str
    why: str
    content: bytes


def _parts(file: bytes = _GOOD) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with(**parts: str | bytes) -> bytes:
    return zip_of({**_parts(), **parts})


def _document(xml: str | bytes) -> bytes:
    return _with(**{"word/document.xml": xml})


def _body(xml: str) -> bytes:
    return _document(f"<w:document {NAMESPACES}><w:body>{xml}</w:body></w:document>")


def _patched(at: int, value: bytes) -> bytes:
    start = _GOOD.index(_DIRECTORY) + at
    return _GOOD[:start] + value + _GOOD[start + len(value) :]


def _related(kind: str, target: str, mode: str = "External") -> bytes:
    entry = f'<Relationship Id="rId9" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    root = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _with(**{"word/_rels/document.xml.rels": f'<Relationships xmlns="{root}">{entry}</Relationships>'})


def _field(code: str) -> bytes:
    begin, end = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    return _body(f"<w:p>{begin}<w:r><w:instrText>{code}</w:instrText></w:r>{end}</w:p>")


def _word() -> Iterator[tuple[str, str, str, bytes]]:
    yield "accept", "good", "a file that is right", _GOOD
    yield "accept", "link", "a link to the web", _related("hyperlink", "https://example.com/")
    yield "accept", "dangling", "a picture that is not there", _related("image", "NULL", "Internal")
    yield "refuse", "empty", "no bytes", b""
    yield "refuse", "script_before", "a script before the zip", b"#!/bin/sh\n" + _GOOD
    yield "refuse", "cut_off", "half of a file", _GOOD[: len(_GOOD) // 2]
    yield "refuse", "old_word", "a file of old Word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    yield "refuse", "encrypted", "the flag of encryption", _patched(8, b"\x01\0")
    yield "refuse", "packed_otherwise", "packed by LZMA", _patched(10, b"\x0e\0")
    yield "refuse", "lying_size", "a size that is not the size", _patched(24, struct.pack("<L", 7))
    yield "refuse", "huge_size", "a size of 4 GB", _patched(24, b"\xff\xff\xff\xff")
    yield "refuse", "symlink", "a symbolic link", _patched(38, struct.pack("<L", 0xA1FF0000))
    yield "refuse", "bomb", "110 MB of one byte", _with(**{"word/media/a.bin": bytes(110_000_000)})
    yield "refuse", "many_parts", "3,000 parts", _with(**{f"a/{number}": "" for number in range(3_000)})
    yield "refuse", "other_spelling", "a part in two spellings", _with(**{"WORD/document.xml": "x"})
    yield "refuse", "dot_dot", "a name that leads out", _with(**{"../evil": "x"})
    yield "refuse", "encoded_dot_dot", "a name that leads out, encoded", _with(**{"word/%2e%2e/%2e%2e/evil": "x"})
    yield "refuse", "macros", "macros by name", _with(**{"word/vbaProject.bin": "x"})
    yield (
        "refuse",
        "macros_within",
        "macros in an embedded workbook",
        _with(**{"word/embeddings/a.xlsx": zip_of({"xl/vbaProject.bin": "x"})}),
    )
    yield "refuse", "activex", "a control", _with(**{"word/activeX/activeX1.xml": "<a/>"})
    yield "refuse", "add_in", "an add-in that opens by itself", _related("webextensiontaskpanes", "a.xml", "Internal")
    yield "refuse", "alt_chunk", "another file taken in", _body('<w:altChunk r:id="rId1"/>')
    yield "refuse", "sub_document", "a part of a master document", _body('<w:subDoc r:id="rId1"/>')
    yield "refuse", "picture_outside", "a picture on a server", _related("image", "http://127.0.0.1:9/a.png")
    yield "refuse", "link_script", "a link that runs a script", _related("hyperlink", "javascript:alert(1)")
    yield "refuse", "link_file", "a link to a file", _related("hyperlink", "file:///etc/hostname")
    yield "refuse", "dde", "a field that runs a program", _field("DDEAUTO c:\\\\x y")
    yield "refuse", "include", "a field that reads a file", _field('INCLUDETEXT "c:\\\\x"')
    yield "refuse", "field_link", "a field with a link to a share", _field('HYPERLINK "\\\\\\\\host\\\\share"')
    yield "refuse", "tag_in_field", "data as a field's code", _field("PAGE {{ x }}")
    yield "refuse", "dtd", "a document type", _document(f"<!DOCTYPE w><w:document {NAMESPACES}/>")
    yield (
        "refuse",
        "dtd_utf16",
        "a document type in UTF-16",
        _with(**{"custom/a.xml": '\ufeff<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16-le")}),
    )
    yield (
        "refuse",
        "dtd_ebcdic",
        "a document type in EBCDIC",
        _with(**{"custom/a.xml": "<!DOCTYPE a><a/>".encode("cp037")}),
    )
    yield (
        "refuse",
        "deep",
        "300 elements in each other",
        _document(f"<w:document {NAMESPACES}>" + "<w:p>" * 300 + "</w:p>" * 300 + "</w:document>"),
    )
    yield "refuse", "many_elements", "500,000 elements", _body("<w:p/>" * 500_000)
    yield "refuse", "many_open_tags", "100,000 tags that do not end", _body(p("{{ a") * 2_000)
    yield "refuse", "many_open_comments", "60,000 comments that do not end", word_file(*[p("{# x")] * 60_000)
    yield "accept", "many_tags", "7,990 tags", word_file(*[p(f"{{{{ a{number}.b }}}}") for number in range(7_990)])
    yield (
        "refuse",
        "header_tag",
        "a Python object in a footer",
        word_file("x", parts={"word/footer1.xml": p("{{ ''.__class__ }}")}),
    )
    yield "refuse", "not_closed", "a loop without an end", word_file("{% for a in b %}")


def _templates() -> Iterator[tuple[str, str, str, bytes]]:
    for name, template, verdict in (
        ("multiplied", "{{ 'a' * 1000000000 }}", "refuse"),
        ("power", "{{ 10 ** (10 ** 10) }}", "refuse"),
        (
            "doubled",
            "{% set n = namespace(s='a') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
            "refuse",
        ),
        ("loops", "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}", "refuse"),
        ("backwards", "{% set s = 'a' * 1000000 %}{{ s.rfind('ab' ~ s) }}", "refuse"),
        ("width", "{{ '%.0000000001000000000f' | format(1) }}", "refuse"),
        ("recursive", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "refuse"),
        ("object", "{{ ''.__class__ }}", "refuse"),
        ("keys", "{{ {'items': name}.items }}", "accept"),
        ("quotes", "{{ '" + "\\'" * 100_000, "refuse"),
        ("parentheses", "{{ " + "(" * 20_000 + " }}", "refuse"),
        ("control", "a\x00b", "refuse"),
        ("exponent", "{{ 1e999999999 }}", "refuse"),
    ):
        yield verdict, name, template[:60], template.encode()
    yield "refuse", "latin1", "not UTF-8", b"\xe4"
    yield "accept", "bom", "a byte order mark", b"\xef\xbb\xbfDear {{ name }}"


def _data() -> Iterator[tuple[str, str, str, bytes]]:
    yield "refuse", "nan", "NaN", b'{"name": NaN}'
    yield "refuse", "twice", "a key twice", b'{"name": 1, "name": 2}'
    yield "refuse", "surrogate", "half a character", b'{"name": "\\ud800"}'
    yield "refuse", "long_number", "5,000 digits", b'{"name": ' + b"9" * 5_000 + b"}"
    yield "refuse", "deep", "100,000 lists in each other", b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield "refuse", "many_values", "2 million empty lists", b'{"x": [' + b"[]," * 2_000_000 + b"[]]}"
    yield "refuse", "list", "no object", b"[1]"
    yield "accept", "template", "a template as a value", b'{"name": "{{ 7 * 7 }}{% for %}"}'
    yield "accept", "markup", "markup as a value", b'{"name": "<w:p>&amp;]]>"}'


def hostile_files() -> Iterator[HostileFile]:
    """Build all of them, one after the other."""
    for verdict, name, why, content in _word():
        yield HostileFile(f"{name}.docx", "upload", verdict, why, content)
    for extension in ("txt", "md"):
        for verdict, name, why, content in _templates():
            yield HostileFile(f"{name}.{extension}", "render", verdict, why, content)
    for verdict, name, why, content in _data():
        yield HostileFile(f"{name}.json", "render", verdict, why, content)


def main() -> int:
    """Write the files into a folder, with a manifest."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    manifest = []
    for file in hostile_files():
        (folder / file.name).write_bytes(file.content)
        manifest.append({key: value for key, value in asdict(file).items() if key != "content"})
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
