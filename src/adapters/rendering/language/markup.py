"""Formatted texts among the values of a template, and what filters make of texts.

They are {"$markdown": …}, {"$html": …}, {"$richtext": …} and {"$link": …}. Such a value is read when it is printed,
once, and is then known by a number: the writers of Word documents put that out, and whoever finishes the document asks
for the blocks themselves.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from adapters.rendering.language.pictures import KEY as IMAGE
from adapters.rendering.language.pictures import Picture, Pictures, places
from adapters.rendering.language.segments import Tag
from adapters.rendering.language.values import Problem, TypedValue, kind_of, to_text
from adapters.rendering.markup import Block, MarkupError, Paragraph, Table
from adapters.rendering.markup.read_rich import read_link, read_rich

MAX_CHARACTERS: Final = 2_000_000
LINK: Final = "$link"
KEYS: Final = ("$markdown", "$html", "$richtext", LINK)
# Steps of fuel for one of these characters; the readers and the writers take as long as for so many tags.
_STEPS: Final = {"\n": 150, "[": 200, "<": 150, "|": 60, **dict.fromkeys("&*_`~!", 30)}
_STEPS_PER_CHARACTER: Final = 2
_STEPS_PER_PIECE: Final = 200
# A paragraph takes as long to be written as a line takes to be read.
_STEPS_PER_PARAGRAPH: Final = 120
_IN_JSON: Final = tuple(f'"{key}"'.encode() for key in KEYS)


def reading_cost(text: str) -> int:
    """Return the steps of fuel that reading Markdown or HTML takes."""
    return len(text) * _STEPS_PER_CHARACTER + sum(text.count(sign) * steps for sign, steps in _STEPS.items())


def may_hold_markup(text: bytes) -> bool:
    """Tell whether JSON text may hold formatted texts: what an escape stands for is not looked at."""
    return any(key in text for key in _IN_JSON) or b"\\u0024" in text


class ProblemOfMarkup(Problem):
    """A formatted text that cannot be printed; `pointer` says where in the data it stands."""

    code = "markup-invalid"


class Markup(TypedValue):
    """A formatted text as a value. It is an object like any other for the template, and knows how to be read.

    `tag` gives the tag that printed it first.
    """

    __slots__ = ("_blocks", "_cost", "_pictures", "_registry", "number", "pointer", "tag")
    what = "a formatted text"

    def __init__(self, words: Mapping[str, Any], registry: "Markups", number: int, pointer: str | None) -> None:
        super().__init__(words)
        self.number = number
        self.pointer = pointer
        self._registry = registry
        self._blocks: tuple[Block, ...] | None = None
        # Steps that it takes to read it, and to write it wherever it is printed.
        self._cost = 0
        self._pictures: dict[tuple[str, str], Picture] = {}
        self.tag: Callable[[], Tag | None] | None = None

    def __bool__(self) -> bool:
        """Be false where there is no text, as texts are."""
        return bool(self[self.key])

    @property
    def key(self) -> str:
        """What kind it is of: one of KEYS."""
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
            self._blocks = self._read_rich() if self.is_rich else self._read(self.text)
        return self._blocks

    @property
    def is_rich(self) -> bool:
        """Tell whether it is rich text or a link: an object of the data, and not a text to be read."""
        return self.key in _RICH

    def print(self) -> tuple[Block, ...]:
        """Read it and the images in it, as the last thing before it is put out; see `with_pictures`."""
        if self.tag is None:
            self.tag = self._registry.place()
        elif self._blocks is not None:
            self._registry.charge(self._cost)
        return self.with_pictures()

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

    def _pay(self, steps: int) -> None:
        self._cost += steps
        self._registry.charge(steps)

    def _read(self, text: str) -> tuple[Block, ...]:
        if len(text) > MAX_CHARACTERS:
            message = f"A formatted text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}."
            raise self._problem(message, "Split it into several values.")
        self._pay(reading_cost(text))
        try:
            blocks = _READERS[self.key]()(text)
        except MarkupError as error:
            raise self._problem(error.message, error.suggestion) from None
        self._pay(_STEPS_PER_PARAGRAPH * _paragraphs(blocks))
        return blocks

    def _read_rich(self) -> tuple[Block, ...]:
        try:
            blocks = read_link(self, to_text) if self.key == LINK else self._read_pieces()
        except MarkupError as error:
            raise self._problem(error.message, error.suggestion, error.path) from None
        runs = [run for block in blocks if isinstance(block, Paragraph) for run in block.runs]
        self._pay(sum(_STEPS_PER_PIECE + len(run.text) for run in runs))
        return blocks

    def _read_pieces(self) -> tuple[Block, ...]:
        unknown = sorted(self.keys() - {self.key})
        if unknown:
            message = f"Rich text does not know {unknown[0][:40]!r} beside '$richtext'."
            raise self._problem(message, 'Write {"$richtext": ["plain ", {"text": "bold", "bold": true}]}.')
        try:
            return read_rich(self[self.key], to_text)
        except MarkupError as error:
            error.path = f"/{self.key}{error.path}"
            raise

    def _take_pictures(self, blocks: tuple[Block, ...]) -> None:
        """Read all images, so that what is wrong with one does not hide the others that have to be loaded."""
        failed: Problem | None = None
        made: dict[tuple[str, str], Picture] = {}
        for source, alt in _images(blocks):
            picture = self._registry.pictures().add({IMAGE: source, "alt": alt}, self.place())
            try:
                picture.read()
            except Problem as problem:
                failed = failed or problem
            made[source, alt] = picture
        if failed is not None:
            raise failed
        self._pictures = made

    def place(self) -> str | None:
        """Return where it stands in the data, as a JSON Pointer; None for what the template has made."""
        source = self[self.key]
        if self.pointer is None and isinstance(source, str):
            self.pointer = self._registry.pictures().pointer_to(source)
        return self.pointer

    def _problem(self, message: str, suggestion: str, path: str = "") -> ProblemOfMarkup:
        problem = ProblemOfMarkup(message, suggestion, "richtext-invalid" if self.is_rich else None)
        place = self.place()
        problem.pointer = None if place is None else place + path
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


def _paragraphs(blocks: tuple[Block, ...]) -> int:
    """Count the paragraphs, those in cells too."""
    return sum(
        sum(_paragraphs(cell.blocks) for row in block.rows for cell in row) if isinstance(block, Table) else 1
        for block in blocks
    )


def _markdown() -> Callable[[str], tuple[Block, ...]]:
    from adapters.rendering.markup.read_markdown import read_markdown  # noqa: PLC0415  # a dear import

    return read_markdown


def _html() -> Callable[[str], tuple[Block, ...]]:
    from adapters.rendering.markup.read_html import read_html  # noqa: PLC0415  # as above

    return read_html


_READERS: Final = {"$markdown": _markdown, "$html": _html}
_RICH: Final = frozenset(KEYS) - _READERS.keys()


class Markups:
    """The formatted texts of one render: `charge` is asked for steps before work is done.

    `pictures` gives the images of the render, `place` what finds the tag that is being printed; `data` is what the
    template gets.
    """

    def __init__(
        self,
        data: Any,
        charge: Callable[[int], None],
        pictures: Callable[[], Pictures],
        place: Callable[[], Callable[[], Tag | None]],
    ) -> None:
        self._data = data
        self.place = place
        self.charge = charge
        self.pictures = pictures
        self._made: list[Markup] = []

    def __getitem__(self, number: int) -> Markup:
        """Return the value with this number."""
        return self._made[number]

    def take(self) -> None:
        """Make values of all objects in the data that are formatted texts."""
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
        """Return the formatted texts among its values."""


def _filter(key: str) -> Callable[..., Any]:
    def make(session: _Session, value: Any) -> Any:
        if value is None or type(value) is Markup:
            return value
        return session.with_markups().add({key: to_text(value)})

    return make


def link(session: _Session, value: Any, text: Any = None) -> Any:
    """Make a link of an address, or give one another text; null stays null, and an empty text shows nothing."""
    if type(value) is Markup and value.key == LINK:
        return value if text is None else session.with_markups().add({**value, "text": to_text(text)}, value.pointer)
    address = to_text(value)
    return session.with_markups().add({LINK: address, "text": to_text(text)}) if address else value


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "markdown": _filter("$markdown"),
    "html": _filter("$html"),
    "link": link,
}
