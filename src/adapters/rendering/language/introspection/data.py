"""The data as a template sees it: a tree of places, each with what the uses of it say."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Any, Final

from adapters.rendering.language.segments import Tag
from domain.data_path import Each, Step

# Data nests 200 levels at most; deeper places are not followed.
MAX_DEPTH: Final = 100
_MAX_OCCURRENCES: Final = 1_000
_MAX_CONSTANTS: Final = 20
# Beyond this, an index says nothing about how many items a list has.
_MAX_ITEMS: Final = 20


class Evidence(Enum):
    """What one use of a value says about it."""

    NOTHING = auto()
    ANY = auto()
    # It prints, counts as a condition, or has items: many kinds do.
    PRINTED = auto()
    TESTED = auto()
    COUNTED = auto()
    INDEXED = auto()
    # It is compared with, or replaced by, a constant of this kind.
    LIKE_TEXT = auto()
    LIKE_NUMBER = auto()
    LIKE_BOOLEAN = auto()
    LIKE_LIST = auto()
    # It is looked up as a key, or ordered among others.
    KEY = auto()
    ORDERED = auto()
    # Nothing else would do; dates and times are texts too.
    CHOSEN = auto()
    DATE = auto()
    TIME = auto()
    TEXT = auto()
    NUMBER = auto()
    INTEGER = auto()
    IMAGE = auto()
    OBJECT = auto()
    LISTED = auto()


class Datum:
    """One place in the data, and what is known of it.

    `needed` tells whether a render asks for it wherever its parent is there; `given` counts the conditions, around the
    tag that is being read, that hold only where it is there.
    """

    __slots__ = (
        *("children", "choices", "constants", "defaults", "depth", "evidence", "given", "least_items", "like"),
        *(
            "guarded",
            "made",
            "most_items",
            "needed",
            "order",
            "parent",
            "root",
            "said",
            "same_as",
            "spared",
            "step",
            "tags",
            "wanted",
        ),
    )

    def __init__(self, parent: "Datum | None" = None, step: Step = "") -> None:
        self.parent = parent
        self.step = step
        self.root: Datum = parent.root if parent else self
        # How many places were made, kept by the root; and which of them this one is.
        self.made = 0
        self.root.made += 1
        self.order = self.root.made
        self.depth: int = parent.depth + 1 if parent else 0
        self.children: dict[Step, Datum] = {}
        self.evidence: set[Evidence] = set()
        self.needed = False
        # The first tag of each evidence, the first that needs it, the first that says that it may be missing, and the
        # first that would need it and stands under a condition on it.
        self.said: dict[Evidence, Tag] = {}
        self.wanted: Tag | None = None
        self.spared: Tag | None = None
        self.guarded: Tag | None = None
        self.given = 0
        self.tags: list[Tag] = []
        # What it is compared with, and what replaces it where it is missing.
        self.constants: list[Any] = []
        self.defaults: list[Any] = []
        # All that it may be, where the template offers a list to choose from.
        self.choices: list[Any] = []
        self.least_items = 0
        self.most_items: int | None = None
        # Places whose kind is the same, since the template puts them in order.
        self.like: list[Datum] = []
        # A place above whose shape this one has, where a template calls itself.
        self.same_as: Datum | None = None

    def child(self, step: Step) -> "Datum | None":
        """Return the place one step below; None where no template or data reaches it."""
        found = self.children.get(step)
        if found is None and self.depth < MAX_DEPTH and not (isinstance(step, str) and step.startswith("_")):
            found = self.children[step] = Datum(self, step)
        return found

    def steps(self) -> tuple[Step, ...]:
        """Return the way from the root."""
        steps: list[Step] = []
        datum: Datum = self
        while datum.parent is not None:
            steps.append(datum.step)
            datum = datum.parent
        return tuple(reversed(steps))

    def note(self, evidence: Evidence, tag: Tag) -> None:
        """Keep what a tag says about it."""
        if evidence not in self.said:
            self.evidence.add(evidence)
            self.said[evidence] = tag
        tags = self.tags
        if not tags or (tags[-1] is not tag and len(tags) < _MAX_OCCURRENCES):
            tags.append(tag)

    def note_constant(self, value: Any, constants: list[Any]) -> None:
        """Keep a constant in one of its two lists, each once."""
        if len(constants) < _MAX_CONSTANTS and not any(value is one or _same(value, one) for one in constants):
            constants.append(value)

    def note_items(self, count: int) -> None:
        """Keep how many items are used by their number."""
        if count <= _MAX_ITEMS:
            self.least_items = max(self.least_items, count)

    def demand(self, guard: "Datum | None", tag: Tag) -> None:
        """Note that a tag needs this place, as soon as `guard` is there or a condition around holds."""
        if self.given and self.guarded is None:
            self.guarded = tag
        datum: Datum = self
        while datum.parent is not None and datum is not guard and not datum.given:
            if not datum.needed:
                datum.needed, datum.wanted = True, tag
            datum = datum.parent

    def is_below(self, other: "Datum") -> bool:
        """Tell whether this place lies within the other."""
        datum: Datum | None = self.parent
        while datum is not None and datum is not other:
            datum = datum.parent
        return datum is not None

    def walk(self) -> "list[Datum]":
        """Return all places below, in the order of their first use."""
        found: list[Datum] = []
        waiting = list(self.children.values())
        while waiting:
            datum = waiting.pop()
            found.append(datum)
            waiting.extend(datum.children.values())
        return sorted(found, key=lambda datum: datum.order)

    def at(self, steps: Iterable[Step]) -> "Datum | None":
        """Return the place some steps below."""
        datum: Datum | None = self
        for step in steps:
            datum = datum.child(step) if datum is not None else None
        return datum

    def absorb(self, other: "Datum") -> None:
        """Take over what another tree of the same data knows."""
        mine: dict[int, Datum] = {id(other): self}
        for its in other.walk():
            assert its.parent is not None, its.step  # noqa: S101  # only roots have none, and walk() leaves them out
            datum = mine[id(its)] = mine[id(its.parent)].children.get(its.step) or Datum(mine[id(its.parent)], its.step)
            mine[id(its.parent)].children[its.step] = datum
            datum.take_over(its)
            if its.same_as is not None and datum.same_as is None:
                datum.same_as = mine[id(its.same_as)]

    def take_over(self, other: "Datum") -> None:
        """Take over what another tree knows of this one place."""
        self.evidence |= other.evidence
        self.needed |= other.needed
        self.said = {**other.said, **self.said}
        self.wanted = self.wanted or other.wanted
        self.spared = self.spared or other.spared
        self.guarded = self.guarded or other.guarded
        self.tags.extend(other.tags[: max(0, _MAX_OCCURRENCES - len(self.tags))])
        for value in other.constants:
            self.note_constant(value, self.constants)
        for value in other.defaults:
            self.note_constant(value, self.defaults)
        self.choices += [choice for choice in other.choices if choice not in self.choices]
        self.least_items = max(self.least_items, other.least_items)
        self.most_items = other.most_items if self.most_items is None else self.most_items


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def is_item(datum: Datum) -> bool:
    """Tell whether a place is each item of a list, or each value of an object."""
    return isinstance(datum.step, Each)
