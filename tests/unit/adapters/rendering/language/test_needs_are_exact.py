"""What introspection calls required is what a render really asks for: no more, no less.

Templates come from a grammar in which the name tells what a value is: t is a text, n a number, f a truth, o an object
with all of these, l a list of such objects, m a list of texts, d an object with a text for each key, u a text that is
never needed.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from domain.compatibility import compare_schemas, is_breaking
from domain.data_path import escape_pointer
from domain.errors import DiagnosedError
from domain.sample import sample_of
from domain.schema import JsonObject, infer_schema
from tests.unit.adapters.rendering.template_text import compiled, complaints, render

_objects = st.sampled_from(["", "o.", "o.o.", "p.", "p['o']."])


def _paths(kind: str, objects: st.SearchStrategy[str] = _objects) -> st.SearchStrategy[str]:
    return st.builds("{}{}{}".format, objects, st.just(kind), st.sampled_from(["", "2"]))


def _texts(objects: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    t, n, m, items = (_paths(kind, objects) for kind in "tnml")
    plain = st.one_of(t, n)
    return st.one_of(
        plain,
        st.builds("{} | upper".format, t),
        st.builds("{} + 1".format, n),
        st.builds("{} * {} - 2".format, n, n),
        st.builds("{} ~ '-' ~ {}".format, t, n),
        st.builds("{} | default('x')".format, t),
        st.builds("({} | default(3)) + {}".format, n, n),
        st.builds("{} | default({})".format, _paths("u", objects), t),
        st.builds("{} or {}".format, _paths("u", objects), t),
        st.builds("{} | join(', ')".format, m),
        st.builds("{} | length".format, m),
        st.builds("{} | map(attribute='t') | join".format, items),
        st.builds("{} | sum(attribute='n')".format, items),
        st.builds("({} | first).t".format, items),
        st.builds("{}[0].t".format, items),
        st.builds("{}[:2]".format, t),
        st.builds("'%s %.2f' | format({}, {})".format, t, n),
        st.builds("'{{:>5}}'.format({})".format, t),
        st.builds("[{}, {}] | join".format, t, n),
    )


def _conditional(objects: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    t, n, f, o, m = (_paths(kind, objects) for kind in "tnfom")
    return st.one_of(
        f,
        t,
        o,
        m,
        st.builds("not {}".format, f),
        st.builds("{} is defined".format, st.one_of(t, o)),
        st.builds("{} is undefined".format, t),
        st.builds("{} is not none".format, t),
        st.builds("{} > 2".format, n),
        st.builds("{} == 'x'".format, t),
        st.builds("{} in ['x', 'y']".format, t),
        st.builds("{0} and {0}.t".format, o),
        st.builds("{} and {}".format, o, f),
        st.builds("{} or {}".format, t, f),
        st.builds("not ({} and {})".format, t, t),
        st.builds("{} | default(false)".format, f),
    )


def _of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{{{{ {} }}}}".format, texts)


_leaf = _of(_texts(_objects))


def _loops(body: st.SearchStrategy[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    items, m, d = _paths("l"), _paths("m"), _paths("d")
    return st.one_of(
        st.builds("{{% for x in {} %}}{}{{% endfor %}}".format, items, inner),
        st.builds("{{% for x in {} %}}{{% for x in x.l %}}{}{{% endfor %}}{{% endfor %}}".format, items, inner),
        st.builds("{{% for y in {} %}}{{{{ loop.index }}}}{{{{ y }}}}{}{{% endfor %}}".format, m, body),
        st.builds("{{% for k, v in {}.items() %}}{{{{ k }}}}{{{{ v }}}}{{% endfor %}}".format, d),
        st.builds("{{% for g in {} | groupby('t') %}}{{{{ g.grouper }}}}{{% endfor %}}".format, items),
        st.builds("{{% for x in {} | sort(attribute='n') %}}{}{{% endfor %}}".format, items, inner),
    )


def _names(body: st.SearchStrategy[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    t, o = _paths("t"), _paths("o")
    return st.one_of(
        st.builds("{{% set z = {} %}}{}{{{{ z }}}}".format, t, body),
        st.builds("{{% set z = {} | default('') %}}{{{{ z }}}}".format, t),
        st.builds("{{% with x = {} %}}{}{{% endwith %}}".format, o, inner),
        st.builds("{{% macro q(x, y='') %}}{}{{{{ y }}}}{{% endmacro %}}{{{{ q({}, {}) }}}}".format, inner, o, t),
        st.builds("{{% set s = namespace(v={}) %}}{{{{ s.v }}}}".format, t),
        st.builds("{{% set s %}}{}{{% endset %}}{{{{ s }}}}".format, body),
    )


def _conditions(body: st.SearchStrategy[str], inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    c = _conditional(_objects)
    t, o, items = _paths("t"), _paths("o"), _paths("l")
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, c, body, body),
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% endif %}}".format, c, body, c, body),
        st.builds("{{% if {0} %}}{{{{ {0} }}}}{1}{{% endif %}}".format, t, body),
        st.builds("{{% if {0} %}}{{% with x = {0} %}}{1}{{% endwith %}}{{% endif %}}".format, o, inner),
        st.builds("{{{{ {} if {} else {} }}}}".format, t, c, t),
        st.builds("{{% for x in {} | default([]) %}}{}{{% endfor %}}".format, items, inner),
        st.builds("{{% for x in {} if {} %}}{}{{% endfor %}}".format, items, _conditional(st.just("x.")), inner),
        st.builds("{{% if {} %}}{{% set z = {} %}}{{% else %}}{{% set z = '' %}}{{% endif %}}{{{{ z }}}}".format, c, t),
    )


_inner = st.lists(_of(_texts(st.sampled_from(["x.", "x.o.", "", "p."]))), min_size=1, max_size=3).map("".join)


def _templates(*blocks: Any) -> st.SearchStrategy[str]:
    def extend(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        body = st.lists(part, min_size=1, max_size=3).map("".join)
        return st.one_of(*(block(body, _inner) for block in blocks))

    return st.lists(st.recursive(_leaf, extend, max_leaves=5), min_size=1, max_size=4).map("".join)


any_template = _templates(_loops, _names, _conditions)
# Here nothing depends on a condition about something else.
plain_template = _templates(_loops, _names)


def build(schema: JsonObject, draw: Any = None, *, empty: bool = False) -> Any:
    """Make data of a schema: what is required, and of the rest what `draw` chooses; lists may be `empty`."""
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", [])
        made = {
            key: build(child, draw, empty=empty)
            for key, child in schema.get("properties", {}).items()
            if key in required or (draw is not None and draw(st.booleans()))
        }
        if "additionalProperties" in schema:
            made["any"] = build(schema["additionalProperties"], draw, empty=empty)
        return made
    if kind == "array":
        least = max(schema.get("minItems", 0), 1)
        count = draw(st.integers(least - empty, least + 1)) if draw else least
        return [build(schema.get("items", {}), draw, empty=empty) for _ in range(count)]
    if kind == "boolean":
        return bool(draw(st.booleans())) if draw else False
    return 7 if kind in {"number", "integer"} else "word"


def _required(schema: JsonObject, data: Any, pointer: str = "") -> list[tuple[dict[str, Any], str, str]]:
    """List what is required in data: the object, the key and its pointer."""
    found: list[tuple[dict[str, Any], str, str]] = []
    if isinstance(data, dict):
        for key, value in data.items():
            here = f"{pointer}/{escape_pointer(key)}"
            if key in schema.get("required", []):
                found.append((data, key, here))
            found += _required(schema.get("properties", {}).get(key, {}), value, here)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found += _required(schema.get("items", {}), value, f"{pointer}/{index}")
    return found


@given(any_template, st.data())
@settings(max_examples=100, deadline=None)
def test_data_with_all_that_is_required_renders(template: str, data: st.DataObject) -> None:
    """Whatever of the optional data is there or not, nothing is missing."""
    schema = infer_schema(compiled(template).placeholders)
    render(template, build(schema))
    # Under a condition, an item with a number asks for no length of its list.
    indexed = "first" in template or "[0]" in template
    render(template, build(schema, data.draw, empty=not indexed))
    render(template, sample_of(schema))


@given(plain_template)
@settings(max_examples=100, deadline=None)
def test_without_something_required_a_render_names_it(template: str) -> None:
    schema = infer_schema(compiled(template).placeholders)
    data = build(schema)
    for holder, key, pointer in _required(schema, data):
        value = holder.pop(key)
        found = complaints(template, data)
        assert {each.code for each in found} == {"missing-value"}, (template, pointer)
        assert any(pointer == each.pointer or str(each.pointer).startswith(f"{pointer}/") for each in found), pointer
        holder[key] = value


def test_a_check_of_the_check() -> None:
    with pytest.raises(DiagnosedError):
        render("{{ a.b }}", build({"type": "object", "properties": {"a": {"type": "object"}}}))


@given(any_template, any_template, st.data())
@settings(max_examples=100, deadline=None)
def test_where_a_new_version_breaks_nothing_old_data_renders(old: str, new: str, data: st.DataObject) -> None:
    schemas = [infer_schema(compiled(template).placeholders) for template in (old, new)]
    if not is_breaking(compare_schemas(*schemas)):
        render(new, build(schemas[0], data.draw))


@given(any_template)
@settings(max_examples=50, deadline=None)
def test_schemas_are_schemas_and_samples_fit_them(template: str) -> None:
    schema = infer_schema(compiled(template).placeholders)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(sample_of(schema))
