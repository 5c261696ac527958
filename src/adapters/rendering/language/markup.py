"""Markdown and HTML among the values of a template: {"$markdown": …}, {"$html": …}, and what filters make of texts.

Such a value is read when it is printed, once, and is then known by a number: the writers of Word documents put that
out, and whoever finishes the document asks for the blocks themselves.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from adapters.rendering.language.pictures import KEY as IMAGE
from adapters.rendering.language.pictures import Picture, Pictures, places
from adapters.rendering.language.values import Problem, TypedValue, kind_of, to_text
from adapters.rendering.markup import Block, MarkupError, Table

MAX_CHARACTERS: Final = 2_000_000
KEYS: Final = ("$markdown", "$html")
# Steps of fuel for one of these characters; the readers and the writers take as long as for so many tags.
_STEPS: Final = {"\n": 100, "[": 200, "<": 150, "|": 60, **dict.fromkeys("&*_`~!", 30)}
_STEPS_PER_CHARACTER: Final = 2


def may_hold_markup(text: bytes) -> bool:
    """Tell whether JSON text may hold Markdown or HTML: what an escape stands for is not looked at."""
    return b'"$markdown' in text or b'"$html' in text or b"\\u0024" in text


class ProblemOfMarkup(Problem):
    """Markdown or HTML that cannot be printed; `pointer` says where in the data it stands."""

    code = "markup-invalid"


class Markup(TypedValue):
    """Markdown or HTML as a value. It is an object like any other for the template, and knows how to be read."""

    __slots__ = ("_blocks", "_pictures", "_registry", "number", "pointer")
    what = "a formatted text"

    def __init__(self, words: Mapping[str, Any], registry: "Markups", number: int, pointer: str | None) -> None:
        super().__init__(words)
        self.number = number
        self.pointer = pointer
        self._registry = registry
        self._blocks: tuple[Block, ...] | None = None
        self._pictures: dict[tuple[str, str], Picture] = {}

    def __bool__(self) -> bool:
        """Be false where there is no text, as texts are."""
        return bool(self[self.key])

    @property
    def key(self) -> str:
        """What kind it is of: '$markdown' or '$html'."""
        return next(key for key in KEYS if key in self)

    @property
    def text(self) -> str:
        """Its source.

        Raises:
            ProblemOfMarkup: it is no text.
        """
        unknown = sorted(self.keys() - {self.key})
        if unknown:
            message = f"A formatted text does not know {unknown[0][:40]!r}."
            raise self._problem(message, 'Write {"$markdown": "…"} or {"$html": "…"}, with nothing beside it.')
        source = self[self.key]
        if isinstance(source, (dict, list)):
            message = f"{self.key} has to be a text, and is {kind_of(source)}."
            raise self._problem(message, 'Write {"$markdown": "…"} or {"$html": "…"}.')
        return to_text(source)

    def blocks(self) -> tuple[Block, ...]:
        """Read it, once.

        Raises:
            ProblemOfMarkup: it is no text, too long, or nests too deep.
            LimitError: there is too much of it.
        """
        if self._blocks is None:
            self._blocks = self._read(self.text)
        return self._blocks

    def with_pictures(self) -> tuple[Block, ...]:
        """Read it, and the images in it.

        Raises:
            ProblemOfMarkup: it is no text, too long, or nests too deep.
            PictureError: an image in it is none.
            LimitError: there is too much of it.
        """
        blocks = self.blocks()
        if not self._pictures:
            self._take_pictures(blocks)
        return blocks

    def picture(self, source: str, alt: str) -> Picture:
        """Return an image in it; it has been read."""
        return self._pictures[source, alt]

    def _read(self, text: str) -> tuple[Block, ...]:
        if len(text) > MAX_CHARACTERS:
            message = f"A formatted text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}."
            raise self._problem(message, "Split it into several values.")
        self._registry.charge(
            len(text) * _STEPS_PER_CHARACTER + sum(text.count(sign) * steps for sign, steps in _STEPS.items())
        )
        try:
            return _READERS[self.key]()(text)
        except MarkupError as error:
            raise self._problem(error.message, error.suggestion) from None

    def _take_pictures(self, blocks: tuple[Block, ...]) -> None:
        """Read all images, so that what is wrong with one does not hide the others that have to be loaded."""
        failed: Problem | None = None
        made: dict[tuple[str, str], Picture] = {}
        for source, alt in _images(blocks):
            picture = self._registry.pictures().add({IMAGE: source, "alt": alt}, self._place())
            try:
                picture.read()
            except Problem as problem:
                failed = failed or problem
            made[source, alt] = picture
        if failed is not None:
            raise failed
        self._pictures = made

    def _place(self) -> str | None:
        source = self[self.key]
        if self.pointer is None and isinstance(source, str):
            self.pointer = self._registry.pictures().pointer_to(source)
        return self.pointer

    def _problem(self, message: str, suggestion: str) -> ProblemOfMarkup:
        problem = ProblemOfMarkup(message, suggestion)
        problem.pointer = self._place()
        return problem


def _images(blocks: tuple[Block, ...]) -> dict[tuple[str, str], None]:
    found: dict[tuple[str, str], None] = {}
    for block in blocks:
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    found |= _images(cell.blocks)
        else:
            found |= {(run.image, run.text): None for run in block.runs if run.image}
    return found


def _markdown() -> Callable[[str], tuple[Block, ...]]:
    from adapters.rendering.markup.read_markdown import read_markdown  # noqa: PLC0415  # a dear import

    return read_markdown


def _html() -> Callable[[str], tuple[Block, ...]]:
    from adapters.rendering.markup.read_html import read_html  # noqa: PLC0415  # as above

    return read_html


_READERS: Final = {"$markdown": _markdown, "$html": _html}


class Markups:
    """The Markdown and HTML of one render: `charge` is asked for steps before work is done.

    `pictures` gives the images of the render; `data` is what the template gets.
    """

    def __init__(self, data: Any, charge: Callable[[int], None], pictures: Callable[[], Pictures]) -> None:
        self._data = data
        self.charge = charge
        self.pictures = pictures
        self._made: list[Markup] = []

    def __getitem__(self, number: int) -> Markup:
        """Return the value with this number."""
        return self._made[number]

    def take(self) -> None:
        """Make values of all {"$markdown": …} and {"$html": …} in the data."""
        for container, key, pointer in places(self._data):
            value = container[key]
            if type(value) is dict and any(known in value for known in KEYS):
                container[key] = self.add(value, pointer)

    def add(self, words: Mapping[str, Any], pointer: str | None = None) -> Markup:
        """Make a value of its words."""
        made = Markup(words, self, len(self._made), pointer)
        self._made.append(made)
        return made


class _Session(Protocol):
    """What is needed of a render."""

    def with_markups(self) -> Markups:
        """Return the Markdown and HTML among its values."""


def _filter(key: str) -> Callable[..., Any]:
    def make(session: _Session, value: Any) -> Any:
        if value is None or type(value) is Markup:
            return value
        return session.with_markups().add({key: to_text(value)})

    return make


FILTERS: Final[dict[str, Callable[..., Any]]] = {"markdown": _filter("$markdown"), "html": _filter("$html")}
