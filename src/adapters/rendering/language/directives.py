"""What an author tells DocGen in a comment: {# @field customer.name: text #}."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapters.rendering.language.segments import Tag
from domain.diagnostics import Diagnostic, Severity

FIELD: Final = "field"
_KNOWN: Final = (FIELD, "restart")
# At the beginning of the comment or of a line; a known word also within one.
_WORD: Final = re.compile(rf"(?:\A|\n)\s*@(\w+)|\s@({'|'.join(_KNOWN)})\b")


@dataclass(frozen=True, slots=True)
class Directive:
    """One `@word` of a comment, with the text behind it, up to the next one."""

    word: str
    text: str
    tag: Tag


def directives_in(tags: Iterable[Tag]) -> list[Directive]:
    """List the directives in the comments among some tags; a comment that does not begin with one has none."""
    found: list[Directive] = []
    for tag in tags:
        if not tag.text.startswith("{#") or "@" not in tag.text:
            continue
        inner = tag.text[2:-2].strip("-+").strip()
        if not inner.startswith("@"):
            continue
        words = list(_WORD.finditer(inner))
        if not words:
            continue
        ends = [*(word.start() for word in words[1:]), len(inner)]
        found += [
            Directive(word[1] or word[2], inner[word.end() : end].strip(), tag)
            for word, end in zip(words, ends, strict=True)
        ]
    return found


def misspelt(directives: Iterable[Directive]) -> list[Diagnostic]:
    """Point out words that are nearly, but not quite, those of a directive."""
    found = []
    for directive in directives:
        near = difflib.get_close_matches(directive.word.lower(), _KNOWN, n=1, cutoff=0.75)
        if near and directive.word not in _KNOWN:
            message = f"@{directive.word} says nothing; the comment has no effect."
            advice = f"Did you mean @{near[0]}?"
            tag = directive.tag
            code = "unknown-directive"
            found.append(Diagnostic(Severity.WARNING, code, message, advice, tag.location, tag.snippet))
    return found
