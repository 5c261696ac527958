"""Images in a finished document: drawings where writers announced them, relationships, and one part for each image.

A writer cannot know which part its value ends up in, since macros and notes move; so it puts out the number of the
image between two control characters, and the drawing is written when the part is finished (ECMA-376 part 1, 20.2 and
20.4).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from adapters.rendering.docx.margins import Room, page_room, rooms_at
from adapters.rendering.docx.package import Package
from adapters.rendering.docx.structures import TooLargeError
from adapters.rendering.docx.writers import PICTURE, escape_attribute
from adapters.rendering.images import LONGEST, Image
from adapters.rendering.language.pictures import Picture, Pictures

_PLACE: Final = f"{PICTURE}[0-9]+{PICTURE}"
_ANNOUNCED: Final = re.compile(f"{PICTURE}([0-9]+){PICTURE}")
_DRAWING: Final = (
    "<{w}drawing>"
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
    '<wp:docPr id="{number}" name="Image {number}"{alt}/><wp:cNvGraphicFramePr>'
    '<a:graphicFrameLocks xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" noChangeAspect="1"/>'
    '</wp:cNvGraphicFramePr><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:nvPicPr><pic:cNvPr id="{number}" name="Image {number}"{alt}/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' r:embed="{embed}"{drawing}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
    "</wp:inline></{w}drawing>"
)


# What a picture has beside it where it is drawn from an SVG ([MS-ODRAWXML] 2.3.1.26), and the extension in its blip.
_SVG_EXTENSION: Final = (
    '<a:ext xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
    '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="{embed}"/></a:ext>'
)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where the documents of a template can keep images: beginnings of names that it does not use, and the room.

    `relationship` begins the ids of relationships, `media` the names of parts; `room` is what the page's margins leave.
    """

    relationship: str
    media: str
    room: Room

    @classmethod
    def of_record(cls, record: Any) -> "Placing":
        """Make one of its record."""
        relationship, media, room = record
        return cls(relationship, media, Room(*room))

    def record(self) -> tuple[Any, ...]:
        """Return what makes the same one."""
        return self.relationship, self.media, (self.room.width, self.room.height)


def placing_in(package: Package) -> Placing:
    """Find free names in a package, and the room on the pages of its text."""
    ids = {found.id for found in package.relationships}
    folder = package.main.rpartition("/")[0]
    names = {name.lower() for name in package.contents}
    room = page_room(package.contents[package.main])
    return Placing(_free("rIdImage", ids), _free(f"{folder}/media/image-".lstrip("/"), names), room)


def _free(start: str, taken: Iterable[str]) -> str:
    while any(name.startswith(start) for name in taken):
        start += "-"
    return start


class Album:
    """The images of one document: which of them its parts use, and what holds them."""

    def __init__(self, placing: Placing, pictures: Pictures, next_number: Callable[[], str]) -> None:
        """`next_number` gives a number that no other drawing of the document has."""
        self._placing = placing
        self._pictures = pictures
        self._next_number = next_number
        self._numbers: dict[str, int] = {}
        self.images: list[Image] = []
        # For each part: the images it uses, by their ids there.
        self.used: dict[str, dict[str, Image]] = {}

    def put(self, text: str, part: str, prefix: str, limit: int) -> str:
        """Return a part's text with drawings where images were announced; `prefix` begins the names of its elements.

        Raises:
            TooLargeError: it would have more than `limit` characters.
        """
        pieces = _ANNOUNCED.split(text)
        size = len(text)
        rooms = rooms_at(text, prefix, _PLACE, self._placing.room)
        for index, room in zip(range(1, len(pieces), 2), rooms, strict=True):
            pieces[index] = self._drawing(self._pictures[int(pieces[index])], part, prefix, room)
            size += len(pieces[index])
            if size > limit:
                raise TooLargeError
        return "".join(pieces)

    def picture(self, number: int) -> Picture:
        """Return the picture that was announced by this number."""
        return self._pictures[number]

    def reference(self, part: str, image: Image) -> str:
        """Return the id under which a part refers to an image."""
        number = self._numbers.get(image.sha256)
        if number is None:
            number = self._numbers[image.sha256] = len(self.images) + 1
            self.images.append(image)
        relationship = f"{self._placing.relationship}{number}"
        self.used.setdefault(part, {})[relationship] = image
        return relationship

    def drawing_extension(self, part: str, image: Image) -> str:
        """Return the extension that names the drawing an image was made from; nothing for an image of pixels."""
        return "" if image.drawing is None else _SVG_EXTENSION.format(embed=self.reference(part, image.drawing))

    def name_of(self, image: Image) -> str:
        """Return the name of the part that holds an image."""
        return f"{self._placing.media}{self._numbers[image.sha256]}.{image.kind}"

    def _drawing(self, picture: Picture, part: str, prefix: str, room: Room) -> str:
        image = picture.read()
        width, height = size_of(picture, room)
        alt = f' descr="{escape_attribute(picture.alt)}"' if picture.alt else ""
        embed = self.reference(part, image)
        extension = self.drawing_extension(part, image)
        drawing = f"><a:extLst>{extension}</a:extLst></a:blip>" if extension else "/>"
        return _DRAWING.format(
            w=prefix, cx=width, cy=height, number=self._next_number(), alt=alt, embed=embed, drawing=drawing
        )


def size_of(picture: Picture, room: Room) -> tuple[int, int]:
    """Return the size at which an image is drawn; it always keeps its proportion.

    With one side given, the other follows; with both, the image fits into them. Without a size it has its own, or
    what there is room for.
    """
    image = picture.read()
    if picture.stretched is not None:
        return picture.stretched
    if picture.wished == (None, None):
        return room.fitted(image.width, image.height)
    width, height = (LONGEST if side is None else side for side in picture.wished)
    return fit(image, width, height)


def fit(image: Image, width: int, height: int) -> tuple[int, int]:
    """Return the largest size of an image within a frame."""
    scale = min(width / image.width, height / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))
