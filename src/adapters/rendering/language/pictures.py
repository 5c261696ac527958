"""Images among the values of a template: {"$image": …} in the data, and what filters make of texts.

An image is read when it is printed, once, and is then known by a number: writers put that out, and whoever finishes
the document asks for the image itself.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from adapters.rendering.images import MAX_BYTES, Image, ImageError, parse_length, read_image
from adapters.rendering.language.values import LimitError, Problem, TypedValue, kind_of, to_text
from application.ports.template_renderer import Assets
from domain.data_path import escape_pointer

KEY: Final = "$image"
_KNOWN: Final = frozenset({KEY, "width", "height", "alt"})
_DATA_ADDRESS: Final = re.compile(r"data:([^,;]*)((?:;[^,;]*)*),", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|//|file:|www\.)", re.IGNORECASE)
ASSET: Final = "asset:"
_HOW: Final = 'Write {"$image": "data:image/png;base64,…", "width": "40mm"}.'
_ALT_CHARACTERS: Final = 2_000
# Broken images whose place in the data is looked for: so many findings are read by nobody.
_MAX_SEARCHES: Final = 20


def may_hold_pictures(text: bytes) -> bool:
    """Tell whether JSON text may hold images: what an escape stands for is not looked at."""
    return b"$image" in text or b"\\u0024" in text


class PictureError(Problem):
    """An image that cannot be printed; `pointer` says where in the data it stands."""

    code = "image-invalid"


class Picture(TypedValue):
    """An image as a value. It is an object like any other for the template, and knows how to be read.

    `stretched` is the size in EMU of one that may be distorted, as bar codes may.
    """

    __slots__ = ("_image", "_pictures", "_size", "number", "pointer", "stretched")
    what = "an image"

    def __init__(
        self,
        words: Mapping[str, Any],
        pictures: "Pictures",
        number: int,
        pointer: str | None,
        size: tuple[int, int] | None,
    ) -> None:
        super().__init__(words)
        self.stretched = size
        self.number = number
        self.pointer = pointer
        self._image: Image | None = None
        self._size: tuple[int | None, int | None] = (None, None)
        self._pictures = pictures

    def read(self) -> Image:
        """Read the image, once.

        Raises:
            PictureError: it is no image, or its size no size.
            LimitError: with the others it is more than a document may hold.
        """
        if self._image is None:
            try:
                self._check()
                self._image = self._pictures.image(self[KEY])
            except ImageError as error:
                raise self._problem(error.message, error.suggestion, error.code) from None
        return self._image

    @property
    def wished(self) -> tuple[int | None, int | None]:
        """The width and the height that were asked for, in EMU; of an image that was read."""
        return self._size

    @property
    def alt(self) -> str:
        """What is said to those who do not see the image."""
        return to_text(self.get("alt"))

    def _check(self) -> None:
        unknown = sorted(self.keys() - _KNOWN)
        if unknown:
            message = f"An image does not know {unknown[0][:40]!r}."
            raise self._problem(message, f"It may have: {', '.join(sorted(_KNOWN - {KEY}))}.")
        alt = self.get("alt")
        if isinstance(alt, dict | list) or len(to_text(alt)) > _ALT_CHARACTERS:
            message = f"The alt text of an image has to be a text of at most {_ALT_CHARACTERS:,} characters."
            raise self._problem(message)
        wished = [None if self.get(name) is None else parse_length(self[name], name) for name in ("width", "height")]
        self._size = wished[0], wished[1]

    def _problem(self, message: str, suggestion: str | None = None, code: str | None = None) -> PictureError:
        error = PictureError(message, suggestion, code)
        source = self[KEY]
        if self.pointer is None and isinstance(source, str):
            self.pointer = self._pictures.pointer_to(source)
        error.pointer = self.pointer
        return error


class Pictures:
    """The images of one render: `charge` is asked for steps before work is done, `max_bytes` is for all of them.

    `data` is what the template gets, where {"$image": …} stands for images already or will when they are taken;
    `assets` are those that were loaded for it, and `needed` those that it asks for beside them.
    """

    def __init__(self, data: Any, assets: Assets, charge: Callable[[int], None], max_bytes: int) -> None:
        self._data = data
        self._assets = assets
        self.needed: set[str] = set()
        self._charge = charge
        self._max_bytes = max_bytes
        self._bytes = 0
        self._made: list[Picture] = []
        self._images: dict[str, Image | ImageError] = {}
        # By the identity of texts, which the pictures made of them keep alive.
        self._pointers: dict[int, str | None] = {}

    def __getitem__(self, number: int) -> Picture:
        """Return the picture with this number."""
        return self._made[number]

    def take(self) -> None:
        """Make pictures of all {"$image": …} in the data."""
        for container, key, pointer in places(self._data):
            value = container[key]
            if type(value) is dict and KEY in value:
                container[key] = self.add(value, pointer)

    def pointer_to(self, text: str) -> str | None:
        """Return where in the data this very text stands; None for what a template made, or after many searches."""
        if id(text) not in self._pointers and len(self._pointers) < _MAX_SEARCHES:
            found = (pointer for container, key, pointer in places(self._data) if container[key] is text)
            self._pointers[id(text)] = next(found, None)
        return self._pointers.get(id(text))

    def add(self, words: Mapping[str, Any], pointer: str | None = None, size: tuple[int, int] | None = None) -> Picture:
        """Make a picture of its words; one that may be distorted has a size in EMU."""
        picture = Picture(words, self, len(self._made), pointer, size)
        self._made.append(picture)
        return picture

    def image(self, source: Any) -> Image:
        """Read an image; the same source gives the same image.

        Raises:
            ImageError: it is none.
            LimitError: with the others it is more than a document may hold.
        """
        if not isinstance(source, str):
            raise ImageError(f"An image has to be given as a text, and this is {kind_of(source)}.", _HOW)
        found = self._images.get(source)
        if isinstance(found, ImageError):
            raise found
        if found is None:
            try:
                found = self._images[source] = read_image(self._contents(source), self._charge)
            except ImageError as problem:
                # What is no image is read once, too.
                self._images[source] = problem
                raise
            self._bytes += len(found.data) + (0 if found.drawing is None else len(found.drawing.data))
            if self._bytes > self._max_bytes:
                message = f"The images of this document have more than {self._max_bytes:,} bytes."
                raise LimitError(message, "Make them smaller, or split the document.")
        return found

    def _contents(self, source: str) -> bytes:
        if not source.startswith(ASSET):
            return _contents(source)
        name = source.removeprefix(ASSET)
        content = self._assets.get(name)
        if name not in self._assets:
            self.needed.add(name)
        if content is None:
            advice = "Upload it, or correct its name; on the command line, name its folder with --assets."
            raise ImageError(f"There is no asset {name[:80]!r}.", advice, "unknown-asset")
        return content


def places(data: Any) -> Iterator[tuple[Any, Any, str]]:
    """List all places in the data: what holds it, its key or index there, and its JSON Pointer."""
    waiting: list[tuple[Any, str]] = [(data, "")]
    while waiting:
        container, above = waiting.pop()
        for key in list(container) if isinstance(container, dict) else range(len(container)):
            pointer = f"{above}/{escape_pointer(str(key))}"
            yield container, key, pointer
            value = container[key]
            if isinstance(value, list) or type(value) is dict:
                waiting.append((value, pointer))


def _contents(source: str) -> bytes:
    """Return the bytes of an image that is given as a data: address."""
    match = _DATA_ADDRESS.match(source.lstrip())
    if match is None:
        raise _no_source(source)
    text = source.lstrip()[match.end() :]
    if len(text) > MAX_BYTES * 2:
        message = f"An image is larger than the {MAX_BYTES:,} bytes that are allowed."
        raise ImageError(message, "Make it smaller, or save it as JPEG.", "image-too-large")
    if "base64" not in match.group(2).lower():
        return unquote_to_bytes(text)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        message = "The image's data is no proper base64: it has other characters in it, or ends too early."
        raise ImageError(message, "Encode the whole file as base64.") from None


def _no_source(source: str) -> ImageError:
    if _ADDRESS.match(source):
        message = f"An image is given by an address ({source.strip()[:60]!r}), and documents fetch nothing."
        return ImageError(message, "Put the image itself into the data: data:image/png;base64,…", "image-address")
    message = f"This is no image: {source[:40]!r}." if source.strip() else "The image is an empty text."
    return ImageError(message, _HOW)
