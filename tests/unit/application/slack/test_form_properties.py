"""Every schema gives legal views, and what is filled in comes back as exactly the data."""

import json
from hashlib import sha256
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from application.slack_forms.forms import Form
from application.slack_forms.person import Person
from application.slack_forms.started import started
from domain.refinement_fit import same
from tests.slack.block_kit import faults_of_options, faults_of_view
from tests.slack.person import filled, untouched
from tests.slack.schemas import SCHEMAS, Json, data_of

PERSON = Person("en-US", "Europe/Berlin")
_SETTINGS = settings(
    max_examples=15,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=10), st.just("l" * 4000)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@_SETTINGS
@given(st.data())
def test_every_schema_gives_legal_views_whatever_the_data_is(data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS)
    so_far = {name: data.draw(_ANYTHING) for name in schema["properties"] if data.draw(st.booleans())}
    form = Form(schema, started(schema, so_far), PERSON, title=data.draw(st.text(max_size=40)))
    for number in range(len(form.pages())):
        view = form.view(number, "draft", note=data.draw(st.text(max_size=20)))
        assert faults_of_view(view) == []
        form.fill(number, untouched(view))


@_SETTINGS
@given(st.data())
def test_what_is_filled_in_comes_back_as_exactly_the_data(data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS)
    wanted = data.draw(data_of(schema, schema))
    form = _with_places(Form(schema, started(schema, {}), PERSON), wanted)
    form = _filled_in(form, schema, wanted)
    assert form.faults() == {}
    assert same(form.data, _complete(schema, schema, wanted)), (form.data, wanted)


@_SETTINGS
@given(st.data())
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(data: st.DataObject) -> None:
    schema = data.draw(SCHEMAS)
    wanted = _complete(schema, schema, data.draw(data_of(schema, schema)))
    form = Form(schema, wanted, PERSON)
    for number in range(len(form.pages())):
        view = form.view(number, "draft")
        assert faults_of_view(view) == []
        after = form.fill(number, untouched(view))
        assert after.errors == {}
        assert same(after.data, wanted), (after.data, wanted)


def _filled_in(form: Form, schema: Json, wanted: Json) -> Form:
    """Fill in page by page, as a person who knows what they want."""
    number = 0
    while number < len(form.pages()):
        view = form.view(number, "draft")
        assert faults_of_view(view) == []
        values = {}
        for block in view["blocks"]:
            key = block.get("block_id", "").partition(":")[2]
            if block["type"] != "input" or key.startswith("t"):
                continue
            value, at = _behind(key, schema, schema, wanted, "")
            element = block["element"]
            if element["type"].endswith("external_select"):
                assert faults_of_options({"options": form.options(block["block_id"], "")}) == []
            choices = at.get("enum") or at.get("items", {}).get("enum")
            values[block["block_id"]] = {
                element["action_id"]: filled(element, value, choices, as_json=_json(element, at, value))
            }
        after = form.fill(number, values)
        assert after.errors == {}
        form = Form(schema, after.data, PERSON, form.revision)
        number += 1
    return form


def _json(element: Json, schema: Json, value: Any) -> bool:
    """Tell whether a person has to write JSON: in a field for anything, what would be read as something else."""
    if element["type"] != "plain_text_input" or "enum" in schema:
        return False
    kind = schema.get("type")
    if kind is None or isinstance(kind, list):
        return not isinstance(value, str) or value[:1] in set('[{"-0123456789tfn')
    items = schema.get("items", {})
    return kind == "object" or (
        kind == "array" and items.get("type") in ("object", "array", None, ["string", "object"])
    )


def _behind(key: str, schema: Json, root: Json, value: Any, pointer: str) -> tuple[Any, Json]:
    """Find the value that a block asks for, by the pointer in its id; long ones stand there as SHA-256."""
    if _names(key, pointer):
        return value, schema
    schema = root if "$ref" in schema else schema
    for name, child in schema.get("properties", {}).items():
        inner = value.get(name) if isinstance(value, dict) else None
        found = _found(key, child, root, inner, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
        if found:
            return found
    for at, each in enumerate(value if isinstance(value, list) else []):
        found = _found(key, schema.get("items", {}), root, each, f"{pointer}/{at}")
        if found:
            return found
    raise LookupError(key)


def _names(key: str, pointer: str) -> bool:
    return key in (pointer, "~" + sha256(pointer.encode("utf-8", "backslashreplace")).hexdigest())


def _found(key: str, schema: Json, root: Json, value: Any, pointer: str) -> tuple[Any, Json] | None:
    if "$ref" in schema and (value is None or len(pointer) > 400):
        return (value, root) if _names(key, pointer) else None
    try:
        return _behind(key, schema, root, value, pointer)
    except LookupError:
        return None


def _with_places(form: Form, wanted: Json) -> Form:
    """Press the buttons that open as many rows and groups as are wanted."""
    for _ in range(200):
        pressed = _next_button(form, wanted)
        if pressed is None:
            return form
        form = form.press(*pressed)
    raise AssertionError("the buttons never end")


def _next_button(form: Form, wanted: Json) -> tuple[str, str] | None:
    for number in range(len(form.pages())):
        for block in form.view(number, "draft")["blocks"]:
            for button in [block.get("accessory"), *block.get("elements", [])]:
                if not isinstance(button, dict) or not str(button.get("action_id")).startswith("form:press"):
                    continue
                verb, key = button["action_id"].rpartition(":")[2], button["value"]
                if block["type"] == "actions":
                    target, now = _at(wanted, key, form.schema), _at(form.data, key, form.schema)
                    if len(target or []) > len(now or []):
                        return verb, key
                elif block["block_id"].startswith("hr"):
                    if _at(wanted, key, form.schema) is None:
                        return verb, key
                elif (_at(wanted, key, form.schema) is not None) == (verb == "add"):
                    return verb, key
    return None


def _at(data: Json, key: str, schema: Json) -> Any:
    try:
        return _behind(key, schema, schema, data, "")[0]
    except LookupError:
        return None


def _complete(schema: Json, root: Json, value: Any) -> Any:
    """Return data with what a form always says: a box that is not ticked is false."""
    schema = root if "$ref" in schema else schema
    if isinstance(value, dict) and "properties" in schema and "$slack_file" not in value:
        for name, child in schema["properties"].items():
            if name in value and not (isinstance(child.get("items"), dict) and "$ref" in json.dumps(child)):
                value[name] = _complete(child, root, value[name])
            elif child.get("type") == "boolean" and name not in value:
                value[name] = False
    return value
