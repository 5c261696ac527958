"""A piece of template that is compiled on its own: a Word part, a text file, a file name."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, TypeAlias

from adapters.rendering.language.codegen import Generator
from adapters.rendering.language.environment import parse
from adapters.rendering.language.failures import limit_exceeded
from adapters.rendering.language.introspection import merge_placeholders
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.runtime import FAILURES, NAMES
from adapters.rendering.language.segments import Segment, Tag, Writer
from adapters.rendering.language.session import LONG_TEXT, RenderSession
from adapters.rendering.language.syntax import TOO_COMPLEX, check, finding
from adapters.rendering.language.values import LimitError
from domain.diagnostics import Diagnostic
from domain.placeholder import Placeholder

__all__ = ["Source", "SourceCompilation", "compile_source", "merge_placeholders"]

# Pairs of a tag's number, from 1, and the first line of its code.
LineTable: TypeAlias = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Code:
    """What is generated from a template: marshal-able, without the static text and without anything of a render."""

    code: CodeType
    lines: LineTable
    longest_repeated: int


class Source:
    """A compiled piece of template; several renders may run it at once."""

    def __init__(self, text: str, segments: Sequence[Segment], code: Code, origin: str) -> None:
        self._text = text
        self._segments = tuple(segments)
        self._tags = tuple(segment for segment in segments if isinstance(segment, Tag))
        self._lines = code.lines
        self._origin = origin
        self._fast = self._function(code.code)
        self._careful: Any = None
        self._static = sum(len(segment) for segment in self._segments if isinstance(segment, str))
        self._longest = code.longest_repeated + LONG_TEXT

    def render(self, session: RenderSession, writers: Sequence[Writer]) -> list[str]:
        """Run the template and return its output in pieces; static ones are the very objects that were given.

        Missing values and tags that failed are collected in the session where the render could go on after them.

        Raises:
            DataInvalidError, RenderFailedError: a failure that the render could not go on after.
            LimitExceededError: it asked for more than the session's limits allow.
        """
        out: list[str] = []
        state = session.spent()
        try:
            self._fast(session.data, session, writers, out)
        except LimitError as error:
            raise limit_exceeded(error, self._tag_at(error)) from None
        except FAILURES:
            session.restore(state)
            out = self._render_carefully(session, writers)
        # Long values are paid for; what may be left is counted only where it could be too much.
        if self._static + len(out) * self._longest > session.limits.output_bytes:
            try:
                session.measure(out)
            except LimitError as error:
                raise limit_exceeded(error, None) from None
        return out

    def _render_carefully(self, session: RenderSession, writers: Sequence[Writer]) -> list[str]:
        if self._careful is None:
            self._careful = self._function(generate(parse(self._text), self._segments, self._origin, careful=True).code)
        out: list[str] = []
        try:
            self._careful(session.data, session, writers, out)
        except LimitError as error:
            raise limit_exceeded(error, session.tag) from None
        except FAILURES as error:
            session.fail(error)
            session.raise_for_missing()
        return out

    def _function(self, code: CodeType) -> Any:
        names: dict[str, Any] = {**NAMES, "TAGS": self._tags}
        exec(_with_statics(code, self._segments), names)  # noqa: S102  # generated from the allow-listed tree
        return names["root"]

    def _tag_at(self, error: LimitError) -> Tag | None:
        """Find the tag whose code raised the error."""
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._origin:
                line = trace.tb_lineno
            trace = trace.tb_next
        numbers = [tag for tag, first in self._lines if first <= line]
        return self._tags[numbers[-1] - 1] if numbers else None


def generate(tree: Any, segments: Sequence[Segment], origin: str, *, careful: bool) -> Code:
    """Generate one program of a template."""
    return generator_for(tree, segments, origin, careful=careful)[0]


def generator_for(tree: Any, segments: Sequence[Segment], origin: str, *, careful: bool) -> tuple[Code, Generator]:
    """Generate one program of a template, and return the generator with its findings too."""
    writers = [segment.writer for segment in segments if isinstance(segment, Tag)]
    sizes = [len(segment) if isinstance(segment, str) else 0 for segment in segments]
    generator = Generator(writers, sizes, careful=careful)
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
    placeholders: tuple[Placeholder, ...]


def compile_source(segments: Sequence[Segment], *, origin: str, limits: Limits = DEFAULT_LIMITS) -> SourceCompilation:
    """Compile a piece of template; nothing is raised for what it holds, everything becomes a diagnostic.

    `origin` names the piece in the tracebacks of generated code and must differ between the pieces of one template.
    """
    segments = tuple(segments)
    checked = check(segments, limits)
    if checked.tree is None:
        return SourceCompilation(None, checked.diagnostics, checked.placeholders)
    try:
        code, generator = generator_for(checked.tree, segments, origin, careful=False)
    except (RecursionError, MemoryError, SyntaxError, ValueError, OverflowError):
        return SourceCompilation(None, (*checked.diagnostics, TOO_COMPLEX), checked.placeholders)
    tags = [segment for segment in segments if isinstance(segment, Tag)]
    found = tuple(finding(tags[number - 1], *words) for number, *words in generator.findings)
    source = None if found else Source(checked.text, segments, code, origin)
    return SourceCompilation(source, (*checked.diagnostics, *found), checked.placeholders)
