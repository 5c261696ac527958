"""What is filled in before a form opens: the words of a command, or the lines of a message."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from application.slack_forms.absent import CHANNEL, USER, has_marks
from application.slack_forms.parts import label_of
from application.slack_forms.person import Person
from application.slack_forms.places import put
from application.slack_forms.texts import clipped, one_line, unescaped
from application.slack_forms.typed import UnfitError, value_of_text
from application.slack_forms.widgets import Widget, type_of, widget_of
from domain.exact_json import read_exact
from domain.row_path import RowPath, format_row_path, parse_row_path
from domain.schema import JsonObject, resolve

# Slack and telephones write these for quotation marks; each pair with what ends it.
_QUOTES: Final = {'"': '"', "“": "”", "”": "”", "„": "“”", "«": "»", "»": "«", "'": "'", "‘": "’", "’": "’"}  # noqa: RUF001  # quotation marks
_DOUBLE: Final = frozenset('"“”„«»')
_NAME: Final = re.compile(r"[^\s=\"“”„]+=")
_ESCAPED: Final = re.compile(r"\\([\\\"“”'])")
# `Name: value`, with a bullet before it and bold around the name; a colon within a word is none.
_LINE: Final = re.compile(r"[\s>•◦*_-]*(?P<name>[^\W\d_][^:\n]{0,99}?)[*_\s]*:[*_]*(?:\s+(?P<value>.*))?")
_MENTION: Final = re.compile(r"<([@#])([A-Z0-9]+)(?:\|([^<>]*))?>")
_TAG: Final = re.compile(r"<(?![@#])[^<>]*>|&(?:lt|gt|amp);")
# So many values are taken of one message.
_MAX_VALUES: Final = 100
# How much alike names are that are taken for one, and that are asked about.
_SAME: Final = 0.85
_NEAR: Final = 0.6
_DEPTH: Final = 8


@dataclass(frozen=True, slots=True)
class Command:
    """What stands behind a command: a first word ('' where there is none), further ones, and values by name."""

    word: str
    words: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Data to begin with; `notes` say which names are none of the template's, for the person."""

    data: JsonObject
    notes: tuple[str, ...] = ()


def command_of(text: str) -> Command:
    """Read the text of a command as a shell does: `offer-letter name="Ada Lovelace" start=2026-12-01`.

    Quotation marks of every kind hold words together, also those that Slack puts in place of straight ones; a
    backslash takes a quotation mark into a text, and one that nothing ends holds to the end.
    """
    words, values, rest = list[str](), dict[str, str](), _readable(text).strip()
    while rest:
        named = _NAME.match(rest)
        value, rest = _word(rest[named.end() :] if named else rest)
        if named:
            values[named[0][:-1]] = value
        else:
            words.append(value)
        rest = rest.lstrip()
    return Command(words[0] if words else "", tuple(words[1:]), {name: text for name, text in values.items() if text})


def lines_of(text: str) -> dict[str, str]:
    """Read the lines `Name: value` of a message; the first one of a name counts.

    Lines that follow without a name belong to it, until an empty one.
    """
    values: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in _readable(text).replace("```", "").split("\n"):
        found = _LINE.fullmatch(line.rstrip())
        if found:
            current = [found["value"].strip("*_ ")] if found["value"] else []
            name = found["name"].strip("*_ ")
            if name in values or len(values) >= _MAX_VALUES:
                continue
            values[name] = current
        elif not line.strip():
            current = None
        elif current is not None:
            current.append(line.strip())
    return {name: "\n".join(lines) for name, lines in values.items() if lines}


