"""Reads @field comments.

PATH: KIND[?] ["Title"] ["Description"] [optional | required] [name=value …] [= default]
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as member
from decimal import Decimal
from typing import Any, Final

from adapters.rendering.language.directives import FIELD, Directive
from adapters.rendering.language.fields.field import NO_DEFAULT, WORDS, Field
from domain.data_path import parse_path
from domain.diagnostics import Diagnostic, Severity
from domain.placeholder import PlaceholderKind

_ALIASES: Final = {
    **{kind.value: kind for kind in PlaceholderKind},
    "string": PlaceholderKind.TEXT,
    "textarea": PlaceholderKind.MULTILINE,
    "int": PlaceholderKind.INTEGER,
    "decimal": PlaceholderKind.NUMBER,
    "float": PlaceholderKind.NUMBER,
    "bool": PlaceholderKind.BOOLEAN,
    "link": PlaceholderKind.URL,
    "uri": PlaceholderKind.URL,
    "enum": PlaceholderKind.CHOICE,
    "array": PlaceholderKind.LIST,
    "richtext": PlaceholderKind.RICH_TEXT,
    "markdown": PlaceholderKind.RICH_TEXT,
}
_TEXTS: Final = (PlaceholderKind.TEXT, PlaceholderKind.MULTILINE, PlaceholderKind.EMAIL, PlaceholderKind.URL)
_LOWER: Final = {
    PlaceholderKind.NUMBER: "minimum",
    PlaceholderKind.INTEGER: "minimum",
    PlaceholderKind.LIST: "minItems",
    **dict.fromkeys(_TEXTS, "minLength"),
}
_NAMES: Final = ("title", "description", "example", "min", "max", "default")
_WORDS: Final = {"true": True, "false": False, "null": None}

_PATH: Final = re.compile(r"((?:[^:\[\]]|\[[^\]]*\])+):")
_TOKEN: Final = re.compile(
    r"""\s+ | "(?P<straight>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)'
    | [\u201c\u201d\u201e\u00ab\u00bb](?P<curly>[^\u201c\u201d\u201e\u00ab\u00bb]*)[\u201c\u201d\u201e\u00ab\u00bb]
    | [\u2018\u2019\u201a](?P<thin>[^\u2018\u2019\u201a]*)[\u2018\u2019\u201a]
    | (?P<number>-?\d+(?:\.\d+)?)(?![\w.]) | (?P<name>[^\W\d][\w-]*) | (?P<sign>[=?(),])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_CURLY: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201a": "'"}
)
_EXAMPLE: Final = 'Write it like {# @field customer.email: email "E-mail of the customer" #}.'
_MAX_DIGITS: Final = 100


class _SyntaxError(Exception):
    def __init__(self, message: str, advice: str = _EXAMPLE, code: str = "field-syntax") -> None:
        super().__init__(message)
        self.finding = code, message, advice


def read_fields(directives: Iterable[Directive]) -> tuple[list[Field], list[Diagnostic]]:
    """Read the @field directives among some, and say what is wrong with the others."""
    fields: list[Field] = []
    found: list[Diagnostic] = []
    for directive in directives:
        if directive.word != FIELD:
            continue
        try:
            fields.append(_field(directive))
        except _SyntaxError as error:
            code, message, advice = error.finding
            tag = directive.tag
            found.append(Diagnostic(Severity.ERROR, code, message, advice, tag.location, tag.snippet))
    return fields, found


def _field(directive: Directive) -> Field:
    match = _PATH.match(directive.text)
    if match is None:
        raise _SyntaxError("This @field names no path with a kind.")
    try:
        steps = parse_path("".join(match[1].translate(_CURLY).split("\n")).strip())
    except ValueError:
        raise _SyntaxError(f"{match[1].strip()[:80]!r} is no path of a @field.") from None
    parser = _Parser(_tokens(directive.text[match.end() :]))
    parser.read()
    field = Field(steps, parser.kind, directive.tag, parser.required, parser.rules, parser.texts, parser.default)
    _check(field, parser)
    return field


def _check(field: Field, parser: "_Parser") -> None:
    """Hold the default, the examples and the limits of a field to each other."""
    for low in ("minimum", "minLength", "minItems"):
        high = low.replace("min", "max")
        if low in parser.rules and high in parser.rules and parser.rules[low] > parser.rules[high]:
            message = f"The min of {field.path} is larger than its max, so that no value fits."
            raise _SyntaxError(message, "Exchange the two.")
    values = [("default", field.default)] if field.has_default else []
    values += [("example", value) for value in parser.texts.get("examples", ())]
    for what, value in values:
        misfit = field.misfit(value)
        if misfit:
            raise _SyntaxError(f"The {what} of {field.path} does not fit: it {misfit}.", f"Give another {what}.")


