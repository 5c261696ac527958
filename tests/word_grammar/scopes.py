"""What tags may use at a place of a random template, and what blocks make of the words within them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeAlias

from tests.word_grammar.choices import Choices

Env: TypeAlias = Mapping[str, Any]
Words: TypeAlias = Callable[[Env], list[str]]
Value: TypeAlias = Callable[[Env], Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some XML of a template, and the words that its document shows in its place."""

    xml: str
    words: Words


def no_words(_env: Env) -> list[str]:
    """Show nothing."""
    return []


NOTHING: Final = Piece("", no_words)


def joined(*pieces: Piece) -> Piece:
    """Put pieces one after the other."""
    return Piece("".join(piece.xml for piece in pieces), lambda env: [w for piece in pieces for w in piece.words(env)])


def words_in(text: str) -> list[str]:
    """List the words of a text."""
    return re.findall(r"\w+\.", text)


@dataclass(frozen=True, slots=True)
class Scope:
    """What tags may use: Jinja expressions, each with what it gives; of lists also whether their items are objects."""

    values: tuple[tuple[str, Value], ...]
    lists: tuple[tuple[str, Value, bool], ...]
    conditions: tuple[tuple[str, Value], ...]


def _key(name: str) -> Value:
    return lambda env: env[name]


def _item(name: str, key: str) -> Value:
    return lambda env: env[name][key]


ROOT: Final = Scope(
    values=(("v", _key("v")), ("o.n", _item("o", "n")), ("o['n'] | upper", lambda env: env["o"]["n"].upper())),
    lists=(("items", _key("items"), True), ("names", _key("names"), False)),
    conditions=(("x", _key("x")), ("not y", lambda env: not env["y"]), ("items", lambda env: bool(env["items"]))),
)


@dataclass(frozen=True, slots=True)
class Block:
    """The tags of a block, without braces, what may be used in each branch, and which branch's words it shows."""

    tags: tuple[str, ...]
    scopes: tuple[Scope, ...]
    _run: Callable[[Words, Words], Words]

    def around(self, branches: Sequence[Piece], write: Callable[[str], str]) -> Piece:
        """Put the block's tags around its branches."""
        xml = "".join(write(tag) + branch.xml for tag, branch in zip(self.tags, branches, strict=False))
        return Piece(xml + write(self.tags[-1]), self.words(branches))

    def words(self, branches: Sequence[Piece]) -> Words:
        """Return the words that the block shows."""
        return self._run(branches[0].words, branches[1].words if len(branches) > 1 else no_words)


def random_block(choices: Choices, scope: Scope, *, may_divide: bool = True) -> Block:
    """Choose a loop or a condition, with or without {% else %}, or a {% with %}."""
    kind = choices.pick("if", "for", "for", "with")
    other = ("else",) if may_divide and kind != "with" and choices.seldom() else ()
    outside = (scope,) if other else ()
    name = f"i{choices.number()}"
    if kind == "if":
        text, test = choices.pick(*scope.conditions)
        return Block((f"if {text}", *other, "endif"), (scope, *outside), partial(_either, test))
    if kind == "with":
        text, value = choices.pick(*scope.values)
        inner = replace(scope, values=(*scope.values, (name, _key(name))))
        return Block((f"with {name} = {text}", "endwith"), (inner,), partial(_with, name, value))
    text, values, of_objects = choices.pick(*scope.lists)
    if of_objects and choices.seldom():
        text, values = f"{text} if {name}.ok", partial(_chosen, values)
    inner = _within(scope, name, of_objects=of_objects)
    return Block((f"for {name} in {text}", *other, "endfor"), (inner, *outside), partial(_each, name, values))


def _within(scope: Scope, name: str, *, of_objects: bool) -> Scope:
    """Return what may be used in a loop."""
    conditions = [each for each in scope.conditions if each[0] != "loop.first"]
    conditions.append(("loop.first", _key("first")))
    if not of_objects:
        return replace(scope, values=(*scope.values, (name, _key(name))), conditions=tuple(conditions))
    conditions.append((f"{name}.ok", _item(name, "ok")))
    return Scope(
        (*scope.values, (f"{name}.n", _item(name, "n"))),
        (*scope.lists, (f"{name}.tags", _item(name, "tags"), False)),
        tuple(conditions),
    )


def _either(test: Value, inner: Words, other: Words) -> Words:
    return lambda env: inner(env) if test(env) else other(env)


def _with(name: str, value: Value, inner: Words, _other: Words) -> Words:
    return lambda env: inner({**env, name: value(env)})


def _chosen(values: Value, env: Env) -> list[Any]:
    return [each for each in values(env) if each["ok"]]


def _each(name: str, values: Value, inner: Words, other: Words) -> Words:
    def words(env: Env) -> list[str]:
        found = values(env)
        rounds = [inner({**env, name: each, "first": number == 0}) for number, each in enumerate(found)]
        return [word for each in rounds for word in each] if found else other(env)

    return words
