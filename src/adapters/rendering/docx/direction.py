"""Values that are written from right to left, in documents of a language that is.

Word takes font, size and weight of a run from its properties for complex scripts, and keeps signs and digits in
order, only where the run says so (w:rtl, ECMA-376 part 1, 17.3.2.30). Tags are typed in Latin letters, so the runs that
they stand in mostly do not. A value that begins with a letter of such a script gets a run of its own, which does, with
the language that Word checks its spelling in (w:lang, 17.3.2.20). In documents of other languages nothing of this
happens.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LANGUAGES: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ji", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"})
_SCRIPTS: Final = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})
_SCRIPT_LETTERS: Final = 4
# A letter, or a mark that stands for one; digits and signs have no direction of their own.
_STRONG: Final = re.compile("[^\\W\\d_]|[\u200e\u200f\u061c]")
# Properties that have a twin for complex scripts right behind them.
_FOR_COMPLEX_SCRIPTS: Final = ("b", "i", "sz")
# What follows w:rtl in the order of the schema (CT_RPr), and w:lang.
_BEHIND_LANG: Final = ("eastAsianLayout", "specVanish", "oMath", "rPrChange")
_BEHIND_RTL: Final = ("cs", "em", "lang", *_BEHIND_LANG)


@lru_cache(maxsize=64)
def is_right_to_left(locale: str) -> bool:
    """Tell whether a locale's script is written from right to left."""
    language, *others = locale.lower().replace("_", "-").split("-")
    script = next((part for part in others if len(part) == _SCRIPT_LETTERS and part.isalpha()), None)
    return language in _LANGUAGES if script is None else script in _SCRIPTS


def is_same_language(one: str, other: str) -> bool:
    """Tell whether two locales are of one language, whatever their regions."""
    return one.partition("-")[0].lower() == other.partition("-")[0].lower()


def begins_right(text: str) -> bool:
    """Tell whether the first letter of a text is one that is written from right to left."""
    letter = _STRONG.search(text)
    return letter is not None and unicodedata.bidirectional(letter.group()) in {"R", "AL"}


def turned(properties: str, prefix: str, locale: str) -> str:
    """Return a run's properties (the element, or nothing) with its direction and language; those it has are kept.

    What only Latin letters have been given (bold, italics, size) holds for the others too.
    """
    inner = re.sub(rf"^<{prefix}rPr(?:/>|[^>]*>)|</{prefix}rPr>$", "", properties)
    own = inner.partition(f"<{prefix}rPrChange")[0]
    for name in _FOR_COMPLEX_SCRIPTS:
        if f"<{prefix}{name}Cs" not in own:
            inner = re.sub(rf"<{prefix}{name}((?: [^>]*)?/>)", rf"\g<0><{prefix}{name}Cs\1", inner, count=1)
    if f"<{prefix}rtl" not in own:
        inner = _inserted(inner, f"<{prefix}rtl/>", _BEHIND_RTL, prefix)
    return in_language(f"<{prefix}rPr>{inner}</{prefix}rPr>", prefix, "bidi", locale)


def in_language(properties: str, prefix: str, letters: str, locale: str) -> str:
    """Return a run's properties (the element, or nothing) with the language of letters of one kind.

    `letters` are those of 'bidi', 'eastAsia' or 'val', as w:lang calls them.
    """
    inner = re.sub(rf"^<{prefix}rPr(?:/>|[^>]*>)|</{prefix}rPr>$", "", properties)
    found = re.search(rf"<{prefix}lang\b[^>]*?/?>", inner.partition(f"<{prefix}rPrChange")[0])
    if found is None:
        inner = _inserted(inner, f'<{prefix}lang {prefix}{letters}="{locale}"/>', _BEHIND_LANG, prefix)
    else:
        inner = inner.replace(found.group(), _with_language(found.group(), prefix, letters, locale), 1)
    return f"<{prefix}rPr>{inner}</{prefix}rPr>"


def _with_language(element: str, prefix: str, letters: str, locale: str) -> str:
    known = re.search(rf'{prefix}{letters}="([^"]*)"', element)
    if known is None:
        return element.replace(f"<{prefix}lang", f'<{prefix}lang {prefix}{letters}="{locale}"')
    if is_same_language(known.group(1), locale):
        return element  # the template says more than the locale, as in ar-SA
    return element.replace(known.group(), f'{prefix}{letters}="{locale}"')


def _inserted(inner: str, element: str, followers: tuple[str, ...], prefix: str) -> str:
    found = re.search(rf"<{prefix}(?:{'|'.join(followers)})[ />]", inner)
    place = found.start() if found else len(inner)
    return inner[:place] + element + inner[place:]
