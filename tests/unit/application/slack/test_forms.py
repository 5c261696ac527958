"""Forms kind by kind: what a person sees, and what becomes of what they fill in."""

from decimal import Decimal
from typing import Any

import pytest

from application.slack_forms.forms import Form
from application.slack_forms.messages import LANGUAGES
from application.slack_forms.paging import page_number
from application.slack_forms.person import Person
from application.slack_forms.started import started
from domain.row_values import Conventions
from tests.slack.block_kit import faults_of_view
from tests.slack.person import untouched

Json = dict[str, Any]
BERLIN = Person("de-DE", "Europe/Berlin", Conventions("de", ",", ".", "dmy"))


def _form(properties: Json, data: Json | None = None, person: Person | None = None, required: bool = True) -> Form:
    schema: Json = {"type": "object", "properties": properties, "required": list(properties) if required else []}
    return Form(schema, started(schema, data or {}), person or Person(timezone="Europe/Berlin"))


def _blocks(form: Form, page: int = 0) -> dict[str, Json]:
    view = form.view(page, "draft")
    assert faults_of_view(view) == []
    return {block["block_id"]: block for block in view["blocks"] if "block_id" in block}


def _element(schema: Json, *, required: bool = True, value: Any = None) -> Json:
    form = _form({"x": schema}, {} if value is None else {"x": value}, required=required)
    element: Json = _blocks(form)["f0:/x"]["element"]
    return element


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "plain_text_input"),
        ({"type": "string", "format": "email"}, "email_text_input"),
        ({"type": "string", "format": "uri"}, "url_text_input"),
        ({"type": "number"}, "number_input"),
        ({"type": "string", "format": "date"}, "datepicker"),
        ({"type": "string", "format": "time"}, "timepicker"),
        ({"type": "string", "format": "date-time"}, "datetimepicker"),
        ({"type": "boolean"}, "checkboxes"),
        ({"enum": ["a", "b"]}, "radio_buttons"),
        ({"enum": [f"c{n}" for n in range(6)]}, "static_select"),
        ({"enum": [f"c{n}" for n in range(101)]}, "external_select"),
        ({"type": "array", "items": {"enum": [f"c{n}" for n in range(11)]}}, "multi_static_select"),
        ({"type": "array", "items": {"enum": [f"c{n}" for n in range(101)]}}, "multi_external_select"),
        ({"type": "string", "format": "person"}, "users_select"),
        ({"type": "string", "format": "channel"}, "channels_select"),
        ({"type": "object", "properties": {"$image": {"type": "string"}}}, "file_input"),
    ],
)
def test_each_kind_has_its_element(schema: Json, kind: str) -> None:
    assert _element(schema)["type"] == kind


def test_a_choice_that_may_be_left_open_is_a_menu_since_radio_buttons_cannot_be_undone() -> None:
    assert _element({"enum": ["a", "b"]}, required=False)["type"] == "static_select"


def test_titles_descriptions_examples_and_limits_are_shown() -> None:
    schema = {
        "type": "integer",
        "title": "Share",
        "description": "In percent",
        "minimum": 1,
        "maximum": 99,
        "examples": [12],
    }
    block = _blocks(_form({"x": schema}))["f0:/x"]
    assert (block["label"]["text"], block["hint"]["text"], block["optional"]) == ("Share", "In percent", False)
    element = block["element"]
    assert (element["min_value"], element["max_value"], element["is_decimal_allowed"]) == ("1", "99", False)
    assert element["placeholder"]["text"] == "12"


def test_defaults_are_filled_in_and_data_comes_first() -> None:
    schema = {"type": "string", "default": "Berlin"}
    assert _element(schema)["initial_value"] == "Berlin"
    assert _element(schema, value="Bonn")["initial_value"] == "Bonn"


def test_a_moment_is_read_in_the_time_zone_of_the_person() -> None:
    form = _form({"at": {"type": "string", "format": "date-time"}})
    state = {"f0:/at": {"value": {"type": "datetimepicker", "selected_date_time": 1_769_848_200}}}
    assert form.fill(0, state).data == {"at": "2026-01-31T09:30:00+01:00"}


