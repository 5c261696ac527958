"""The gate for SVG drawings: what is not a still drawing, complete in itself, is refused or left out.

A drawing goes on into two programs that read a whole language: our rasteriser, and whatever opens the document. Both
get what is written anew here, from elements and references that are on a list (SVG 1.1, second edition).
"""

import re
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from lxml import etree

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.svg_references import check_references
from adapters.rendering.images.svg_work import Work, work_of

# The type of lxml's elements is private.
Node: TypeAlias = Any

SVG: Final = "{http://www.w3.org/2000/svg}"
_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_KEPT_FOREIGN: Final = ("{http://www.w3.org/1999/xlink}href", "{http://www.w3.org/XML/1998/namespace}space")
MAX_ELEMENTS: Final = 20_000
# The rasteriser calls itself for each level, and has a stack for some two hundred.
MAX_DEPTH: Final = 64
_MAX_SIDE: Final = 1_000_000
_DRAWN: Final = frozenset(
    """
    svg g defs symbol use switch a path rect circle ellipse line polyline polygon text tspan textPath linearGradient
    radialGradient stop clipPath mask marker image style filter feBlend feColorMatrix feComponentTransfer feFuncR
    feFuncG feFuncB feFuncA feComposite feDropShadow feFlood feGaussianBlur feMerge feMergeNode feOffset
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
# What says nothing about how a still drawing looks.
_LEFT_OUT: Final = frozenset(
    """
    metadata title desc animate animateColor animateMotion animateTransform set mpath view cursor font font-face
    missing-glyph glyph hkern vkern
    """.split()  # noqa: SIM905  # as above
)
_ACTIVE: Final = frozenset(("script", "foreignObject", "handler", "listener", "iframe", "audio", "video", "discard"))
_DOCUMENT_TYPE: Final = re.compile(r"<!DOCTYPE[^<>\[\]]*>")
_DECLARED: Final = re.compile(r"""\A\s*<\?xml[^<>]*?\bencoding\s*=\s*["']([\w.-]{1,20})["']""")
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^<>]*\?>")
_ENCODINGS: Final = {"utf-8", "utf8", "us-ascii", "ascii", "utf-16"}
_LENGTH: Final = re.compile(r"\s*\+?(\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})(px|pt|pc|in|cm|mm|q|em|ex)?\s*", re.IGNORECASE)
# User units, of which there are 96 to the inch (CSS Values and Units 3, 6.2); em as the rasteriser takes it.
_UNITS: Final = {
    "px": 1.0, "pt": 96 / 72, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6, "em": 16.0,
    "ex": 8.0,
}  # fmt: skip
_BOX: Final = re.compile(r"[\s,]+")
# Letters and signs of the font that texts are drawn in: Latin, Greek, Cyrillic, Hebrew.
_NOT_IN_FONT: Final = re.compile(
    "[^\u0000-\u0513\u0591-\u05f4\u1d00-\u20bf\u2105\u2113\u2116\u2117\u2122\u2126\u212e\u2153-\u215e\u2190-\u2195"
    "\u2202\u2206\u220f\u2211\u2212\u2215\u2219-\u221f\u2229\u222b\u2248\u2260-\u2265\u25a0-\u25cf\ufb01\ufb02]"
)
_PLAIN: Final = "Save it as a plain SVG drawing, or as PNG."


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing that was let through, written anew: its size in CSS pixels, and what drawing it takes."""

    data: bytes
    width: float
    height: float
    work: Work


def looks_like_svg(data: bytes) -> bool:
    """Tell whether a file is meant to be an SVG drawing: XML whose first element is called so."""
    start = data[:_START_BYTES].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe")
    return _FIRST_ELEMENT.match(start.removeprefix(b"\xfe\xff")) is not None


_START_BYTES: Final = 8_000
_FIRST_ELEMENT: Final = re.compile(
    rb"\s*(?:<\?[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*|<!DOCTYPE[^\[>]*(?:\[[^\]]*\])?\s*>\s*)*<(?:[\w.-]+:)?svg[\s/>]",
    re.IGNORECASE,
)


def read_svg(data: bytes) -> Drawing:
    """Check an SVG drawing, and write it anew.

    Raises:
        ImageError: it is broken, too large, runs something, refers to something outside of it, or uses what drawings
            in documents cannot have.
    """
    root = _parsed(_text_of(data))
    _clean(root)
    check_references(root)
    _check_texts(root)
    width, height = _size_of(root)
    work = work_of(root, max_elements=MAX_ELEMENTS, max_depth=MAX_DEPTH)
    etree.cleanup_namespaces(root)
    return Drawing(etree.tostring(root, encoding="utf-8"), width, height, work)


def _text_of(data: bytes) -> str:
    """Return the text of a file without its declarations; a document type that declares nothing itself is dropped."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        raise ImageError("This SVG drawing is not written in UTF-8.", "Save it in UTF-8.") from None
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in _ENCODINGS:
        raise ImageError(f"This SVG drawing is written in {declared[1]}.", "Save it in UTF-8.")
    text = _DOCUMENT_TYPE.sub("", _DECLARATION.sub("", text, count=1), count=1)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ImageError("This SVG drawing declares entities of its own.", _PLAIN)
    if text.count("<") > 3 * MAX_ELEMENTS:
        raise ImageError(
            f"This SVG drawing has more than {MAX_ELEMENTS:,} elements.",
            "Make it simpler, or save it as PNG.",
            "image-too-large",
        )
    return text


def _parsed(text: str) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as problem:
        if "depth" in str(problem).lower():
            message = f"This SVG drawing nests more than {MAX_DEPTH} deep."
            raise ImageError(message, "Make it simpler, or save it as PNG.", "image-too-large") from None
        line = getattr(problem, "lineno", None)
        where = f" (line {line})" if line else ""
        raise ImageError(f"This SVG drawing is damaged: it is no proper XML{where}.", "Save it anew.") from None
    if root.tag == "svg":
        advice = 'Begin it with <svg xmlns="http://www.w3.org/2000/svg" …>.'
        raise ImageError("This SVG drawing does not say that it is one: its namespace is missing.", advice)
    if root.tag != f"{SVG}svg":
        raise ImageError("This is no image.", "Give an image as one of these: PNG, JPEG, GIF, WebP, SVG.")
    return root


def _clean(root: Node) -> None:
    """Take out what does not belong to a still drawing; refuse what runs, and what cannot be drawn safely."""
    for node in list(root.iter()):
        if not isinstance(node.tag, str):
            raise ImageError("This SVG drawing refers to entities.", _PLAIN)
        name = node.tag.removeprefix(SVG)
        if name in _ACTIVE:
            raise _refused(node, f"has a <{name}>", "Documents take still drawings.")
        if not node.tag.startswith(SVG) or name in _LEFT_OUT:
            _take_out(node)
        elif name in _DRAWN:
            _clean_attributes(node, is_link=name == "a")
            if name == "style":
                node.text = _without_comments(node.text or "")
        else:
            raise _refused(node, f"uses <{name[:40]}>", "That cannot be drawn in a document.")


def _clean_attributes(node: Node, *, is_link: bool) -> None:
    for attribute in list(node.attrib):
        if attribute.lower().startswith("on"):
            raise _refused(node, f"runs something ({attribute[:40]})", "Documents take still drawings.")
        if (attribute.startswith("{") and attribute not in _KEPT_FOREIGN) or (is_link and attribute in _HREFS):
            node.attrib.pop(attribute)
    if node.get("style"):
        node.set("style", _without_comments(node.get("style")))


def _without_comments(css: str) -> str:
    """Return CSS without comments: whoever reads the drawing is to see the same as we do."""
    first, *others = css.split("/*")
    return " ".join([first, *(each.partition("*/")[2] for each in others)])


def _check_texts(root: Node) -> None:
    """Refuse texts that would be left out of the picture, letter by letter."""
    for node in root.iter(f"{SVG}text"):
        found = _NOT_IN_FONT.search("".join(node.itertext()))
        if found:
            message = (
                f"A text of this SVG drawing (line {node.sourceline}) has {found[0]!r}, which its picture cannot show."
            )
            raise ImageError(message, "Turn its texts into paths, or save it as PNG.")


def _take_out(node: Node) -> None:
    """Remove an element with its contents; the text behind it stays."""
    parent = node.getparent()
    if parent is None:
        return  # inside of what was removed already
    before = node.getprevious()
    if node.tail and before is not None:
        before.tail = (before.tail or "") + node.tail
    elif node.tail:
        parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def _refused(node: Node, what: str, why: str) -> ImageError:
    return ImageError(f"This SVG drawing {what} in line {node.sourceline}. {why}", _PLAIN)


def _size_of(root: Node) -> tuple[float, float]:
    """Return the size in CSS pixels, and say it in the drawing itself, with a box that lets it be scaled."""
    box = _box(root.get("viewBox", ""))
    sides = [_length(root.get(name)) for name in ("width", "height")]
    width, height = sides
    if box is not None:
        if width is None and height is None:
            width, height = box[2], box[3]
        elif width is None and height is not None:
            width = height * box[2] / box[3]
        elif height is None and width is not None:
            height = width * box[3] / box[2]
    if width is None or height is None:
        message = "This SVG drawing does not say how large it is."
        raise ImageError(message, 'Give its first element a viewBox, as in <svg viewBox="0 0 200 100" …>.')
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise ImageError("This SVG drawing says a size that none can have.", "Correct its width, height and viewBox.")
    root.set("width", f"{width:.6g}")
    root.set("height", f"{height:.6g}")
    if box is None:
        root.set("viewBox", f"0 0 {width:.6g} {height:.6g}")
    return width, height


def _box(text: str) -> tuple[float, float, float, float] | None:
    try:
        x, y, width, height = (float(number) for number in _BOX.split(text.strip()))
    except ValueError:
        return None
    sound = all(abs(number) <= _MAX_SIDE for number in (x, y, width, height)) and width > 0 and height > 0
    return (x, y, width, height) if sound else None


def _length(text: str | None) -> float | None:
    """Return a length in CSS pixels; None for shares of a page, and where there is none."""
    match = _LENGTH.fullmatch(text or "")
    return float(match[1]) * _UNITS[(match[2] or "px").lower()] if match else None