def prefilled(values: Mapping[str, str], schema: JsonObject, person: Person) -> Prefilled:
    """Return data of the values whose names are fields of a template: paths, titles, or nearly so.

    A text that does not fit its field stays as it is: the form shows it, and says what is wrong when it is sent.
    """
    places, data, notes = list(_places(schema, schema, (), 0)), dict[str, Any](), list[str]()
    for name, text in list(values.items())[:_MAX_VALUES]:
        place = _place(name, places, schema)
        if place is None:
            notes.append(_unknown(name, places, person))
        else:
            path, said = place
            data = put(data, path, _value(text, said, schema, person))
    return Prefilled(data, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Place:
    path: RowPath
    schema: JsonObject
    label: str

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called, the most exact first: its path, its title, its own name."""
        return tuple(map(_folded, (format_row_path(self.path), self.label, str(self.path[-1]))))


def _places(root: JsonObject, schema: JsonObject, path: RowPath, depth: int) -> Iterator[_Place]:
    """List the fields that are no rows of lists."""
    for name, said in schema.get("properties", {}).items():
        child = resolve(root, said)
        if widget_of(root, child) is Widget.GROUP and depth < _DEPTH:
            yield from _places(root, child, (*path, name), depth + 1)
        else:
            yield _Place((*path, name), child, label_of({**child, **said}, name))


def _place(name: str, places: list[_Place], schema: JsonObject) -> tuple[RowPath, JsonObject] | None:
    wanted = _folded(name)
    for kind in range(3):
        found = [each for each in places if each.names[kind] == wanted]
        if len(found) == 1:
            return found[0].path, found[0].schema
    if "[" in name and (row := _place_in_row(name, schema)):
        return row
    near = _nearest(wanted, places, _SAME)
    return None if near is None else (near.path, near.schema)


def _place_in_row(name: str, schema: JsonObject) -> tuple[RowPath, JsonObject] | None:
    """Find `items[0].price`."""
    try:
        path = parse_row_path(name)
    except ValueError:
        return None
    node: Any = schema
    for step in path:
        node = resolve(schema, node)
        node = node.get("items") if isinstance(step, int) else node.get("properties", {}).get(step)
        if not isinstance(node, dict):
            return None
    return path, resolve(schema, node)


def _nearest(wanted: str, places: list[_Place], cutoff: float) -> _Place | None:
    """Return the one place with a name that is so much alike, None where there is none or several."""
    named: dict[str, list[_Place]] = {}
    for each in places:
        for name in set(each.names):
            named.setdefault(name, []).append(each)
    near = difflib.get_close_matches(wanted[:100], named, n=1, cutoff=cutoff)
    return named[near[0]][0] if near and len(named[near[0]]) == 1 else None


def _unknown(name: str, places: list[_Place], person: Person) -> str:
    near = _nearest(_folded(name), places, _NEAR)
    shown = f"“{clipped(one_line(name), 60)}”"
    if near is None:
        return person.say("unknown-name", name=shown)
    return person.say("unknown-near", name=shown, near=f"“{clipped(near.label, 60)}”")


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _value(text: str, schema: JsonObject, root: JsonObject, person: Person) -> Any:
    widget = widget_of(root, schema)
    mark = {Widget.PERSON: USER, Widget.CHANNEL: CHANNEL}.get(widget)
    mention = _MENTION.fullmatch(text.strip())
    if mark and mention:
        return {mark: mention[2]}
    text = _MENTION.sub(lambda found: found[1] + (found[3] or found[2]), text)
    if type_of(schema) in ("array", "object"):
        return _several(text, schema, root, person)
    try:
        return value_of_text(text, schema, person)
    except UnfitError:
        return text


def _several(text: str, schema: JsonObject, root: JsonObject, person: Person) -> Any:
    """Read JSON, or the values of a list: one a line, or between commas or semicolons."""
    try:
        value = read_exact(text)
        if isinstance(value, (dict, list)) and not has_marks(value):
            return value
    except ValueError:
        pass
    if type_of(schema) != "array":
        return text
    sign = next((each for each in ("\n", ";", ",") if each in text), ",")
    item = resolve(root, schema.get("items") or {})
    return [_value(each.strip(), item, root, person) for each in text.split(sign) if each.strip()]


def _word(text: str) -> tuple[str, str]:
    """Take a word, or a text in quotation marks, from the beginning; return it and what follows."""
    ends = _QUOTES.get(text[:1])
    if ends is None:
        word, _, rest = text.partition(" ") if "\n" not in text else _split(text)
        return word, rest
    for at in range(1, len(text)):
        closes = text[at] in ends or (text[0] in _DOUBLE and text[at] in '"”' and text[0] != "”")
        if closes and text[at - 1] != "\\" and (at + 1 == len(text) or text[at + 1].isspace()):
            return _ESCAPED.sub(r"\1", text[1:at]), text[at + 1 :]
    return _ESCAPED.sub(r"\1", text[1:]), ""


def _split(text: str) -> tuple[str, str, str]:
    found = re.search(r"\s", text)
    return (text[: found.start()], " ", text[found.end() :]) if found else (text, "", "")


def _readable(text: str) -> str:
    """Return a text of Slack as the person wrote it; who and what is mentioned stays as Slack says it."""
    return _TAG.sub(lambda found: unescaped(found[0]), text)
