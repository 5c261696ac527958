"""The values of the language: plain JSON, what a template captures, and what is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, Final

# More digits than any amount on paper has; beyond it, printing a number plainly would fill memory.
MAX_DIGITS: Final = 1000
_HALVES_UP: Final = Context(rounding=ROUND_HALF_UP)


class Problem(Exception):  # noqa: N818  # not an error of the program: a sentence for the template's author
    """Something in the template that does not work with this data; the message is a sentence for its author.

    `pointer` says where in the data the value stands, where that is known.
    """

    code = "value-error"
    pointer: str | None = None
    # The value itself, where it has to be looked up in the data to say where it stands.
    value: Any = None

    def __init__(self, message: str, suggestion: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion
        if code is not None:
            self.code = code


class MissingError(Problem):
    """Items of a list lack something; the session lists it with all else that is missing."""

    code = "missing-value"

    def __init__(self, values: "list[Missing]") -> None:
        super().__init__("A value is missing.")
        self.values = values


class UnprintableError(Problem):
    """A value that has no text: a list, an object."""

    code = "unprintable-value"


class LimitError(Exception):
    """A template asks for more than the limits allow."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


class Missing:
    """What a look-up gives where the data has nothing: it is false, and remembers what was asked for.

    `path` is the words of the template; `key` was looked up in `container` (the data's own object) in vain. `reason`
    says why nothing can be there, and `advice` what to write then.
    """

    __slots__ = ("advice", "container", "key", "path", "reason")

    def __init__(
        self,
        path: str,
        container: Any = None,
        key: str | None = None,
        reason: str | None = None,
        advice: str | None = None,
    ) -> None:
        self.path = path
        self.container = container
        self.key = key
        self.reason = reason
        self.advice = advice

    def __bool__(self) -> bool:
        """Be false in every test."""
        return False


# The one Missing of the fast program, which does not say what is missing: the careful program is asked for that.
MISSING: Final = Missing("")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Output that the template captured ({% set %} blocks, macros): finished for the place of one writer."""

    text: str
    writer: int

    def __bool__(self) -> bool:
        """Be false where nothing was captured."""
        return bool(self.text)


class Macro:
    """A macro of the template, or the body of its {% call %} block."""

    __slots__ = ("body", "name", "parameters")

    def __init__(self, name: str, parameters: tuple[str, ...], body: Callable[..., Fragment]) -> None:
        self.name = name
        self.parameters = parameters
        self.body = body


class TypedValue(dict[str, Any]):
    """An object that stands for something else, as {"$image": …} does; `what` is its name for messages."""

    __slots__ = ()
    what = "an object"


class Namespace(dict[str, Any]):
    """What namespace() makes: the one object whose values a template may change."""

    __slots__ = ()


def to_text(value: Any) -> str:
    """Print a value: text as it is, numbers plainly without an exponent, true and false, nothing for null.

    Raises:
        UnprintableError: the value is a list, an object or something without a text.
    """
    if type(value) is str:
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if type(value) is Decimal:
        if abs(value.adjusted()) > MAX_DIGITS:
            raise UnprintableError(f"This number has more than {MAX_DIGITS:,} digits and cannot be printed.")
        return format(value, "zf")  # z: a zero has no sign
    if type(value) is Missing:
        raise MissingError([value])
    raise UnprintableError(*_ADVICE.get(kind_of(value), ("This cannot be printed.",)))


def counted(value: Any) -> int | None:
    """Return a whole number as an int, also where it is written or calculated with decimals (2.0, 10 / 5).

    Anything else gives None.
    """
    if type(value) is int:
        return value
    if type(value) is Decimal and value.adjusted() <= MAX_DIGITS and value == value.to_integral_value():
        return int(value)
    return None


def format_decimal(value: Decimal, specification: str) -> str:
    """Format by Python's format language; halves are rounded away from zero, as everywhere."""
    with localcontext(_HALVES_UP):
        return format(value, specification)


def kind_of(value: Any) -> str:
    """Name what a value is, for a message."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true or false"
    if isinstance(value, TypedValue):
        return value.what
    return next((name for kinds, name in _KINDS if isinstance(value, kinds)), "something else")


_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "a text"),
    ((int, Decimal), "a number"),
    ((list, tuple), "a list"),
    (dict, "an object"),
    (Fragment, "captured output"),
    (Macro, "a macro"),
    (Missing, "nothing"),
)

_ADVICE: Final = {
    "a list": (
        "This is a list, and a list cannot be printed as it is.",
        "Write {{ names | join(', ') }} for a list of texts, or a loop: {% for item in items %}…{% endfor %}.",
    ),
    "an object": (
        "This is an object, and an object cannot be printed as it is.",
        "Name the value you want of it, as in {{ customer.name }}.",
    ),
    "an image": (
        "This is an image, and an image cannot stand here.",
        "Print images in the text of a Word document; alt texts, links, charts, Markdown and text take none.",
    ),
    "a formatted text": (
        "This is a formatted text (Markdown or HTML, rich text, a link), and it cannot stand here.",
        "Print it in the text of a document; alt texts, links, charts and properties take plain texts alone.",
    ),
    "a document": (
        "This is a document, and a document cannot stand here.",
        "Print it in the text of a Word document, best in a paragraph of its own.",
    ),
    "a macro": ("This is a macro, and a macro prints only where it is called.", "Add parentheses: {{ name() }}."),
    "captured output": (
        "This was captured by a block or a macro, and can only be printed at the same kind of place.",
        "Print it with {{ name }} alone, without filters and operators; use {% set name = … %} for plain values.",
    ),
}
