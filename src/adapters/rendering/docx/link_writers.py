"""Writers of hyperlink targets: a whole address, and a piece of one."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, urlsplit

from adapters.rendering.language.markup import LINK, Markup
from adapters.rendering.language.values import UnprintableError, to_text
from adapters.rendering.markup.addresses import SCHEMES as LINK_SCHEMES

# Characters of an address that are no text of their own (RFC 3986).
_KEPT: Final = "%/:?#[]@!$&'()*+,;=~-._"

# Indices of the writers of this part.
WHOLE: Final = 0
PIECE: Final = 1


def _writer(check: Callable[[str], str]) -> Callable[[Any], str]:
    def write(value: Any) -> str:
        if type(value) is Markup and value.key == LINK:
            value = value[LINK]  # a link as the target of another one is its address
        address = quote(check(to_text(value).strip()).encode("utf-8", "ignore"), safe=_KEPT)
        return address.replace("&", "&amp;")

    return write


def _checked(address: str) -> str:
    """Let an address pass whose scheme is harmless; an empty one links to nothing."""
    if address and urlsplit(address).scheme.lower() not in LINK_SCHEMES:
        raise UnprintableError(
            "A link may begin with https://, http://, mailto: or tel: only.",
            "Write the whole address, as in https://example.com/.",
        )
    return address


LINK_WRITERS: Final = (_writer(_checked), _writer(str))
