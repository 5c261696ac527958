"""Relationships to parts that are not there: documents go without, with a warning, and nothing else of them changes."""

import zipfile
from io import BytesIO
from typing import Any

import pytest

from tests.image_files import image, image_file
from tests.unit.adapters.rendering.docx.test_frames import R, drawing, shape
from tests.unit.adapters.rendering.docx.test_images import A, shown
from tests.word_files import compile_word, lines_of, p, part_of, r, render_word, word_file
from tests.word_rules import assert_follows_word_rules

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "word/_rels/document.xml.rels"


def links(*entries: tuple[str, str, str]) -> str:
    related = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in entries
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>'
    )


def warnings_of(file: bytes) -> list[tuple[str, str]]:
    return [(found.code, found.message) for found in compile_word(file).diagnostics]


def names_in(document: bytes, part: str = LINKS) -> list[str]:
    return [node.get("Id") for node in part_of(document, part)]


@pytest.mark.parametrize("target", ["NULL", "../NULL", "media/image1.png", "/word/media/image1.png", "%4eULL#x"])
def test_a_relationship_to_nothing_is_left_out_with_a_warning(target: str) -> None:
    file = word_file("{{ v }}", parts={LINKS: links(("rId9", "image", target))})
    ((code, message),) = warnings_of(file)
    assert code == "missing-part-dropped"
    assert repr(target) in message
    assert "'word/document.xml'" in message
    document = render_word(file, {"v": "x"})
    assert (lines_of(document), names_in(document)) == (["x"], [])
    assert_follows_word_rules(document, file)


@pytest.mark.parametrize("body", ["{{ v }}", "no tag"])
def test_what_refers_to_it_goes_and_the_rest_stays(body: str) -> None:
    header = '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:pgSz w:w="1"/></w:sectPr>'
    link = f'<w:hyperlink r:id="rId2">{r("here")}</w:hyperlink>'
    file = word_file(
        p(body),
        p(link),
        p(r("a"), drawing("own"), shape("own")),
        p(r("end"), properties=header),
        parts={
            LINKS: links(
                ("rId1", "header", "header7.xml"),
                ("rId2", "hyperlink", "missing.html"),
                ("rId9", "image", "NULL"),
                ("rIdPart1", "settings", "settings.xml"),
            ),
            "word/settings.xml": "<w:settings xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>",
        },
    )
    assert [code for code, _ in warnings_of(file)] == ["missing-part-dropped"]
    document = render_word(file, {"v": "x"})
    assert_follows_word_rules(document, file)
    assert names_in(document) == ["rIdPart1"]
    assert lines_of(document) == ["x" if "{" in body else body, "here", "a", "end"]
    root = part_of(document)
    assert [blip.get(R + "embed") for blip in root.iter(A + "blip")] == [""]
    assert "headerReference" not in {node.tag.rpartition("}")[2] for node in root.iter("*")}
    assert next(node for node in root.iter("*") if node.tag.endswith("}pgSz")) is not None


def test_a_tag_fills_the_frame_of_a_picture_that_is_not_there() -> None:
    parts: dict[str, Any] = {LINKS: links(("rId9", "image", "NULL"))}
    file = word_file(p(drawing("{{ logo }}"), shape("{{ logo }}")), parts=parts)
    assert [placeholder.kind for placeholder in compile_word(file).placeholders] == ["image"]
    document = render_word(file, {"logo": image()})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file()]


def test_an_id_that_something_else_has_too_stays() -> None:
    settings = "<w:settings xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>"
    file = word_file(
        "{{ v }}",
        parts={
            LINKS: links(("rId1", "settings", "settings.xml"), ("rId1", "image", "NULL")),
            "word/settings.xml": settings,
        },
    )
    assert names_in(render_word(file, {"v": "x"})) == ["rId1"]


def test_parts_of_the_whole_file_and_of_what_is_no_xml() -> None:
    root = links(("rId1", "officeDocument", "word/document.xml"), ("rId2", "metadata/thumbnail", "docProps/NULL"))
    file = word_file(
        "x",
        parts={
            "_rels/.rels": root,
            "word/media/_rels/a.bin.rels": links(("rId1", "image", "b")),
            "word/media/a.bin": b"?",
        },
    )
    assert [message.partition(" refers")[0] for _, message in warnings_of(file)] == ["'the file'", "'word/media/a.bin'"]
    document = render_word(file)
    assert names_in(document, "_rels/.rels") == ["rId1"]
    with zipfile.ZipFile(BytesIO(document)) as archive, zipfile.ZipFile(BytesIO(file)) as template:
        assert archive.read("word/document.xml") == template.read("word/document.xml")
        assert archive.read("word/media/a.bin") == b"?"


def test_thousands_of_them_are_one_warning() -> None:
    many = links(*((f"rId{number}", "image", f"media/{number}.png") for number in range(20_000)))
    ((_, message),) = warnings_of(word_file("{{ v }}", parts={LINKS: many}))
    assert "'media/2.png' and 19,997 others." in message


@pytest.mark.parametrize("target", ["#here", "{{ link }}", "", "Settings.XML"])
def test_what_is_there_or_says_nothing_yet_is_no_reference_to_nothing(target: str) -> None:
    file = word_file(
        "x",
        parts={
            LINKS: links(("rId1", "hyperlink", target)),
            "word/settings.xml": "<w:settings xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>",
        },
    )
    assert "missing-part-dropped" not in [code for code, _ in warnings_of(file)]
