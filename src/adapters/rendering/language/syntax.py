"""From segments to a checked syntax tree: every syntax error of every tag, in words, with its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import TemplateSyntaxError, nodes

from adapters.rendering.language.environment import parse, source_of, statics_in, tag_source
from adapters.rendering.language.guard import guard
from adapters.rendering.language.introspection import placeholders_of
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.language.segments import Segment, Tag
from domain.diagnostics import Diagnostic, Severity
from domain.placeholder import Placeholder

TOO_COMPLEX: Final = Diagnostic(
    Severity.ERROR,
    "template-too-complex",
    "The template nests too deep or is too long to be read.",
    "Make it simpler, or prepare the values in the data.",
)

_WORD = re.compile(r"\{%[-+]?\s*(\w+)")
_CLOSING: Final = {
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
_OPENING: Final = {end: start for start, end in _CLOSING.items()}
_NAMES: Final = {"for": "loop", "if": "condition", "set": "set block"}
_BRANCHES: Final = {"elif": ("if",), "else": ("if", "for")}
_MAX_TAG_ERRORS: Final = 100
# A tag alone does not know the macros that other tags define.
_KNOWN_BY_OTHERS: Final = frozenset({"unknown-function"})


@dataclass(frozen=True, slots=True)
class Checked:
    """A parsed piece of template; `tree` is None where the diagnostics hold an error."""

    text: str
    tree: nodes.Template | None
    diagnostics: tuple[Diagnostic, ...]
    placeholders: tuple[Placeholder, ...] = ()


def finding(tag: Tag, code: str, message: str, suggestion: str | None = None) -> Diagnostic:
    """Say an error with the place of its tag."""
    return Diagnostic(Severity.ERROR, code, message, suggestion, tag.location, tag.snippet)


def check(segments: Sequence[Segment], limits: Limits = DEFAULT_LIMITS) -> Checked:
    """Parse segments and check the tree; as many errors as can be found at once become diagnostics."""
    tags = [segment for segment in segments if isinstance(segment, Tag)]
    too_long = _too_long(tags, limits)
    if too_long:
        return Checked("", None, (too_long,))
    text = source_of(segments)
    try:
        tree = parse(text)
        strange = _strange(tree)
    except TemplateSyntaxError as error:
        found = _errors_of(tags, limits) or [_said(error, tags)]
        return Checked(text, None, tuple(found), _placeholders_despite(tags))
    except (RecursionError, MemoryError, ValueError, OverflowError):
        return Checked(text, None, tuple(_errors_of(tags, limits)) or (TOO_COMPLEX,))
    if strange is not None:
        tag = tags[min(strange, len(tags)) - 1]
        return Checked(text, None, (finding(tag, "syntax-error", "This tag ends where it should not.", _QUOTES),))
    try:
        guarded = guard(tree, limits)
        found = [finding(tags[number - 1], code, said, advice) for number, code, said, advice in guarded]
        known = placeholders_of(tree, tags)
    except RecursionError:
        return Checked(text, None, (TOO_COMPLEX,))
    return Checked(text, None if found else tree, tuple(found), known)


_QUOTES: Final = "Check its quotation marks and brackets."


def _too_long(tags: Sequence[Tag], limits: Limits) -> Diagnostic | None:
    if len(tags) > limits.tags:
        message = f"The template has {len(tags):,} tags; the limit is {limits.tags:,}."
    elif sum(len(tag.text) for tag in tags) > limits.source_characters:
        message = f"The tags of the template have more than {limits.source_characters:,} characters."
    else:
        return None
    return Diagnostic(Severity.ERROR, "template-too-complex", message, "Use loops, or prepare the values in the data.")


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
            guarded = list(guard(parse(_completed(source)), limits))
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
    return [*found, *_nesting_errors(tags)]


def _completed(source: str) -> str:
    """Give a block tag what it needs to be parsed alone."""
    word = _word_of(source)
    if word in {"elif", "else"}:
        return f"{{% if x %}}{source}{{% endif %}}"
    if word in _OPENING or word in {"break", "continue"}:
        return "" if word in _OPENING else f"{{% for x in y %}}{source}{{% endfor %}}"
    if word == "set" and not _is_block(source):
        return source
    return f"{source}{{% {_CLOSING[word]} %}}" if word in _CLOSING else source


def _word_of(source: str) -> str:
    match = _WORD.match(source)
    return match.group(1) if match else ""


def _is_block(source: str) -> bool:
    """Tell {% set x %}…{% endset %} from {% set x = 1 %}."""
    return "=" not in source.partition("|")[0]


def _nesting_errors(tags: Sequence[Tag]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    # Open blocks: the word, the tag, and whether it was complained of already.
    opened: list[tuple[str, Tag, bool]] = []
    for tag in tags:
        source = tag_source(tag)
        word = _word_of(source)
        if word in _CLOSING and (word != "set" or _is_block(source)):
            opened.append((word, tag, False))
        elif word in _BRANCHES and (not opened or opened[-1][0] not in _BRANCHES[word]):
            message = f"This {{% {word} %}} belongs to no open condition{' or loop' if word == 'else' else ''}."
            found.append(finding(tag, "stray-tag", message, "Move it between {% if … %} and {% endif %}."))
        elif word in _OPENING:
            found.extend(_close(word, tag, opened))
    found.extend(_never_closed(word, tag) for word, tag, said in opened if not said)
    return found


def _close(word: str, tag: Tag, opened: list[tuple[str, Tag, bool]]) -> list[Diagnostic]:
    wanted = _OPENING[word]
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
            f"Close it first: put {{% {_CLOSING[inner]} %}} before that {{% {word} %}}.",
        )
        for inner, opener, said in crossed
        if not said
    ]


def _never_closed(word: str, tag: Tag) -> Diagnostic:
    advice = f"Add {{% {_CLOSING[word]} %}} where it ends."
    return finding(tag, "unclosed-block", f"The {_name(word)} opened here is never closed.", advice)


def _name(word: str) -> str:
    return _NAMES.get(word, f"{word} block")


# What Jinja says, and what we say.
_SAYINGS: Final = (
    (re.compile(r"Encountered unknown tag '(\w+)'"), "unknown-tag", "There is no tag {{% {0} %}}."),
    (re.compile(r"unexpected char (.+) at"), "syntax-error", "The character {0} cannot stand here."),
    (re.compile(r"unexpected end of template"), "syntax-error", "This tag is not complete."),
    (re.compile(r"Expected an expression, got 'end of"), "syntax-error", "This tag is empty, or ends too early."),
    (
        re.compile(r"expected token 'end of (?:print statement|statement block)', got '(.*)'"),
        "syntax-error",
        "'{0}' is one word too many, or an operator is missing before it.",
    ),
    (re.compile(r"expected token '(.*)', got '(.*)'"), "syntax-error", "'{0}' is expected where '{1}' stands."),
    (re.compile(r"unexpected '(.*)'"), "syntax-error", "'{0}' cannot stand here."),
)


def _said(error: TemplateSyntaxError, tags: Sequence[Tag]) -> Diagnostic:
    """Say Jinja's syntax error in our words, with the place of its tag."""
    words = error.message or ""
    tag = tags[min(error.lineno, len(tags)) - 1] if tags else None
    code, message = "syntax-error", f"This tag cannot be read: {words}."
    for pattern, known, sentence in _SAYINGS:
        match = pattern.search(words)
        if match:
            code, message = known, sentence.format(*(group.strip("'\"") for group in match.groups()))
            break
    advice = "Write it like {{ customer.name }}, {% if paid %} or {% for item in items %}."
    return Diagnostic(
        Severity.ERROR, code, message, advice, tag.location if tag else None, tag.snippet if tag else None
    )


def _placeholders_despite(tags: Sequence[Tag]) -> tuple[Placeholder, ...]:
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
        return placeholders_of(parse("\n".join(lines)), tags)
    except (TemplateSyntaxError, RecursionError, MemoryError, ValueError, OverflowError):
        return ()
