"""From segments to a checked syntax tree: every syntax error of every tag, in words, with its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from jinja2 import TemplateSyntaxError, nodes

from adapters.rendering.language.budget import Budget
from adapters.rendering.language.directives import directives_in, misspelt
from adapters.rendering.language.environment import parse, source_of, statics_in, tag_source
from adapters.rendering.language.fields.syntax import read_fields
from adapters.rendering.language.guard import guard
from adapters.rendering.language.introspection import NO_NEEDS, Needs, needs_of
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.lint import lint
from adapters.rendering.language.mistakes import explain
from adapters.rendering.language.nesting import completed, finding, nesting_errors
from adapters.rendering.language.sayings import say
from adapters.rendering.language.segments import Segment, Tag
from domain.diagnostics import Diagnostic, Location, Severity, has_errors

TOO_COMPLEX: Final = Diagnostic(
    Severity.ERROR,
    "template-too-complex",
    "The template nests too deep or is too long to be read.",
    "Make it simpler, or prepare the values in the data.",
)

_MAX_TAG_ERRORS: Final = 100
# A tag alone does not know the macros that other tags define.
_KNOWN_BY_OTHERS: Final = frozenset({"unknown-function"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A parsed piece of template; `tree` is None where the diagnostics hold an error."""

    text: str
    tree: nodes.Template | None
    diagnostics: tuple[Diagnostic, ...]
    needs: Needs = NO_NEEDS


def check(segments: Sequence[Segment], budget: Budget | None = None) -> Checked:
    """Parse segments and check the tree; as many errors as can be found at once become diagnostics.

    `budget` is shared by the pieces of one template.
    """
    tags = [segment for segment in segments if isinstance(segment, Tag)]
    budget = budget or Budget()
    limits = budget.limits
    too_long = budget.take(tags)
    if too_long:
        return Checked("", None, (too_long,))
    checked = _parsed(segments, tags, limits)
    directives = directives_in(tags)
    if not directives:
        return checked
    fields, broken = read_fields(directives)
    return Checked(
        checked.text,
        None if broken else checked.tree,
        (*checked.diagnostics, *misspelt(directives), *broken),
        replace(checked.needs, fields=tuple(fields)),
    )


def _parsed(segments: Sequence[Segment], tags: Sequence[Tag], limits: Limits) -> Checked:
    text = source_of(segments)
    try:
        tree = parse(text)
        strange = _strange(tree)
    except TemplateSyntaxError as error:
        found = _errors_of(tags, limits) or [_said(error, tags)]
        return Checked(text, None, tuple(found), _needs_despite(tags))
    except (RecursionError, MemoryError, ValueError, OverflowError):
        return Checked(text, None, tuple(_errors_of(tags, limits)) or (TOO_COMPLEX,))
    if strange is not None:
        tag = tags[min(strange, len(tags)) - 1]
        return Checked(text, None, (finding(tag, "syntax-error", "This tag ends where it should not.", _QUOTES),))
    try:
        guarded = guard(tree, limits)
        found = [finding(tags[number - 1], code, said, advice) for number, code, said, advice in guarded]
        known = needs_of(tree, tags)
        if not found:
            found, given = lint(tree, tags)
            known = replace(known, given=given)
    except RecursionError:
        return Checked(text, None, (TOO_COMPLEX,))
    return Checked(text, None if has_errors(found) else tree, tuple(found), known)


_QUOTES: Final = "Check its quotation marks and brackets."


def _strange(tree: nodes.Template) -> int | None:
    """Find template data that is no marker: then Jinja has seen another end of a tag than we have."""
    for data in tree.find_all(nodes.TemplateData):
        if statics_in(data.data) is None:
            return data.lineno
    return None


def _errors_of(tags: Sequence[Tag], limits: Limits) -> list[Diagnostic]:
    """Look at each tag by itself, its syntax and what it uses, then at how blocks nest."""
    found: list[Diagnostic] = []
    for tag in tags:
        source = tag_source(tag)
        if not source or len(found) >= _MAX_TAG_ERRORS:
            continue
        try:
            guarded = list(guard(parse(completed(source)), limits))
        except TemplateSyntaxError as error:
            found.append(_said(error, [tag]))
        except (RecursionError, MemoryError, ValueError, OverflowError):
            found.append(finding(tag, TOO_COMPLEX.code, TOO_COMPLEX.message, TOO_COMPLEX.suggestion))
        else:
            found += [
                finding(tag, code, message, advice)
                for _, code, message, advice in guarded
                if code not in _KNOWN_BY_OTHERS
            ]
    return _in_order([*found, *nesting_errors(tags)], tags)


def _in_order(found: Sequence[Diagnostic], tags: Sequence[Tag]) -> list[Diagnostic]:
    """Sort findings as their tags stand in the document."""
    order: dict[tuple[Location | None, str | None], int] = {}
    for index, tag in enumerate(tags):
        order.setdefault((tag.location, tag.snippet), index)
    return sorted(found, key=lambda one: order.get((one.location, one.snippet), 0))


def _said(error: TemplateSyntaxError, tags: Sequence[Tag]) -> Diagnostic:
    """Say Jinja's syntax error in our words, with the place of its tag, and mended where that is known."""
    words = error.message or ""
    if not tags:
        return Diagnostic(Severity.ERROR, "syntax-error", f"The template cannot be read: {words}.")
    tag = tags[min(error.lineno, len(tags)) - 1]
    source = tag_source(tag)
    code, message, advice = say(words, source)
    known = explain(source, _works)
    if known is not None:
        message = known.message
        advice = f"Write {_as_written(known.mended, tag)}." if known.mended else known.advice or advice
    return finding(tag, code, message, advice)


def _works(source: str) -> bool:
    """Tell whether a tag can be parsed."""
    try:
        parse(completed(source))
    except (TemplateSyntaxError, RecursionError, MemoryError, ValueError, OverflowError):
        return False
    return True


def _as_written(source: str, tag: Tag) -> str:
    """Give a mended tag the scope letters back that its author wrote, and tidy its spaces."""
    inner = " ".join(source[2:-2].split())
    letters = set(_SCOPE.findall(tag.snippet))
    scope = letters.pop() if len(letters) == 1 and source.startswith("{%") else ""
    return f"{source[:2]}{scope} {inner} {source[-2:]}"


_SCOPE: Final = re.compile(r"\{%(tr|tc|p|r)\s")


def _needs_despite(tags: Sequence[Tag]) -> Needs:
    """Read what can be read of a broken template: its printing tags, one by one."""
    lines: list[str] = []
    for tag in tags:
        source = tag_source(tag) if tag.text.startswith("{{") else ""
        try:
            parse(source)
        except (TemplateSyntaxError, RecursionError, MemoryError, ValueError, OverflowError):
            source = ""
        lines.append(source)
    try:
        return needs_of(parse("\n".join(lines)), tags)
    except (TemplateSyntaxError, RecursionError, MemoryError, ValueError, OverflowError):
        return NO_NEEDS
