"""New numbers and names of one document: of drawings, controls, bookmarks and ranges that loops repeat."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_NAME_CHARACTERS: Final = 40
_SHARED_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True)
class Taken:
    """The numbers and the names that a template's own parts have, where its documents need new ones."""

    numbers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Identities:
    """What was given out in one document; `taken` is what its template has."""

    taken: Taken
    _number: int = 0
    # Numbers of the ranges that are open, by their number in the template.
    _ranges: dict[str, list[str]] = field(default_factory=dict)
    # What a name in the template is called in this round of its loop, the names that were met, and the last number that
    # was put behind one.
    _current: dict[str, str] = field(default_factory=dict)
    _named: set[str] = field(default_factory=set)
    _rounds: dict[str, int] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def next_number(self) -> str:
        """Return a number that nothing in the document has yet."""
        self._number += 1
        while self._number in self.taken.numbers:
            self._number += 1
        return str(self._number)

    def start_range(self, key: str) -> str:
        """Return a new number for a range that begins; `key` is its number in the template."""
        number = self.next_number()
        self._ranges.setdefault(key, []).append(number)
        return number

    def end_range(self, key: str) -> str:
        """Return the number of the range that began last."""
        started = self._ranges.get(key)
        return started.pop() if started else self.next_number()

    def name(self, key: str, name: str) -> str:
        """Return what a name of the template is called in this round of its loop."""
        if key not in self._current:
            self._current[key] = self._new_name(key, name)
        return self._current[key]

    def begin_round(self, keys: Iterable[str]) -> None:
        """Let these names be called anew."""
        for key in keys:
            self._current.pop(key, None)

    def _new_name(self, key: str, name: str) -> str:
        """Return the name itself for the first time, and later one that the document does not have."""
        if key not in self._named:
            self._named.add(key)
            return name
        # Names that are cut to the same beginning share their numbers, so that none is tried twice.
        shared = name.lower()[:_SHARED_CHARACTERS]
        while True:
            number = self._rounds[shared] = self._rounds.get(shared, 1) + 1
            end = f"_{number}"
            new = name[: _NAME_CHARACTERS - len(end)] + end
            if new.lower() not in self.taken.names and new.lower() not in self._names:
                self._names.add(new.lower())
                return new
