"""How much markup a file may hold: what a parser makes of it takes many times the memory and the time of its bytes."""

from collections.abc import Iterable
from typing import Final

from adapters.rendering.docx.findings import unusable

# Of one part.
ELEMENTS: Final = 400_000
ATTRIBUTES: Final = 800_000
# Of all parts with tags together.
ELEMENTS_OF_ALL: Final = 500_000
# Lines in the list of contents, and in the lists of relationships together.
ENTRIES: Final = 30_000

_SPLIT: Final = "Split the document."


def elements_in(contents: bytes) -> int:
    """Return how many elements XML has at most."""
    return contents.count(b"<") - contents.count(b"</")


def check_markup(name: str, contents: bytes) -> None:
    """Make sure that a part is small enough to be parsed.

    Raises:
        UnusableFileError: it has too many elements or attributes.
    """
    if elements_in(contents) > ELEMENTS:
        raise unusable("too-large", f"The part {name!r} has more than {ELEMENTS:,} elements.", _SPLIT)
    # Each attribute, and each declaration of a namespace, takes two quotation marks.
    if contents.count(b'"') + contents.count(b"'") > 2 * ATTRIBUTES:
        raise unusable("too-large", f"The part {name!r} has more than {ATTRIBUTES:,} attributes.", _SPLIT)


def check_markup_of_all(parts: Iterable[bytes]) -> None:
    """Make sure that the parts with tags together are small enough.

    Raises:
        UnusableFileError: they have too many elements.
    """
    if sum(map(elements_in, parts)) > ELEMENTS_OF_ALL:
        raise unusable("too-large", f"The document has more than {ELEMENTS_OF_ALL:,} elements in all.", _SPLIT)


def check_entries(lists: Iterable[bytes]) -> None:
    """Make sure that lists of contents or of relationships together are no longer than any program makes them.

    Raises:
        UnusableFileError: they are longer.
    """
    if sum(map(elements_in, lists)) > ENTRIES:
        message = f"The file has more than {ENTRIES:,} links, pictures and other references."
        raise unusable("too-large", message, _SPLIT)
