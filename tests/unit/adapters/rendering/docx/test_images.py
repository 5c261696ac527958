"""Images in Word documents: where they may stand, how large they are, what the package holds of them."""

import io
import itertools
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import docx
import pytest
from lxml import etree

from adapters.rendering.engine import render_template
from domain.diagnostics import Diagnostic
from domain.errors import DiagnosedError, LimitExceededError
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.image_files import data_address, drawing, drawing_file, image, image_file, png_that_says
from tests.word_files import compile_word, lines_of, p, part_of, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

MM = 36_000
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
SVG_BLIP = "{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A4 = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/>'


def sizes(document: bytes, part: str = "word/document.xml") -> list[tuple[float, float]]:
    """Return the width and height of the drawings of a part, in millimetres."""
    extents = part_of(document, part).iter(WP + "extent")
    return [(round(int(each.get("cx")) / MM, 1), round(int(each.get("cy")) / MM, 1)) for each in extents]


def shown(document: bytes, part: str = "word/document.xml") -> list[bytes]:
    """Return the files of the images that a part shows, in its order."""
    folder, name = part.rsplit("/", 1)
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        links = etree.fromstring(archive.read(f"{folder}/_rels/{name}.rels"))
        targets = {link.get("Id"): f"{folder}/{link.get('Target')}" for link in links}
        return [archive.read(targets[blip.get(R + "embed")]) for blip in part_of(document, part).iter(A + "blip")]


