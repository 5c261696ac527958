"""Writes numbers in words.

The words are those of CLDR's rule-based number formats; Babel does not bring them along, unicode-rbnf does (ADR 10).
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from babel import Locale
from unicode_rbnf import RbnfEngine
from unicode_rbnf.engine import NoRuleForNumberError, RulesetNotFoundError

from adapters.rendering.language.formatting.locales import locale_of, refused
from adapters.rendering.language.operators import Number
from adapters.rendering.language.values import MAX_DIGITS, Problem, to_text

FORMS: Final = ("masculine", "feminine", "neuter", "financial")
# Larger numbers are seldom read, and the rules are looked up through floats, which are exact so far.
MAX_NUMBER: Final = 10**15 - 1
MAX_DECIMALS: Final = 20
_USUAL: Final = ("spellout-numbering", "spellout-cardinal", "spellout-cardinal-masculine")
# Chinese counts with one zero, and numbers pages with another.
_FIRST: Final = {"zh": "spellout-cardinal", "yue": "spellout-cardinal"}
# English outside of the United States says "one hundred and one".
_WITH_AND: Final = "spellout-numbering-verbose"
_WITHOUT_AND: Final = frozenset({None, "US", "PR", "PH"})
# What is said between the whole number and its decimals, and between those.
_POINTS: Final = {
    "en": (" point ", " "), "de": (" Komma ", " "), "fr": (" virgule ", " "), "es": (" coma ", " "),
    "pt": (" vírgula ", " "), "it": (" virgola ", " "), "pl": (" przecinek ", " "), "nl": (" komma ", " "),
    "zh": ("点", ""), "ja": ("・", ""), "ar": (" فاصل ", " "),
}  # fmt: skip
# Words that CLDR spells as no dictionary does.
_CORRECTED: Final = {"ar": (("إحدى عشر", "أحد عشر"), ("إثن", "اثن"))}


def spell(value: Number, locale: str, form: Any) -> str:
    """Write a number in words.

    Raises:
        Problem: the number is too large, or the language has no such words.
    """
    check_form(form)
    speaker = _speaker(locale_of(locale), form)
    # abs() would round to the 28 digits of Python's own context.
    digits = to_text(Decimal(value).copy_abs())
    whole, _, fraction = digits.partition(".")
    fraction = fraction if fraction.strip("0") else ""
    if len(whole) > MAX_DIGITS or int(whole) > MAX_NUMBER or len(fraction) > MAX_DECIMALS:
        message = f"spell writes numbers up to {MAX_NUMBER:,}, with {MAX_DECIMALS} decimals at most."
        raise Problem(message, "Round the number first, or print it in digits.")
    words = speaker.say(int(whole))
    if fraction:
        words += speaker.decimals(fraction)
    return speaker.minus() + words if value < 0 else words


def check_form(form: Any) -> None:
    """Refuse a form of numbers in words that is none.

    Raises:
        Problem: there is no such form.
    """
    if form is not None and form not in FORMS:
        advice = f"The forms are: {', '.join(FORMS)}."
        raise refused(f"There is no form {form!r} for numbers in words.", advice, "wrong-arguments", form)


class _Speaker:
    """Says whole numbers in one language and form."""

    def __init__(self, language: Locale, engine: RbnfEngine, rules: str) -> None:
        self._language = language
        self._engine = engine
        self._rules = rules

    def say(self, number: int) -> str:
        try:
            # Soft hyphens are for engines that break lines, and would be in the way of searching.
            words = "".join(self._engine.iter_format_number(number, self._rules)).replace("\u00ad", "")
        except (NoRuleForNumberError, RulesetNotFoundError):
            message = f"{number:,} cannot be written in words in {self._language.english_name}."
            raise Problem(message, "Print the number in digits: | number.") from None
        for wrong, right in _CORRECTED.get(self._language.language, ()):
            words = words.replace(wrong, right)
        return words

    def minus(self) -> str:
        """Return what stands before a negative number."""
        return self.say(-1).removesuffix(self.say(1))

    def decimals(self, fraction: str) -> str:
        if self._language.language not in _POINTS:
            message = f"spell knows whole numbers alone in {self._language.english_name}."
            raise Problem(message, "Round the number first: {{ amount | round | spell }}.")
        point, between = _POINTS[self._language.language]
        return point + between.join(self.say(int(digit)) for digit in fraction)


@lru_cache(maxsize=16)
def _speaker(language: Locale, form: str | None) -> _Speaker:
    engine = _engine(language)
    if engine is not None:
        for rules in _wanted(language, form):
            if rules in engine.rulesets:
                return _Speaker(language, engine, rules)
    kind = f"{form} " if form else ""
    message = f"There are no {kind}number words for {language.english_name}."
    raise Problem(message, "Print the number in digits: | number.")


def _wanted(language: Locale, form: str | None) -> tuple[str, ...]:
    if form is not None:
        return (f"spellout-cardinal-{form}",)
    if language.language == "en" and language.territory not in _WITHOUT_AND:
        return (_WITH_AND, *_USUAL)
    return (_FIRST.get(language.language, _USUAL[0]), *_USUAL)


def _engine(language: Locale) -> RbnfEngine | None:
    """Return the rules of a language: those of its script or region, where it has some of its own."""
    variants = [f"{language.language}_{more}" for more in (language.script, language.territory) if more]
    known = next((name for name in (*variants, language.language) if name in _languages()), None)
    return None if known is None else _loaded(known)


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    return frozenset(RbnfEngine.get_supported_languages())


@lru_cache(maxsize=16)
def _loaded(name: str) -> RbnfEngine:
    engine = RbnfEngine.for_language(name)
    for rules in engine.rulesets.values():
        # From now on it is only read, from any thread.
        rules.update()
    return engine
