"""What a render may spend: steps, and room for its output; everything is paid for before it is done."""

from collections.abc import Iterator
from typing import Any, Final

from adapters.rendering.language.access import sequence
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.values import LimitError

# Pieces of output between two measurements of a long loop, and the length from which a value counts on its own.
WATCHED_PIECES: Final = 50_000
LONG_TEXT: Final = 64

# Characters or items that a template makes for one step of fuel.
_BUILT_PER_STEP: Final = 16


class Fuel:
    """Steps and room that are left; generated code calls its methods, which raise LimitError at the end of either."""

    __slots__ = ("_depth", "_pending", "data_size", "limits", "room", "steps")

    def __init__(self, limits: Limits, data_size: int | None = None) -> None:
        """`data_size` is the length of the JSON text in bytes: no text in the data is longer."""
        self.limits = limits
        self.data_size = limits.data_bytes if data_size is None else data_size
        self.steps = limits.steps
        self.room = limits.output_bytes
        self._pending = 0
        self._depth = 0

    def spent(self) -> tuple[int, int, int, int]:
        """Return the state of the fuel, for a second attempt."""
        return self.steps, self.room, self._pending, self._depth

    def restore(self, state: tuple[int, int, int, int]) -> None:
        """Go back to an earlier state of the fuel."""
        self.steps, self.room, self._pending, self._depth = state

    def charge(self, steps: int, size: int = 0) -> None:
        """Pay for work before it is done.

        Raises:
            LimitError: the fuel is used up.
        """
        self.steps -= steps
        self.room -= size
        if self.steps < 0:
            raise LimitError(
                f"This template takes more than {self.limits.steps:,} steps with this data.",
                "Make its loops smaller, or render fewer rows at a time.",
            )
        if self.room < 0:
            raise self._too_large()

    def _too_large(self) -> LimitError:
        limit = self.limits.output_bytes
        return LimitError(
            f"This document would be larger than {limit:,} bytes.", "Make its loops smaller, or split the document."
        )

    def measure(self, pieces: list[str]) -> None:
        """Refuse output that is already too large."""
        if sum(map(len, pieces)) > self.limits.output_bytes:
            raise self._too_large()

    def each(self, value: Any, weight: int, size: int) -> Any:
        """Return what a loop runs over, paid for: `weight` steps and `size` characters a round."""
        if type(value) is not list:
            value = sequence(value)
        rounds = len(value)
        self.steps -= rounds * weight
        self.room -= rounds * size
        if self.steps < 0 or self.room < 0:
            self.charge(0)
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
        self.charge(0, len(piece))
        return piece

    def built(self, value: Any) -> Any:
        """Pay for a text or a list that the template has made."""
        if (type(value) is str or type(value) is list) and len(value) > LONG_TEXT:
            self.charge(len(value) // _BUILT_PER_STEP)
        return value

    def enter(self) -> None:
        """Step into a macro or a recursive loop."""
        self.charge(10)
        self._depth += 1
        if self._depth > self.limits.calls:
            raise LimitError(
                f"Macros or recursive loops call each other more than {self.limits.calls} deep.",
                "Make sure that the recursion comes to an end.",
            )