def media(document: bytes) -> list[str]:
    """Return the names of the parts that hold images."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return [name for name in archive.namelist() if "/media/" in name]


def findings(file: bytes, data: Mapping[str, Any]) -> tuple[Diagnostic, ...]:
    """Return why a document fails."""
    with pytest.raises(DiagnosedError) as failed:
        render_template(compile_word(file), json.dumps(data).encode(), render_options(output=OutputFormat.DOCX))
    return failed.value.diagnostics


def test_an_image_stands_in_its_line_between_the_texts() -> None:
    file = word_file(p(r("a {{ logo }} z", "<w:b/>")))
    document = render_word(file, {"logo": image(width="40mm", alt='The "logo" of A & B')})
    assert_follows_word_rules(document, file)
    (shape,) = docx.Document(io.BytesIO(document)).inline_shapes
    assert (shape.width, shape.height) == (40 * MM, 20 * MM)
    assert lines_of(document) == ["a  z"]
    (described,) = part_of(document).iter(WP + "docPr")
    assert described.get("descr") == 'The "logo" of A & B'
    assert shown(document) == [image_file()]


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ({}, (52.9, 26.5)), ({"width": "40mm"}, (40, 20)), ({"height": 30}, (60, 30)), ({"width": "1in"}, (25.4, 12.7)),
        ({"width": "40mm", "height": "40mm"}, (40, 20)), ({"width": "100mm", "height": "10mm"}, (20, 10)),
        ({"width": None, "height": "2cm"}, (40, 20)), ({"width": "20cm"}, (200, 100)),
        ({"height": "50cm"}, (558.8, 279.4)),
    ],
)  # fmt: skip
def test_the_size_keeps_the_proportion(words: dict[str, Any], size: tuple[float, float]) -> None:
    assert sizes(render_word(word_file("{{ v }}"), {"v": image(**words)})) == [size]


def test_without_a_size_an_image_is_never_larger_than_the_page_between_its_margins() -> None:
    file = word_file(f"<w:p><w:pPr><w:sectPr>{A4}</w:sectPr></w:pPr>{r('{{ v }}')}</w:p>", "{{ w }}")
    document = render_word(file, {"v": wide(4_000, 100), "w": wide(100, 4_000)})
    assert sizes(document) == [(159.2, 4.0), (6.2, 246.2)]


def wide(width: int, height: int) -> dict[str, Any]:
    """Make an image of this size."""
    return {"$image": data_address(png_that_says(width, height))}


def test_without_a_size_an_image_stays_within_its_cell_and_its_text_box() -> None:
    inner = tbl(tr(tc("{{ v }}", properties='<w:tcW w:w="1216" w:type="dxa"/>')), columns=1)
    cell = tc(inner, "{{ v }}", properties='<w:tcW w:w="2216" w:type="dxa"/>')
    file = word_file(tbl(tr(cell, "{{ v }}")), "{{ v }}", p(text_box(p("{{ v }}"))))
    document = render_word(file, {"v": wide(4_000, 100)})
    assert [width for width, _ in sizes(document)] == [17.6, 35.3, 160.0, 160.0, 60.0, 54.9]


def text_box(contents: str) -> str:
    """Write a text box that is 60 mm wide."""
    return (
        '<w:r><w:drawing><wp:inline><wp:extent cx="2160000" cy="900000"/><wp:docPr id="77" name="Box"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="wps">'
        '<wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:txbx>'
        f"<w:txbxContent>{contents}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline>"
        "</w:drawing></w:r>"
    )


def test_images_stand_in_every_part_and_each_is_held_once() -> None:
    note = f'<w:footnote w:id="2">{p("{{ logo }}")}</w:footnote>'
    file = word_file(
        p("{{ logo }}", '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        p(text_box(p("{{ logo }}"))),
        tbl(tr("{{ logo }}", "{{ photo }}")),
        parts={"word/header1.xml": p("{{ logo }}"), "word/footer1.xml": p("{{ photo }}"), "word/footnotes.xml": note},
    )
    document = render_word(file, {"logo": image(), "photo": image("JPEG")})
    assert_follows_word_rules(document, file)
    assert [len(shown(document, f"word/{part}.xml")) for part in ("document", "header1", "footer1", "footnotes")] == [
        4, 1, 1, 1,
    ]  # fmt: skip
    assert media(document) == ["word/media/image-1.png", "word/media/image-2.jpeg"]


def drawings_of(document: bytes, part: str = "word/document.xml") -> list[bytes]:
    """Return the SVG drawings that a part names beside its pictures, in its order."""
    folder, name = part.rsplit("/", 1)
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        related = etree.fromstring(archive.read(f"{folder}/_rels/{name}.rels"))
        targets = {each.get("Id"): each.get("Target") for each in related}
        found = part_of(document, part).iter(SVG_BLIP)
        return [archive.read(f"{folder}/{targets[each.get(R + 'embed')]}") for each in found]


def test_a_drawing_stands_beside_its_picture_as_word_writes_it() -> None:
    header = {"word/header1.xml": p("{{ logo }}")}
    file = word_file("{{ logo }}", tbl(tr("{% for x in [1, 2] %}{{ other }}", "{{ photo }}{% endfor %}")), parts=header)
    document = render_word(file, {"logo": drawing(width="40mm"), "other": drawing("blue"), "photo": image()})
    assert_follows_word_rules(document, file)
    blips = list(part_of(document).iter(A + "blip"))
    assert [len(each.findall(f"{A}extLst/{A}ext/{SVG_BLIP}")) for each in blips] == [1, 1, 0, 1, 0]
    extensions = {each.getparent().get("uri") for each in part_of(document).iter(SVG_BLIP)}
    assert extensions == {"{96DAC541-7B7A-43D3-8B79-37D633B846F1}"}
    assert all(file.startswith(b"\x89PNG") for file in shown(document))
    assert [b'fill="red"' in each for each in drawings_of(document)] == [True, False, False]
    assert drawings_of(document, "word/header1.xml") == drawings_of(document)[:1]
    assert sizes(document)[0] == (40, 20)
    assert [name.rpartition(".")[2] for name in media(document)] == ["png", "svg", "png", "svg", "png"]
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        types = etree.fromstring(archive.read("[Content_Types].xml"))
    assert {each.get("Extension"): each.get("ContentType") for each in types}["svg"] == "image/svg+xml"


@pytest.mark.parametrize("tag", ["{{ v | image('40mm') }}", "{{ v | markdown }}", "{{ v | html }}"])
def test_filters_and_formatted_texts_take_drawings(tag: str) -> None:
    address = data_address(drawing_file(), "image/svg+xml")
    written = {"mark": f"![A logo]({address})", "html": f'<p><img alt="A logo" src="{address}"></p>'}
    value = next((written[each] for each in written if each in tag), address)
    document = render_word(word_file(tag), {"v": value})
    assert_follows_word_rules(document, word_file(tag))
    assert len(drawings_of(document)) == 1


def test_a_drawing_that_is_refused_is_said_with_its_place_and_its_path() -> None:
    bad = data_address(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n<script/></svg>', "image/svg+xml")
    (found,) = findings(word_file("fine", "{{ a.logo }}"), {"a": {"logo": {"$image": bad}}})
    assert (found.code, found.pointer) == ("image-invalid", "/a/logo")
    assert "has a <script> in line 2" in found.message
    assert found.location is not None
    assert found.location.paragraph == 2


def test_a_loop_repeats_drawings_with_numbers_of_their_own() -> None:
    file = word_file(p(text_box(p("x"))), tbl(tr("{% for x in xs %}{{ x.photo }}", "{{ logo }}{% endfor %}")))
    colours = ["red", "blue", "red", "green"]
    document = render_word(file, {"logo": image("GIF"), "xs": [{"photo": image(color=each)} for each in colours]})
    assert_follows_word_rules(document, file)
    numbers = [each.get("id") for each in part_of(document).iter(WP + "docPr")]
    assert len(numbers) == len(set(numbers)) == 9
    logo = image_file("GIF")
    assert shown(document) == list(itertools.chain(*([image_file(color=each), logo] for each in colours)))
    assert len(media(document)) == 4


def test_a_note_on_repeated_text_holds_its_image_itself() -> None:
    note = f'<w:footnote w:id="2">{p("{{ x.photo }}")}</w:footnote>'
    body = p("{% for x in xs %}{{ x.name }}", '<w:r><w:footnoteReference w:id="2"/></w:r>', "{% endfor %}")
    file = word_file(body, parts={"word/footnotes.xml": note})
    document = render_word(file, {"xs": [{"name": each, "photo": image(color=each)} for each in ("red", "blue")]})
    assert_follows_word_rules(document, file)
    assert shown(document, "word/footnotes.xml") == [image_file(color="red"), image_file(color="blue")]


def test_macros_links_rich_runs_and_controls_take_images() -> None:
    control = f"<w:sdt><w:sdtPr><w:id w:val='5'/></w:sdtPr><w:sdtContent>{p('{{ v }}')}</w:sdtContent></w:sdt>"
    file = word_file(
        "{% macro show(x) %}<{{ x }}>{% endmacro %}".replace("<", "&lt;").replace(">", "&gt;"),
        "{{ show(v) }}",
        "{{r v }} and {% if v %}{{ v }}{% endif %}",
        control,
        "{% set note %}{{ v }}{% endset %}{{ note }}",
    )
    document = render_word(file, {"v": image()})
    assert_follows_word_rules(document, file)
    assert len(shown(document)) == 5


def test_an_image_beside_breaks_and_rich_text() -> None:
    file = word_file("{{ t }}{{ v }}{{ rich }}{{ v }}{{ t }}")
    document = render_word(
        file, {"v": image(), "t": "a\ab\fc", "rich": {"$richtext": [{"text": "bold", "bold": True}]}}
    )
    assert_follows_word_rules(document, file)
    assert len(shown(document)) == 2


def test_a_relationships_part_with_tags_takes_images_too() -> None:
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rIdImage1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"'
        ' Target="{{ url }}" TargetMode="External"/></Relationships>'
    )
    body = p("{{ v }}", f'<w:hyperlink r:id="rIdImage1">{r("here")}</w:hyperlink>')
    file = word_file(body, parts={"word/_rels/document.xml.rels": links, "word/media/image-1.png": b"x"})
    document = render_word(file, {"v": image(), "url": "https://example.com/"})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file()]
    assert media(document) == ["word/media/image-1.png", "word/media/image--1.png"]


def test_a_document_serves_as_a_template_again() -> None:
    once = render_word(word_file("{{ v }}", "{{ '{{ v }}' }}"), {"v": image()})
    twice = render_word(once, {"v": image(color="blue")})
    assert_follows_word_rules(twice)
    assert shown(twice) == [image_file(), image_file(color="blue")]


def test_content_types_that_an_ending_has_already_are_kept() -> None:
    file = word_file("{{ v }}")
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    for declared in ("image/png", "image/x-other"):
        default = f'<Default Extension="PNG" ContentType="{declared}"/>'
        members["[Content_Types].xml"] = members["[Content_Types].xml"].replace("<Default", default + "<Default", 1)
        document = render_word(packed(members), {"v": image()})
        assert_follows_word_rules(document)
        (part,) = [
            each for each in docx.Document(io.BytesIO(document)).part.package.iter_parts() if "media" in each.partname
        ]
        assert part.content_type == "image/png"
        members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(default, "")


def packed(members: Mapping[str, str]) -> bytes:
    """Zip members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_long_table_with_images_in_some_rows() -> None:
    file = word_file(tbl(tr("{% for x in xs %}{{ x.n }}", "{{ x.v }}{% endfor %}")))
    rows = [{"n": n, "v": image() if n % 1_000 == 7 else "-"} for n in range(3_000)]
    document = render_word(file, {"xs": rows})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file()] * 3


