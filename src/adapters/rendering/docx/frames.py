"""Pictures whose alt text is one tag: the image that it prints is put into the picture's own frame.

The template's picture stays where it is, with its effects, its border and the text that flows around it; the file that
it shows is another one, and its size shrinks in one direction where the proportion differs. What the template cut off
at the edges of its own picture says nothing about the new one. (Pictures: ECMA-376 part 1, 20.2; VML: part 4, 19.1.)

The tag is moved to the first attribute in which the answer is needed: the marks behind it put out one number each.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from adapters.rendering.docx.marks import MarkTable
from adapters.rendering.docx.pictures import Album, fit
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import R_ID, A, Node, w
from adapters.rendering.docx.writers import FRAME, FRAMED_TEXT, PICTURE, escape_attribute
from adapters.rendering.images import Image

_WP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_PIC: Final = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_A: Final = f"{{{A}}}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
_RELATIONSHIPS: Final = R_ID.removesuffix("id")
_EMBED: Final = f"{_RELATIONSHIPS}embed"
_STYLE_SIDE: Final = re.compile(r"(?<![\w-])(width|height):\s*(\d{1,6}(?:\.\d{1,9})?)(?=pt|in|cm|mm|px|;|$)")
_CROPS: Final = ("croptop", "cropbottom", "cropleft", "cropright")


def is_framed(element: Node, name: str) -> bool:
    """Tell whether an attribute is the alt text of a picture."""
    if name == "alt":
        return _shown_by_shape(element) is not None
    return name == "descr" and _picture_of(element) is not None


def _picture_of(described: Node) -> Node | None:
    """Return the picture that a wp:docPr or a pic:cNvPr describes."""
    if described.tag == f"{_PIC}cNvPr":
        picture = described.getparent().getparent()
    elif described.tag == f"{_WP}docPr":
        picture = described.getparent().find(f"{_A}graphic/{_A}graphicData/{_PIC}pic")
    else:
        return None
    return picture if picture is not None and _blip(picture) is not None else None


def _blip(picture: Node) -> Node | None:
    blip = picture.find(f"{_PIC}blipFill/{_A}blip")
    return blip if blip is not None and _EMBED in blip.attrib and _extent(picture) is not None else None


def _extent(picture: Node) -> Node | None:
    extent = picture.find(f"{_PIC}spPr/{_A}xfrm/{_A}ext")
    return extent if extent is not None and _size(extent) is not None else None


def _size(extent: Node) -> tuple[int, int] | None:
    cx, cy = extent.get("cx", ""), extent.get("cy", "")
    return (int(cx), int(cy)) if re.fullmatch(r"0*[1-9]\d{0,10}", cx) and re.fullmatch(r"0*[1-9]\d{0,10}", cy) else None


def _shown_by_shape(shape: Node) -> Node | None:
    data = shape.find(f"{_VML}imagedata")
    return data if data is not None and R_ID in data.attrib and _sides(shape) is not None else None


def _sides(shape: Node) -> dict[str, str] | None:
    sides = dict(_STYLE_SIDE.findall(shape.get("style", "")))
    return sides if len(sides) == 2 and all(float(side) > 0 for side in sides.values()) else None  # noqa: PLR2004


def mark_frames(root: Node, tokens: TokenTable, marks: MarkTable, part_of: Callable[[Node], str]) -> None:
    """Mark what an image changes in its frame; `part_of` names the part whose relationships an element refers to."""
    for picture in list(root.iter(f"{_PIC}pic")):
        described = list(_descriptions(picture))
        token = next((token for each in described if (token := _lone(each.get("descr", ""), tokens))), None)
        if token is not None:
            _mark_picture(picture, described, token, marks, part_of(picture))
    for data in list(root.iter(f"{_VML}imagedata")):
        shape = data.getparent()
        token = _lone(shape.get("alt", ""), tokens)
        if token is not None:
            _mark_shape(shape, data, token, marks, part_of(shape))


def _descriptions(picture: Node) -> Iterator[Node]:
    """List what describes a picture, the outer one first."""
    data = picture.getparent()
    if data.tag == f"{_A}graphicData":
        yield from data.getparent().getparent().iterchildren(f"{_WP}docPr")
    yield from picture.iterfind(f"{_PIC}nvPicPr/{_PIC}cNvPr")


def _lone(text: str, tokens: TokenTable) -> str | None:
    """Return a token as it stands in an attribute, where it is all of it and prints into a frame."""
    match = re.fullmatch(rf"\s*({tokens.mark}(\d+){tokens.mark})\s*", text)
    return match.group(1) if match and tokens[int(match.group(2))].writer == FRAME else None


def _mark_picture(picture: Node, described: list[Node], token: str, marks: MarkTable, part: str) -> None:
    blip, extent = _blip(picture), _extent(picture)
    assert blip is not None  # noqa: S101  # no token prints into a frame without one
    assert extent is not None  # noqa: S101
    size = _size(extent)
    asked = marks.in_attribute("open") + token + marks.in_attribute("frame", part, *(size or ()))
    container = picture
    holder = described[0].getparent()
    if described[0].tag == f"{_WP}docPr":
        container = holder.getparent() if holder.getparent().tag == w("drawing") else holder
        outer = holder.find(f"{_WP}extent")
        if outer is not None and _size(outer) is not None:
            _mark_size(outer, marks, asked)
            asked = ""
    for each in described:
        each.set("descr", asked + marks.in_attribute("framed", "alt", ""))
        asked = ""
    blip.set(_EMBED, marks.in_attribute("framed", "embed", blip.get(_EMBED)))
    _mark_size(extent, marks, "")
    for own in [*picture.iterfind(f"{_PIC}blipFill/{_A}srcRect"), *_files_beside(blip)]:
        marks.before(own, "open")
        marks.after(own, "replaced")
    extensions = blip.find(f"{_A}extLst")
    marks.last_in(blip if extensions is None else extensions, "framed", "drawing", extensions is None)
    marks.before(container, "open")
    marks.after(container, "framing")


def _mark_size(extent: Node, marks: MarkTable, before: str) -> None:
    """Mark both sides of a size; they are written anew, so that what comes before them comes first."""
    cx, cy = extent.get("cx"), extent.get("cy")
    extent.attrib.pop("cx")
    extent.attrib.pop("cy")
    others = dict(extent.attrib)
    extent.attrib.clear()
    extent.set("cx", before + marks.in_attribute("framed", "width", cx))
    extent.set("cy", marks.in_attribute("framed", "height", cy))
    extent.attrib.update(others)


def _files_beside(blip: Node) -> Iterator[Node]:
    """List what a picture has in other files: its drawing as SVG, and the original behind an artistic effect."""
    for extension in blip.iterfind(f"{_A}extLst/{_A}ext"):
        if any(name.startswith(_RELATIONSHIPS) for node in extension.iter(etree.Element) for name in node.attrib):
            yield extension


def _mark_shape(shape: Node, data: Node, token: str, marks: MarkTable, part: str) -> None:
    sides = _sides(shape) or {}
    # Only the proportion counts.
    size = (round(float(sides[name]) * 1_000) for name in ("width", "height"))
    asked = marks.in_attribute("open") + token + marks.in_attribute("frame", part, *size)
    others = dict(shape.attrib)
    style = _STYLE_SIDE.sub(
        lambda side: f"{side[1]}:{marks.in_attribute('framed', f'shape_{side[1]}', side[2])}", others.pop("style")
    )
    shape.attrib.clear()
    shape.set("style", asked + style)
    shape.attrib.update(others)
    shape.set("alt", marks.in_attribute("framed", "alt", ""))
    data.set(R_ID, marks.in_attribute("framed", "embed", data.get(R_ID)))
    for crop in _CROPS:
        if data.get(crop):
            data.set(crop, marks.in_attribute("framed", "crop", data.get(crop)))
    container = shape.getparent() if shape.getparent().tag == w("pict") else shape
    marks.before(container, "open")
    marks.after(container, "framing")


@dataclass(frozen=True, slots=True)
class Frame:
    """What becomes of one picture in one place: `image` is the one put into it, `scale` what its sides shrink by.

    Without an image, the alt text alone may be new; where nothing was printed at all, the picture goes. `drawing` is
    the extension for the SVG of the image.
    """

    alt: str = ""
    embed: str = ""
    scale: tuple[float, float] = (1.0, 1.0)
    is_gone: bool = False
    drawing: str = ""

    @classmethod
    def of(cls, printed: str, part: str, size: tuple[int, int], album: Callable[[], Album]) -> "Frame":
        """Read what a tag has printed into a frame of this size."""
        if not printed:
            return cls(is_gone=True)
        if not printed.startswith(PICTURE):
            return cls(alt=printed.removeprefix(FRAMED_TEXT))
        picture = album().picture(int(printed.strip(PICTURE)))
        image = picture.read()
        embed, drawing = album().reference(part, image), album().drawing_extension(part, image)
        return cls(escape_attribute(picture.alt), embed, _scale(image, *size), drawing=drawing)

    def value(self, operation: tuple[Any, ...]) -> str:
        """Return what stands at a mark; its last argument is what the template has there."""
        _, key, own = operation
        if key == "alt":
            return self.alt
        if key == "drawing":
            return _EXTENSIONS.format(self.drawing) if own and self.drawing else self.drawing
        if not self.embed:
            return str(own)
        return _VALUES[key](self, own)


_EXTENSIONS: Final = f'<a:extLst xmlns:a="{A}">{{}}</a:extLst>'
_VALUES: Final[dict[str, Callable[[Frame, str], str]]] = {
    "embed": lambda frame, _: frame.embed,
    "crop": lambda *_: "0",
    "width": lambda frame, own: str(max(1, round(int(own) * frame.scale[0]))),
    "height": lambda frame, own: str(max(1, round(int(own) * frame.scale[1]))),
    "shape_width": lambda frame, own: f"{float(own) * frame.scale[0]:.2f}",
    "shape_height": lambda frame, own: f"{float(own) * frame.scale[1]:.2f}",
}


def _scale(image: Image, width: int, height: int) -> tuple[float, float]:
    fitted = fit(image, width, height)
    return fitted[0] / width, fitted[1] / height
