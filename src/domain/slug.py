"""Slugs: the names of templates and workspaces in addresses and commands."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidRequestError
from domain.identifiers import Slug

MAX_LENGTH: Final = 63

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Letters that Unicode does not decompose into an ASCII letter and an accent.
_ASCII_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i"}
)


def parse_slug(text: str) -> Slug:
    """Return the text as a slug.

    Raises:
        InvalidRequestError: it is empty, too long, or has other characters than a-z, 0-9 and single hyphens.
    """
    if len(text) > MAX_LENGTH or not _SLUG.fullmatch(text):
        raise InvalidRequestError(
            "slug",
            f"{text[: MAX_LENGTH + 1]!r} is not a slug: use 1 to {MAX_LENGTH} characters of a-z, 0-9 and single "
            "hyphens between them, for example 'offer-letter'.",
        )
    return Slug(text)


def slug_from(name: str) -> Slug:
    """Derive a slug from a name: 'Größe & Preis' becomes 'grosse-preis'.

    Raises:
        InvalidRequestError: the name has no Latin letter or digit to make a slug of.
    """
    folded = unicodedata.normalize("NFKD", name.lower().translate(_ASCII_LETTERS))
    ascii_only = folded.encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only)
    slug = "-".join(words)[:MAX_LENGTH].rstrip("-")
    if not slug:
        raise InvalidRequestError(
            "slug", f"no slug can be made of the name {name!r}: give one, for example 'offer-letter'."
        )
    return Slug(slug)
