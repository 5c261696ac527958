"""Turns rendered Markdown into a page of HTML: CommonMark and tables, raw HTML as text, then sanitized.

Images that the service has are in the page itself: what `data:` and `asset:` addresses name is read like any image, and
written anew.
"""

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from adapters.rendering.language.failures import failure, limit_exceeded
from adapters.rendering.language.markup import reading_cost
from adapters.rendering.language.pictures import KEY as IMAGE
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.values import LimitError, Problem
from domain.diagnostics import Diagnostic, Severity
from domain.errors import LimitExceededError, RenderFailedError

_TAGS: Final = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a", "img", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "hr", "br", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "code": {"class"},
    "th": {"style"},
    "td": {"style"},
}
_DRAWING: Final = "data:image/svg+xml"
_OWN: Final = ("data:", "asset:")
_IMAGE: Final = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]*\Z")
_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]*>")
_STYLE: Final = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1a1a1a}"
    "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}"
    "pre,code{font-family:ui-monospace,monospace;background:#f4f4f4}pre{padding:.6rem;overflow:auto}"
    "a{color:#0b57d0}h1,h2,h3{line-height:1.25;break-after:avoid}pre,table,img,blockquote{break-inside:avoid}"
    "blockquote{margin-left:0;padding-left:1rem;border-left:.25rem solid #ccc;color:#555}img{max-width:100%}"
    "@media print{@page{margin:2cm}body{max-width:none;margin:0;padding:0;font-size:11pt}"
    "thead{display:table-header-group}"
    "tr{break-inside:avoid}pre{white-space:pre-wrap}a{color:inherit}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    usual = parser.validateLink
    # The library takes images of pixels; what is no image is refused when it is read.
    parser.validateLink = lambda url: usual(url) or url.startswith(_DRAWING)  # type: ignore[method-assign]  # its own way
    return parser


def page_of(markdown: str, session: RenderSession) -> str:
    """Return a complete page; its title is the first heading of the first level.

    Raises:
        RenderFailedError: an image in it is none.
        LimitExceededError: reading it takes too many steps, or its images are too large together.
    """
    try:
        session.charge(reading_cost(markdown), what="making a page of this Markdown")
    except LimitError as error:
        raise limit_exceeded(error, None) from None
    locale = session.options.locale
    parser = _parser()
    tokens = parser.parse(markdown)
    _put_images(tokens, session)
    body = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel", "data"},
        attribute_filter=_filtered,
        filter_style_properties={"text-align"},
    )
    heading = _HEADING.search(body)
    title = html.unescape(_ANY_TAG.sub("", heading.group(1))) if heading else "Document"
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(locale.replace("_", "-"))}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    """Let data: addresses be those of images alone; any other place of theirs is one that they may run in."""
    is_data = value.strip().lower().startswith("data:")
    return None if is_data and not (tag == "img" and attribute == "src" and _IMAGE.match(value)) else value


def _put_images(tokens: Sequence[Token], session: RenderSession) -> None:
    """Put the images themselves where Markdown names them."""
    failures: list[Diagnostic] = []
    size = 0
    images = (child for block in tokens for child in block.children or () if child.type == "image")
    for token in images:
        source = str(token.attrs.get("src", ""))
        if not source.startswith(_OWN):
            continue
        # Markdown has escaped blanks in it, which names of assets may have.
        source = unquote(source) if source.startswith("asset:") else source
        try:
            image = session.with_pictures().add({IMAGE: source}).read()
        except Problem as problem:
            failures.append(replace(failure(problem, None), pointer=None))
            continue
        shown = image.drawing or image
        address = f"data:{shown.kind.media_type};base64,{base64.b64encode(shown.data).decode()}"
        size += len(address)
        if size > session.limits.output_bytes:
            message = f"The images of this page have more than {session.limits.output_bytes:,} bytes."
            found = Diagnostic(Severity.ERROR, "limit-exceeded", message, "Make them smaller, or show fewer.")
            raise LimitExceededError(message, [found])
        token.attrs["src"] = address
    if failures:
        raise RenderFailedError("Images of the page cannot be shown.", failures)
