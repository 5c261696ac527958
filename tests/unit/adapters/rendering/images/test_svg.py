"""SVG drawings: what is let through, how it is written anew, and the picture that is made of it."""

import io
from typing import Any

import pytest
from lxml import etree
from PIL import Image as Pillow

from adapters.rendering.images import ImageError, read_image
from adapters.rendering.images.image import Image
from adapters.rendering.images.svg import read_svg
from adapters.rendering.images.svg_raster import pixels_for
from tests.hostile.drawings import DRAWINGS, NAMESPACES, HostileDrawing, svg

EMU_PER_PIXEL = 9_525
RED = '<rect width="100" height="100" fill="#ff0000"/>'


def drawn(written: str) -> Image:
    """Read a drawing."""
    return read_image(written.encode())


def colours(image: Image) -> set[Any]:
    """Return the colours of a picture."""
    with Pillow.open(io.BytesIO(image.data)) as opened:
        return {colour for _, colour in opened.convert("RGBA").getcolors(1_000_000) or ()}


def cleaned(written: str) -> Any:
    """Return the drawing that goes into the document."""
    drawing = drawn(written).drawing
    assert drawing is not None
    return etree.fromstring(drawing.data)


def outcome(written: str) -> str:
    """Return what becomes of a drawing: 'drawn', or the code of what is wrong with it."""
    try:
        image = drawn(written)
    except ImageError as error:
        return error.code if error.message.endswith(".") and error.suggestion else f"half a sentence: {error.message}"
    with Pillow.open(io.BytesIO(image.data)) as opened:
        opened.load()
    return "drawn"


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.why)
def test_hostile_drawings(drawing: HostileDrawing) -> None:
    assert outcome(drawing.svg) == drawing.verdict


@pytest.mark.parametrize("drawing", [each for each in DRAWINGS if each.verdict == "drawn"], ids=lambda each: each.why)
def test_nothing_active_or_from_elsewhere_is_left(drawing: HostileDrawing) -> None:
    root = cleaned(drawing.svg)
    assert all(node.tag.startswith("{http://www.w3.org/2000/svg}") for node in root.iter())
    for node in root.iter():
        for name, value in node.attrib.items():
            local = etree.QName(name).localname.lower()
            assert not local.startswith("on")
            assert local != "base"
            assert local != "href" or value.startswith(("#", "data:image/png", "data:image/jpeg"))
    assert b"127.0.0.1" not in etree.tostring(root)
    assert b"javascript" not in etree.tostring(root)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 200 100"', (200, 100)),
        ('width="200" height="100"', (200, 100)),
        ('width="200px" viewBox="0 0 2 1"', (200, 100)),
        ('height="1in" viewBox="0,0 20 10"', (192, 96)),
        ('width="25.4mm" height="72pt"', (96, 96)),
        ('width="100%" height="100%" viewBox="0 0 30 20"', (30, 20)),
        ('width="nonsense" viewBox="0 0 30 20"', (30, 20)),
    ],
)
def test_the_size_is_that_of_the_drawing(attributes: str, size: tuple[int, int]) -> None:
    image = drawn(svg(RED, attributes))
    assert (image.width, image.height) == (size[0] * EMU_PER_PIXEL, size[1] * EMU_PER_PIXEL)


def test_the_picture_shows_the_drawing_and_keeps_it_beside_it() -> None:
    image = drawn(svg(RED + '<rect width="100" height="50" fill="#0000ff"/>'))
    assert image.kind == "png"
    assert colours(image) == {(255, 0, 0, 255), (0, 0, 255, 255)}
    assert image.drawing is not None
    assert (image.drawing.kind, image.drawing.width) == ("svg", image.width)


def test_the_same_drawing_gives_the_same_picture() -> None:
    first, second = drawn(svg(f"<text y='50'>Größe</text>{RED}")), drawn(svg(f"<text y='50'>Größe</text>{RED}"))
    assert (first.data, first.drawing) == (second.data, second.drawing)


@pytest.mark.parametrize("family", ["Arial", "Times", "nobody has this", "monospace"])
def test_texts_are_drawn_whatever_fonts_they_ask_for(family: str) -> None:
    text = f'<text y="80" font-size="90" font-family="{family}">Ä</text>'
    assert (0, 0, 0, 255) in colours(drawn(svg(text)))


def test_style_sheets_gradients_copies_masks_and_clippings_are_drawn() -> None:
    contents = (
        "<style>.a { fill: url(#g) } /* x */ .b, .c { fill: #00ff00 }</style>"
        '<defs><linearGradient id="g"><stop stop-color="#ff0000"/></linearGradient><clipPath id="c">'
        '<rect width="50" height="100"/></clipPath><rect id="r" class="a" width="100" height="100"/></defs>'
        '<use href="#r" clip-path="url(#c)"/><rect class="b" x="50" width="50" height="100"/>'
    )
    assert {(255, 0, 0, 255), (0, 255, 0, 255)} <= colours(drawn(svg(contents)))


def test_what_editors_add_is_left_out_and_the_text_around_it_stays() -> None:
    written = svg(
        '<metadata><rdf xmlns="urn:rdf"/></metadata><i:view xmlns:i="urn:inkscape" i:zoom="3"/><title>T</title>'
        '<text i:label="x" xmlns:i="urn:inkscape">a<title>b</title>c</text>'
    )
    root = cleaned(written)
    assert [etree.QName(node).localname for node in root] == ["text"]
    assert ("".join(root.itertext()), dict(root[0].attrib)) == ("ac", {})
    assert set(root[0].nsmap) <= {None, "xlink"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    written = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><!-- Größe -->{svg(RED)}'
    assert read_image(written.encode(encoding)).kind == "png"


def test_another_encoding_is_named() -> None:
    written = f'<?xml version="1.0" encoding="ISO-8859-1"?>{svg(RED)}'
    with pytest.raises(ImageError, match="ISO-8859-1"):
        read_image(written.encode())


def test_dear_drawings_have_fewer_pixels() -> None:
    simple, dear = (read_svg(svg(contents).encode()) for contents in (RED, f'<g opacity=".5">{RED}</g>' * 90))
    assert pixels_for(simple) == (1_000, 1_000)
    assert pixels_for(dear)[0] < 700


def test_drawing_is_paid_for_before_it_is_done() -> None:
    class NoMoreError(Exception):
        pass

    def charge(steps: int) -> None:
        if steps > 50_000:
            raise NoMoreError

    with pytest.raises(NoMoreError):
        read_image(svg(RED).encode(), charge)


@pytest.mark.parametrize(
    "beginning", ["", "\n", "<!-- a --> <!--b-->", '<?xml version="1.0"?>\n<?x y?>', "<!DOCTYPE svg>"]
)
def test_a_drawing_is_known_by_its_first_element(beginning: str) -> None:
    assert outcome(beginning.removeprefix("\n") + svg(RED)) == "drawn"


@pytest.mark.parametrize("data", [b"<html><svg/></html>", b"<!-- <svg -->", b"text <svg>", b"<svgx/>", b"<!--" * 5_000])
def test_other_files_are_no_drawings(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"This is no image\."):
        read_image(data)


def test_the_namespaces_of_a_drawing_are_kept() -> None:
    assert NAMESPACES.startswith("xmlns=")
    assert cleaned(svg('<use xlink:href="#a"/>'))[0].attrib == {"{http://www.w3.org/1999/xlink}href": "#a"}
