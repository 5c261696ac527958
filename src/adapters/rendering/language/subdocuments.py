"""Word documents among the values of a template: {"$document": …} in the data.

Such a value is a rendered template, or a Word file of the assets. It is made when it is first printed, and is then
known by a number: the writers of Word documents put that out, and whoever finishes the document asks for the piece.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias

from adapters.rendering.language.pictures import places
from adapters.rendering.language.values import Problem, TypedValue, counted, kind_of
from domain.asset import is_asset_name, template_file
from domain.diagnostics import Diagnostic

# The templates that a render is within, from the outermost one, each with the SHA-256 of its file.
Chain: TypeAlias = tuple[tuple[str, str], ...]
KEY: Final = "$document"
_ASSET: Final = "asset:"
_TEMPLATE_WORDS: Final = frozenset(("template", "version", "data", "sections"))
_ASSET_WORDS: Final = frozenset(("asset", "sections"))
_HOW: Final = 'Write {"$document": {"template": "clause", "data": {…}}}, or {"$document": "asset:terms.docx"}.'
_NAME_CHARACTERS: Final = 200
_LARGEST_VERSION: Final = 1_000_000


def may_hold_subdocuments(text: bytes) -> bool:
    """Tell whether JSON text may hold documents: what an escape stands for is not looked at."""
    return b"$document" in text or b"\\u0024" in text


class SubdocumentError(Problem):
    """A document that cannot be put in; `pointer` says where in the data it stands.

    `found` are the findings within it, each with its own path in the data, where there are some.
    """

    code = "document-invalid"

    def __init__(
        self,
        message: str,
        suggestion: str | None = None,
        code: str | None = None,
        found: tuple[Diagnostic, ...] = (),
    ) -> None:
        super().__init__(message, suggestion, code)
        self.found = found


class Piece(Protocol):
    """What becomes of a document: text with places for ids, and what comes along with it."""

    @property
    def size(self) -> int:
        """How many bytes it adds to a document."""

    @property
    def elements(self) -> int:
        """How many elements it has at most."""


class Subdocument(TypedValue):
    """A document as a value. It is an object like any other for the template, and knows how to be made."""

    __slots__ = ("_piece", "_refused", "_registry", "_wish", "number", "pointer")
    what = "a document"

    def __init__(self, words: Mapping[str, Any], registry: "Subdocuments", number: int, pointer: str | None) -> None:
        super().__init__(words)
        self.number = number
        self.pointer = pointer
        self._registry = registry
        self._piece: Piece | None = None
        self._wish: Wish | None = None
        self._refused: SubdocumentError | None = None

    @property
    def wish(self) -> "Wish":
        """Read what it asks for.

        Raises:
            SubdocumentError: it asks for nothing that there could be.
        """
        if self._wish is None:
            self._wish = self._read()
        return self._wish

    @property
    def piece(self) -> Any:
        """What it has become; it has been made."""
        return self._piece

    def refuse(self, message: str, suggestion: str) -> None:
        """Let it not be printed any more, because of where it stands."""
        self._refused = self.problem(message, suggestion, "document-place")

    def make(self) -> int:
        """Make it, once, and pay for another copy of it; return its number.

        Raises:
            SubdocumentError: it cannot be made, or was refused.
            LimitError: with all else it is more than a document may hold.
        """
        if self._refused is not None:
            raise self._refused
        if self._piece is None:
            try:
                self._piece = self._registry.make(self)
            except SubdocumentError as problem:
                # What cannot be made is tried once, too.
                self._refused = problem
                raise
        self._registry.pay(self._piece)
        return self.number

    def problem(self, message: str, suggestion: str | None = None, code: str | None = None) -> SubdocumentError:
        """Make the exception that says what is wrong with it."""
        made = SubdocumentError(message, suggestion, code)
        made.pointer = self.pointer
        return made

    def _read(self) -> "Wish":
        unknown = sorted(self.keys() - {KEY})
        if unknown:
            raise self.problem(f"A document does not know {unknown[0][:40]!r} beside {KEY!r}.", _HOW)
        value = self[KEY]
        if isinstance(value, str) and value.startswith(_ASSET):
            value = {"asset": value.removeprefix(_ASSET)}
        if not isinstance(value, dict) or ("template" in value) == ("asset" in value):
            what = "names neither or both of a template and an asset" if isinstance(value, dict) else kind_of(value)
            raise self.problem(f"A document {what}." if isinstance(value, dict) else f"{KEY} is {what}.", _HOW)
        known = _TEMPLATE_WORDS if "template" in value else _ASSET_WORDS
        unknown = sorted(value.keys() - known)
        if unknown:
            raise self.problem(f"A document does not know {unknown[0][:40]!r}.", f"It has: {', '.join(sorted(known))}.")
        return self._wished(value)

    def _wished(self, value: dict[str, Any]) -> "Wish":
        name = value.get("template", value.get("asset"))
        if not isinstance(name, str) or not 0 < len(name) <= _NAME_CHARACTERS:
            raise self.problem("The name of a document's template or asset has to be a text.", _HOW)
        sections = value.get("sections", False)
        if not isinstance(sections, bool):
            raise self.problem(f"'sections' has to be true or false, and is {kind_of(sections)}.", _HOW)
        if "asset" in value:
            name = name.removeprefix(_ASSET)
            if not name.lower().endswith(".docx") or not is_asset_name(name):
                raise self.problem(f"{name[:80]!r} is no Word file of the assets.", _HOW)
            return Wish(name, None, sections=sections)
        data, version = value.get("data", {}), counted(value.get("version"))
        if not isinstance(data, dict):
            raise self.problem(f"The data of a document has to be an object, and is {kind_of(data)}.", _HOW)
        if value.get("version") is not None and (version is None or not 0 < version <= _LARGEST_VERSION):
            raise self.problem("The version of a document's template has to be a whole number from 1 on.", _HOW)
        return Wish(template_file(name, version), data, sections=sections)


class Wish:
    """What a document asks for: the name of its file among the assets, and the data of a template.

    With `sections` its page settings come along.
    """

    __slots__ = ("asset", "data", "sections")

    def __init__(self, asset: str, data: dict[str, Any] | None, *, sections: bool) -> None:
        self.asset = asset
        self.data = data
        self.sections = sections


class Subdocuments:
    """The documents among the values of one render: `make` makes one, `pay` is asked before a copy of one is put in.

    `data` is what the template gets; `needed` are the files that were asked for and not there, `warnings` what there
    was to say about those that were made.
    """

    def __init__(
        self,
        data: Any,
        make: Callable[[Subdocument], Piece],
        pay: Callable[[Piece], None],
    ) -> None:
        self._data = data
        self.make = make
        self.pay = pay
        self.needed: set[str] = set()
        self.warnings: list[Diagnostic] = []
        # What whoever makes documents remembers from one to the next.
        self.known: dict[Any, Any] = {}
        self._made: list[Subdocument] = []

    def __getitem__(self, number: int) -> Subdocument:
        """Return the document with this number."""
        return self._made[number]

    def take(self) -> None:
        """Make values of all {"$document": …} in the data; what is within them is theirs."""
        for container, key, pointer in places(self._data):
            value = container[key]
            if type(value) is dict and KEY in value:
                made = Subdocument(value, self, len(self._made), pointer)
                self._made.append(made)
                container[key] = made
