"""The names that a template gives, and those that it takes from the data: which are unused, hidden, or out of reach."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from adapters.rendering.language.lint.found import Found
from adapters.rendering.language.segments import Tag

BUILT_IN: Final = frozenset({"now", "today", "range", "namespace"})
# What is a word of tags, or of other languages, and here the name of a value.
_WORDS: Final = {
    **dict.fromkeys(("null", "Null", "NULL", "nil", "undefined", "NONE"), "Write none, or ask with {% if not name %}."),
    **dict.fromkeys(("TRUE", "FALSE"), "Write true or false in small letters."),
    **dict.fromkeys(
        ("endif", "endfor", "endset", "endmacro", "endwith", "else", "elif"),
        "As a tag of a block it is written with {% and %}.",
    ),
}


@dataclass(slots=True, eq=False)
class Binding:
    """A name that the template gives to a value: `kind` is 'loop', 'set', 'with', 'macro' or 'parameter'.

    `group` is shared by names that are given together; `birth` orders all of them.
    """

    name: str
    kind: str
    line: int
    group: int
    birth: int
    used: bool = False
    said: bool = False


@dataclass(slots=True)
class Read:
    """The uses of one name of the data: the line of the first, and how many."""

    line: int
    count: int = 0


@dataclass(slots=True)
class Names:
    """All names of one piece of template, as the walk has met them."""

    bindings: list[Binding] = field(default_factory=list)
    reads: dict[str, Read] = field(default_factory=dict)
    # Differences without spaces, such as first-name: the line, the words, and the name behind the hyphen.
    hyphens: list[tuple[int, str, str]] = field(default_factory=list)
    # Names of the data that a loop gives to its items too: {% for items in items %}.
    hidden: set[str] = field(default_factory=set)


def unused(names: Names, tags: list[Tag]) -> Iterator[Found]:  # noqa: ARG001  # all rules take them
    """Find names given with set, with and macro that nothing uses."""
    used = {binding.group for binding in names.bindings if binding.used or binding.name in names.reads}
    said: set[int] = set()
    for binding in names.bindings:
        if binding.group in used or binding.group in said or binding.kind not in _UNUSED:
            continue
        said.add(binding.group)
        message, advice = _UNUSED[binding.kind]
        yield Found(binding.line, "unused-name", message.format(binding.name), advice.format(binding.name))


_UNUSED: Final = {
    "set": ("The name {} is given here and used nowhere.", "Delete the tag, or check how the name is spelt elsewhere."),
    "with": ("The name {} is given here and used nowhere.", "Delete it, or check how the name is spelt elsewhere."),
    "macro": ("The macro {} is never used.", "Write {{{{ {}() }}}} where it is to be printed, or delete it."),
}


def outside(names: Names, tags: list[Tag]) -> Iterator[Found]:
    """Find names of loops that are used where their loop is over, or not yet begun."""
    loops: dict[str, int] = {}
    for binding in names.bindings:
        if binding.kind == "loop":
            loops.setdefault(binding.name, binding.line)
    for name, read in names.reads.items():
        if name == "loop":
            message = "'loop' has a meaning within {% for … %} and {% endfor %} only."
            if "loop" not in tags[read.line - 1].snippet:
                message = "This tag is about the rounds of a loop, and stands in none."
            yield Found(read.line, "outside-loop", message, "Move the tag into the loop.")
        elif name in loops and name not in names.hidden:
            place = tags[loops[name] - 1].location
            message = (
                f"{name} is what the loop at {place} calls each item; here, outside of it, it is a value of the data."
            )
            advice = f"Move the tag into the loop; if the data has a value {name}, give the loop another name."
            yield Found(read.line, "outside-loop", message, advice)


def words(names: Names, tags: list[Tag]) -> Iterator[Found]:  # noqa: ARG001  # all rules take them
    """Find words that mean something elsewhere and are taken for values of the data here."""
    for name, read in names.reads.items():
        if name in _WORDS:
            message = f"'{name}' is taken for a value of the data with that name."
            yield Found(read.line, "word-as-name", message, _WORDS[name])


def hyphenated(names: Names, tags: list[Tag]) -> Iterator[Found]:  # noqa: ARG001  # all rules take them
    """Find names with hyphens, which are read as a subtraction."""
    behind: dict[str, int] = {}
    for _, _, name in names.hyphens:
        behind[name] = behind.get(name, 0) + 1
    for line, written, name in names.hyphens:
        read = names.reads.get(name)
        if read is None or read.count > behind[name]:
            continue
        parent, _, last = written.rpartition(".")
        message = f"The hyphen in {written} is read as a minus sign: {name} is subtracted."
        advice = f"Write {written.replace('-', '_')}, and name it like that in the data; a minus has spaces around it."
        if parent:
            advice = f"Write {parent}['{last}'] for a key with a hyphen."
        yield Found(line, "hyphenated-name", message, advice)


# The rules that look at all names together.
RULES: Final = (unused, outside, words, hyphenated)
