"""Hostile SVG drawings with the verdict that each gets: `drawn`, or the code that it is refused with."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.image_files import image_file, png_that_says

NAMESPACES: Final = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
_RECT: Final = '<rect width="90" height="90"/>'


@dataclass(frozen=True, slots=True)
class HostileDrawing:
    """A drawing: why says what it tries."""

    why: str
    verdict: str
    svg: str


def svg(contents: str, attributes: str = 'viewBox="0 0 100 100"') -> str:
    """Write a drawing."""
    return f"<svg {NAMESPACES} {attributes}>{contents}</svg>"


def _picture(data: bytes, media_type: str = "image/png") -> str:
    return f'<image width="9" height="9" href="data:{media_type};base64,{base64.b64encode(data).decode()}"/>'


def _chain(kind: str, attribute: str, count: int) -> str:
    """Write elements that each refer to the one before, and a shape that refers to the last."""
    links = "".join(
        f'<{kind} id="m{i}"><rect width="90" height="90" {attribute}="url(#m{i - 1})"/></{kind}>' for i in range(count)
    )
    return f'{links}<rect width="90" height="90" {attribute}="url(#m{count - 1})"/>'


def _copies(depth: int) -> str:
    """Write groups that each have ten copies of the one before."""
    groups = [f'<g id="a{i}">' + f'<use href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, depth)]
    return f'<defs><g id="a0">{_RECT}</g>{"".join(groups)}</defs><use xlink:href="#a{depth - 1}"/>'


def _active() -> Iterator[tuple[str, str, str]]:
    bad = "image-invalid"
    yield "a script", bad, svg("<script>alert(1)</script>")
    yield (
        "a script in a group, under a prefix",
        bad,
        ('<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><s:g><s:script/></s:g></s:svg>'),
    )
    yield "a handler", bad, svg(_RECT, 'viewBox="0 0 9 9" onload="alert(1)"')
    yield "a handler in capitals", bad, svg('<rect width="9" height="9" ONCLICK="x()"/>')
    yield "HTML in the drawing", bad, svg('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>')
    yield (
        "HTML beside the drawing",
        "drawn",
        svg('<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="http://x/"/>' + _RECT),
    )
    yield (
        "an animation that sets a link",
        "drawn",
        svg('<a><set attributeName="href" to="javascript:alert(1)"/></a>' + _RECT),
    )
    yield "a link that runs something", "drawn", svg(f'<a href="javascript:alert(1)">{_RECT}</a>')


def _outside() -> Iterator[tuple[str, str, str]]:
    bad = "image-invalid"
    for target in ("/etc/hostname", "file:///etc/hostname", "http://127.0.0.1:9/a.png", "//x/a.png", "../a.svg#b"):
        yield f"a picture at {target}", bad, svg(f'<image width="9" height="9" href="{target}"/>')
    yield "a copy from elsewhere", bad, svg('<use xlink:href="http://127.0.0.1:9/a.svg#b"/>')
    yield "a drawing in the drawing", bad, svg(_picture(svg("").encode(), "image/svg+xml"))
    yield "a picture that is none", bad, svg(_picture(b"GIF89a"))
    yield "a picture of 100 megapixels", "image-too-large", svg(_picture(png_that_says(10_000, 10_000)))
    yield "a colour from elsewhere", bad, svg('<rect width="9" height="9" fill="url(http://127.0.0.1:9/a.svg#b)"/>')
    yield "a filter from elsewhere", bad, svg('<rect width="9" height="9" style="filter:url( \'//x/a#b\' )"/>')
    yield "a style sheet from elsewhere", bad, svg('<style>@import "http://127.0.0.1:9/a.css";</style>')
    yield "a font from elsewhere", bad, svg("<style>@font-face{font-family:x;src:url(http://127.0.0.1:9/a)}</style>")
    yield "an escaped reference", bad, svg(r"<style>rect{fill:u\72l(http://127.0.0.1:9/a#b)}</style>")
    yield "a reference in two pieces of a comment", bad, svg("<style>rect{fill:url(/**/http://x/a#b)}</style>")
    yield "a style sheet of the file", "drawn", f'<?xml-stylesheet href="http://127.0.0.1:9/a.css"?>{svg(_RECT)}'
    yield "a base for its references", "drawn", svg(_RECT, 'xml:base="http://127.0.0.1:9/" viewBox="0 0 9 9"')


def _entities() -> Iterator[tuple[str, str, str]]:
    bad = "image-invalid"
    yield "an entity", bad, f'<!DOCTYPE svg [<!ENTITY a "b">]>{svg("<text>&a;</text>")}'
    yield (
        "a file as an entity",
        bad,
        f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]>{svg("<text>&a;</text>")}',
    )
    yield (
        "a billion laughs",
        bad,
        (
            '<!DOCTYPE svg [<!ENTITY a0 "lol">'
            + "".join(f'<!ENTITY a{i} "' + f"&a{i - 1};" * 10 + '">' for i in range(1, 10))
            + f"]>{svg('<text>&a9;</text>')}"
        ),
    )
    yield "an entity that nothing declares", bad, svg("<text>&a;</text>")
    yield (
        "the usual document type",
        "drawn",
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
            f' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n{svg(_RECT)}'
        ),
    )
    yield "two document types", bad, f"<!DOCTYPE svg><!DOCTYPE svg>{svg(_RECT)}"


def _bombs() -> Iterator[tuple[str, str, str]]:
    bad = "image-too-large"
    yield "a million copies of copies", bad, svg(_copies(7))
    yield "a part that contains itself", "image-invalid", svg('<g id="a"><use href="#a"/></g>')
    yield (
        "a mask that masks itself",
        "image-invalid",
        svg(f'<mask id="a"><g mask="url(#a)">{_RECT}</g></mask><g mask="url(#a)"/>'),
    )
    yield (
        "a rule that lets all contain a mask",
        "image-invalid",
        svg(f"<style>*{{mask:url(#a)}}</style><mask id='a'>{_RECT}</mask>"),
    )
    yield "1,000 groups in each other", bad, svg("<g>" * 1_000 + "</g>" * 1_000)
    yield "200 groups in each other", bad, svg("<g>" * 200 + _RECT + "</g>" * 200)
    yield "50 layers on each other", bad, svg('<g opacity=".9">' * 50 + _RECT + "</g>" * 50)
    yield "50 masks in each other", bad, svg(_chain("mask", "mask", 50))
    yield "50 clippings in each other", bad, svg(_chain("clipPath", "clip-path", 50))
    yield "60,000 elements", bad, svg("<g/>" * 60_000)
    yield (
        "a filter of 500 steps",
        bad,
        svg(f'<filter id="f">{"<feGaussianBlur/>" * 500}</filter><g filter="url(#f)">{_RECT}</g>'),
    )
    yield (
        "500 blurred shapes",
        bad,
        svg('<filter id="f"><feGaussianBlur/></filter>' + f'<g filter="url(#f)">{_RECT}</g>' * 500),
    )
    yield (
        "blurred shapes by class",
        bad,
        svg(
            "<style>.a{filter:url(#f)}</style><filter id='f'><feGaussianBlur/></filter>"
            + f"<g class='a'>{_RECT}</g>" * 500
        ),
    )
    yield "a picture of noise", "image-invalid", svg('<filter id="f"><feTurbulence numOctaves="9999"/></filter>')
    yield "a filter that thickens", "image-invalid", svg('<filter id="f"><feMorphology radius="500"/></filter>')
    yield "a pattern as large as the sky", "image-invalid", svg('<pattern id="p" width="1e7" height="1e7"/>')
    yield (
        "a sign at each of many corners",
        bad,
        svg(f'<marker id="m">{_RECT}</marker><path d="M0 0{"L5 5 1 9" * 5_000}" marker-mid="url(#m)"/>'),
    )
    yield "a million dashes", bad, svg('<circle r="40" stroke="red" stroke-dasharray=".0001"/>')
    yield (
        "a million dashes from around",
        bad,
        svg('<g style="stroke-dasharray:.0001"><circle r="40" stroke="red"/></g>'),
    )
    yield (
        "a huge region of a filter",
        "drawn",
        svg(
            '<filter id="f" x="-9999" y="-9999" width="99999" height="99999">'
            '<feGaussianBlur stdDeviation="9999"/></filter>'
            f'<g filter="url(#f)">{_RECT}</g>'
        ),
    )


def _broken() -> Iterator[tuple[str, str, str]]:
    bad = "image-invalid"
    yield "a drawing that ends too early", bad, svg("<g>")[:-6]
    yield "no size at all", bad, svg(_RECT, "")
    yield "no size but shares", bad, svg(_RECT, 'width="100%" height="100%"')
    yield "a size of nothing", bad, svg(_RECT, 'width="0" height="5"')
    yield "a size without an end", bad, svg(_RECT, 'viewBox="0 0 1e300 1e-300"')
    yield "a number that is none", bad, svg(_RECT, 'viewBox="0 0 nan inf"')
    yield "no namespace", bad, '<svg viewBox="0 0 9 9"/>'
    yield "a namespace of its own", bad, '<svg xmlns="urn:x" viewBox="0 0 9 9"/>'
    yield "100,000 by 1", "drawn", svg(_RECT, 'viewBox="0 0 100000 1"')
    yield "letters that the font lacks", bad, svg("<text>日本</text>")
    yield "a path that is none", "drawn", svg('<path d="M 1 nonsense e999 NaN"/>')
    yield (
        "transformations without an end",
        "drawn",
        svg(f'<g transform="scale(1e30)"><g transform="scale(1e30)">{_RECT}</g></g>'),
    )


def _all() -> Iterator[HostileDrawing]:
    for table in (_active, _outside, _entities, _bombs, _broken):
        yield from (HostileDrawing(*row) for row in table())
    yield HostileDrawing("a picture in the drawing", "drawn", svg(_picture(image_file(size=(9, 9)))))


DRAWINGS: Final = tuple(_all())
