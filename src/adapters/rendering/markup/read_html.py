"""Reads HTML: a safe subset of it, by the sanitiser's rules; scripts, styles and everything else is left out."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Final

import nh3
from typing_extensions import override

from adapters.rendering.markup.blocks import Block
from adapters.rendering.markup.builder import Builder
from adapters.rendering.markup.errors import MarkupError

_TAGS: Final = frozenset(
    """
    p div section article header footer dl dt dd figure h1 h2 h3 h4 h5 h6 pre hr blockquote ul ol li
    table caption thead tbody tfoot tr th td strong b em i cite dfn var u ins s del strike code kbd samp tt sup sub
    a br img span
    """.split()  # noqa: SIM905  # a list of words reads best as words
)
_ATTRIBUTES: Final[dict[str, set[str]]] = {
    "a": {"href"},
    "img": {"src", "alt"},
    "ol": {"start"},
    **{tag: {"style", "colspan", "rowspan"} for tag in ("th", "td")},
}
_EMPTY: Final = frozenset(("br", "hr", "img"))
# The sanitiser builds a tree, and its time grows with its depth.
_MAX_TAGS: Final = 30_000
_MAX_OPEN: Final = 200
_MAX_FORMATS: Final = 20
_FORMATS: Final = frozenset("a b big code em font i nobr s small strike strong tt u".split())  # noqa: SIM905
# What stands in these is no HTML.
_RAW: Final = frozenset(("script", "style", "title", "textarea"))
_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,20}")
# Empty elements, and those that writers of HTML often do not close.
_LEFT_OPEN: Final = frozenset("br hr img wbr col input link meta p li td th tr dt dd".split())  # noqa: SIM905


def read_html(text: str) -> tuple[Block, ...]:
    """Return the blocks of an HTML text.

    Raises:
        MarkupError: it nests too deep, or has too many elements.
    """
    if text.count("<") > _MAX_TAGS:
        raise MarkupError(f"The HTML has more than {_MAX_TAGS:,} elements.", "Split it into several values.")
    _check_open(text)
    clean = nh3.clean(
        text,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "data", "asset"},
        filter_style_properties={"text-align"},
        link_rel=None,
    )
    if clean.count("<") > 3 * text.count("<") + _MAX_OPEN:
        raise MarkupError("Formats of the HTML that are left open are repeated too often.", "Close them.")
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.builder.blocks()


class _Reader(HTMLParser):
    """Hands what it meets on; what it is given is well-formed already."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = Builder()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.builder.end(tag)

    @override
    def handle_data(self, data: str) -> None:
        self.builder.text(data)


def _check_open(text: str) -> None:
    """Refuse what opens far more than it closes: formats that are open begin anew in every paragraph behind them."""
    counts: Counter[str] = Counter()
    skipped = ""
    for piece in text.split("<")[1:]:
        closes = piece[:1] == "/"
        match = _NAME.match(piece, closes)
        name = match.group().lower() if match else ""
        if skipped or not name:
            skipped = "" if closes and name == skipped else skipped
        elif closes:
            counts[name] -= counts[name] > 0
        elif name in _RAW:
            skipped = name
        elif name not in _LEFT_OPEN:
            counts[name] += 1
            _check_counts(counts)


def _check_counts(counts: Counter[str]) -> None:
    if counts.total() > _MAX_OPEN or sum(counts[name] for name in _FORMATS) > _MAX_FORMATS:
        message = f"More than {_MAX_OPEN} elements of the HTML, or {_MAX_FORMATS} formats, are open at once."
        raise MarkupError(message, "Close them, or write it flatter.")
