"""Whatever stands in Markdown or data, a page has no script, no handler, and no link that runs something.

The page is read by a parser, as a browser would, and every element of it is looked at.
"""

import base64
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from domain.errors import LimitExceededError, RenderFailedError, TemplateInvalidError
from tests.image_files import data_address, drawing_file, image_file
from tests.unit.adapters.rendering.template_text import render_html

# In the page around the text that is ours: never in the text.
FRAME = {"html", "head", "meta", "title", "style", "body"}
TEXT = {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a", "img", "code", "pre", "blockquote", "ul", "ol"),
    *("li", "hr", "br", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "title", "src", "alt", "start", "class", "style", "rel"}
EVIL = "javascript:alert(1)"
PAYLOADS = [
    f"[x]({EVIL})",
    f"[x](<{EVIL}>)",
    f"[x][y]\n\n[y]: {EVIL}",
    f"[y]\n\n[y]: <{EVIL}>",
    f"<{EVIL}>",
    f"![x]({EVIL})",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](java\\script:alert(1))",
    "[x](%6Aavascript:alert(1))",
    "[x](javascript%3Aalert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:image/svg+xml;base64,PHN2Zy8+)",
    "[x](data:image/png;base64,AAAA)",
    "[x](DATA:text/html,x)",
    "[x](blob:https://a/b)",
    "[x](//evil.example/)",
    "[x](https://a 'onclick=alert(1)')",
    "[x](https://a \"'onclick='alert(1)\")",
    '[x](https://a"onclick="alert(1))',
    '![x" onerror="alert(1)](https://a/b.png)',
    '![x](https://a/b.png" onerror="alert(1))',
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<form><button formaction=javascript:alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:alert(1)//>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "<?x ?><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '```" onclick=alert(1)\n<script>alert(1)</script>\n```',
    "```<script>\nx\n```",
    '~~~x" onmouseover="alert(1)\nx\n~~~',
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script>\n\ntext",
    "# </title><script>alert(1)</script>",
    "# </style><script>alert(1)</script>",
    "| a |\n|:-:|\n| <img src=x onerror=alert(1)> |",
    f"| [x]({EVIL}) |\n|---|\n| y |",
    f"> - 1. [x]({EVIL})",
    f"&lt;script&gt;alert(1)&lt;/script&gt; [x]({EVIL})",
    "\\<script>alert(1)</script>",
    '<https://a/?"onclick="alert(1)>',
    '<x@y.z"onclick=alert(1)>',
    "[x]( javascript:alert(1) )",
    "[\u202ex](javascript:alert(1))",
    "<a\u2028href=javascript:alert(1)>x</a>",
]


class Elements(HTMLParser):
    """All elements of a page with their attributes, and its links."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def scheme_of(address: str) -> str:
    """Return the scheme that a browser sees in an address (WHATWG URL, 4.4); '' where it is relative."""
    seen = re.sub("[\t\n\r]", "", address.strip("".join(map(chr, range(0x21)))))
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", seen)
    return match.group(1).lower() if match else ""


def unsafe(page: str) -> list[Any]:
    """List what a page must not have."""
    found = Elements(page).found
    wrong: list[Any] = [each for each in found if each[0] not in FRAME | TEXT]
    wrong += [tag for tag in FRAME - {"meta"} if [name for name, _ in found].count(tag) != 1]
    in_text = found[[name for name, _ in found].index("body") + 1 :]
    for tag, attributes in in_text:
        wrong += [(tag, name) for name in attributes if name not in ATTRIBUTES or name.startswith("on")]
        wrong += [attributes["style"]] if not attributes.get("style", "text-align:").startswith("text-align:") else []
        for name in ("href", "src"):
            address = attributes.get(name, "")
            scheme = scheme_of(address)
            allowed = {"", "http", "https", "mailto", "tel"} | ({"data"} if (tag, name) == ("img", "src") else set())
            if scheme not in allowed or (scheme == "data" and not re.match("data:image/[a-z+]+;base64,", address)):
                wrong.append((tag, address))
    return wrong


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_template_runs_nothing_in_its_page(payload: str) -> None:
    try:
        page = render_html(payload)
    except (RenderFailedError, TemplateInvalidError):
        return
    assert unsafe(page) == []


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "template", ["{{ v }}", "[{{ v }}]({{ v }})", "![{{ v }}]({{ v }} '{{ v }}')", "<{{ v }}>", "`{{ v }}`"]
)
def test_a_value_runs_nothing_in_its_page(template: str, payload: str) -> None:
    assert unsafe(render_html(template, {"v": payload})) == []


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("key", ["$markdown", "$html"])
def test_a_formatted_text_runs_nothing_in_its_page(key: str, payload: str) -> None:
    try:
        page = render_html("{{ v }}", {"v": {key: payload}})
    except RenderFailedError:
        return
    assert unsafe(page) == []


@given(st.text(alphabet="[]()<>!\"'`:/\\ \n\tjavscriptdonload=x&#;%", max_size=60))
def test_no_text_whatever_runs_anything(text: str) -> None:
    template = text.replace("{", "").replace("%}", "")
    assert unsafe(render_html("{% raw %}" + template + "{% endraw %}")) == []


def images_of(page: str) -> list[str]:
    """Return the addresses of a page's images."""
    return [attributes.get("src", "") for tag, attributes in Elements(page).found if tag == "img"]


def test_images_stand_in_the_page_as_they_were_checked() -> None:
    photo, drawing = data_address(image_file("WEBP"), "image/webp"), data_address(drawing_file(), "image/svg+xml")
    page = render_html(f"![a]({photo}) ![b]({drawing})")
    assert unsafe(page) == []
    first, second = images_of(page)
    assert first.startswith(("data:image/png;base64,", "data:image/jpeg;base64,"))
    assert b'fill="red"' in base64.b64decode(second.removeprefix("data:image/svg+xml;base64,"))


@pytest.mark.parametrize(
    "source", ["data:image/png;base64,AAAA", data_address(b"<svg><script/></svg>", "image/svg+xml")]
)
def test_what_is_no_image_is_said(source: str) -> None:
    with pytest.raises(RenderFailedError) as failed:
        render_html(f"![a]({source}) ![b]({source})")
    assert {found.code for found in failed.value.diagnostics} == {"image-invalid"}


def test_images_have_a_limit_together() -> None:
    large = data_address(image_file("PNG", (1_000, 400), compress_level=0))
    with pytest.raises(LimitExceededError):
        render_html("[i]: " + large + "\n\n" + "![a][i] " * 60)
