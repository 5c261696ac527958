"""Pictures whose alt text is one tag: the image goes into the picture's own frame."""

import io
import json
import zipfile
from typing import Any

import docx
import pytest
from lxml import etree

from adapters.rendering.engine import render_template
from domain.errors import DiagnosedError
from domain.formats import OutputFormat
from domain.placeholder import PlaceholderKind
from domain.render_request import MissingPolicy
from tests.builders import render_options
from tests.image_files import drawing as svg_drawing
from tests.image_files import image, image_file
from tests.unit.adapters.rendering.docx.test_images import SVG_BLIP, WP, A, R, drawings_of, media, shown, sizes
from tests.word_files import compile_word, lines_of, p, part_of, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

MM = 36_000
OWN = image_file(color="grey")
PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BLIP = (
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rId9"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
)
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="media/own.png"/>'
    "{more}</Relationships>"
)


def pic(described: str, blip: str = "", more: str = "") -> str:
    """Write a picture of 60 by 40 mm, with a shadow."""
    return (
        f'<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
        f'<pic:cNvPr id="7" name="P" descr="{described}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="rId9">{blip}</a:blip>{more}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2160000" cy="1440000"/></a:xfrm><a:prstGeom prst="ellipse">'
        "<a:avLst/></a:prstGeom><a:effectLst/></pic:spPr></pic:pic>"
    )


def drawing(alt: str, inner: str = "", *, frame: str = "inline", contents: str | None = None) -> str:
    """Write a run with a picture."""
    position = '<wp:simplePos x="0" y="0"/>' if frame == "anchor" else ""
    graphic = (
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"{pic(inner) if contents is None else contents}</a:graphicData></a:graphic>"
    )
    return (
        f'<w:r><w:drawing><wp:{frame} distT="0">{position}<wp:extent cx="2160000" cy="1440000"/>'
        f'<wp:docPr id="3" name="Picture 3" descr="{alt}"/>{graphic}</wp:{frame}></w:drawing></w:r>'
    )


def shape(alt: str) -> str:
    """Write a run with a picture as old versions of Word write it."""
    return (
        '<w:r><w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="s1" alt="'
        f'{alt}" style="position:absolute;width:120pt;height:80.5pt;z-index:1"><v:imagedata r:id="rId9" croptop="20%"/>'
        "</v:shape></w:pict></w:r>"
    )


def file_with(*body: str, parts: dict[str, str] | None = None, more: str = "") -> bytes:
    """Build a file with a picture of its own in body and header."""
    links = LINKS.replace("{more}", more)
    own: dict[str, Any] = {f"word/_rels/{name}.xml.rels": links for name in ("document", "header1")}
    built = word_file(*body, parts={**own, "word/media/own.png": OWN, **(parts or {})})
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    types = members["[Content_Types].xml"]
    members["[Content_Types].xml"] = types.replace(
        b"<Default", b'<Default Extension="png" ContentType="image/png"/><Default', 1
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if name != "word/_rels/header1.xml.rels" or "word/header1.xml" in members:
                archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("frame", ["inline", "anchor"])
def test_the_image_takes_the_place_of_the_picture(frame: str) -> None:
    file = file_with(p("a", drawing("{{ logo }}", "{{ logo }}", frame=frame), "z"))
    document = render_word(file, {"logo": image(width="4mm", alt="The <logo>")})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file()]
    assert sizes(document) == [(60, 30)]
    (extent,) = part_of(document).iter(A + "ext")
    assert (int(extent.get("cx")), int(extent.get("cy"))) == (60 * MM, 30 * MM)
    described = [*part_of(document).iter(WP + "docPr"), *part_of(document).iter(PIC + "cNvPr")]
    assert [each.get("descr") for each in described] == ["The <logo>"] * 2
    assert next(part_of(document).iter(A + "prstGeom")).get("prst") == "ellipse"
    assert lines_of(document) == ["az"]


def test_a_tall_image_keeps_the_height_of_the_frame() -> None:
    assert sizes(render_word(file_with(p(drawing("{{ v }}"))), {"v": image(size=(100, 200))})) == [(20, 40)]


