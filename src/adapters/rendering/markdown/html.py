"""Turns rendered Markdown into a page of HTML: CommonMark and tables, raw HTML as text, then sanitized."""

import html
import re
from functools import lru_cache
from typing import Final

import nh3
from markdown_it import MarkdownIt

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
_HEADING = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]*>")
_STYLE: Final = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#1a1a1a}"
    "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left}"
    "pre,code{font-family:ui-monospace,monospace;background:#f4f4f4}pre{padding:.6rem;overflow:auto}"
    "blockquote{margin-left:0;padding-left:1rem;border-left:.25rem solid #ccc;color:#555}img{max-width:100%}"
)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def page_of(markdown: str, locale: str) -> str:
    """Return a complete page; its title is the first heading of the first level."""
    body = nh3.clean(
        _parser().render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        filter_style_properties={"text-align"},
    )
    heading = _HEADING.search(body)
    title = html.unescape(_ANY_TAG.sub("", heading.group(1))) if heading else "Document"
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(locale.replace("_", "-"))}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
