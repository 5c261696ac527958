"""Which addresses a document may link to."""

from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = frozenset(("http", "https", "mailto", "tel"))


def safe_address(address: str) -> str:
    """Return an address that a document may link to, and nothing instead of any other."""
    try:
        scheme = urlsplit(address.strip()).scheme
    except ValueError:
        return ""
    return address.strip() if scheme.lower() in SCHEMES else ""
