"""A piece of template that is compiled on its own: a Word part, a text file, a file name."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any, Final, TypeAlias

import msgspec

from adapters.rendering.language.budget import Budget
from adapters.rendering.language.codegen import Generator
from adapters.rendering.language.cost import LONG_TEXT
from adapters.rendering.language.environment import parse
from adapters.rendering.language.failures import FAILURES, limit_exceeded
from adapters.rendering.language.introspection import Needs
from adapters.rendering.language.nesting import finding
from adapters.rendering.language.runtime import NAMES
from adapters.rendering.language.segments import Segment, Tag, Writer
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.syntax import TOO_COMPLEX, check
from adapters.rendering.language.values import LimitError
from domain.diagnostics import Diagnostic

# Pairs of a tag's number, from 1, and the first line of its code.
LineTable: TypeAlias = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Code:
    """What is generated from a template: marshal-able, without the static text and without anything of a render."""

    code: CodeType
    lines: LineTable
    longest_repeated: int


class Source:
    """A compiled piece of template; several renders may run it at once.

    `statics` are its segments with None for each tag; `code` has the static text in it. The tags are needed where
    something goes wrong, and may come packed.
    """

    def __init__(
        self, text: str, statics: Sequence[str | None], tags: tuple[Tag, ...] | bytes, code: Code, origin: str
    ) -> None:
        self._text = text
        self._statics = tuple(statics)
        self._packed_tags = tags
        self._code = code
        self.origin = origin
        self._fast = self._function(code.code)
        self._careful: Any = None
        self._static = sum(len(static) for static in self._statics if static is not None)
        self._longest = code.longest_repeated + LONG_TEXT

    @classmethod
    def of_segments(cls, text: str, segments: Sequence[Segment], code: Code, origin: str) -> "Source":
        """Make a source of what was generated from segments."""
        statics = [segment if isinstance(segment, str) else None for segment in segments]
        tags = tuple(segment for segment in segments if isinstance(segment, Tag))
        return cls(text, statics, tags, replace(code, code=_with_statics(code.code, segments)), origin)

    @classmethod
    def of_record(cls, record: Any) -> "Source":
        """Make a source of its record."""
        text, statics, tags, code, lines, longest, origin = record
        return cls(text, statics, tags, Code(code, lines, longest), origin)

    def record(self) -> tuple[Any, ...]:
        """Return what marshal can keep of this source."""
        code = self._code
        tags = msgspec.msgpack.encode(self._tags)
        return self._text, self._statics, tags, code.code, code.lines, code.longest_repeated, self.origin

    @property
    def _tags(self) -> tuple[Tag, ...]:
        if isinstance(self._packed_tags, bytes):
            self._packed_tags = msgspec.msgpack.decode(self._packed_tags, type=tuple[Tag, ...])
        return self._packed_tags

    @property
    def _segments(self) -> list[Segment]:
        tags = iter(self._tags)
        return [next(tags) if static is None else static for static in self._statics]

    def render(self, session: RenderSession, writers: Sequence[Writer]) -> list[str]:
        """Run the template and return its output in pieces, which together are not too large.

        Raises what `run` raises.
        """
        out = self.run(session, writers)
        self.weigh(out, session)
        return out

    def run(self, session: RenderSession, writers: Sequence[Writer]) -> list[str]:
        """Run the template and return its output in pieces; who joins them has to weigh them.

        Missing values and tags that failed are collected in the session where the render could go on after them.

        Raises:
            DataInvalidError, RenderFailedError: a failure that the render could not go on after.
            LimitExceededError: it asked for more than the session's limits allow.
        """
        out: list[str] = []
        state = session.spent()
        session.running = self
        try:
            self._fast(session.data, session, writers, out)
        except LimitError as error:
            raise limit_exceeded(error, self._tag_at(error)) from None
        except FAILURES:
            session.restore(state)
            out = self._render_carefully(session, writers)
        return out

    def bound(self, pieces: int) -> int:
        """Return how many characters so many pieces of output have at most, without those that are paid for."""
        return self._static + pieces * self._longest

    def weigh(self, pieces: list[str], session: RenderSession) -> None:
        """Refuse output that is too large, before it is joined.

        Long values and the text of loops are paid for; the rest is counted only where it could be too much.

        Raises:
            LimitExceededError: it is.
        """
        if self.bound(len(pieces)) > session.room:
            try:
                session.measure(pieces)
            except LimitError as error:
                raise limit_exceeded(error, None) from None

    def _render_carefully(self, session: RenderSession, writers: Sequence[Writer]) -> list[str]:
        if self._careful is None:
            segments = self._segments
            code, _ = generate(parse(self._text), segments, self.origin, careful=True)
            self._careful = self._function(_with_statics(code.code, segments), TAGS=self._tags)
        out: list[str] = []
        session.running = None
        try:
            self._careful(session.data, session, writers, out)
        except LimitError as error:
            # What was found until then made the fast program fail, and says more.
            session.raise_for_missing()
            raise limit_exceeded(_too_long_to_tell(error, session), session.tag) from None
        except FAILURES as error:
            session.fail(error)
            session.raise_for_missing()
        return out

    @staticmethod
    def _function(code: CodeType, **more: Any) -> Any:
        names: dict[str, Any] = {**NAMES, **more}
        exec(code, names)  # noqa: S102  # generated from the allow-listed tree
        return names["root"]

    def _tag_at(self, error: LimitError) -> Tag | None:
        """Find the tag whose code raised the error."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.origin:
                line = trace.tb_lineno
            trace = trace.tb_next
        return self._tag_of(line)

    def tag_at_line(self, line: int) -> Callable[[], Tag | None]:
        """Return what finds the tag that a line of the fast program was made of."""
        return lambda: self._tag_of(line)

    def _tag_of(self, line: int) -> Tag | None:
        numbers = [tag for tag, first in self._code.lines if first <= line]
        return self._tags[numbers[-1] - 1] if numbers else None