def test_a_text_stays_the_alt_text_of_the_picture() -> None:
    file = file_with(p(drawing(" {{ v }} ", "own")), p(drawing("Photo: {{ v }}")))
    document = render_word(file, {"v": 'A "text" & more'})
    assert_follows_word_rules(document, file)
    assert shown(document) == [OWN, OWN]
    assert sizes(document) == [(60, 40), (60, 40)]
    described = [each.get("descr") for each in part_of(document).iter(WP + "docPr")]
    assert described == ['A "text" & more', 'Photo: A "text" & more']


@pytest.mark.parametrize("options", [{"data": {"v": None}}, {"data": {}, "missing": MissingPolicy.EMPTY}])
def test_nothing_takes_the_picture_away(options: dict[str, Any]) -> None:
    file = file_with(p("a", drawing("{{ v }}"), "z"), tbl(tr(tc(p(drawing("{{ v }}"))))), p(shape("{{ v }}")))
    document = render_word(file, **options)
    assert_follows_word_rules(document, file)
    root = part_of(document)
    assert not list(root.iter(W + "drawing", W + "pict"))
    assert lines_of(document) == ["az", "|  |", ""]


def test_an_empty_text_leaves_the_picture_without_alt_text() -> None:
    document = render_word(file_with(p(drawing("{{ v }}"))), {"v": ""})
    assert shown(document) == [OWN]
    assert next(part_of(document).iter(WP + "docPr")).get("descr") == ""


def test_a_missing_image_is_said_and_may_be_kept() -> None:
    file = file_with(p(drawing("{{ logo }}")))
    compiled, options = compile_word(file), render_options(output=OutputFormat.DOCX)
    with pytest.raises(DiagnosedError, match="logo"):
        render_template(compiled, b"{}", options)
    document = render_word(file, {}, missing=MissingPolicy.KEEP)
    assert next(part_of(document).iter(WP + "docPr")).get("descr") == "{{ logo }}"


def test_each_round_of_a_loop_has_its_own_image() -> None:
    cells = ["{% for x in xs %}{{ x.name }}", tc(p(drawing("{{ x.photo }}"), "{% endfor %}"))]
    file = file_with(tbl(tr(*cells)), p(drawing("{{ logo }}")))
    xs = [{"name": c, "photo": image(color=c)} for c in ("red", "blue")] + [{"name": "none", "photo": None}]
    document = render_word(file, {"xs": xs, "logo": image()})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file(color="red"), image_file(color="blue"), image_file()]
    assert sorted(media(document)) == ["word/media/image-1.png", "word/media/image-2.png", "word/media/own.png"]


def test_headers_and_text_boxes_and_filters() -> None:
    file = file_with("x", parts={"word/header1.xml": p(drawing("{{ logo.file | image }}"))})
    document = render_word(file, {"logo": {"file": image()["$image"]}})
    assert_follows_word_rules(document, file)
    assert shown(document, "word/header1.xml") == [image_file()]


def test_pictures_of_old_versions_of_word() -> None:
    file = file_with(p(shape("{{ v }}")))
    document = render_word(file, {"v": image(alt="Logo")})
    assert_follows_word_rules(document, file)
    (made,) = part_of(document).iter("{urn:schemas-microsoft-com:vml}shape")
    assert made.get("style") == "position:absolute;width:120.00pt;height:60.00pt;z-index:1"
    assert made.get("alt") == "Logo"
    assert made[0].get("croptop") == "0"
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        links = etree.fromstring(archive.read("word/_rels/document.xml.rels"))
        (target,) = [each.get("Target") for each in links if each.get("Id") == made[0].get(R + "id")]
        assert archive.read(f"word/{target}") == image_file()