def test_an_unchanged_moment_stays_as_it_was_written() -> None:
    form = _form({"at": {"type": "string", "format": "date-time"}}, {"at": "2026-01-31T08:30:00Z"})
    assert form.fill(0, untouched(form.view(0, "draft"))).data == {"at": "2026-01-31T08:30:00Z"}


def test_numbers_stay_exact() -> None:
    form = _form({"price": {"type": "number"}})
    after = form.fill(0, {"f0:/price": {"value": {"type": "number_input", "value": "0.10"}}})
    assert str(after.data["price"]) == "0.10"


@pytest.mark.parametrize(
    ("schema", "typed", "told"),
    [
        ({"type": "string"}, None, "Bitte ausfüllen."),
        ({"type": "string", "minLength": 3}, "ab", "Bitte mindestens 3 Zeichen schreiben; es sind 2."),
        ({"type": "string", "maxLength": 3}, "abcd", "Bitte höchstens 3 Zeichen schreiben; es sind 4."),
        ({"type": "string", "format": "email"}, "ada", "“ada” ist keine E-Mail-Adresse"),
        ({"type": "string", "format": "uri"}, "ada", "“ada” ist keine Internetadresse"),
        ({"type": "number", "minimum": 2}, "1.5", "Bitte eine Zahl von mindestens 2 angeben."),
        ({"type": "integer"}, "1.5", "“1.5” ist keine ganze Zahl"),
        ({"type": "number"}, "viel", "“viel” ist keine Zahl. Bitte so schreiben: 1234,5."),
        ({"type": "array", "items": {"type": "integer"}}, "1\nzwei", "Zeile 2: “zwei” ist keine"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "1", "Bitte mindestens 2 angeben; es sind 1."),
        ({"type": "object"}, "[1]", "Hier wird ein Objekt in JSON gebraucht"),
        ({"type": "object"}, "{", "Das ist kein JSON"),
        ({"type": "object"}, '{"a": {"$slack_file": 1}}', "Namen, die mit $slack beginnen"),
    ],
)
def test_what_does_not_fit_is_told_under_its_field_in_the_language_of_the_person(
    schema: Json, typed: str | None, told: str
) -> None:
    after = _form({"x": schema}, person=BERLIN).fill(0, {"f0:/x": {"value": {"value": typed}}})
    assert list(after.errors) == ["f0:/x"]
    assert after.errors["f0:/x"].startswith(told)


def test_other_languages_read_english_and_every_language_says_everything() -> None:
    assert Person("ja-JP").say("missing") == "Please fill this in."
    assert LANGUAGES["de"].keys() == LANGUAGES["en"].keys()


def test_rows_come_and_go_and_slack_keeps_nothing_of_a_row_that_is_gone() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"what": {"type": "string"}}}}
    form = _form({"items": items})
    assert "f0:/items/0/what" in _blocks(form)
    form = form.press("add", "/items")
    values = {f"f0:/items/{n}/what": {"value": {"value": f"item {n}"}} for n in (0, 1)}
    form = Form(form.schema, form.fill(0, values).data).press("remove", "/items/0")
    assert form.data == {"items": [{"what": "item 1"}]}
    assert _blocks(form)["f1:/items/0/what"]["element"]["initial_value"] == "item 1"


def test_a_button_of_a_row_that_is_gone_does_nothing() -> None:
    form = _form({"items": {"type": "array", "items": {"type": "object", "properties": {"what": {}}}}})
    assert form.press("remove", "/items/7") == form
    assert form.press("add", "/nothing") == form


def test_an_optional_group_is_added_by_a_button_and_then_asks_for_what_it_needs() -> None:
    group = {"type": "object", "properties": {"label": {"type": "string"}}, "required": ["label"]}
    form = _form({"discount": group}, required=False)
    assert "f0:/discount/label" not in _blocks(form)
    form = form.press("add", "/discount")
    assert form.data == {"discount": {}}
    assert form.fill(0, {}).errors == {"f0:/discount/label": "Please fill this in."}
    assert form.press("remove", "/discount").data == {}


