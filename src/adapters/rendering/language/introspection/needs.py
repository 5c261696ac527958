"""What one piece of template needs, and what all pieces of a file need together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import nodes

from adapters.rendering.language.fields.field import Field
from adapters.rendering.language.introspection.data import Datum
from adapters.rendering.language.introspection.declared import declare
from adapters.rendering.language.introspection.kinds import placeholders_of, settle
from adapters.rendering.language.introspection.odd import oddities
from adapters.rendering.language.introspection.reader import Reader
from adapters.rendering.language.segments import Tag
from domain.diagnostics import Diagnostic
from domain.placeholder import Placeholder


@dataclass(frozen=True, slots=True)
class Needs:
    """What one piece of template was seen to use, and what its comments declare."""

    data: Datum
    fields: tuple[Field, ...] = ()
    # The names that the piece gives itself, with {% for %}, {% set %} and the like.
    given: Mapping[str, Tag] = field(default_factory=dict)


NO_NEEDS = Needs(Datum())


def needs_of(tree: nodes.Template, tags: Sequence[Tag], fields: Iterable[Field] = ()) -> Needs:
    """Read what a template looks up in the data."""
    reader = Reader(tags)
    reader.block(tree.body)
    settle(reader.root)
    return Needs(reader.root, tuple(fields))


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a whole file needs, what its author has declared, and what is odd about both."""

    placeholders: tuple[Placeholder, ...]
    fields: tuple[Field, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def conclude(pieces: Iterable[Needs]) -> Conclusion:
    """Put together what the pieces of a file need: a value is required where any of them requires it."""
    root = Datum()
    known = list(pieces)
    fields: list[Field] = []
    for piece in known:
        root.absorb(piece.data)
        fields += piece.fields
    given = [(piece.data, piece.given) for piece in known]
    if not fields:
        return Conclusion(placeholders_of(root), diagnostics=tuple(oddities(root, given)))
    declared, kept, diagnostics = declare(root, fields)
    found = (*diagnostics, *oddities(root, given, declared))
    return Conclusion(placeholders_of(root, declared), tuple(kept), found)
