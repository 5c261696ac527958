"""Reads filters: what each says about its value, and what it gives."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

from jinja2 import nodes
from typing_extensions import override

from adapters.rendering.language.introspection.conditions import SIGNS
from adapters.rendering.language.introspection.data import Evidence
from adapters.rendering.language.introspection.expressions import ExpressionReader
from adapters.rendering.language.introspection.formatting import (
    FORMATTING,
    MOMENTS,
    formatting_arguments,
    moment_evidence,
    word_pattern,
)
from adapters.rendering.language.introspection.values import (
    NO_CONSTANT,
    NUMBER,
    TEXT,
    TRUTH,
    UNKNOWN,
    Value,
    either,
    field_of,
    item_of,
    numbered,
    value_of,
    where_true,
)
from adapters.rendering.language.operators import NUMERAL

_DEFAULT_LIKE: Final = {
    Evidence.TEXT: Evidence.LIKE_TEXT,
    Evidence.NUMBER: Evidence.LIKE_NUMBER,
    Evidence.LIKE_BOOLEAN: Evidence.LIKE_BOOLEAN,
    Evidence.LISTED: Evidence.LIKE_LIST,
}
# Filters of single values: what the value has to be, and what comes out.
_PLAIN: Final = {
    **dict.fromkeys(
        ("upper", "lower", "capitalize", "title", "truncate", "wordwrap", "indent", "replace"), (Evidence.TEXT, TEXT)
    ),
    **dict.fromkeys(("trim", "center", "string", "word_case", "word_affix"), (Evidence.PRINTED, TEXT)),
    "image": (Evidence.IMAGE, UNKNOWN),
    **dict.fromkeys(("qrcode", "barcode", "markdown", "html", "link"), (Evidence.PRINTED, UNKNOWN)),
    "wordcount": (Evidence.TEXT, NUMBER),
    **dict.fromkeys(("round", "abs"), (Evidence.NUMBER, NUMBER)),
    **dict.fromkeys(
        ("filesizeformat", "number", "percent", "currency", "spell", "ordinal", "plural", "word_number"),
        (Evidence.NUMBER, TEXT),
    ),
    # These take texts too.
    **dict.fromkeys(("int", "float"), (Evidence.LIKE_NUMBER, NUMBER)),
    **dict.fromkeys(("length", "count"), (Evidence.COUNTED, NUMBER)),
}
# What the first argument is, where it is not just anything.
_ARGUMENTS: Final = {
    **dict.fromkeys(("center", "truncate", "wordwrap", "batch", "slice", "round"), Evidence.INTEGER),
    **dict.fromkeys(("join", "replace"), Evidence.PRINTED),
}
_WORD_SIGNS: Final = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_CONVERSION: Final = re.compile(r"%(?:\((\w+)\))?[-+ 0#]*\d*(?:\.\d*)?([a-zA-Z%])")


def _note_example(value: Value, example: Any) -> None:
    for ref in value.refs:
        ref.datum.note_constant(example, ref.datum.constants)


class FilterReader(ExpressionReader):
    """Knows what filters do with a value and its items."""

    @override
    def read_filter(self, node: nodes.Filter) -> Value:
        if node.node is None:
            return UNKNOWN
        base = self.value(node.node)
        arguments = [self.value(argument) for argument in node.args]
        named = {str(pair.key): self.value(pair.value) for pair in node.kwargs}
        if node.name in FORMATTING:
            self._read_formatting(node.name, arguments, named)
        elif node.name not in {"default", "d", "format"}:
            for index, argument in enumerate([*arguments, *named.values()]):
                self.use(argument, _ARGUMENTS.get(node.name, Evidence.ANY) if index == 0 else Evidence.ANY)
        return self.filtered(node.name, base, arguments, named)

    def filtered(self, name: str, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Note what a filter does with a value, and return what comes out."""
        if name in _PLAIN:
            evidence, result = _PLAIN[name]
            self.use(base, evidence)
            return result
        read = _FILTERS.get(name)
        if read is None:
            self.use(base, Evidence.ANY)
            return UNKNOWN
        return read(self, base, arguments, named)

    def _read_formatting(self, name: str, arguments: list[Value], named: dict[str, Value]) -> None:
        """Note what the arguments of a filter that formats are, and one that works for each."""
        for argument, evidence, example in formatting_arguments(name, arguments, named):
            self.use(argument, evidence)
            if example is not None:
                for ref in argument.refs:
                    ref.datum.note_constant(example, ref.datum.constants)

    def read_moment(self, base: Value, arguments: list[Value], named: dict[str, Value], name: str) -> Value:
        """Read date, time and datetime: the pattern says what the value has to have."""
        pattern = named.get("pattern", arguments[0] if arguments else None)
        for evidence in moment_evidence(name, None if pattern is None else pattern.constant):
            self.use(base, evidence)
        return TEXT

    def read_unchanged(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.NOTHING)
        return base

    def read_default(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        values = [*arguments, *named.values()]
        instead = values[0] if values else Value(kind=Evidence.TEXT, constant="")
        evidence = _DEFAULT_LIKE.get(instead.kind, Evidence.NOTHING) if instead.kind else Evidence.NOTHING
        self.use(base, evidence if instead.constant is not NO_CONSTANT else Evidence.NOTHING, demand=False)
        self.spare(base)
        if instead.constant is not NO_CONSTANT:
            for ref in base.refs:
                ref.datum.note_constant(instead.constant, ref.datum.defaults)
        for value in values[1:]:
            self.use(value, Evidence.TESTED)
        return either([where_true(base), instead])

    def read_format(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Read '%s: %.2f' | format(name, price): the letters say what the values are."""
        self.use(base, Evidence.TEXT)
        pattern = base.constant if isinstance(base.constant, str) else ""
        waiting = iter(arguments)
        for match in _CONVERSION.finditer(pattern):
            name, letter = match.groups()
            value = None if letter == "%" else named.pop(name, None) if name else next(waiting, None)
            if value is not None:
                self.use(value, Evidence.PRINTED if letter == "s" else Evidence.NUMBER)
        for value in (*waiting, *named.values()):
            self.use(value, Evidence.ANY)
        return TEXT

    def read_word_date(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Read a date by a picture of Word's, which says what the value has to have."""
        picture = named.get("picture", arguments[0] if arguments else UNKNOWN).constant
        for evidence in moment_evidence("datetime", word_pattern(picture)):
            self.use(base, evidence)
        return TEXT

    def read_word_choice(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Read a choice from a list: nothing else fits, but where it is free."""
        values = arguments[0].constant if arguments and isinstance(arguments[0].constant, list) else []
        if "free" in named or not values:
            self.use(base, Evidence.PRINTED)
            for value in values:
                _note_example(base, value)
            return TEXT
        self.use(base, Evidence.CHOSEN)
        for ref in base.refs:
            ref.datum.choices += [value for value in values if value not in ref.datum.choices]
        return TEXT

    def read_word_compare(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Read a comparison of Word's: a text that spells a number stands for it, an empty or a like one for none."""
        sign, other = (*arguments, UNKNOWN, UNKNOWN)[:2]
        constant = other.constant
        if not constant or "wildcards" in named or not isinstance(constant, str):
            self.use(base, Evidence.PRINTED)
        elif NUMERAL.fullmatch(constant):
            self.compare(_WORD_SIGNS.get(sign.constant, ""), base, replace(NUMBER, constant=Decimal(constant)))
        else:
            self.compare(_WORD_SIGNS.get(sign.constant, ""), base, other)
        return TRUTH

    # -- lists

    def at(self, value: Value, attribute: Value | None) -> Value | None:
        """Return what 'a.b' names in a value; None where that is not known before the render."""
        if attribute is None:
            return value
        if not isinstance(attribute.constant, str):
            return None
        for key in attribute.constant.split("."):
            value = numbered(value, int(key[:9]) + 1) if key.isdigit() else field_of(value, key)
        return value

    def read_same_items(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.LISTED)
        names = named.get("attribute")
        if names is not None and isinstance(names.constant, str):
            for name in names.constant.split(","):
                found = self.at(item_of(base), Value(constant=name.strip()))
                if found is not None:
                    self.use(found, Evidence.NOTHING, demand=False)
        return base

    def read_reverse(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.NOTHING)
        return base

    def read_end(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.INDEXED)
        return numbered(base, 1)

    def read_extreme(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        return numbered(self.read_same_items(base, arguments, named), 1)

    def read_sum(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        self.use(base, Evidence.LISTED)
        found = self.at(item_of(base), named.get("attribute", arguments[0] if arguments else None))
        if found is not None:
            self.use(found, Evidence.NUMBER)
        return NUMBER

    def read_join(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        self.use(base, Evidence.LISTED)
        found = self.at(item_of(base), named.get("attribute", arguments[1] if len(arguments) > 1 else None))
        if found is not None:
            self.use(found, Evidence.PRINTED)
        return TEXT

    def read_map(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        self.use(base, Evidence.LISTED)
        item = item_of(base)
        if "attribute" in named:
            found = self.at(item, named["attribute"]) or UNKNOWN
            self.use(found, Evidence.NOTHING, demand=False)
            items = either([where_true(found), named["default"]]) if "default" in named else found
        elif arguments and isinstance(arguments[0].constant, str):
            items = self.filtered(arguments[0].constant, item, arguments[1:], named)
        else:
            items = UNKNOWN
        return Value(kind=Evidence.LISTED, items=items)

    def read_select(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.LISTED)
        self._choose(item_of(base), arguments)
        return base

    def read_select_attribute(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        self.use(base, Evidence.LISTED)
        found = self.at(item_of(base), arguments[0] if arguments else None)
        if found is not None:
            self._choose(found, arguments[1:])
        return base

    def _choose(self, value: Value, test: list[Value]) -> None:
        """Note a test of the items; those that lack the value fail it, and nothing else."""
        if len(test) > 1 and isinstance(test[0].constant, str):
            self.compare(SIGNS.get(test[0].constant, test[0].constant), value, test[1], demand=False)
        else:
            self.use(value, Evidence.NOTHING if test else Evidence.TESTED, demand=False)

    def read_groups(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        self.use(base, Evidence.LISTED)
        found = self.at(item_of(base), named.get("attribute", arguments[0] if arguments else None)) or UNKNOWN
        self.use(found, Evidence.NOTHING, demand=False)
        instead = named.get("default", arguments[1] if len(arguments) > 1 else None)
        grouper = found if instead is None else either([where_true(found), instead])
        members = Value(kind=Evidence.LISTED, items=item_of(base))
        group = Value(fields={"grouper": grouper, "list": members}, parts=(grouper, members))
        return Value(kind=Evidence.LISTED, items=group)

    def read_rows(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        self.use(base, Evidence.LISTED)
        fill = named.get("fill_with", arguments[1] if len(arguments) > 1 else None)
        items = item_of(base) if fill is None else either([item_of(base), fill])
        return Value(kind=Evidence.LISTED, items=Value(kind=Evidence.LISTED, items=items))

    def read_pairs(self, base: Value, arguments: list[Value], named: dict[str, Value]) -> Value:  # noqa: ARG002
        """Read what gives the pairs of an object: dictsort, items and items()."""
        self.use(base, Evidence.OBJECT)
        return Value(kind=Evidence.LISTED, items=Value(parts=(self.key_of(base), self.any_value(base))))

    def key_of(self, value: Value) -> Value:
        """Return what each key of an object is."""
        return Value(kind=Evidence.TEXT, keys_of=tuple(ref.datum for ref in value.refs))

    def any_value(self, value: Value) -> Value:
        """Return what each value of an object is."""
        if value.fields:
            return either(value.fields.values())
        return value_of(value)


_FILTERS: Final[dict[str, Callable[[Any, Value, list[Value], dict[str, Value]], Value]]] = {
    **dict.fromkeys(("e", "escape", "forceescape"), FilterReader.read_unchanged),
    **dict.fromkeys(("default", "d"), FilterReader.read_default),
    "format": FilterReader.read_format,
    **dict.fromkeys(("sort", "unique", "list"), FilterReader.read_same_items),
    "reverse": FilterReader.read_reverse,
    **dict.fromkeys(("first", "last"), FilterReader.read_end),
    **dict.fromkeys(("min", "max"), FilterReader.read_extreme),
    "word_choice": FilterReader.read_word_choice,
    "word_compare": FilterReader.read_word_compare,
    "word_date": FilterReader.read_word_date,
    "sum": FilterReader.read_sum,
    "join": FilterReader.read_join,
    "map": FilterReader.read_map,
    **dict.fromkeys(("select", "reject"), FilterReader.read_select),
    **dict.fromkeys(("selectattr", "rejectattr"), FilterReader.read_select_attribute),
    "groupby": FilterReader.read_groups,
    **dict.fromkeys(("batch", "slice"), FilterReader.read_rows),
    **dict.fromkeys(("dictsort", "items"), FilterReader.read_pairs),
    **{name: partial(FilterReader.read_moment, name=name) for name in MOMENTS},
}
