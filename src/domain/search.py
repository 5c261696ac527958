"""Searching as people type: without regard to case and accents, words in any order, parts of words too."""

import unicodedata
from collections.abc import Iterable


def fold(text: str) -> str:
    """Return a text as it is compared: 'Größe Café' is 'grosse cafe', on every server and in every locale."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def searched_text(texts: Iterable[str]) -> str:
    """Return what is searched of an object with these texts; no word reaches from one into another."""
    return "\n".join(map(fold, texts))


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, all of which have to be found, each as a whole word or a part of one."""
    return tuple(dict.fromkeys(fold(query).split()))
