"""A compiled Word template: a render runs the parts' code, and splices what they print into the prebuilt zip."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from adapters.rendering.codec import crc32
from adapters.rendering.compiled import Program
from adapters.rendering.docx.archive import Archive, deflated
from adapters.rendering.docx.breaks import announced, put_breaks
from adapters.rendering.docx.deflate import DeflateStream, Stretch, deflate, splice
from adapters.rendering.docx.finish import Finish
from adapters.rendering.docx.identities import Taken
from adapters.rendering.docx.languages import values_apart
from adapters.rendering.docx.link_writers import LINK_WRITERS
from adapters.rendering.docx.marks import REVISION, Operation
from adapters.rendering.docx.media import with_images
from adapters.rendering.docx.numbering import NumberingPart
from adapters.rendering.docx.pictures import Placing
from adapters.rendering.docx.structures import RefusedPlaceError, TooLargeError, WriteValue, put_structures
from adapters.rendering.docx.style_sheet import StyleSheet
from adapters.rendering.docx.writers import DOCUMENT, LINK, MARKUP, PICTURE, STRUCTURE_BEGIN, make_writers
from adapters.rendering.docx.zip_records import Member
from adapters.rendering.language.failures import failure
from adapters.rendering.language.introspection import NO_NEEDS, Needs
from adapters.rendering.language.segments import Writer
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import Source
from adapters.rendering.language.values import UnprintableError
from domain.diagnostics import Diagnostic
from domain.errors import LimitExceededError, RenderFailedError
from domain.formats import OutputFormat

# What stands in a part's code for a stretch of static XML: no output can hold this character otherwise.
_STRETCH: Final = "\x00"
# Above this many pieces of output, parts are encoded and deflated piece by piece: one large string costs more.
_MANY_PIECES: Final = 4_000
# As many pieces as stay in the processor's cache: joined, encoded and deflated there, they touch no new memory.
_GROUP: Final = 800


def stretch_name(index: int) -> str:
    """Return the static text that stands in the code for a stretch."""
    return f"{_STRETCH}{index}{_STRETCH}"


class Writing(StrEnum):
    """How values are written in a part."""

    WORD = "word"
    LINKS = "links"


_WRITERS: Final[dict[Writing, Callable[[str], Sequence[Writer]]]] = {
    Writing.WORD: make_writers,
    Writing.LINKS: lambda _prefix: LINK_WRITERS,
}


@dataclass(frozen=True, slots=True)
class TaggedPart:
    """A part that a render changes.

    `prefix` begins the names of WordprocessingML in it ('w:'); `operations` are carried out at the marks in its output;
    `captures` tells whether it may print captured structure.
    """

    name: str
    source: Source
    writing: Writing
    prefix: str
    operations: tuple[Operation, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    captures: bool = False
    _writers: Sequence[Writer] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the writers."""
        object.__setattr__(self, "_writers", _WRITERS[self.writing](self.prefix))

    @classmethod
    def of_record(cls, record: Any) -> "TaggedPart":
        """Make a part of its record."""
        name, source, writing, prefix, operations, stretches, captures = record
        stretched = tuple(Stretch(*stretch) for stretch in stretches)
        return cls(name, Source.of_record(source), Writing(writing), prefix, operations, stretched, captures)

    def record(self) -> tuple[Any, ...]:
        """Return what marshal can keep of this part."""
        stretches = [stretch.record() for stretch in self.stretches]
        known = self.name, self.source.record(), str(self.writing), self.prefix, self.operations
        return *known, stretches, self.captures

    def render(self, session: RenderSession, finish: Finish) -> Member:
        """Run the part's code and pack what it prints; `finish` serves all parts of one document."""
        pieces = self.source.run(session, self._writers_for(session, finish))
        finish.pictures = session.pictures
        limit = session.limits.output_bytes
        if self.captures or session.markups is not None or session.documents is not None:
            self.source.weigh(pieces, session)
            pieces = [self._put_structures("".join(pieces), session, finish)]
        if self.operations:
            self.source.weigh(pieces, session)
            if (REVISION,) in self.operations and announced(text := "".join(pieces)):
                # What is divided needs two numbers.
                pieces = [self._put_breaks(self._expanded(text), session)]
            pieces = finish.apply(self.operations, pieces, self._expanded)
        if len(pieces) > _MANY_PIECES and self.source.bound(_GROUP) <= limit:
            member = self._pack_many(pieces, limit)
            if member is not None:
                return member
        self.source.weigh(pieces, session)
        text = "".join(pieces)
        if announced(text):
            text = self._put_breaks(self._expanded(text), session)
        if session.markups is not None and LINK in text:
            text = finish.new_links().put(text, self.name)
        if session.pictures is not None and PICTURE in text:
            text = self._put_pictures(self._expanded(text), session, finish)
        if _STRETCH in text:
            return deflated(self.name, *splice(text.split(_STRETCH), self.stretches))
        data = text.encode()
        return deflated(self.name, deflate(data), crc32(data), len(data))

    def _writers_for(self, session: RenderSession, finish: Finish) -> Sequence[Writer]:
        if self.writing is Writing.WORD:
            is_apart = values_apart(session.options.locale, finish.sheet.languages)
            return self._writers if is_apart is None else make_writers(self.prefix, is_apart)
        return self._writers

    def _pack_many(self, pieces: list[str], limit: int) -> Member | None:
        """Encode and deflate group by group, or give up where a value breaks out of its run."""
        stream = DeflateStream()
        for start in range(0, len(pieces), _GROUP):
            group = "".join(pieces[start : start + _GROUP])
            if announced(group) or PICTURE in group or LINK in group:
                return None
            stream.write(self._expanded(group).encode())
            if stream.size > limit:
                raise _too_large(limit)
        return deflated(self.name, *stream.finish())

    def _expanded(self, text: str) -> str:
        """Put the stretches themselves where their numbers stand."""
        if _STRETCH not in text:
            return text
        pieces = text.split(_STRETCH)
        pieces[1::2] = [self.stretches[int(number)].text for number in pieces[1::2]]
        return "".join(pieces)

    def _refused(self, refused: RefusedPlaceError, session: RenderSession) -> Exception:
        """Say where a document was printed that cannot stand there: a part is run again, and refuses it at its tag."""
        assert session.documents is not None  # noqa: S101  # there is one
        session.documents[refused.number].refuse(refused.message, refused.suggestion)
        self.source.run(session, self._writers)
        return session.error() or RenderFailedError(f"The template failed: {refused.message}")

    def _put_breaks(self, text: str, session: RenderSession) -> str:
        limit = session.limits.output_bytes
        try:
            return put_breaks(text, self.prefix, limit, session.options.locale)
        except TooLargeError:
            raise _too_large(limit) from None

    def _put_pictures(self, text: str, session: RenderSession, finish: Finish) -> str:
        limit = session.limits.output_bytes
        try:
            return finish.new_album().put(text, self.name, self.prefix, limit)
        except TooLargeError:
            raise _too_large(limit) from None

    def _put_structures(self, text: str, session: RenderSession, finish: Finish) -> str:
        limit = session.limits.output_bytes
        try:
            write_values: dict[str, WriteValue] = {}
            if session.markups is not None and MARKUP in text:
                text = self._expanded(text)
                places = finish.new_markup(session.markups, session.options.locale)
                write_values[MARKUP] = places.writer(text, self.prefix)
            if session.documents is not None and DOCUMENT in text:
                pieces = finish.new_pieces(session.documents)
                write_values[DOCUMENT] = lambda number, opened, _out: pieces.write(int(number), opened, self.prefix)
            if not write_values and STRUCTURE_BEGIN not in text:
                return text
            return put_structures(self._expanded(text), self.prefix, limit, self.operations, write_values)
        except RefusedPlaceError as refused:
            raise self._refused(refused, session) from None
        except TooLargeError:
            raise _too_large(limit) from None
        except UnprintableError as problem:
            raise RenderFailedError(f"The template failed: {problem}", [failure(problem, None)]) from None