def test_the_same_input_gives_the_same_bytes() -> None:
    file, data = word_file("{{ v }}{{ w }}"), {"v": image("WEBP"), "w": image()}
    assert render_word(file, data) == render_word(file, data)


def test_an_image_is_an_object_for_the_template() -> None:
    file = word_file("{% if v %}{{ v.alt }}{% endif %}{{ 'none' if not w else w }}")
    assert lines_of(render_word(file, {"v": image(alt="A logo"), "w": None})) == ["A logonone"]


def test_a_key_that_json_escapes_is_an_image_too() -> None:
    data = json.dumps({"v": image()}).replace("$image", "\\u0024image").encode()
    rendered = render_template(compile_word(word_file("{{ v }}")), data, render_options(output=OutputFormat.DOCX))
    assert len(shown(rendered.content)) == 1


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ({"$image": "logo"}, "image-invalid", "no image: 'logo'"),
        ({"$image": ""}, "image-invalid", "empty"),
        ({"$image": None}, "image-invalid", "null"),
        ({"$image": {"a": 1}}, "image-invalid", "an object"),
        ({"$image": "data:image/png;base64,@@@@"}, "image-invalid", "base64"),
        ({"$image": "data:image/png;base64,aGVsbG8="}, "image-invalid", "no image"),
        ({"$image": data_address(image_file()[:-12])}, "image-invalid", "damaged"),
        ({"$image": data_address(png_that_says(10_000, 10_000))}, "image-too-large", "10,000 by 10,000"),
        ({"$image": "data:image/png;base64," + "A" * 10_000_001}, "image-too-large", "5,000,000 bytes"),
        ({"$image": "https://example.com/logo.png"}, "image-address", "fetch nothing"),
        ({"$image": "file:///etc/passwd"}, "image-address", "fetch nothing"),
        (image(width="4 ells"), "image-size", "'ells'"),
        (image(height=0), "image-size", "more than 0"),
        (image(alt={"a": 1}), "image-invalid", "alt text"),
        (image(widht="4cm"), "image-invalid", "'widht'"),
    ],
)
def test_what_is_no_image_is_said_with_its_place_and_its_path(value: Any, code: str, words: str) -> None:
    file = word_file("fine", tbl(tr("{% for x in xs %}{{ x.v }}", "b{% endfor %}")))
    (found,) = findings(file, {"xs": [{"v": image()}, {"v": value}]})
    assert (found.code, found.pointer) == (code, "/xs/1/v")
    assert found.location is not None
    assert (found.location.table, found.location.row, found.location.cell) == (1, 1, 1)
    assert words in found.message


