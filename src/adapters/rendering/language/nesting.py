"""How the blocks of a template nest: what opens, divides and closes them, and where that goes wrong."""

import re
from collections.abc import Sequence
from typing import Final

from adapters.rendering.language.environment import tag_source
from adapters.rendering.language.segments import Tag
from domain.diagnostics import Diagnostic, Severity

CLOSING: Final = {
    "for": "endfor",
    "if": "endif",
    "macro": "endmacro",
    "call": "endcall",
    "with": "endwith",
    "set": "endset",
    "filter": "endfilter",
    "autoescape": "endautoescape",
    "block": "endblock",
}
OPENING: Final = {end: start for start, end in CLOSING.items()}
# Every word that a tag of the language may begin with.
TAG_WORDS: Final = frozenset({"for", "if", "elif", "else", "set", "with", "macro", "call", "raw", "break", "continue"})

_WORDS: Final = re.compile(r"\{%[-+]?\s*(\w+)(?:\s+(\w+))?")
_CAPTURING: Final = re.compile(r"\{%\s*set\s+[\w.]+\s*(?:%\}|\|)")
_NAMES: Final = {"for": "loop", "if": "condition", "set": "set block"}
_BRANCHES: Final = {"elif": ("if",), "else": ("if", "for")}
# Words of other languages, and of haste: the block is understood, so that its other tags are not complained of too.
_MEANT: Final = {
    **dict.fromkeys(("elseif", "elsif", "else if", "else elif"), "elif"),
    **dict.fromkeys(("foreach", "for each"), "for"),
    **dict.fromkeys(("endforeach", "end foreach"), "endfor"),
    **{f"end {word}": end for word, end in CLOSING.items()},
}
# What ends any block in other languages: the block is taken for closed.
_ENDS_ANY: Final = frozenset({"end", "next", "done", "fi"})


def finding(tag: Tag, code: str, message: str, suggestion: str | None = None) -> Diagnostic:
    """Say an error with the place of its tag."""
    return Diagnostic(Severity.ERROR, code, message, suggestion, tag.location, tag.snippet)


def word_of(source: str) -> str:
    """Return the word that a tag begins with, '' where it is no block tag."""
    match = _WORDS.match(source)
    return match.group(1) if match else ""


def completed(source: str) -> str:
    """Give a block tag what it needs to be parsed alone; a tag that closes a block needs no look."""
    word = word_of(source)
    if word in {"elif", "else"}:
        return f"{{% if x %}}{source}{{% endif %}}"
    if word in OPENING:
        head = _HEADS.get(OPENING[word])
        return "" if head is None else f"{{% {OPENING[word]} {head} %}}{source}"
    if word in {"break", "continue"}:
        return f"{{% for x in y %}}{source}{{% endfor %}}"
    if word == "set" and not _is_block(source):
        return source
    return f"{source}{{% {CLOSING[word]} %}}" if word in CLOSING else source


_HEADS: Final = {"for": "x in y", "if": "x", "macro": "x()", "call": "x()", "with": "", "set": "x"}


def nesting_errors(tags: Sequence[Tag]) -> list[Diagnostic]:
    """Return the blocks that are never closed, the tags that close or divide nothing, and the blocks that cross."""
    found: list[Diagnostic] = []
    # Open blocks: the word, the tag, and whether it was complained of already.
    opened: list[tuple[str, Tag, bool]] = []
    # The {% else %} of each open block, by the identity of its opening tag.
    last: dict[int, Tag] = {}
    for tag in tags:
        source = tag_source(tag)
        word = _meant(source)
        if word in CLOSING and (word != "set" or _is_block(source)):
            opened.append((word, tag, False))
        elif word in _BRANCHES and (not opened or opened[-1][0] not in _BRANCHES[word]):
            found.append(_stray_branch(word, tag, opened))
        elif word in _BRANCHES and id(opened[-1][1]) in last:
            found.append(_behind_else(word, tag, opened[-1][0], last[id(opened[-1][1])]))
        elif word == "else":
            last[id(opened[-1][1])] = tag
        elif word in OPENING:
            found.extend(_close(word, tag, opened))
        elif word in _ENDS_ANY and opened:
            opened.pop()
    found.extend(_never_closed(word, tag) for word, tag, said in opened if not said)
    return found


def _meant(source: str) -> str:
    match = _WORDS.match(source)
    if match is None:
        return ""
    first, second = match.group(1).lower(), (match.group(2) or "").lower()
    return _MEANT.get(f"{first} {second}") or _MEANT.get(first, first)


def _is_block(source: str) -> bool:
    """Tell {% set x %}…{% endset %} from {% set x = 1 %}."""
    return _CAPTURING.match(source) is not None


def _stray_branch(word: str, tag: Tag, opened: list[tuple[str, Tag, bool]]) -> Diagnostic:
    if opened:
        inner, opener, _ = opened[-1]
        message = (
            f"This {{% {word} %}} stands within the {_name(inner)} opened at {opener.location}, which it cannot divide."
        )
        return finding(tag, "stray-tag", message, f"Close that {_name(inner)} first: {{% {CLOSING[inner]} %}}.")
    message = f"This {{% {word} %}} belongs to no open condition{' or loop' if word == 'else' else ''}."
    return finding(tag, "stray-tag", message, "Move it between {% if … %} and {% endif %}.")


def _behind_else(word: str, tag: Tag, block: str, before: Tag) -> Diagnostic:
    message = (
        f"This {{% {word} %}} stands behind the {{% else %}} at {before.location}, and that ends a {_name(block)}."
    )
    advice = "Move it before that {% else %}."
    if word == "else":
        advice = "Delete one of the two, or write {% elif … %} with a condition for the first."
    return finding(tag, "stray-tag", message, advice)


def _close(word: str, tag: Tag, opened: list[tuple[str, Tag, bool]]) -> list[Diagnostic]:
    wanted = OPENING[word]
    places = [index for index, (other, _, _) in enumerate(opened) if other == wanted]
    if not places:
        message = f"This {{% {word} %}} closes nothing: no {_name(wanted)} is open here."
        return [finding(tag, "stray-tag", message, f"Delete it, or add {{% {wanted} … %}} before it.")]
    crossed = opened[places[-1] + 1 :]
    opened[places[-1] :] = [(inner, opener, True) for inner, opener, _ in crossed]
    return [
        finding(
            opener,
            "crossed-blocks",
            f"The {_name(inner)} opened here is still open where {{% {word} %}} stands ({tag.location}).",
            f"Close it first: put {{% {CLOSING[inner]} %}} before that {{% {word} %}}.",
        )
        for inner, opener, said in crossed
        if not said
    ]


def _never_closed(word: str, tag: Tag) -> Diagnostic:
    advice = f"Add {{% {CLOSING[word]} %}} where it ends."
    return finding(tag, "unclosed-block", f"The {_name(word)} opened here is never closed.", advice)


def _name(word: str) -> str:
    return _NAMES.get(word, f"{word} block")
