"""What a render may spend: steps, and room for its output; everything is paid for before it is done."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from adapters.rendering.language.access import sequence
from adapters.rendering.language.cost import LONG_TEXT, STEPS_PER_CHARACTER, STEPS_PER_PART, size_cost
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.values import LimitError

# Pieces of output between two measurements of a long loop.
WATCHED_PIECES: Final = 50_000

_SIZED: Final = frozenset({str, list, dict})
# Plain numbers take less memory than this.
_LARGE_NUMBER: Final = 128
# What lists of results hold that was made for them, as the pairs of an object are.
_PARTS: Final = frozenset({str, tuple, list})


class Fuel:
    """Steps and room that are left; generated code calls its methods, which raise LimitError at the end of either."""

    __slots__ = ("_depth", "_pending", "_sums", "data_size", "limits", "room", "steps")

    def __init__(self, limits: Limits, data_size: int | None = None) -> None:
        """`data_size` is the length of the JSON text in bytes: no text in the data is longer."""
        self.limits = limits
        self.data_size = limits.data_bytes if data_size is None else data_size
        self.steps = limits.steps
        self.room = limits.output_bytes
        self._pending = 0
        self._depth = 0
        # Lists of output by their identity: how many of their pieces are measured already, and how long those are.
        self._sums: dict[int, tuple[list[str], int, int]] = {}

    def spent(self) -> tuple[int, int, int, int]:
        """Return the state of the fuel, for a second attempt."""
        return self.steps, self.room, self._pending, self._depth

    def restore(self, state: tuple[int, int, int, int]) -> None:
        """Go back to an earlier state of the fuel."""
        self.steps, self.room, self._pending, self._depth = state
        self._sums.clear()

    def charge(self, steps: int, size: int = 0, what: str = "this") -> None:
        """Pay for work before it is done; `what` does it, in the words of the message.

        Raises:
            LimitError: the fuel is used up.
        """
        self.steps -= steps
        self.room -= size
        if self.steps < 0:
            raise self._out_of_fuel(steps, what)
        if self.room < 0:
            raise self._too_large()

    def _out_of_fuel(self, steps: int, what: str) -> LimitError:
        limit = self.limits.steps
        message = f"{what[:1].upper()}{what[1:]} would run {steps:,} steps; the limit is {limit:,}."
        if steps <= limit:
            message = f"With {what}, the template would run {limit - self.steps:,} steps; the limit is {limit:,}."
        return LimitError(message, "Make its loops smaller, or render fewer rows at a time.")

    def _too_large(self) -> LimitError:
        limit = self.limits.output_bytes
        return LimitError(
            f"This document would be larger than {limit:,} bytes.", "Make its loops smaller, or split the document."
        )

    def measure(self, pieces: list[str]) -> None:
        """Refuse output that is already too large; pieces that were measured before are not looked at again."""
        _, done, size = self._sums.get(id(pieces), (pieces, 0, 0))
        size += sum(map(len, islice(pieces, done, None)))
        self._sums[id(pieces)] = pieces, len(pieces), size
        if size > self.limits.output_bytes:
            raise self._too_large()

    def forget(self, pieces: list[str]) -> None:
        """Measure these pieces no more."""
        self._sums.pop(id(pieces), None)

    def each(self, value: Any, weight: int, size: int) -> Any:
        """Return what a loop runs over, paid for: `weight` steps and `size` characters a round."""
        if type(value) is not list:
            if type(value) is str:
                self.charge(len(value) * STEPS_PER_CHARACTER, what="this loop over a text")
            value = sequence(value)
        rounds = len(value)
        self.steps -= rounds * weight
        self.room -= rounds * size
        if self.steps < 0:
            raise self._out_of_fuel(rounds * weight, "this loop")
        if self.room < 0:
            raise self._too_large()
        return value

    def watch(self, items: Any, pieces: list[str], prints: int, *, passing: bool) -> Any:
        """Return a way through a long loop that measures the output now and then, where it could become too large."""
        if passing and self._pending + self.data_size * prints <= self.limits.output_bytes:
            return items
        return self._measured(items, pieces, prints)

    def _measured(self, items: Any, pieces: list[str], prints: int) -> Iterator[Any]:
        stride = max(1, WATCHED_PIECES // (prints + 1))
        for start in range(0, len(items), stride):
            self.measure(pieces)
            yield from items[start : start + stride]

    def traversed(self, pieces: list[str], prints: int) -> None:
        """Note that every text of the data may have been printed `prints` times since; measure once that is much."""
        self._pending += self.data_size * prints
        if self._pending > self.limits.output_bytes:
            self.measure(pieces)
            self._pending = 0

    def big(self, piece: str) -> str:
        """Pay for a long piece of output."""
        # What is more than text begins with a control character, and was put together of many pieces.
        steps = len(piece) // 2 if piece[:1] < " " else 0
        # Beyond ASCII a text takes as many bytes in memory as it does in UTF-8, or nearly so.
        self.charge(steps, len(piece) if piece.isascii() else piece.__sizeof__())
        return piece

    def built(self, value: Any) -> Any:
        """Pay for a text, a list, an object or a long number that the template has made."""
        if type(value) in _SIZED:
            if len(value) > LONG_TEXT:
                self.charge(size_cost(value))
        elif type(value) is not bool and value.__sizeof__() > _LARGE_NUMBER:
            self.charge(size_cost(value))
        return value

    def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call a filter or a method, and pay for the sizes of what it is given and of what it makes."""
        for value in args:
            if type(value) in _SIZED and len(value) > LONG_TEXT:
                self.charge(size_cost(value))
        made = function(*args, **kwargs)
        if type(made) is list and len(made) > LONG_TEXT and type(made[0]) in _PARTS:
            self.charge(len(made) * STEPS_PER_PART)
        return self.built(made)

    def enter(self) -> None:
        """Step into a macro or a recursive loop."""
        self.charge(10)
        self._depth += 1
        if self._depth > self.limits.calls:
            raise LimitError(
                f"Macros or recursive loops call each other more than {self.limits.calls} deep.",
                "Make sure that the recursion comes to an end.",
            )