def test_a_long_list_comes_from_a_file_and_names_its_columns() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"what": {}, "price": {}}}}
    blocks = _blocks(_form({"items": items}, {"items": [{"what": "x"}] * 21}))
    assert list(blocks) == ["h:/items", "f0:t/items"]
    assert "21 rows" in blocks["h:/items"]["text"]["text"]
    assert "what, price" in blocks["f0:t/items"]["hint"]["text"]


def test_an_uploaded_table_stands_for_the_rows_until_it_is_read() -> None:
    items = {"type": "array", "items": {"type": "object", "properties": {"what": {}}}}
    form = _form({"items": items})
    state = {"f0:t/items": {"value": {"files": [{"id": "F9", "name": "rows.csv", "user": "U1"}]}}}
    after = form.fill(0, state)
    assert after.data == {"items": {"$slack_file": {"id": "F9", "name": "rows.csv", "as": "table"}}}
    again = Form(form.schema, after.data)
    assert "rows.csv" in _blocks(again)["h:/items"]["text"]["text"]
    assert again.press("remove", "/items").data == {"items": []}


def test_a_text_too_long_for_a_field_stays_until_a_file_replaces_it() -> None:
    form = _form({"text": {"type": "string"}}, {"text": "x" * 4000})
    block = _blocks(form)["f0:/text"]
    assert block["element"]["type"] == "file_input"
    assert "4000" in block["hint"]["text"]
    assert form.fill(0, untouched(form.view(0, "draft"))).data == {"text": "x" * 4000}


def test_what_holds_itself_is_written_as_json() -> None:
    tree = {"type": "object", "properties": {"name": {"type": "string"}, "below": {"$ref": "#/properties/tree"}}}
    form = _form({"tree": tree})
    below = _blocks(form)["f0:/tree/below"]
    assert below["element"]["multiline"]
    assert "JSON" in below["hint"]["text"]
    typed = {"f0:/tree/below": {"value": {"value": '{"name": "x", "price": 0.10}'}}}
    assert form.fill(0, typed).data["tree"]["below"] == {"name": "x", "price": Decimal("0.10")}


def test_a_form_of_three_hundred_fields_has_pages_that_say_where_they_are() -> None:
    group = {"type": "object", "title": "Big", "properties": {f"n{n}": {"type": "string"} for n in range(300)}}
    form = _form({"big": group})
    views = [form.view(number, "draft") for number in range(len(form.pages()))]
    assert [faults_of_view(view) for view in views] == [[]] * 4
    assert [page_number(view["callback_id"]) for view in views] == [0, 1, 2, 3]
    assert [view["submit"]["text"] for view in views] == ["Next", "Next", "Next", "Create"]
    assert views[1]["blocks"][0]["accessory"]["text"]["text"] == "Back"
    assert views[1]["blocks"][1]["elements"][0]["text"] == "Big (continued)"
    assert form.page_of("f0:/big/n299") == 3


def test_faults_of_other_pages_are_found_before_the_end() -> None:
    properties = {f"n{n}": {"type": "string"} for n in range(150)}
    data = {name: "x" for name in properties if name != "n3"}
    assert _form(properties, data).faults() == {0: {"f0:/n3": "Please fill this in."}}


def test_a_menu_with_many_choices_is_searched() -> None:
    form = _form({"country": {"enum": [f"Country {n}" for n in range(300)]}})
    assert [each["text"]["text"] for each in form.options("f0:/country", "try 29")][:2] == ["Country 29", "Country 290"]
    assert len(form.options("f0:/country", "")) == 100


def test_commands_of_slack_in_data_are_shown_and_not_obeyed() -> None:
    group = {"type": "object", "title": "<!channel> & *bold*", "properties": {"a": {"type": "string"}}}
    heading = _blocks(_form({"g": group}))["h:/g"]["text"]
    assert "<!channel>" not in heading["text"]
    assert "&lt;!channel&gt; &amp;" in heading["text"]


def test_data_that_a_picker_cannot_show_is_typed_and_told_of() -> None:
    form = _form({"day": {"type": "string", "format": "date"}}, {"day": "next Monday"})
    assert _blocks(form)["f0:/day"]["element"]["initial_value"] == "next Monday"
    after = form.fill(0, untouched(form.view(0, "draft")))
    assert after.errors["f0:/day"] == "“next Monday” is no date. Write it like 2026-01-31."
