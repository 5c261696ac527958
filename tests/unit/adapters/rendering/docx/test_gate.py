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


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def code(words: str) -> str:
    return f"<w:r><w:instrText>{words}</w:instrText></w:r>"


def glossary(contents: str) -> str:
    parts = f"<w:docParts><w:docPart><w:docPartBody>{contents}</w:docPartBody></w:docPart></w:docParts>"
    return f"<w:glossaryDocument {NAMESPACES}>{parts}</w:glossaryDocument>"


def field_within(words: str) -> str:
    return f"{mark('begin')}{code(words)}{mark('separate')}{mark('end')}"


def vml(shape: str) -> str:
    return f'<w:p><w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml">{shape}</w:pict></w:r></w:p>'


def picture(name: str, contents: bytes) -> bytes:
    kind = name.rpartition(".")[2]
    content_type = {"svg": "svg+xml"}.get(kind, kind)
    entry = f'<Default Extension="{kind}" ContentType="image/{content_type}"/></Types>'
    types = str(members()["[Content_Types].xml"], "ascii").replace("</Types>", entry)
    return zip_of({**members(), "[Content_Types].xml": types, f"word/media/{name}": contents})


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
        (changed(24, struct.pack("<L", 5)), "broken-zip", "two ways"),
        (changed(16, b"\0\0\0\0"), "broken-zip", "two ways"),
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


def patched(member: int, position: int, value: bytes, file: bytes = GOOD) -> bytes:
    """Overwrite bytes of a local header, counted from 0."""
    start = -1
    for _ in range(member + 1):
        start = file.index(b"PK\x03\x04", start + 1)
    return file[: start + position] + value + file[start + position + len(value) :]


def with_gap(size: int) -> bytes:
    """Build a file with bytes between its last member and its table of contents."""
    directory = GOOD.index(b"PK\x01\x02")
    end = GOOD.index(b"PK\x05\x06")
    offset = struct.pack("<L", directory + size)
    return GOOD[:directory] + b"\0" * size + GOOD[directory : end + 16] + offset + GOOD[end + 20 :]


def with_second_name() -> bytes:
    """Build a file whose last part has another name in its extra field."""
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, content in members().items():
            archive.writestr(zipfile.ZipInfo(name), content)
        info = zipfile.ZipInfo("word/media/a.png")
        other = b"word/vbaProject.bin"
        info.extra = struct.pack("<2HBL", 0x7075, 5 + len(other), 1, 0) + other
        archive.writestr(info, b"")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (patched(0, 8, b"\0\0"), "broken-zip"),  # another method
        (patched(0, 6, b"\x01\0"), "broken-zip"),  # encrypted, in one place
        (patched(0, 6, b"\x08\0"), "broken-zip"),  # a data descriptor, in one place
        (patched(0, 14, b"\1\2\3\4"), "broken-zip"),  # another checksum
        (patched(0, 22, b"\0\0\0\x7f"), "broken-zip"),  # another size
        (with_gap(100), "broken-zip"),
        (with_second_name(), "bad-part-name"),
        (zip_of({**members(), "word/%2e%2e/%2e%2e/evil": "x"}), "bad-part-name"),
        (zip_of({**members(), "word/document%2exml": "x"}), "bad-part-name"),
        (zip_of({**members(), "word/document.xml.": "x"}), "bad-part-name"),
        (zip_of({**members(), "word/STRASSE.xml": "x", "word/straße.xml": "x"}), "bad-part-name"),
        (zip_of({**members(), "word/\u00e9.xml": "x", "word/e\u0301.xml": "x"}), "bad-part-name"),
        (zip_of({**members(), "word/a\u202eb.xml": "x"}), "bad-part-name"),
    ],
    ids=str,
)  # fmt: skip
def test_no_two_programs_may_read_different_files(file: bytes, code: str) -> None:
    assert errors_of(file) == [code]