def test_all_that_is_wrong_is_said_at_once_and_once() -> None:
    file = word_file("{{ a }}", "{% for x in [1, 2, 3] %}{{ b }}{% endfor %}", "{{ c }}")
    found = findings(file, {"a": {"$image": "x"}, "b": {"$image": "y"}, "c": {"$image": "https://z"}})
    assert [each.pointer for each in found] == ["/a", "/b", "/c"]


def test_a_broken_image_in_a_loop_is_read_once() -> None:
    file = word_file("{% for n in range(20000) %}{{ v }}{{ w | image }}{% endfor %}")
    broken = "data:image/png;base64," + "A" * 6_000_000
    found = findings(file, {"v": {"$image": broken}, "w": broken[:-4]})
    assert [(each.code, each.pointer) for each in found] == [("image-invalid", "/v"), ("image-invalid", "/w")]


def test_an_image_where_none_can_stand_is_refused() -> None:
    file = word_file("{{ v | upper }}{{ 'a' ~ v }}", parts={"docProps/core.xml": core_properties("{{ v }}")})
    found = findings(file, {"v": image()})
    assert "an image cannot stand here" in " ".join(each.message for each in found)


def core_properties(title: str) -> str:
    """Write the core properties of a document with a title."""
    return (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></cp:coreProperties>'
    )