def _tokens(text: str) -> list[tuple[str, Any]]:
    """Cut the text into strings, numbers, names and signs."""
    tokens: list[tuple[str, Any]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _SyntaxError(f"{text[position : position + 20]!r} cannot stand in a @field.")
        position = match.end()
        kind = match.lastgroup
        if kind in {"straight", "single"}:
            tokens.append(("text", _ESCAPED.sub(r"\1", match[kind])))
        elif kind in {"curly", "thin"}:
            tokens.append(("text", match[kind]))
        elif kind == "number":
            tokens.append(("value", _number(match[kind])))
        elif kind is not None:
            tokens.append((kind, match[kind]))
    return tokens


def _number(text: str) -> Any:
    if len(text) > _MAX_DIGITS:
        raise _SyntaxError("A number in this @field has too many digits.")
    return Decimal(text) if "." in text else int(text)


@dataclass(slots=True)
class _Parser:
    """Reads what stands behind the colon."""

    tokens: list[tuple[str, Any]]
    kind: PlaceholderKind = PlaceholderKind.ANY
    required: bool | None = None
    rules: dict[str, Any] = member(default_factory=dict)
    texts: dict[str, Any] = member(default_factory=dict)
    default: Any = NO_DEFAULT

    def read(self) -> None:
        """Read all tokens."""
        self._read_kind()
        while self.tokens:
            kind, value = self.tokens.pop(0)
            if kind == "text":
                name = "title" if "title" not in self.texts else "description"
                self._set(self.texts, name, value)
            elif kind == "name" and value in {"optional", "required"}:
                self.required = value == "required"
            elif kind == "name":
                self._expect("=", f"{value!r} says nothing in a @field.", value)
                self._read_named(value.lower().replace("-", "_"))
            elif value == "=":
                self._read_named("default")
            else:
                raise _SyntaxError(f"{value!r} stands where nothing is expected in a @field.")

    def _read_kind(self) -> None:
        kind, word = self.tokens.pop(0) if self.tokens else ("", "")
        if kind != "name":
            raise _SyntaxError("This @field names no kind.", f"The kinds are: {', '.join(WORDS)}.")
        name = word.lower().replace("-", "_")
        if name not in _ALIASES:
            near = difflib.get_close_matches(name, _ALIASES, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"The kinds are: {', '.join(WORDS)}."
            raise _SyntaxError(f"There is no kind {word!r} for a @field.", advice, "field-kind")
        self.kind = _ALIASES[name]
        if self.kind is PlaceholderKind.CHOICE:
            self.rules["enum"] = self._choices()
        if self._next_is("?"):
            self.required = False

    def _choices(self) -> list[Any]:
        self._expect("(", "A choice names its values.", "choice")
        choices = [self._literal()]
        while self._next_is(","):
            choices.append(self._literal())
        self._expect(")", "The values of a choice end with ')'.", "choice")
        return choices

    def _read_named(self, name: str) -> None:
        value = self._literal()
        if name in {"title", "description"}:
            self._set(self.texts, name, value if isinstance(value, str) else str(value))
        elif name == "example":
            self.texts.setdefault("examples", []).append(value)
        elif name == "default":
            if self.default is not NO_DEFAULT:
                raise _SyntaxError("This @field has two defaults.", "Keep one of them.")
            self.default = value
        else:
            self._read_limit(name, value)

    def _read_limit(self, name: str, value: Any) -> None:
        """Read min and max: of a number itself, of the characters of a text, of the items of a list."""
        short = re.sub(r"(imum|_?length|_?items)$", "", name)
        if short not in {"min", "max"}:
            near = difflib.get_close_matches(name, [*_NAMES, "optional", "required"], n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(_NAMES)}."
            raise _SyntaxError(f"{name!r} says nothing in a @field.", advice)
        keyword = _LOWER.get(self.kind)
        if keyword is None:
            raise _SyntaxError(f"A {self.kind} has no {short}.", f"Delete {name}=….")
        counts = keyword != "minimum"
        if isinstance(value, (bool, str)) or value is None or (counts and (type(value) is not int or value < 0)):
            raise _SyntaxError(f"{name} needs a {'whole ' if counts else ''}number.", f"Write {name}=3.")
        self._set(self.rules, keyword if short == "min" else keyword.replace("min", "max"), value)

    def _literal(self) -> Any:
        kind, value = self.tokens.pop(0) if self.tokens else ("", "")
        if kind in {"text", "value"}:
            return value
        if kind == "name" and value in _WORDS:
            return _WORDS[value]
        raise _SyntaxError("A value is expected: a text in quotes, a number, true or false.", "Put texts in quotes.")

    def _set(self, where: dict[str, Any], name: str, value: Any) -> None:
        if name in where:
            raise _SyntaxError(f"This @field says its {name} twice.", "Keep one of them.")
        where[name] = value

    def _next_is(self, sign: str) -> bool:
        if self.tokens and self.tokens[0] == ("sign", sign):
            self.tokens.pop(0)
            return True
        return False

    def _expect(self, sign: str, message: str, word: str) -> None:
        if self._next_is(sign):
            return
        if sign == "(":
            raise _SyntaxError(message, 'Write it like choice("kind", "strict").')
        near = difflib.get_close_matches(word, [*_NAMES, "optional", "required"], n=1)
        raise _SyntaxError(message, f"Did you mean {near[0]!r}?" if near and near[0] != word else _EXAMPLE)
