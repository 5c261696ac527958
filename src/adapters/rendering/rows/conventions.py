"""How people of a locale write numbers, dates and yes or no, by CLDR."""

import re
from typing import Final

from babel import Locale

from adapters.rendering.language.formatting.locales import locale_of
from adapters.rendering.language.values import Problem
from domain.row_values import Conventions

# CLDR's "yes" and "no" are no longer kept up and not in Babel; words that people fill in, by language. English is
# understood everywhere.
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "cs": ("ano a pravda", "ne n nepravda"),
    "da": ("ja j sand", "nej n falsk"),
    "de": ("ja j wahr an", "nein n falsch aus"),
    "el": ("ναι αληθές", "όχι οχι ψευδές"),  # noqa: RUF001  # Greek
    "es": ("sí si s verdadero", "no n falso"),
    "fi": ("kyllä k tosi", "ei e epätosi"),
    "fr": ("oui o vrai", "non n faux"),
    "hu": ("igen i igaz", "nem n hamis"),
    "it": ("sì si s vero", "no n falso"),
    "nb": ("ja j sann", "nei n usann"),
    "nl": ("ja j waar", "nee n onwaar"),
    "no": ("ja j sann", "nei n usann"),
    "pl": ("tak t prawda", "nie n fałsz"),
    "pt": ("sim s verdadeiro", "não nao n falso"),
    "ro": ("da d adevărat", "nu n fals"),
    "ru": ("да истина", "нет ложь"),
    "sv": ("ja j sant", "nej n falskt"),
    "tr": ("evet e doğru", "hayır h yanlış"),  # noqa: RUF001  # Turkish
    "uk": ("так істина", "ні хибність"),
}
_APOSTROPHES: Final = "'\u2019"


def conventions_of(tag: str) -> Conventions:
    """Return the conventions of a BCP 47 tag; of one that nobody knows, those of English."""
    try:
        locale = locale_of(tag)
    except Problem:
        locale = locale_of("en")
    english = Conventions()
    yes, no = _WORDS.get(locale.language, ("", ""))
    symbols = locale.number_symbols.get("latn", locale.number_symbols)
    groups = str(symbols.get("group", ","))
    return Conventions(
        locale=tag,
        decimal=str(symbols.get("decimal", ".")),
        groups=groups + (_APOSTROPHES if groups in _APOSTROPHES else ""),
        date_order=_order_of(locale),
        months={**_months(locale_of("en")), **_months(locale)},
        true_words=english.true_words | set(yes.split()),
        false_words=(english.false_words - set(yes.split())) | set(no.split()),
    )


def _order_of(locale: Locale) -> str:
    """Return in which order the locale's short dates have day, month and year."""
    pattern = re.sub("'[^']*'", "", locale.date_formats["short"].pattern)
    signs = [sign.lower() for sign in re.sub("[^dMLy]", "", pattern).replace("L", "M")]
    return "".join(dict.fromkeys(signs))


def _months(locale: Locale) -> dict[str, int]:
    """Return the names of months, long and short, as they stand alone and in dates."""
    return {
        name.lower().rstrip("."): number
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in locale.months[context][width].items()
    }