def test_the_modern_and_the_old_copy_show_the_same() -> None:
    group = (
        '<wpg:wgp xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup">'
        f"{pic('{{ v }}')}</wpg:wgp>"
    )
    modern = drawing("A group", contents=group).removeprefix("<w:r>").removesuffix("</w:r>")
    old = shape("{{ v }}").removeprefix("<w:r>").removesuffix("</w:r>")
    both = (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wpg">{modern}</mc:Choice>'
        f"<mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    file = file_with(p(both))
    document = render_word(file, {"v": image()})
    assert_follows_word_rules(document, file)
    assert shown(document) == [image_file()]
    assert sizes(document) == [(60, 40)]
    assert len(media(document)) == 2
    gone = render_word(file, {"v": None})
    assert_follows_word_rules(gone, file)
    assert not list(part_of(gone).iter(PIC + "pic", "{urn:schemas-microsoft-com:vml}shape"))


def test_what_belongs_to_the_old_picture_alone_goes_with_it() -> None:
    svg = (
        '<a:extLst><a:ext uri="{28A0092B}"><x:useLocalDpi xmlns:x="x" val="0"/></a:ext><a:ext uri="{96DAC541}">'
        '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rId9"/></a:ext>'
        "</a:extLst>"
    )
    file = file_with(p(drawing("{{ v }}", contents=pic("", f"<a:grayscl/>{svg}", '<a:srcRect l="10000"/>'))))
    replaced = part_of(render_word(file, {"v": image()}))
    assert not [node for node in replaced.iter() if etree.QName(node).localname in ("svgBlip", "srcRect")]
    assert [etree.QName(node).localname for node in replaced.iter(A + "grayscl", "{x}useLocalDpi")] == [
        "grayscl",
        "useLocalDpi",
    ]
    kept = part_of(render_word(file, {"v": "text"}))
    assert len([node for node in kept.iter() if etree.QName(node).localname in ("svgBlip", "srcRect")]) == 2


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("", []),
        ('<a:extLst><a:ext uri="{28A0092B}"><x:useLocalDpi xmlns:x="x" val="0"/></a:ext></a:extLst>', ["useLocalDpi"]),
        (f'<a:grayscl/><a:extLst><a:ext uri="{{96DAC541}}">{BLIP}</a:ext></a:extLst>', []),
    ],
)
def test_a_drawing_goes_into_the_frame_with_its_picture(own: str, others: list[str]) -> None:
    file = file_with(p(drawing("{{ v }}", contents=pic("", own))))
    document = render_word(file, {"v": svg_drawing("blue")})
    assert_follows_word_rules(document, file)
    (blip,) = part_of(document).iter(A + "blip")
    assert [etree.QName(node).localname for node in blip][-1] == "extLst"
    inside = [etree.QName(node[0]).localname for node in blip.find(A + "extLst")]
    assert inside == [*others, "svgBlip"]
    assert [b'fill="blue"' in each for each in drawings_of(document)] == [True]
    plain = part_of(render_word(file, {"v": image()}))
    assert not list(plain.iter(SVG_BLIP))


def test_a_note_on_repeated_text_refers_to_images_of_its_own_part() -> None:
    note = f'<w:footnote w:id="2">{p(drawing("{{ x.photo }}"))}</w:footnote>'
    body = p("{% for x in xs %}x", '<w:r><w:footnoteReference w:id="2"/></w:r>', "{% endfor %}")
    links = {"word/_rels/footnotes.xml.rels": LINKS.replace("{more}", "")}
    related = (
        '<Relationship Id="rIdNotes" Target="footnotes.xml"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/>'
    )
    file = file_with(body, parts={"word/footnotes.xml": note, **links}, more=related)
    document = render_word(file, {"xs": [{"photo": image(color=each)} for each in ("red", "blue")]})
    assert_follows_word_rules(document, file)
    assert shown(document, "word/footnotes.xml") == [image_file(color="red"), image_file(color="blue")]


def test_the_value_is_known_as_an_image() -> None:
    file = file_with(p(drawing("{{ logo }}")), "{{ sign | image(width='3cm') }}{{ name }}")
    kinds = {each.path: each.kind for each in compile_word(file).placeholders}
    assert kinds == {"logo": PlaceholderKind.IMAGE, "sign": PlaceholderKind.IMAGE, "name": PlaceholderKind.TEXT}


def test_a_broken_image_names_the_picture() -> None:
    compiled = compile_word(file_with("one", p(drawing("{{ logo }}"))))
    with pytest.raises(DiagnosedError) as failed:
        render_template(
            compiled, json.dumps({"logo": {"$image": "x"}}).encode(), render_options(output=OutputFormat.DOCX)
        )
    (found,) = failed.value.diagnostics
    assert (found.code, found.pointer, found.location and found.location.paragraph) == ("image-invalid", "/logo", 2)


def test_python_docx_reads_the_replaced_picture() -> None:
    document = docx.Document(io.BytesIO(render_word(file_with(p(drawing("{{ v }}"))), {"v": image("JPEG")})))
    (found,) = document.inline_shapes
    assert (found.width.mm, found.height.mm) == (60, 30)
