"""The uses of each path of the data, and what they say about its kind."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from adapters.rendering.language.segments import Tag
from domain.placeholder import Occurrence, Placeholder, PlaceholderKind


class Evidence(Enum):
    """What one use of a value says about it."""

    NOTHING = auto()
    ANY = auto()
    TESTED = auto()
    COUNTED = auto()
    PRINTED = auto()
    NUMBER = auto()
    OBJECT = auto()
    LISTED = auto()


# What counts most stands first.
_KINDS: Final = (
    (Evidence.LISTED, PlaceholderKind.LIST),
    (Evidence.OBJECT, PlaceholderKind.OBJECT),
    (Evidence.NUMBER, PlaceholderKind.NUMBER),
    (Evidence.PRINTED, PlaceholderKind.TEXT),
    (Evidence.COUNTED, PlaceholderKind.LIST),
    (Evidence.TESTED, PlaceholderKind.BOOLEAN),
)
# The kinds that placeholders of several parts are reconciled by, the strongest first.
_STRENGTH: Final = (
    *(PlaceholderKind.LIST, PlaceholderKind.OBJECT, PlaceholderKind.IMAGE, PlaceholderKind.RICH_TEXT),
    *(PlaceholderKind.DATETIME, PlaceholderKind.DATE, PlaceholderKind.TIME, PlaceholderKind.NUMBER),
    *(PlaceholderKind.TEXT, PlaceholderKind.BOOLEAN, PlaceholderKind.ANY),
)
_MAX_OCCURRENCES: Final = 1_000


@dataclass(slots=True)
class _Use:
    evidence: set[Evidence] = field(default_factory=set)
    kinds: set[PlaceholderKind] = field(default_factory=set)
    # None where only something below this path was used so far.
    required: bool | None = None
    implied: bool = False
    occurrences: dict[Occurrence, None] = field(default_factory=dict)


class Uses:
    """Collects uses by path, in the order of first use."""

    def __init__(self) -> None:
        self._uses: dict[str, _Use] = {}

    def add(self, path: str, evidence: Evidence, tag: Tag, *, required: bool) -> None:
        """Note one use; the lists along the path are noted with it."""
        occurrence = Occurrence(tag.location, tag.snippet)
        start = 0
        while (end := path.find("[]", start)) >= 0:
            parent = self._note(path[:end], occurrence)
            parent.evidence.add(Evidence.LISTED)
            parent.implied = parent.implied or required
            start = end + 2
        if not path.endswith("[]") or evidence not in {Evidence.NOTHING, Evidence.ANY}:
            use = self._note(path, occurrence)
            use.evidence.add(evidence)
            use.required = bool(use.required) or required

    def add_placeholder(self, placeholder: Placeholder) -> None:
        """Note the uses of one part."""
        use = self._note(placeholder.path)
        use.required = bool(use.required) or placeholder.required
        use.kinds.add(placeholder.kind)
        use.occurrences.update(dict.fromkeys(placeholder.occurrences))

    def _note(self, path: str, occurrence: Occurrence | None = None) -> _Use:
        use = self._uses.setdefault(path, _Use())
        if occurrence is not None and len(use.occurrences) < _MAX_OCCURRENCES:
            use.occurrences[occurrence] = None
        return use

    def placeholders(self) -> tuple[Placeholder, ...]:
        """Make placeholders of the uses; an object is known by its children alone."""
        parents = {path.rpartition(".")[0] for path in self._uses}
        needed = {path: use.implied if use.required is None else use.required for path, use in self._uses.items()}
        optional = [path for path, required in needed.items() if not required]
        return tuple(
            Placeholder(path, _kind(use), needed[path] and not _within(path, optional), tuple(use.occurrences))
            for path, use in self._uses.items()
            if path not in parents or Evidence.LISTED in use.evidence or PlaceholderKind.LIST in use.kinds
        )


def _within(path: str, optional: list[str]) -> bool:
    """Tell whether a path lies in something optional: then nothing can demand it."""
    return any(path.startswith((f"{parent}.", f"{parent}[")) for parent in optional)


def _kind(use: _Use) -> PlaceholderKind:
    if use.kinds:
        return next(kind for kind in _STRENGTH if kind in use.kinds)
    return next((kind for evidence, kind in _KINDS if evidence in use.evidence), PlaceholderKind.ANY)