def test_a_data_descriptor_is_no_gap() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: int) -> int:
            raise OSError

    with zipfile.ZipFile(buffer := Stream(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members().items():
            archive.writestr(name, content)
    assert lines_of(render_word(buffer.getvalue(), {"v": "x"})) == ["x"]
    assert errors_of(with_gap(16)) == []


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
        (xml(f'<w:document {NAMESPACES} xmlns:no="http://a{{{{b"><w:body xml:space="odd"/></w:document>'), "bad-xml"),
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
        (word_file('<w:bookmarkStart w:id="1" w:name="DDEAUTO"/>' + field("DDEAUTO c:\\\\x y")), "forbidden-field"),
        (word_file("x", parts={"word/glossary/document.xml": glossary(field("DDEAUTO x"))}), "forbidden-field"),
        (word_file("x", parts={"word/glossary/document.xml": glossary("<w:altChunk/>")}), "alt-chunk"),
        (word_file("x", parts={"word/glossary/document.xml": "<!DOCTYPE x><x/>"}), "dtd"),
        (word_file('<w:p><w:fldSimple w:instr="dde x"/></w:p>'), "forbidden-field"),
        (word_file(field(' HYPERLINK "javascript:x"')), "external-reference"),
        (word_file(field("PAGE {{ v }}")), "tag-in-field"),
        (word_file("x", parts={"word/header1.xml": field("LINK x")}), "forbidden-field"),
        (word_file(f"<w:p>{mark('begin')}{r('DDEAUTO c:')}{mark('end')}</w:p>"), "forbidden-field"),
        (word_file(f"<w:p>{mark('begin')}<w:r><w:delInstrText>LINK x</w:delInstrText></w:r>{mark('end')}</w:p>"),
         "forbidden-field"),
        (word_file(f"<w:p>{mark('begin')}{field_within('QUOTE 68 68 69')}{code(' c:')}{mark('end')}</w:p>"),
         "forbidden-field"),
        (word_file(f"<w:p>{mark('begin')}{code('IF 1 ')}{field_within('INCLUDETEXT x')}{mark('end')}</w:p>"),
         "forbidden-field"),
        (word_file(f"<w:p>{mark('begin')}{code('DD')}</w:p><w:p>{code('E x')}{mark('end')}</w:p>"), "forbidden-field"),
        (word_file(field(' HYPERLINK \\o "tip" "javascript:x"')), "external-reference"),
        (word_file(field(' HYPERLINK "\\\\\\\\host\\\\share"')), "external-reference"),
        (word_file(field(' HYPERLINK "java script:x"')), "external-reference"),
        (word_file(field(' HYPERLINK other.docx')), "external-reference"),
        (word_file('<w:altChunk r:id="rId1"/>'), "alt-chunk"),
        (word_file('<w:subDoc r:id="rId1"/>'), "external-reference"),
        (word_file('<w:p><w:r><w:object><w:control r:id="rId1"/></w:object></w:r></w:p>'), "active-content"),
        (word_file(vml('<v:imagedata src="http://127.0.0.1/a.png"/>')), "external-reference"),
        (word_file(vml('<v:rect href="file:///etc/hostname"/>')), "external-reference"),
        (related("webextensiontaskpanes", "taskpanes.xml", "Internal"), "active-content"),
        (zip_of({**members(), "word/embeddings/a.xlsx": zip_of({"xl/vbaProject.bin": "x"})}), "macros"),
        (picture("a.png", b"<html><script>"), "image-invalid"),
        (picture("a.png", b"MZ\x90\0"), "image-invalid"),
        (picture("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">2L", 100_000, 100_000)), "image-too-large"),
        (picture("a.gif", b"GIF89a" + struct.pack("<2H", 65_535, 65_535)), "image-too-large"),
        (picture("a.bmp", b"BM" + bytes(16) + struct.pack("<2l", 99_999, -99_999)), "image-too-large"),
        (picture("a.jpeg", b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">2H", 65_500, 65_500)),
         "image-too-large"),
        (picture("a.svg", b"<svg xmlns='x' onload='alert(1)'/>"), "active-content"),
        (picture("a.svg", b"<svg><script>1</script></svg>"), "active-content"),
        (picture("a.svg", b"<svg><image href='http://127.0.0.1/a.png'/></svg>"), "active-content"),
        (zip_of({**members(), "custom/a.xml": '<!DOCTYPE a><a/>'.encode("utf-32-le")}), "dtd"),
        (zip_of({**members(), "custom/a.xml": '<!DOCTYPE a><a/>'.encode("cp037")}), "dtd"),
        (zip_of({**members(), "custom/a.xml": "<a/>".encode("utf-32-be")}), "bad-xml"),
        (zip_of({**members(), "custom/a.xml": '<?xml encoding="UTF-7"?><a/>'.encode("utf-16-le")}), "bad-xml"),
        (zip_of({**members(), "word/a.vml": "<!DOCTYPE a><a/>"}), "dtd"),
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
        word_file(field("PAGE"), field(" = 1 + 2 "), field('HYPERLINK "https://example.com"')),
        word_file('<w:p><w:bookmarkStart w:id="1" w:name="here"/><w:bookmarkEnd w:id="1"/></w:p>', field("here")),
        xml(
            f'<?xml-stylesheet href="http://127.0.0.1/a"?><w:document {NAMESPACES}><w:body><w:p/></w:body></w:document>'
        ),
    ],
    ids=["https", "mailto", "fields", "bookmark", "stylesheet"],
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_mail_merge_that_only_its_text_connects_is_cut_off_too(encoding: str) -> None:
    merge = (
        '<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:dataType w:val="native"/>'
        '<w:connectString w:val="Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\data.xlsx"/>'
        '<w:query w:val="SELECT * FROM `Sheet1$`"/></w:mailMerge>'
    )
    settings = f'<w:settings {NAMESPACES}><w:zoom w:percent="100"/>{merge}</w:settings>'
    encoded = f'<?xml version="1.0" encoding="{encoding}"?>{settings}'.encode(encoding)
    for body in ("{{ v }}", "v"):
        file = word_file(body, parts={"word/settings.xml": encoded})
        (found,) = compile_word(file).diagnostics
        assert (found.severity, found.code) == ("warning", "external-reference-dropped")
        document = render_word(file, {"v": "v"})
        assert lines_of(document) == ["v"]
        assert [child.tag.rpartition("}")[2] for child in part_of(document, "word/settings.xml")] == ["zoom"]


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


def test_too_many_tags_are_refused_before_their_blocks_are_looked_at() -> None:
    assert errors_of(word_file(p("{% for a in b %}") * 11_000)) == ["template-too-complex"]
