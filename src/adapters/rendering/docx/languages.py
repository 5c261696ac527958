"""The languages of what is printed: in which Word checks its spelling, and chooses shapes of Chinese characters.

Word keeps three for each run (w:lang, ECMA-376 part 1, 17.3.2.20): of letters that are written from right to left, of
East Asian ones, and of all others. The locale of a render is one of them. Formatted texts consist of runs of their own,
which say so where the document is in another language; a plain value is part of its run, and gets one of its own only
where letters are of one of the first two kinds: the run was typed in others.
"""

import re
from collections.abc import Callable
from typing import Final

from adapters.rendering.docx.direction import begins_right, in_language, is_right_to_left, is_same_language, turned

_EAST_ASIAN: Final = frozenset({"ja", "ko", "yue", "zh"})
# Kana, Bopomofo, Hangul and Chinese characters.
_EAST_ASIAN_LETTERS: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
)
_LETTER: Final = re.compile(r"[^\W\d_]")
# How w:lang calls the three kinds, and w:docDefaults' languages of them in their order in a style sheet.
_KINDS: Final = ("val", "eastAsia", "bidi")


def has_east_asian(text: str) -> bool:
    """Tell whether a text has letters that East Asian languages alone have."""
    return _EAST_ASIAN_LETTERS.search(text) is not None


def kind_of(locale: str) -> str:
    """Return which letters a locale's language is written in, as w:lang calls them."""
    if is_right_to_left(locale):
        return "bidi"
    return "eastAsia" if locale.partition("-")[0].lower() in _EAST_ASIAN else "val"


def _others(text: str) -> bool:
    letter = _LETTER.search(text)
    return letter is not None and not begins_right(text) and not has_east_asian(letter.group())


_LETTERS: Final[dict[str, Callable[[str], bool]]] = {
    "bidi": begins_right,
    "eastAsia": has_east_asian,
    "val": _others,
}


def values_apart(locale: str, defaults: tuple[str, ...]) -> Callable[[str], bool] | None:
    """Return what tells whether a plain value needs a run of its own; None where none does.

    `defaults` are the languages of the document.
    """
    kind = kind_of(locale)
    if kind == "val" or (kind == "eastAsia" and is_same_language(_default(kind, defaults), locale)):
        return None
    return _LETTERS[kind]


def spoken(properties: str, prefix: str, locale: str) -> str:
    """Return the properties of a run whose value is in the locale's own letters."""
    kind = kind_of(locale)
    return turned(properties, prefix, locale) if kind == "bidi" else in_language(properties, prefix, kind, locale)


def told(properties: str, prefix: str, locale: str, text: str, defaults: tuple[str, ...]) -> str:
    """Return the properties of a run with this text, which was not in the template, with its direction and language."""
    kind = kind_of(locale)
    if not _LETTERS[kind](text):
        return properties
    if kind == "bidi":
        return turned(properties, prefix, locale)
    says = f"<{prefix}lang " in properties and f' {prefix}{kind}="' in properties
    if not says and is_same_language(_default(kind, defaults), locale):
        return properties
    return in_language(properties, prefix, kind, locale)


def _default(kind: str, defaults: tuple[str, ...]) -> str:
    return defaults[_KINDS.index(kind)]
