"""Filters of lists and objects; all take the session first, and pay for the items they pass."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from adapters.rendering.language import methods, operators
from adapters.rendering.language.cost import (
    LONG_TEXT,
    STEPS_PER_CHARACTER,
    STEPS_PER_PART,
    filter_cost,
    size_cost,
)
from adapters.rendering.language.predicates import TESTS
from adapters.rendering.language.values import MISSING, Missing, MissingError, Problem, kind_of

if TYPE_CHECKING:
    from adapters.rendering.language.session import RenderSession

# Filled by the module filters: every filter by its name, for map(), and whether it takes the session.
KNOWN: dict[str, tuple[Callable[..., Any], bool]] = {}


def default(value: Any, instead: Any = "", falsy: Any = False) -> Any:  # noqa: FBT002
    """Replace what is missing; with `falsy` all that is empty, 0, false or null."""
    return instead if type(value) is Missing or (falsy and not value) else value


def items_of(session: "RenderSession", value: Any, what: str) -> list[Any]:
    """Return the items of a list (the keys of an object, the characters of a text), paid for."""
    if isinstance(value, (list, tuple, range, dict, str)):
        session.charge(len(value) * (STEPS_PER_CHARACTER if type(value) is str else 1), what=f"the filter {what}")
        return list(value)
    if value is None:
        return []
    raise Problem(f"{what} needs a list, and got {kind_of(value)}.")


def length(session: "RenderSession", value: Any) -> int:  # noqa: ARG001  # all of this table take it
    """Count items, keys or characters; null has none."""
    if isinstance(value, (list, tuple, range, dict, str)):
        return len(value)
    if value is None:
        return 0
    raise Problem(f"length needs a list, an object or a text, and got {kind_of(value)}.")


def join(session: "RenderSession", value: Any, d: Any = "", attribute: Any = None, last: Any = None) -> str:
    """Put the items together as text, with `d` between them, and with `last` before the last one."""
    items = items_of(session, value, "join")
    if attribute is not None:
        items = [_attribute(item, attribute) for item in items]
    _require(items)
    if last is not None and len(items) > 1:
        items = [methods.join(last, [methods.join(d, items[:-1]), items[-1]])]
    joined = methods.join(d, items)
    session.charge(len(joined) // 16)
    return joined


def _require(items: list[Any]) -> None:
    """Refuse a list whose items lack what is asked of them."""
    gone = [item for item in items if type(item) is Missing]
    if gone:
        raise MissingError(gone)


def first(session: "RenderSession", value: Any) -> Any:
    """Return the first item."""
    items = items_of(session, value[:1] if isinstance(value, (list, str, range)) else value, "first")
    return items[0] if items else _nothing("first")


def last(session: "RenderSession", value: Any) -> Any:
    """Return the last item."""
    items = items_of(session, value[-1:] if isinstance(value, (list, str, range)) else value, "last")
    return items[-1] if items else _nothing("last")


def _nothing(what: str) -> Missing:
    # The fast program gives way where this is used; the careful one then says these words.
    return Missing(f"the {what} item of an empty list")


def sort(
    session: "RenderSession",
    value: Any,
    reverse: Any = False,  # noqa: FBT002
    case_sensitive: Any = False,  # noqa: FBT002
    attribute: Any = None,
) -> list[Any]:
    """Sort; upper and lower case alike unless case_sensitive; `attribute` may name several, with commas."""
    return _sorted(session, items_of(session, value, "sort"), attribute, bool(case_sensitive), bool(reverse))


def _sorted(session: "RenderSession", items: list[Any], attribute: Any, case: bool, reverse: bool) -> list[Any]:  # noqa: FBT001
    session.charge(len(items) * max(1, len(items).bit_length() // 4))
    names = [None] if attribute is None else [part.strip() for part in _name(attribute).split(",")]
    session.charge(len(items) * len(names))
    keys = [tuple(_sort_key(session, _attribute(item, name), case) for name in names) for item in items]
    order = sorted(range(len(items)), key=keys.__getitem__, reverse=reverse)
    return [items[index] for index in order]


def _sort_key(session: "RenderSession", value: Any, case: bool) -> tuple[int, Any]:  # noqa: FBT001
    """Order null before numbers before texts, so that mixed lists have an order too."""
    if value is None or type(value) is Missing:
        return (0, 0)
    if isinstance(value, (bool, int, Decimal)):
        return (1, value)
    if isinstance(value, str):
        if len(value) > LONG_TEXT:
            # Folded, and then compared with others again and again.
            session.charge(_COMPARISONS * size_cost(value))
        return (2, value if case else value.casefold())
    if isinstance(value, list):
        session.charge(_STEPS_PER_KEY * (1 + len(value)))
        return (3, tuple(_sort_key(session, item, case) for item in value))
    raise Problem(f"{kind_of(value)[:1].upper()}{kind_of(value)[1:]} has no order.", "Write sort(attribute='name').")


def unique(session: "RenderSession", value: Any, case_sensitive: Any = False, attribute: Any = None) -> list[Any]:  # noqa: FBT002
    """Keep the first of equal items."""
    seen: set[Any] = set()
    kept = []
    items = items_of(session, value, "unique")
    session.charge(2 * len(items))
    for item in items:
        key = _sort_key(session, _attribute(item, attribute), bool(case_sensitive))
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def reverse_items(session: "RenderSession", value: Any) -> Any:
    """Turn a list or a text around."""
    if isinstance(value, str):
        return value[::-1]
    return items_of(session, value, "reverse")[::-1]


def to_list(session: "RenderSession", value: Any) -> list[Any]:
    """Make a list of items, keys or characters."""
    return items_of(session, value, "list")


def total(session: "RenderSession", value: Any, attribute: Any = None, start: Any = 0) -> Any:
    """Add the items up, exactly."""
    result = start
    items = [_attribute(item, attribute) for item in items_of(session, value, "sum")]
    session.charge(len(items))
    _require(items)
    for item in items:
        result = session.built(operators.add(result, operators.number(item, "sum")))
    return result


def least(session: "RenderSession", value: Any, case_sensitive: Any = False, attribute: Any = None) -> Any:  # noqa: FBT002
    """Return the smallest item."""
    items = _sorted(session, items_of(session, value, "min"), attribute, bool(case_sensitive), reverse=False)
    return items[0] if items else _nothing("smallest")


def greatest(session: "RenderSession", value: Any, case_sensitive: Any = False, attribute: Any = None) -> Any:  # noqa: FBT002
    """Return the greatest item."""
    items = _sorted(session, items_of(session, value, "max"), attribute, bool(case_sensitive), reverse=True)
    return items[0] if items else _nothing("greatest")


def groupby(
    session: "RenderSession",
    value: Any,
    attribute: Any,
    default: Any = MISSING,
    case_sensitive: Any = False,  # noqa: FBT002
) -> list[Any]:
    """Group the items by what they have under `attribute`: pairs of that value and a list, in its order."""
    groups: dict[Any, tuple[Any, list[Any]]] = {}
    items = items_of(session, value, "groupby")
    # Each may become a group.
    session.charge(len(items) * 2 * STEPS_PER_PART)
    for item in items:
        key = _attribute(item, attribute)
        key = default if type(key) is Missing and default is not MISSING else key
        groups.setdefault(_sort_key(session, key, bool(case_sensitive)), (key, []))[1].append(item)
    return [Group(grouper=key, list=items) for _, (key, items) in sorted(groups.items(), key=lambda pair: pair[0])]


class Group(dict[str, Any]):
    """A group: an object with `grouper` and `list` that can also be taken apart in a loop."""

    @override
    def __iter__(self) -> Iterator[Any]:
        """Give the value and its items: {% for city, people in … | groupby('city') %}."""
        return iter(self.values())


def dictsort(
    session: "RenderSession",
    value: Any,
    case_sensitive: Any = False,  # noqa: FBT002
    by: Any = "key",
    reverse: Any = False,  # noqa: FBT002
) -> list[Any]:
    """Return the pairs of an object, sorted by key or by value."""
    if not isinstance(value, dict):
        raise Problem(f"dictsort needs an object, and got {kind_of(value)}.")
    if by not in {"key", "value"}:
        raise Problem("dictsort sorts by 'key' or by 'value'.")
    session.charge((2 + STEPS_PER_PART) * len(value))
    pairs = [list(pair) for pair in value.items()]
    place = 0 if by == "key" else 1
    return sorted(pairs, key=lambda pair: _sort_key(session, pair[place], bool(case_sensitive)), reverse=bool(reverse))


def to_pairs(session: "RenderSession", value: Any) -> list[Any]:
    """Return the pairs of an object."""
    if not isinstance(value, dict):
        raise Problem(f"items needs an object, and got {kind_of(value)}.")
    session.charge((1 + STEPS_PER_PART) * len(value))
    return [list(pair) for pair in value.items()]


def batch(session: "RenderSession", value: Any, linecount: Any, fill_with: Any = None) -> list[Any]:
    """Cut a list into rows of so many items, the last one filled up if asked."""
    items, size = items_of(session, value, "batch"), methods.width(linecount)
    if size < 1:
        raise Problem("batch needs a number of at least 1.")
    session.charge(len(items) // size * (STEPS_PER_PART + 1))
    rows = [items[start : start + size] for start in range(0, len(items), size)]
    if rows and fill_with is not None:
        rows[-1] += [fill_with] * (size - len(rows[-1]))
    return rows


def slice_items(session: "RenderSession", value: Any, slices: Any, fill_with: Any = None) -> list[Any]:
    """Cut a list into so many columns of nearly equal length."""
    items, count = items_of(session, value, "slice"), methods.width(slices)
    if count < 1:
        raise Problem("slice needs a number of at least 1.")
    session.charge(count * STEPS_PER_PART)
    size, longer = divmod(len(items), count)
    columns, start = [], 0
    for number in range(count):
        end = start + size + (number < longer)
        column = items[start:end]
        columns.append([*column, fill_with] if fill_with is not None and longer and number >= longer else column)
        start = end
    return columns


def map_items(session: "RenderSession", value: Any, *args: Any, **kwargs: Any) -> list[Any]:
    """Take one value of each item (attribute='name'), or apply a filter to each ('upper')."""
    items = items_of(session, value, "map")
    if "attribute" in kwargs:
        instead = kwargs.get("default", MISSING)
        values = [_attribute(item, kwargs["attribute"]) for item in items]
        if instead is not MISSING:
            return [instead if type(value) is Missing else value for value in values]
        return values
    name = args[0] if args else None
    if name not in KNOWN or name == "map":
        raise Problem(f"map does not know the filter {name!r}.", "Write map(attribute='name') or map('upper').")
    function, with_session = KNOWN[name]
    session.charge(len(items) * filter_cost(name))
    if with_session:
        return [function(session, item, *args[1:], **kwargs) for item in items]
    return [session.run(function, item, *args[1:], **kwargs) for item in items]


def _chooser(*, keep: bool, by_attribute: bool) -> Callable[..., list[Any]]:
    def choose(session: "RenderSession", value: Any, *args: Any) -> list[Any]:
        items = items_of(session, value, "select" if keep else "reject")
        session.charge(3 * len(items))
        rest = list(args)
        attribute = rest.pop(0) if by_attribute and rest else None
        test, values = (rest[0], rest[1:]) if rest else (None, [])
        return [item for item in items if _passes(session, _attribute(item, attribute), test, values) is keep]

    return choose


def _passes(session: "RenderSession", value: Any, test: Any, values: list[Any]) -> bool:
    if test is None:
        return bool(value)
    if test in {"defined", "undefined", "none"}:
        return {
            "defined": type(value) is not Missing,
            "undefined": type(value) is Missing,
            "none": value is None,
        }[test]
    name = _SIGNS.get(test, test)
    if name not in TESTS:
        raise Problem(f"There is no test {test!r}.")
    return type(value) is not Missing and TESTS[name](session, value, *values)


_SIGNS: Final = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def _attribute(item: Any, name: Any) -> Any:
    """Look 'a.b' up in an item; numbers are positions in a list."""
    if name is None:
        return item
    for key in _name(name).split("."):
        if isinstance(item, dict) and key in item:
            item = item[key]
        elif isinstance(item, (list, tuple)) and key.isdigit() and int(key[:9]) < len(item):
            item = item[int(key)]
        else:
            return Missing(_name(name), item if isinstance(item, dict) else None, key)
    return item


def _name(attribute: Any) -> str:
    """Return the name of an attribute; a number is a position."""
    if type(attribute) is int:
        return str(attribute)
    if type(attribute) is not str or len(attribute) > _MAX_NAME:
        raise Problem("attribute has to be a name, as in attribute='address.city'.")
    return attribute


_MAX_NAME: Final = 200
_STEPS_PER_KEY: Final = 10
# How often a text is compared while a list is sorted, as often as not.
_COMPARISONS: Final = 4

FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "length": length,
    "count": length,
    "join": join,
    "first": first,
    "last": last,
    "sort": sort,
    "unique": unique,
    "reverse": reverse_items,
    "list": to_list,
    "sum": total,
    "min": least,
    "max": greatest,
    "groupby": groupby,
    "dictsort": dictsort,
    "items": to_pairs,
    "batch": batch,
    "slice": slice_items,
    "select": _chooser(keep=True, by_attribute=False),
    "reject": _chooser(keep=False, by_attribute=False),
    "selectattr": _chooser(keep=True, by_attribute=True),
    "rejectattr": _chooser(keep=False, by_attribute=True),
}