def _too_large(limit: int) -> LimitExceededError:
    return LimitExceededError(f"This document would be larger than {limit:,} bytes.")


@dataclass(frozen=True, slots=True)
class CompiledPart:
    """What became of a part: `program` is None where it has no tags, or where a finding is an error.

    `fields` names the fields that Word computes in it.
    """

    program: TaggedPart | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    needs: Needs = NO_NEEDS
    # Relationships that the part's code makes anew for each target.
    links: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()


class DocxProgram(Program):
    """A Word template that can run."""

    def __init__(
        self,
        archive: Archive,
        parts: Sequence[TaggedPart],
        unchanged: bytes | None,
        taken: Taken,
        lists: NumberingPart | None,
        placing: Placing,
        sheet: StyleSheet,
    ) -> None:
        """`unchanged` is the template's file itself where no tag changes anything; `taken` its numbers and names.

        `lists` is there where tags let lists begin anew; `placing` says where images can go, `sheet` which styles
        Markdown and HTML can use.
        """
        self._archive = archive
        self._placing = placing
        self._sheet = sheet
        self._lists = lists
        self._taken = taken
        self._parts = tuple(parts)
        self._unchanged = unchanged

    @classmethod
    def of_record(cls, record: Any) -> "DocxProgram":
        """Make a program of its record."""
        archive, parts, unchanged, (numbers, names), lists, placing, sheet = record
        tagged = list(map(TaggedPart.of_record, parts))
        added = None if lists is None else NumberingPart(*lists)
        taken, rooms = Taken(numbers, names), Placing.of_record(placing)
        return cls(Archive(*archive), tagged, unchanged, taken, added, rooms, StyleSheet.of_record(sheet))

    @override
    def record(self) -> Any:
        taken = self._taken.numbers, self._taken.names
        lists = None if self._lists is None else self._lists.record()
        parts = [part.record() for part in self._parts]
        own = self._archive.record(), parts, self._unchanged
        return *own, taken, lists, self._placing.record(), self._sheet.record()

    @override
    def render(self, session: RenderSession, output: OutputFormat) -> bytes:
        if self._unchanged is not None:
            return self._unchanged
        if values_apart(session.options.locale, self._sheet.languages) is not None:
            # Every text has to be looked at.
            session.odd, session.plain = None, False
        finish = Finish(self._taken, self._placing, self._sheet)
        members = [part.render(session, finish) for part in self._parts]
        if self._lists is not None:
            members.append(self._lists.with_lists(finish.lists))
        archive = self._archive
        if finish.markup is not None:
            session.warnings += finish.markup.warnings()
            archive, members = finish.markup.lists.added_to(archive, members)
        if finish.links is not None:
            archive, members = finish.links.added_to(archive, members)
        if finish.pieces is not None:
            from adapters.rendering.docx.imports import with_pieces  # noqa: PLC0415  # only where there are documents

            start = self._placing.relationship
            archive, members = with_pieces(archive, members, finish.pieces.placed, self._sheet.main, start)
        if finish.album is not None:
            return with_images(archive, members, finish.album)
        return archive.with_members(members)
