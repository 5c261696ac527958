"""Ordinal numbers in digits, and words that follow a number: what a locale's plural rules decide."""

from decimal import Decimal
from typing import Any, Final

from babel import Locale

from adapters.rendering.language.formatting.locales import locale_of, refused
from adapters.rendering.language.formatting.numbers import number_format
from adapters.rendering.language.operators import Number, text
from adapters.rendering.language.values import Problem, counted

GENDERS: Final = ("masculine", "feminine")
CATEGORIES: Final = ("zero", "one", "two", "few", "many", "other")

_POINT: Final = ("{}.", "{}.")
# How an ordinal number is written, for masculine and feminine words.
_ORDINALS: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "de",
            "pl",
            "ar",
            "da",
            "nb",
            "nn",
            "no",
            "fi",
            "et",
            "lv",
            "cs",
            "sk",
            "sl",
            "hr",
            "sr",
            "bs",
            "hu",
            "is",
            "tr",
        ),
        _POINT,
    ),
    **dict.fromkeys(("pt", "it"), ("{}º", "{}ª")),
    **dict.fromkeys(("es", "gl"), ("{}.º", "{}.ª")),
    **dict.fromkeys(("zh", "ja", "yue"), ("第{}", "第{}")),
    "nl": ("{}e", "{}e"),
    "el": ("{}ος", "{}η"),
    "ko": ("제{}", "제{}"),
    "ru": ("{}-й", "{}-я"),
}
# The same where the ending follows the number, by its category in CLDR's rules for ordinals.
_BY_CATEGORY: Final[dict[str, tuple[dict[str, str], dict[str, str]]]] = {
    "en": ({"one": "{}st", "two": "{}nd", "few": "{}rd", "other": "{}th"},) * 2,
    "fr": ({"one": "{}er", "other": "{}e"}, {"one": "{}re", "other": "{}e"}),
    "sv": ({"one": "{}:a", "other": "{}:e"},) * 2,
    "ca": ({"one": "{}r", "two": "{}n", "few": "{}t", "other": "{}è"}, {"other": "{}a"}),
}


def ordinal(value: Number, locale: str, gender: Any) -> str:
    """Write an ordinal number: 1st, 1., 1er.

    Raises:
        Problem: the number is not whole, or the language is not known.
    """
    check_gender(gender)
    language = locale_of(locale)
    whole = counted(value)
    if whole is None or whole < 0:
        raise Problem("ordinal needs a whole number that is not negative.", "Round the number first: | round.")
    place = GENDERS.index(gender)
    if language.language in _BY_CATEGORY:
        shapes = _BY_CATEGORY[language.language][place]
        shape = shapes.get(language.ordinal_form(whole), shapes["other"])
    elif language.language in _ORDINALS:
        shape = _ORDINALS[language.language][place]
    else:
        raise Problem(f"Ordinal numbers are not known in {language.english_name}.", "Write the ending in the template.")
    return shape.format(number_format(locale, 0)(whole))


def check_gender(gender: Any) -> None:
    """Refuse a gender that is none.

    Raises:
        Problem: there is no such gender.
    """
    if gender not in GENDERS:
        advice = f"The genders are: {', '.join(GENDERS)}."
        raise refused(f"There is no gender {gender!r} for ordinal numbers.", advice, "wrong-arguments", gender)


def plural(value: Number, locale: str, forms: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Return the form of a word that goes with a number.

    Raises:
        Problem: no form is given that could stand for all others.
    """
    language = locale_of(locale)
    by_category = {**_by_order(language, forms), **named}
    if value == 0 and "zero" in named:
        return text(named["zero"], "plural")
    category = str(language.plural_form(Decimal(value).copy_abs()))
    form = by_category.get(category, by_category.get("other"))
    if form is None:
        raise Problem(
            f"plural is given no word for this number: {language.english_name} needs {category!r}.",
            "Write {{ count | plural('item', 'items') }}, or name the forms: plural(one='item', other='items').",
        )
    return text(form, "plural")


def _by_order(language: Locale, forms: tuple[Any, ...]) -> dict[str, Any]:
    """Give the forms to the categories of the language in their order; the last one stands for all that are left."""
    if not forms:
        return {}
    tags: set[str] = {*language.plural_form.tags, "other"}
    categories = [category for category in CATEGORIES if category in tags]
    if len(forms) < len(categories) and categories[0] == "zero":
        # Who does not name all of them thinks of one and many.
        categories.remove("zero")
    return {**dict(zip(categories[:-1], forms[:-1], strict=False)), "other": forms[-1]}
