"""One render: its data, its options, its fuel, and what it found missing or wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.rendering.language import missing
from adapters.rendering.language.access import NOT_THERE, item, show, unpack
from adapters.rendering.language.cost import STEPS_PER_FINDING
from adapters.rendering.language.failures import FAILURES, failure, limit_exceeded
from adapters.rendering.language.fuel import Fuel
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.markup import KEYS, Markups
from adapters.rendering.language.pictures import KEY as IMAGE
from adapters.rendering.language.pictures import Pictures
from adapters.rendering.language.printing import Running, line_of
from adapters.rendering.language.segments import Tag, Writer
from adapters.rendering.language.subdocuments import SubdocumentError, Subdocuments
from adapters.rendering.language.value_places import ValuePlaces
from adapters.rendering.language.values import (
    Fragment,
    LimitError,
    Macro,
    Missing,
    MissingError,
    Problem,
)
from application.ports.template_renderer import NO_ASSETS, Assets
from domain.diagnostics import Diagnostic, Severity
from domain.errors import DataInvalidError, DiagnosedError, RenderFailedError
from domain.render_request import MissingPolicy, RenderOptions

# More failures than anybody mends at once.
_MAX_FAILURES: Final = 500
# Of a key that the data does not have.
_KEY_CHARACTERS: Final = 200
# What is wrong with data, where it is found in a document within this one.
_OF_DATA: Final = frozenset(("missing-value", "data-unfit"))


class RenderSession(Fuel):
    """The state of one render, shared by all its programs (body, headers, file name); used by one thread at a time.

    The methods without a docstring of their own promises are called by generated code.
    """

    __slots__ = (
        "_failures",
        "_missing",
        "_now",
        "_places",
        "assets",
        "data",
        "documents",
        "locales",
        "markups",
        "odd",
        "options",
        "pictures",
        "plain",
        "running",
        "tag",
        "warnings",
    )

    def __init__(
        self,
        data: dict[str, Any],
        options: RenderOptions,
        limits: Limits = DEFAULT_LIMITS,
        data_size: int | None = None,
        odd: frozenset[str] | None = None,
    ) -> None:
        """`odd` are the texts of the data that may have to be escaped (see data.odd_texts), None where any may."""
        super().__init__(limits, data_size)
        self.data = data
        self.options = options
        self.odd = odd
        self.plain = odd is not None and not odd
        self.warnings: list[Diagnostic] = []
        self.assets: Assets = NO_ASSETS
        # The images among the values; None where there are none.
        self.pictures: Pictures | None = None
        # The Markdown and HTML among them; None where there is none.
        self.markups: Markups | None = None
        # The documents among them; None where there are none.
        self.documents: Subdocuments | None = None
        self.tag: Tag | None = None
        # The fast program that runs; the careful one says which tag it is at.
        self.running: Running | None = None
        self._missing: missing.MissingValues | None = None
        self._failures: dict[Any, Diagnostic] = {}
        self._now: datetime | None = None
        self._places: ValuePlaces | None = None
        # The locales that single values have asked for.
        self.locales: set[str] = set()

    # -- what was found

    def raise_for_missing(self) -> None:
        """Report what this render found wrong, all at once.

        Raises:
            DataInvalidError: values are missing; one diagnostic for each path.
            RenderFailedError: nothing is missing, and a tag failed.
        """
        error = self.error()
        if error is not None:
            raise error

    def error(self) -> DiagnosedError | None:
        """Return the error that raise_for_missing would raise."""
        lacking = self._missing.diagnostics() if self._missing else []
        if lacking and self.options.missing is MissingPolicy.ERROR:
            names = ", ".join(self._missing.paths()) if self._missing else ""
            return DataInvalidError(f"The data lacks: {names}.", [*lacking, *self._failures.values()])
        if self._failures:
            failures = list(self._failures.values())
            if any(found.code in _OF_DATA for found in failures):
                return DataInvalidError(f"The data does not fit: {failures[0].message}", failures)
            return RenderFailedError(f"The template failed: {failures[0].message}", failures)
        return None

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return the warnings, missing values included where the options tolerate them."""
        lacking = self._missing.diagnostics(Severity.WARNING) if self._missing else []
        within = self.documents.warnings if self.documents is not None else []
        return (*self.warnings, *lacking, *within)

    def needed(self) -> set[str]:
        """Return the names of the assets that were asked for and not there."""
        images = self.pictures.needed if self.pictures is not None else set[str]()
        return images | (self.documents.needed if self.documents is not None else set[str]())

    def fail(self, error: Exception, tag: Tag | None = None) -> None:
        """Keep the failure of one tag; the render goes on to find more."""
        if isinstance(error, MissingError):
            self.tag = tag or self.tag
            for value in error.values:
                self.record(value)
            return
        if isinstance(error, Problem) and error.pointer is None and error.value is not None:
            error.pointer = self._pointer(error.value)
        self.charge(STEPS_PER_FINDING)
        found = failure(error, tag or self.tag)
        within = error.found if isinstance(error, SubdocumentError) else ()
        # What is found in a document within this one has the place of its tag here.
        for each in [replace(one, location=found.location, snippet=found.snippet) for one in within] or [found]:
            # A tag that fails in one round of a loop fails in most of them.
            if len(self._failures) < _MAX_FAILURES:
                self._failures.setdefault((each.location, each.snippet, each.message, each.pointer), each)

    def _pointer(self, value: Any) -> str | None:
        """Say where a value stands in the data."""
        if self._places is None:
            self._places = ValuePlaces(self.data)
        return self._places.pointer(value)

    def record(self, value: Missing) -> None:
        """Keep a missing value with the tag that needed it."""
        self.charge(STEPS_PER_FINDING)
        if self._missing is None:
            self._missing = missing.MissingValues(self.data)
        self._missing.add(value, self.tag)

    def with_pictures(self) -> Pictures:
        """Return the images among the values."""
        if self.pictures is None:
            self.pictures = Pictures(self.data, self.assets, self.charge, self.limits.output_bytes)
        return self.pictures

    def with_markups(self) -> Markups:
        """Return the Markdown and HTML among the values."""
        if self.markups is None:
            self.markups = Markups(self.data, self.charge, self.with_pictures, self.printing)
        return self.markups

    def printing(self) -> Callable[[], Tag | None]:
        """Return what finds the tag that is being printed now; looking for it costs more than noting where it was."""
        if self.running is None:
            tag = self.tag
            return lambda: tag
        return self.running.tag_at_line(line_of(self.running.origin))

    def typed(self, value: dict[Any, Any]) -> Any:
        """Make an image or a formatted text of an object of the template that says it is one."""
        if type(value) is not dict:
            return value  # something in it is missing
        if IMAGE in value:
            return self.with_pictures().add(value)
        return self.with_markups().add(value) if any(key in value for key in KEYS) else value

    def add_to_data(self, value: Any, tag: Tag | None) -> None:
        """Count a value in that was not in the JSON text: writers have to look at it, and the data has become larger.

        Raises:
            LimitExceededError: larger than data may be.
        """
        self.odd, self.plain = None, False
        self.data_size += len(str(value)) if isinstance(value, (str, list, dict)) else 1
        if self.data_size > self.limits.data_bytes:
            message = f"With its defaults, the data is larger than {self.limits.data_bytes:,} bytes."
            raise limit_exceeded(LimitError(message, "Send less data at a time."), tag)

    # -- pieces of the template that are called

    def captured(self, pieces: list[str], writer: int) -> Fragment:
        """Make captured output of its pieces."""
        self.forget(pieces)
        size = sum(map(len, pieces))
        self.charge(1 + len(pieces) // 2, size)
        return Fragment("".join(pieces), writer)

    def again(self, loop: Callable[[Any, int], Fragment], items: Any, depth: int) -> Fragment:
        """Run a recursive loop one level deeper."""
        self.enter()
        try:
            return loop(items, depth)
        finally:
            self._depth -= 1

    def call(self, macro: Any, *args: Any, caller: Macro | None = None, **kwargs: Any) -> Fragment:
        """Call a macro of the template."""
        if type(macro) is not Macro:
            raise Problem("This is called like a macro, and is none.", "Define it above: {% macro name() %}.")
        given = dict(zip(macro.parameters, args, strict=False))
        doubled = given.keys() & kwargs.keys()
        strange = kwargs.keys() - set(macro.parameters)
        if len(args) > len(macro.parameters) or doubled or strange:
            takes = ", ".join(macro.parameters) or "nothing"
            raise Problem(f"The macro {macro.name} takes {takes}, and is called with something else.")
        self.enter()
        try:
            return macro.body(caller=caller, **given, **kwargs)
        finally:
            self._depth -= 1

    # -- time

    @property
    def now(self) -> str:
        """The request's time in its time zone, as ISO 8601."""
        return self._local().isoformat(timespec="seconds")

    @property
    def today(self) -> str:
        """The request's date in its time zone, as ISO 8601."""
        return self._local().date().isoformat()

    def _local(self) -> datetime:
        if self._now is None:
            self._now = self.options.now.astimezone(ZoneInfo(self.options.timezone))
        return self._now

    # -- the careful program: look-ups that remember what they did not find

    def name(self, name: str) -> Any:
        """Look a name up in the data."""
        data = self.data
        if name in data:
            return data[name]
        if name in {"now", "today"}:
            return self.now if name == "now" else self.today
        return Missing(name, data, name)

    def get(self, value: Any, key: str, path: str) -> Any:
        """Look a key up in an object."""
        if isinstance(value, dict):
            return value[key] if key in value else Missing(path, value, key)
        if type(value) is Missing:
            return Missing(path if not path.startswith(".") else value.path + path, value.container, value.key)
        return missing.without_keys(value, path, key)

    def item(self, value: Any, key: Any, path: str) -> Any:
        """Look up an item by its number, or a value by its key."""
        if type(value) is Missing:
            return Missing(f"{path}[]", value.container, value.key)
        if type(key) is Missing:
            self.record(key)
            return key
        found = item(value, key)
        if found is NOT_THERE:
            shown = str(key)[:_KEY_CHARACTERS] if type(key) in {str, int, Decimal, bool} else "…"
            return Missing(f"{path}[{shown}]", value if isinstance(value, dict) else None, shown)
        return found

    def op(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Apply an operator, a filter or a method; a missing operand is recorded and makes the result missing."""
        gone = None
        for value in (*args, *kwargs.values()):
            if type(value) is Missing:
                self.record(value)
                gone = value
        return self.run(function, *args, **kwargs) if gone is None else gone

    def loop(self, value: Any) -> Any:
        """Return what a loop may run over; nothing for what is missing."""
        if type(value) is Missing:
            self.record(value)
            return []
        return value

    def parts(self, value: Any, count: int) -> list[Any]:
        """Take a value apart; a missing one becomes missing parts."""
        if type(value) is Missing:
            self.record(value)
            return [value] * count
        return unpack(value, count)

    def rows(self, items: Any, count: int) -> Iterator[list[Any]]:
        """Take each item of a loop apart."""
        for value in items:
            yield self.parts(value, count)

    def printed(self, writer: Writer, number: int, tag: Tag, value: Callable[[], Any]) -> str:
        """Compute and print a value; where that fails, keep the failure and print nothing."""
        self.tag = tag
        try:
            return self.big(self.show(writer, number, value(), tag))
        except FAILURES as error:
            self.fail(error, tag)
            return ""

    def show(self, writer: Writer, number: int, value: Any, tag: Tag) -> str:
        """Print a value; what is missing prints nothing, or its own tag."""
        self.tag = tag
        if type(value) is Missing:
            self.record(value)
            return writer(tag.text) if self.options.missing is MissingPolicy.KEEP else ""
        return show(writer, number, value)
