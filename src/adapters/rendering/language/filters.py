"""The filters of the language: one table; texts, lists and numbers have a module each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from adapters.rendering.language import (
    format_filters,
    list_filters,
    markup,
    number_filters,
    picture_filters,
    text_filters,
    word_filters,
)
from adapters.rendering.language.values import Problem


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: `session` wants the render's session as its first argument, and pays for its work itself.

    Others are called by the session, which pays for what they are given and what they make, unless they are `free`:
    then the size of their values does not matter.
    `check` is given the arguments that are constants of the template, and returns what is wrong with them.
    """

    function: Callable[..., Any]
    session: bool = False
    free: bool = False
    check: Callable[[dict[str, Any]], Problem | None] | None = None


def _unchanged(value: Any) -> Any:
    """Return the value: escaping is the writer's, always and for everything, whatever a template says."""
    return value


FILTERS: Final[dict[str, Filter]] = {
    **{name: Filter(_unchanged, free=True) for name in ("e", "escape", "forceescape")},
    # Generated code holds these itself; the functions are here for map() and for the arguments' check.
    "default": Filter(list_filters.default),
    "d": Filter(list_filters.default),
    **{name: Filter(function) for name, function in text_filters.FILTERS.items()},
    **{name: Filter(function, session=True) for name, function in text_filters.METERED.items()},
    **{name: Filter(function) for name, function in word_filters.FILTERS.items()},
    **{name: Filter(function, session=True) for name, function in word_filters.WITH_SESSION.items()},
    **{
        name: Filter(function, session=True, check=partial(word_filters.check_arguments, name))
        for name, function in word_filters.WITH_PICTURE.items()
    },
    **{name: Filter(function, free=True) for name, function in number_filters.FILTERS.items()},
    **{name: Filter(function, session=True) for name, function in list_filters.FILTERS.items()},
    **{name: Filter(function, session=True) for name, function in picture_filters.FILTERS.items()},
    **{name: Filter(function, session=True) for name, function in markup.FILTERS.items()},
    **{
        name: Filter(function, session=True, check=partial(format_filters.check_arguments, name))
        for name, function in format_filters.FILTERS.items()
    },
    "map": Filter(list_filters.map_items, session=True),
}

list_filters.KNOWN.update({name: (known.function, known.session) for name, known in FILTERS.items()})