def test_an_image_that_is_not_printed_is_not_looked_at() -> None:
    assert lines_of(render_word(word_file("{{ a }}"), {"a": "fine", "b": {"$image": "nonsense"}})) == ["fine"]


def test_conversions_are_paid_for() -> None:
    compiled = compile_word(word_file("{{ v }}"))
    few = replace(compiled, limits=replace(compiled.limits, steps=60_000))
    data = json.dumps({"v": image("WEBP", (1_000, 1_000))}).encode()
    with pytest.raises(LimitExceededError, match="steps"):
        render_template(few, data, render_options(output=OutputFormat.DOCX))
    assert render_template(compiled, data, render_options(output=OutputFormat.DOCX)).content


@pytest.mark.parametrize(
    ("tag", "size"),
    [
        ("{{ v | image }}", (52.9, 26.5)),
        ("{{ v | image('40mm') }}", (40, 20)),
        ("{{ v | image(height=30) }}", (60, 30)),
        ("{{ v | image('4cm', '1cm', alt='A') }}", (20, 10)),
        ("{{ w | image(width='20mm') }}", (20, 10)),
        ("{{ {'$image': v} | image(width='20mm') }}", (20, 10)),
        ("{{ [v] | map('image') | first | image('20mm') }}", (20, 10)),
        ("{% set x = v | image('20mm') %}{{ x }}", (20, 10)),
    ],
)
def test_a_filter_makes_an_image_of_a_text_and_gives_it_a_size(tag: str, size: tuple[float, float]) -> None:
    data = {"v": image()["$image"], "w": image(width="9mm", alt="B")}
    document = render_word(word_file(tag), data)
    assert_follows_word_rules(document)
    assert sizes(document) == [size]


def test_a_filter_prints_nothing_for_null_and_says_what_is_missing_or_wrong() -> None:
    file = word_file("{{ a.v | image('2cm') }}")
    assert lines_of(render_word(file, {"a": {"v": None}})) == [""]
    assert [each.code for each in findings(file, {"a": {}})] == ["missing-value"]
    (found,) = findings(file, {"a": {"v": "hello"}})
    assert (found.code, found.pointer) == ("image-invalid", "/a/v")
    (found,) = findings(file, {"a": {"v": 5}})
    assert "a number" in found.message


@pytest.mark.parametrize(
    ("tag", "size"),
    [
        ("{{ v | qrcode }}", (30, 30)),
        ("{{ v | qrcode('25mm', level='h') }}", (25, 25)),
        ("{{ n | barcode('ean13') }}", (38.3, 15)),
        ("{{ n | barcode('ean13', width='50mm', height='10mm') }}", (50, 10)),
        ("{{ v | barcode | image('20mm') }}", (20, None)),
    ],
)
def test_codes_are_images_with_their_text_as_alt_text(tag: str, size: tuple[float, float | None]) -> None:
    document = render_word(word_file(tag), {"v": "ABC-123", "n": 400638133393})
    assert_follows_word_rules(document)
    ((width, height),) = sizes(document)
    assert (width, size[1] and height) == size
    assert next(part_of(document).iter(WP + "docPr")).get("descr") in ("ABC-123", "400638133393")


def test_codes_of_null_print_nothing_and_wrong_ones_are_said() -> None:
    file = word_file("{{ v | qrcode }}{{ v | barcode }}")
    assert lines_of(render_word(file, {"v": None})) == [""]
    wrong = word_file("{{ v | qrcode(level='X') }}", "{{ v | barcode('ean13') }}", "{{ v | barcode(height='3 ells') }}")
    assert [each.code for each in findings(wrong, {"v": "A"})] == ["code-invalid", "code-invalid", "image-size"]
    assert [each.code for each in findings(file, {"v": [1]})] == ["unprintable-value"]


def test_codes_without_an_end_are_paid_for() -> None:
    file = word_file("{% for n in range(1000) %}{{ (n ~ text) | qrcode }}{% endfor %}")
    with pytest.raises(LimitExceededError, match="steps"):
        render_word(file, {"text": "a" * 200})
