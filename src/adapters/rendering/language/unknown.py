"""What to write in place of a filter, test, function or method that is not there."""

import difflib
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any, Final

from jinja2 import nodes

from adapters.rendering.language.filters import FILTERS
from adapters.rendering.language.lint.nodes_in_words import path_of
from adapters.rendering.language.methods import METHOD_NAMES
from adapters.rendering.language.predicates import TEST_NAMES

# Jinja's filters that are left out on purpose, with what to write instead.
_LEFT_OUT: Final = {
    "attr": "Write customer.name, or customer['name'].",
    "pprint": "Print single values.",
    "random": "A document has to be the same each time.",
    "safe": "Values are always printed as text; delete the filter.",
    "striptags": "Values are always printed as text.",
    "tojson": "Print single values.",
    "urlencode": "Put the finished address into the data.",
    "urlize": "Put the finished link into the data.",
    "xmlattr": "Print single values.",
    "shuffle": "A document has to be the same each time.",
}
_FLOOR: Final = "Write {{ price | round(0, 'floor') }} or {{ price | round(0, 'ceil') }}."
# Filters of other template languages.
_FILTERS: Final = {
    **dict.fromkeys(("raw", "html_safe", "nl2br"), "Values are always printed as text; delete the filter."),
    **dict.fromkeys(("concat", "append", "prepend"), "Write {{ a ~ b }} to put texts together."),
    **dict.fromkeys(("avg", "average", "mean"), "Write (items | sum(attribute='price')) / (items | length)."),
    **dict.fromkeys(("floor", "ceil"), _FLOOR),
    **dict.fromkeys(("pluck", "column"), "Write {{ items | map(attribute='name') | join(', ') }}."),
    **dict.fromkeys(("where", "filter"), "Write {% for item in items if item.paid %}."),
    "sort_by": "Write items | sort(attribute='name').",
}
# What filters and methods are called elsewhere.
_FILTER_NAMES: Final = {
    **dict.fromkeys(("len", "size"), "length"),
    **dict.fromkeys(("uppercase", "upcase", "touppercase", "toupper", "ucase"), "upper"),
    **dict.fromkeys(("lowercase", "downcase", "tolowercase", "tolower", "lcase"), "lower"),
    **dict.fromkeys(("str", "tostring", "text"), "string"),
    **dict.fromkeys(("strip", "chomp"), "trim"),
    **dict.fromkeys(("implode", "concatenate"), "join"),
    **dict.fromkeys(("substr", "substring"), "truncate"),
    **dict.fromkeys(("sorted", "order"), "sort"),
    **dict.fromkeys(("titlecase", "ucwords"), "title"),
    **dict.fromkeys(("ucfirst", "capitalise"), "capitalize"),
    **dict.fromkeys(("dateformat", "date_format", "format_date", "formatdate", "formatd", "strftime"), "date"),
    **dict.fromkeys(("format_datetime", "datetimeformat"), "datetime"),
    **dict.fromkeys(("format_number", "number_format", "formatnumber", "formatn", "commas", "intcomma"), "number"),
    **dict.fromkeys(("format_currency", "formatcurrency", "formatc", "money"), "currency"),
    **dict.fromkeys(("format_percent", "percentage"), "percent"),
    **dict.fromkeys(("towords", "to_words", "num2words", "numbertowords", "spellout", "words"), "spell"),
    **dict.fromkeys(("pluralize", "pluralise"), "plural"),
    **dict.fromkeys(("ordinalize", "nth"), "ordinal"),
    "reversed": "reverse",
    "parseint": "int",
    "parsefloat": "float",
}
_EMPTY: Final = "Write {% if not name %} for what is empty, {% if name is undefined %} for what is not there."
_TESTS: Final = {
    **dict.fromkeys(("empty", "blank", "zero"), _EMPTY),
    **dict.fromkeys(("null", "nul", "nil", "None"), "Write {% if name is none %}."),
    **dict.fromkeys(("set", "present", "there", "given"), "Write {% if name is defined %}, or {% if name %}."),
    **dict.fromkeys(("list", "array"), "Write {% if items is sequence %}."),
    **dict.fromkeys(("dict", "object"), "Write {% if customer is mapping %}."),
    **dict.fromkeys(("text", "str"), "Write {% if name is string %}."),
    **dict.fromkeys(("int", "whole"), "Write {% if number is integer %}."),
}
_FIXED: Final = "Values of the data cannot be changed in a template; change them in the data."
_METHODS: Final = {
    **dict.fromkeys(("append", "push", "add", "extend", "insert", "remove", "pop", "update"), _FIXED),
    **dict.fromkeys(("includes", "contains", "has", "indexOf"), "Write {% if value in items %}."),
    "toFixed": "Write {{ '%.2f' | format(price) }}.",
    "strftime": "Write {{ due | date('d MMMM yyyy') }}.",
}


def instead_of_filter(name: Any) -> str:
    """Say what to write in place of a filter."""
    return _LEFT_OUT.get(name) or _FILTERS.get(name) or _same(name) or _near(name, FILTERS, "filter")


def instead_of_mapped(name: Any) -> str:
    """Say what to write in place of {{ items | map('price') }}, where there is no filter price."""
    near = _closest(name, FILTERS)
    return f"Did you mean {near!r}?" if near else f"For a value of each item write map(attribute={name!r})."


def instead_of_test(name: Any) -> str:
    """Say what to write in place of a test."""
    return _TESTS.get(name) or _near(name, TEST_NAMES, "test")


def instead_of_function(call: nodes.Call, functions: Collection[str]) -> str:
    """Say what to write in place of a call of a function that is not there."""
    name = str(getattr(call.node, "name", ""))
    near = _closest(name, functions)
    if near:
        return f"Did you mean {near!r}?"
    if name in {"today", "now", "date"}:
        return f"Write {'now' if name == 'now' else 'today'} without brackets."
    filtered = name if name in FILTERS else _FILTER_NAMES.get(name.lower())
    if filtered and call.args:
        return f"Write {path_of(call.args[0]) or 'value'} | {filtered}{'(…)' if len(call.args) > 1 else ''}."
    return f"A value of the data is written without brackets: {{{{ {name} }}}}. A macro is defined before it is used."


def instead_of_method(call: nodes.Call) -> str:
    """Say what to write in place of a call of a method that is not there."""
    target = call.node
    name, path = str(getattr(target, "attr", "")), path_of(getattr(target, "node", None)) or "value"
    if name in _METHODS:
        return _METHODS[name]
    filtered = name if name in FILTERS else _FILTER_NAMES.get(name.lower())
    if filtered:
        return f"Write {path} | {filtered}{'(…)' if call.args else ''}."
    near = _closest(name, {*METHOD_NAMES, "cycle", "changed"})
    if near:
        return f"Did you mean {near!r}?"
    return f"A value of the data is written without brackets: {{{{ {path}.{name} }}}}."


def _same(name: Any) -> str | None:
    known = _FILTER_NAMES.get(str(name).lower())
    return f"Did you mean {known!r}?" if known else None


def _closest(name: Any, known: Iterable[str]) -> str | None:
    return _closest_of(str(name)[:50], tuple(sorted(filter(str.isalpha, known))))


@lru_cache(maxsize=1_000)
def _closest_of(name: str, known: tuple[str, ...]) -> str | None:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
    return near[0] if near else None


def _near(name: Any, known: Iterable[str], kind: str) -> str:
    near = _closest(name, known)
    return f"Did you mean {near!r}?" if near else f"The {kind}s are: {', '.join(sorted(filter(str.isalpha, known)))}."
