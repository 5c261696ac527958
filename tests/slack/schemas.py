"""Schemas as templates have them, data that fits them, and a person who fills forms in."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONE = ZoneInfo("Europe/Berlin")
Json = dict[str, Any]

_SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])
_WORDS = st.text(_SIGNS, min_size=1, max_size=12)
TEXTS = st.one_of(_WORDS, st.sampled_from(["a & b <c>", "<!channel>", "*bold*", "x" * 3000, "y" * 5000, "007", "true"]))
_TITLES = st.one_of(st.just(None), st.text(max_size=30), st.just("t" * 200))
_NAMES = st.one_of(
    st.sampled_from(["name", "e_mail", "first name", "a/b", "a~b", "items", "Ünïcode"]),
    st.text(min_size=1, max_size=8),
    st.just("k" * 300),
)


def _numbers(*, whole: bool) -> st.SearchStrategy[Json]:
    limits = st.tuples(st.integers(-50, 50), st.integers(0, 100))
    bounded = limits.map(lambda each: {"minimum": each[0], "maximum": each[0] + each[1]})
    kind = "integer" if whole else "number"
    return st.one_of(st.just({}), bounded).map(lambda said: {"type": kind, **said})


def _enum(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    sizes = st.sampled_from([1, 3, 5, 6, 30, 100, 101, 130])
    some = sizes.flatmap(lambda size: st.integers(0, 5).map(lambda start: [f"choice {start + n}" for n in range(size)]))
    return st.one_of(
        some, st.lists(values, min_size=1, max_size=7, unique_by=lambda each: (str(type(each)), each))
    ).map(lambda choices: {"enum": choices})


ENUMS = _enum(st.one_of(st.integers(-5, 5), TEXTS, st.just("z" * 200)))
LEAVES: st.SearchStrategy[Json] = st.one_of(
    st.just({"type": "string"}),
    st.just({"type": "string", "format": "multiline"}),
    st.integers(0, 5).map(lambda least: {"type": "string", "minLength": least, "maxLength": 40}),
    st.sampled_from(["date", "time", "date-time", "email", "uri", "person", "channel"]).map(
        lambda name: {"type": "string", "format": name}
    ),
    _numbers(whole=True),
    _numbers(whole=False),
    st.just({"type": "boolean"}),
    ENUMS,
    st.just({}),
    st.just({"type": ["string", "object"]}),
    st.just({"type": "object", "required": ["$image"], "properties": {"$image": {"type": "string"}}}),
    st.just({"type": "object", "additionalProperties": {"type": "string"}}),
)


def _described(schemas: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def said(drawn: tuple[Json, str | None, str | None]) -> Json:
        schema, title, description = drawn
        texts = {"title": title, "description": description}
        return {**schema, **{name: text for name, text in texts.items() if text is not None}}

    return st.tuples(schemas, _TITLES, st.one_of(st.none(), st.text(max_size=60), st.just("d" * 4000))).map(said)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Json], most: int = 4) -> Json:
    names = draw(st.lists(_NAMES, min_size=1, max_size=most, unique=True))
    properties = {name: draw(inner) for name in names}
    needed = [name for name in names if draw(st.booleans())]
    return {"type": "object", "properties": properties, **({"required": needed} if needed else {})}


def _lists(items: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.tuples(items, st.sampled_from([{}, {"minItems": 1}, {"minItems": 2, "maxItems": 4}])).map(
        lambda drawn: {"type": "array", "items": drawn[0], **drawn[1]}
    )


_FLAT = _described(LEAVES)
_SCALARS = st.one_of(_FLAT, _lists(LEAVES), _lists(_lists(st.just({"type": "string"}))))
_ROWS = _described(_lists(objects(st.one_of(_SCALARS, objects(_FLAT, 2)), 3)))
_GROUPS = _described(objects(st.one_of(_SCALARS, _ROWS, objects(_FLAT, 2)), 3))
_RECURSIVE = st.sampled_from(
    [
        {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "below": {"$ref": "#"}}},
        },
        {"type": "object", "properties": {"again": {"$ref": "#"}, "name": {"type": "string"}}},
    ]
)
SCHEMAS = objects(st.one_of(_SCALARS, _ROWS, _GROUPS, _RECURSIVE), 5)


@st.composite
def data_of(draw: st.DrawFn, schema: Json, root: Json, depth: int = 0) -> Any:
    """Draw what a person could mean: texts that say something, moments of their own time zone."""
    if "$ref" in schema:
        return {"name": draw(_WORDS)}
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    kind = schema.get("type")
    if kind in ("object", "array"):
        return draw((_object if kind == "object" else _list)(schema, root, depth))
    return draw(_scalar(schema))


def _scalar(schema: Json) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum", -(10**6)), schema.get("maximum", 10**6)
    decimals = st.decimals(low, high, places=2, allow_nan=False, allow_infinity=False)
    kinds: dict[Any, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(low, high),
        # Without a negative zero.
        "number": decimals.map(lambda number: number + 0),
        "string": _strings(schema.get("format"), schema),
        None: st.one_of(TEXTS, st.integers(-5, 5), st.lists(st.integers(0, 3), max_size=3), st.booleans()),
    }
    rich = st.one_of(TEXTS, _WORDS.map(lambda text: {"$markdown": text}))
    return rich if isinstance(schema.get("type"), list) else kinds[schema.get("type")]


def _strings(of_format: str | None, schema: Json) -> st.SearchStrategy[Any]:
    minutes = st.integers(1_000_000_020 // 60, 7_000_000_000 // 60)
    moments = minutes.map(lambda each: datetime.fromtimestamp(each * 60, ZONE).isoformat())
    formats: dict[str | None, st.SearchStrategy[Any]] = {
        "date": st.dates().map(str),
        "time": st.times().map(lambda each: each.strftime("%H:%M:00")),
        "date-time": moments,
        "email": st.sampled_from(["ada@example.com", "o'neill@example.org"]),
        "uri": st.sampled_from(["https://example.com/?a=1&b=2", "mailto:ada@example.com"]),
        "person": st.sampled_from(["U1", "U2"]).map(lambda each: {"$slack_user": each}),
        "channel": st.just({"$slack_channel": "C1"}),
        "multiline": st.lists(_WORDS, min_size=1, max_size=3).map("\n".join),
    }
    if of_format in formats:
        return formats[of_format]
    least = schema.get("minLength", 0)
    if "maxLength" in schema:
        return st.text(_SIGNS, min_size=max(least, 1), max_size=20).filter(lambda text: len(text) >= least)
    return TEXTS.filter(
        lambda text: (len(text) <= 3000 and len(text.encode("utf-16-le")) // 2 <= 2900) or text == "x" * 3000
    )


@st.composite
def _object(draw: st.DrawFn, schema: Json, root: Json, depth: int) -> Any:
    properties = schema.get("properties", {})
    if set(properties) == {"$image"}:
        return {"$slack_file": {"id": "F1", "name": "logo.png", "as": "image"}}
    if not properties:
        return draw(st.dictionaries(_WORDS, _WORDS, max_size=2))
    made = {}
    for name, child in properties.items():
        if name in schema.get("required", ()) or (depth < 3 and draw(st.booleans())):
            value = draw(data_of(child, root, depth + 1))
            # Nothing in an optional list is no list.
            if value != [] or name in schema.get("required", ()):
                made[name] = value
    return made


@st.composite
def _list(draw: st.DrawFn, schema: Json, root: Json, depth: int) -> list[Any]:
    items = schema.get("items", {})
    least, most = schema.get("minItems", 0), schema.get("maxItems", 3)
    size = draw(st.integers(least, max(least, most if depth < 3 else 0)))
    of_one_line = {**items, "format": None} if items.get("format") == "multiline" else items
    values = [draw(data_of(of_one_line, root, depth + 1)) for _ in range(size)]
    if "enum" not in items:
        return values
    chosen = list({json.dumps(each): each for each in values}.values())
    more = [each for each in items["enum"] if each not in chosen]
    return chosen + more[: max(0, least - len(chosen))]


def exact(value: Any) -> str:
    """Write JSON as a person does, with exact numbers."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {exact(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(exact, value)) + "]" if isinstance(value, list) else json.dumps(value)