def _too_long_to_tell(error: LimitError, session: RenderSession) -> LimitError:
    """The fast program ran, and failed: then it is the search for the reason that takes too many steps."""
    if session.steps >= 0:
        return error
    message = (
        f"Something in this template fails with this data, and it takes more than {session.limits.steps:,} steps, "
        "which is the limit, to find out what."
    )
    return LimitError(message, "Try it with fewer rows: then you are told what fails, and where.")


# Python needs some 20 kB of memory to compile the code that prints a tag without a call, and half of that for a call.
_MANY_TAGS: Final = 2_500


def generate(
    tree: Any, segments: Sequence[Segment], origin: str, plain_writers: Collection[int] = (), *, careful: bool
) -> tuple[Code, Generator]:
    """Generate one program of a template, and return the generator with its findings too."""
    writers = [segment.writer for segment in segments if isinstance(segment, Tag)]
    sizes = [len(segment) if isinstance(segment, str) else 0 for segment in segments]
    generator = Generator(writers, sizes, plain_writers if len(writers) < _MANY_TAGS else (), careful=careful)
    text, lines = generator.generate(tree)
    code = compile(text, origin, "exec", dont_inherit=True, optimize=1)
    return Code(code, lines, generator.longest_repeated), generator


def _with_statics(code: CodeType, segments: Sequence[Segment]) -> CodeType:
    """Put the static text itself in the place of its indexes, which are the only bytes in generated code."""

    def put(constant: Any) -> Any:
        if isinstance(constant, bytes):
            return segments[int(constant)]
        if isinstance(constant, tuple):
            return tuple(map(put, constant))
        return _with_statics(constant, segments) if isinstance(constant, CodeType) else constant

    return code.replace(co_consts=tuple(map(put, code.co_consts)))


@dataclass(frozen=True, slots=True)
class SourceCompilation:
    """What compile_source found; `source` is None where the diagnostics hold an error."""

    source: Source | None
    diagnostics: tuple[Diagnostic, ...]
    needs: Needs


def compile_source(
    segments: Sequence[Segment],
    *,
    origin: str,
    budget: Budget | None = None,
    plain_writers: Collection[int] = (),
) -> SourceCompilation:
    """Compile a piece of template; nothing is raised for what it holds, everything becomes a diagnostic.

    `origin` names the piece in the tracebacks of generated code and must differ between the pieces of one template,
    which share the `budget`.
    `plain_writers` are the indexes of those writers that give every text back as it is, but odd ones (data.odd_texts).
    """
    segments = tuple(segments)
    checked = check(segments, budget)
    if checked.tree is None:
        return SourceCompilation(None, checked.diagnostics, checked.needs)
    try:
        code, generator = generate(checked.tree, segments, origin, plain_writers, careful=False)
    except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        return SourceCompilation(None, (*checked.diagnostics, TOO_COMPLEX), checked.needs)
    tags = [segment for segment in segments if isinstance(segment, Tag)]
    found = tuple(finding(tags[number - 1], *words) for number, *words in generator.findings)
    source = None if found else Source.of_segments(checked.text, segments, code, origin)
    return SourceCompilation(source, (*checked.diagnostics, *found), checked.needs)
