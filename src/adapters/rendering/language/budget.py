"""The caps of one template: its pieces, as the parts of a Word file are, share them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.segments import Tag
from adapters.rendering.language.tags import STRING_LITERAL
from domain.diagnostics import Diagnostic, Location, Severity

_WORD: Final = re.compile(r"\w+|[^\w\s]")
_ADVICE: Final = "Use loops, or prepare the values in the data."


@dataclass(slots=True)
class Budget:
    """What the pieces of one template have used up so far."""

    limits: Limits = DEFAULT_LIMITS
    tags: int = 0
    characters: int = 0
    words: int = 0
    is_spent: bool = False

    def too_many(self, count: int) -> Diagnostic | None:
        """Return what is to be said where so many tags more are too many, before any work is done for them."""
        total, limit = self.tags + count, self.limits.tags
        if total <= limit:
            return None
        self.is_spent = True
        return _too_complex(f"The template has {total:,} tags; the limit is {limit:,}.")

    def take(self, tags: Sequence[Tag]) -> Diagnostic | None:
        """Count the tags of a piece; return what is to be said where the template has become too large."""
        problem = self._take(tags)
        self.is_spent = problem is not None
        return problem

    def _take(self, tags: Sequence[Tag]) -> Diagnostic | None:
        limits = self.limits
        self.tags += len(tags)
        self.characters += sum(len(tag.text) for tag in tags)
        if self.tags > limits.tags:
            return _too_complex(f"The template has {self.tags:,} tags; the limit is {limits.tags:,}.")
        if self.characters > limits.source_characters:
            limit = limits.source_characters
            return _too_complex(
                f"The tags of the template have {self.characters:,} characters; the limit is {limit:,}."
            )
        for tag in tags:
            if len(tag.text) > limits.tag_characters:
                limit = limits.tag_characters
                message = f"This tag has {len(tag.text):,} characters; the limit is {limit:,}."
                return _too_complex(message, tag.location, tag.snippet[:100])
        self.words += sum(_words(tag.text) for tag in tags if not tag.text.startswith("{#"))
        if self.words > limits.words:
            message = f"The tags of the template have {self.words:,} words and signs; the limit is {limits.words:,}."
            return _too_complex(message)
        return None


def _words(text: str) -> int:
    if len(text) < _SHORT:
        return len(text) // 2
    return sum(1 for _ in _WORD.finditer(STRING_LITERAL.sub("_", text)))


# A short tag is not worth counting: it has no more words than this.
_SHORT: Final = 24


def _too_complex(message: str, location: Location | None = None, snippet: str | None = None) -> Diagnostic:
    return Diagnostic(Severity.ERROR, "template-too-complex", message, _ADVICE, location, snippet)
