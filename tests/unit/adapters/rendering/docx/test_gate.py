"""Files that must not come in, each refused with a code, a place and plain words."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.docx import compile_docx
from adapters.rendering.docx.zip_reader import MEMBERS
from adapters.rendering.language.limits import Limits
from tests.word_files import (
    NAMESPACES,
    compile_word,
    errors_of,
    lines_of,
    p,
    part_of,
    r,
    render_word,
    word_file,
    zip_of,
)

GOOD = word_file("{{ v }}")
RELATIONSHIPS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def members(file: bytes = GOOD) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without(name: str) -> bytes:
    """Build a good file that lacks one member."""
    return zip_of({other: content for other, content in members().items() if other != name})


def short(value: object) -> str:
    """Name a case by its code and words; a file has no name."""
    return value if isinstance(value, str) else ""


def related(kind: str, target: str, mode: str = "External") -> bytes:
    """Build a file whose text has one more relationship."""
    entry = f'<Relationship Id="rId9" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return word_file("x", parts={"word/_rels/document.xml.rels": RELATIONSHIPS.format(entry)})


def changed(position: int, value: bytes, file: bytes = GOOD) -> bytes:
    """Overwrite bytes of the first central directory entry."""
    start = file.index(b"PK\x01\x02") + position
    return file[:start] + value + file[start + len(value) :]


def field(code: str) -> str:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    half = len(code) // 2
    halves = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in (code[:half], code[half:]))
    return f"<w:p>{char('begin')}{halves}{char('separate')}{r('x')}{char('end')}</w:p>"


@pytest.mark.parametrize(
    ("file", "code", "words"),
    [
        (b"", "not-a-word-document", "empty"),
        (b"%PDF-1.7 ...", "not-a-word-document", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "not-a-word-document", "old Word document"),
        (b"{\\rtf1 hello}", "not-a-word-document", "rich text"),
        (b"just a text", "not-a-word-document", "is a zip"),
        (GOOD[: len(GOOD) // 2], "broken-zip", "cut off"),
        (GOOD[:-5], "broken-zip", "cut off"),
        (b"MZ" + GOOD, "broken-zip", "before its contents"),
        (GOOD + b"more", "broken-zip", "end record"),
        (zip_of({"a.txt": "x"}), "not-a-word-document", "list of its contents"),
        (without("_rels/.rels"), "not-a-word-document", "does not say"),
        (without("word/document.xml"), "not-a-word-document", "word/document.xml"),
        (changed(8, b"\x01\x00"), "encrypted", "encrypted"),
        (changed(10, b"\x0c\x00"), "bad-compression", "packed"),
        (changed(24, struct.pack("<L", 0xFFFFFFFF)), "broken-zip", "larger"),
        (changed(24, struct.pack("<L", 5)), "broken-zip", "checksum"),
        (changed(16, b"\0\0\0\0"), "broken-zip", "checksum"),
        (changed(38, struct.pack("<L", 0xA1FF0000)), "bad-part-name", "symbolic link"),
        (zip_of({**members(), "WORD/document.xml": "x"}), "bad-part-name", "two parts"),
        (zip_of({**members(), "../evil": "x"}), "bad-part-name", "forbidden name"),
        (zip_of({**members(), "/evil": "x"}), "bad-part-name", "forbidden name"),
        (zip_of({**members(), "word\\evil": "x"}), "bad-part-name", "forbidden name"),
        (zip_of({**members(), "c:evil": "x"}), "bad-part-name", "forbidden name"),
        (zip_of({**members(), "a" * 300: "x"}), "bad-part-name", "forbidden name"),
        (zip_of({**members(), **{f"a/{i}": "" for i in range(MEMBERS)}}), "too-many-parts", "parts"),
        (zip_of({**members(), "word/media/a.png": bytes(101_000_000)}), "file-too-large", "unpacks"),
    ],
    ids=short,
)  # fmt: skip
def test_it_is_no_zip_that_an_office_program_writes(file: bytes, code: str, words: str) -> None:
    found = compile_word(file)
    assert found.program is None
    assert [finding.code for finding in found.diagnostics] == [code]
    assert words in found.diagnostics[0].message


def test_the_strict_format_is_told_how_to_be_saved() -> None:
    links = members()["_rels/.rels"]
    text = links if isinstance(links, str) else links.decode()
    strict = text.replace(
        "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument"
    )
    found = compile_word(zip_of({**members(), "_rels/.rels": strict})).diagnostics
    assert [each.code for each in found] == ["strict-format"]
    assert "Word Document (.docx)" in (found[0].suggestion or "")


def test_members_may_not_share_bytes() -> None:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, content in members().items():
            archive.writestr(name, content)
        shared = archive.getinfo("word/document.xml")
        twin = zipfile.ZipInfo("word/twin.xml")
        twin.header_offset, twin.file_size, twin.compress_size, twin.CRC = (
            shared.header_offset, shared.file_size, shared.compress_size, shared.CRC,
        )  # fmt: skip
        archive.filelist.append(twin)
    assert errors_of(buffer.getvalue()) == ["broken-zip"]


def xml(text: str | bytes) -> bytes:
    return zip_of({**members(), "word/document.xml": text})


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (xml(""), "bad-xml"),
        (xml("<w:document>"), "bad-xml"),
        (xml(f"<w:other {NAMESPACES}/>"), "not-a-word-document"),
        (xml('<w:document xmlns:w="http://example.com"/>'), "not-a-word-document"),
        (xml(f"<!DOCTYPE x><w:document {NAMESPACES}/>"), "dtd"),
        (xml(('\ufeff<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>').encode("utf-16-le")), "dtd"),
        (xml('<?xml version="1.0" encoding="UTF-7"?><x/>'), "bad-xml"),
        (zip_of({**members(), "custom/item.xml": '<!DOCTYPE a SYSTEM "http://127.0.0.1/"><a/>'}), "dtd"),
        (xml(f"<w:document {NAMESPACES}>" + "<w:p>" * 300 + "</w:p>" * 300 + "</w:document>"), "too-deep"),
        (xml(f"<w:document {NAMESPACES}><w:body>" + "<w:p/>" * 400_001 + "</w:body></w:document>"), "too-large"),
        (related("hyperlink", "javascript:alert(1)"), "external-reference"),
        (related("hyperlink", "file:///etc/hostname"), "external-reference"),
        (related("image", "https://example.com/a.png"), "external-reference"),
        (related("aFChunk", "a.html", "Internal"), "alt-chunk"),
        (related("oleObject", "embeddings/a.bin", "Internal"), "embedded-object"),
        (related("control", "activeX/a.xml", "Internal"), "active-content"),
        (related("image", "../../../a.png", "Internal"), "bad-part-name"),
        (word_file("x", parts={"word/vbaProject.bin": "x"}), "macros"),
        (word_file("x", parts={"word/activeX/activeX1.xml": "x"}), "active-content"),
        (word_file("x", parts={"word/media/a.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1V\0B\0A\0"}), "macros"),
        (word_file(field(" DDEAUTO c:\\\\x y")), "forbidden-field"),
        (word_file(field('includetext "x"')), "forbidden-field"),
        (word_file('<w:p><w:fldSimple w:instr="dde x"/></w:p>'), "forbidden-field"),
        (word_file(field(' HYPERLINK "javascript:x"')), "external-reference"),
        (word_file(field("PAGE {{ v }}")), "tag-in-field"),
        (word_file("x", parts={"word/header1.xml": field("LINK x")}), "forbidden-field"),
    ],
    ids=short,
)  # fmt: skip
def test_what_a_document_may_not_hold(file: bytes, code: str) -> None:
    assert code in errors_of(file)


@pytest.mark.parametrize(
    "file",
    [
        related("hyperlink", "https://example.com/"),
        related("hyperlink", "mailto:a@example.com"),
        related("image", "NULL", "Internal"),
        word_file(field("PAGE"), field(" = 1 + 2 "), field('HYPERLINK "https://example.com"')),
        word_file('<w:p><w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd w:id="1"/></w:p>', field("here")),
        xml(
            f'<?xml-stylesheet href="http://127.0.0.1/a"?><w:document {NAMESPACES}><w:body><w:p/></w:body></w:document>'
        ),
    ],
    ids=["https", "mailto", "dangling", "fields", "bookmark", "stylesheet"],
)
def test_what_ordinary_documents_hold(file: bytes) -> None:
    assert errors_of(file) == []


def test_the_word_template_and_the_mail_merge_are_cut_off_with_a_warning() -> None:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="file:///x" TargetMode="External"/>'
        for number, kind in enumerate(("attachedTemplate", "mailMergeSource"))
    )
    settings = (
        f'<w:settings {NAMESPACES}><w:attachedTemplate r:id="rId0"/>'
        '<w:mailMerge><w:dataSource r:id="rId1"/></w:mailMerge><w:zoom w:percent="100"/></w:settings>'
    )
    file = word_file(
        "{{ v }}",
        parts={"word/settings.xml": settings, "word/_rels/settings.xml.rels": RELATIONSHIPS.format(entries)},
    )
    assert [finding.code for finding in compile_word(file).diagnostics] == ["external-reference-dropped"] * 2
    document = render_word(file, {"v": "x"})
    assert lines_of(document) == ["x"]
    assert [child.tag.rpartition("}")[2] for child in part_of(document, "word/settings.xml")] == ["zoom"]
    assert len(part_of(document, "word/_rels/settings.xml.rels")) == 0


@given(st.data())
def test_no_mutation_of_a_good_file_is_more_than_a_finding(data: st.DataObject) -> None:
    file = bytearray(word_file("{{ v }}", parts={"word/header1.xml": p("{{ w }}")}))
    mutations: list[Callable[[int], None]] = [
        lambda at: file.__setitem__(at, data.draw(st.integers(0, 255))),
        lambda at: file.__delitem__(slice(at, at + data.draw(st.integers(1, 40)))),
        lambda at: file.__setitem__(slice(at, at), data.draw(st.binary(max_size=20))),
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        data.draw(st.sampled_from(mutations))(data.draw(st.integers(0, len(file) - 1)))
    found = compile_word(bytes(file))
    assert found.program is not None or found.diagnostics
    assert "template-unreadable" not in [finding.code for finding in found.diagnostics]


def test_a_file_larger_than_the_setting_is_refused_by_it() -> None:
    compiled = compile_docx(GOOD, Limits(template_bytes=len(GOOD) - 1))
    assert [finding.code for finding in compiled.diagnostics] == ["file-too-large"]
    assert f"{len(GOOD) - 1:,} bytes" in compiled.diagnostics[0].message
