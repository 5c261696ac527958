"""A compiled Word template: a render runs the parts' code, and splices what they print into the prebuilt zip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from adapters.rendering.compiled import Program
from adapters.rendering.docx.archive import Archive, deflated
from adapters.rendering.docx.breaks import TooLargeError, announced, put_breaks
from adapters.rendering.docx.deflate import Stretch, crc32, deflate, deflate_stream, splice
from adapters.rendering.docx.repairs import Repair
from adapters.rendering.docx.zip_records import Member
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import Source
from domain.diagnostics import Diagnostic
from domain.errors import LimitExceededError
from domain.formats import OutputFormat
from domain.placeholder import Placeholder

# What stands in a part's code for a stretch of static XML: no output can hold this character otherwise.
_STRETCH: Final = "\x00"
# Above this many pieces of output, parts are encoded and deflated piece by piece: one large string costs more.
_MANY_PIECES: Final = 4_000
_GROUP: Final = 2_000


def stretch_name(index: int) -> str:
    """Return the static text that stands in the code for a stretch."""
    return f"{_STRETCH}{index}{_STRETCH}"


@dataclass(frozen=True, slots=True)
class TaggedPart:
    """A part that a render changes.

    `prefix` begins the names of WordprocessingML in it ('w:'); `repairs` run on the finished text, in this order.
    """

    name: str
    source: Source
    writers: Sequence[Writer]
    prefix: str
    repairs: tuple[Repair, ...] = ()
    stretches: tuple[Stretch, ...] = ()

    def render(self, session: RenderSession) -> Member:
        """Run the part's code and pack what it prints."""
        pieces = self.source.render(session, self.writers)
        if len(pieces) > _MANY_PIECES and not self.repairs:
            groups = ["".join(pieces[start : start + _GROUP]) for start in range(0, len(pieces), _GROUP)]
            if not any(map(announced, groups)):
                return self._pack_many(groups)
        text = "".join(pieces)
        if announced(text):
            text = self._put_breaks(self._expanded(text), session)
        if _STRETCH in text:
            return deflated(self.name, *splice(text.split(_STRETCH), self.stretches))
        data = text.encode()
        for repair in self.repairs:
            if repair.is_needed(data):
                text = repair.apply(text)
                data = text.encode()
        return deflated(self.name, deflate(data), crc32(data), len(data))

    def _pack_many(self, groups: list[str]) -> Member:
        def encoded() -> Iterator[bytes]:
            for group in groups:
                yield self._expanded(group).encode()

        return deflated(self.name, *deflate_stream(encoded()))

    def _expanded(self, text: str) -> str:
        """Put the stretches themselves where their numbers stand."""
        if _STRETCH not in text:
            return text
        pieces = text.split(_STRETCH)
        pieces[1::2] = [self.stretches[int(number)].text for number in pieces[1::2]]
        return "".join(pieces)

    def _put_breaks(self, text: str, session: RenderSession) -> str:
        limit = session.limits.output_bytes
        try:
            return put_breaks(text, self.prefix, limit)
        except TooLargeError:
            raise LimitExceededError(f"This document would be larger than {limit:,} bytes.") from None


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """What became of a part: `program` is None where it has no tags, or where a finding is an error."""

    program: TaggedPart | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()


class DocxProgram(Program):
    """A Word template that can run."""

    def __init__(self, archive: Archive, parts: Sequence[TaggedPart], unchanged: bytes | None) -> None:
        """`unchanged` is the template's file itself where no tag changes anything."""
        self._archive = archive
        self._parts = tuple(parts)
        self._unchanged = unchanged

    @override
    def render(self, session: RenderSession, output: OutputFormat) -> bytes:
        if self._unchanged is not None:
            return self._unchanged
        return self._archive.with_members([part.render(session) for part in self._parts])
