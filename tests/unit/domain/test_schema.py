"""The schema of a template's data, and samples for it."""

from jsonschema import Draft202012Validator

from domain.placeholder import Placeholder, PlaceholderKind
from domain.sample import sample_of
from domain.schema import infer_schema


def placeholders(*rows: tuple[str, PlaceholderKind, bool]) -> list[Placeholder]:
    return [Placeholder(path, kind, required) for path, kind, required in rows]


INVOICE = placeholders(
    ("number", PlaceholderKind.TEXT, True),
    ("customer.name", PlaceholderKind.TEXT, True),
    ("customer.vat", PlaceholderKind.TEXT, False),
    ("items", PlaceholderKind.LIST, True),
    ("items[].price", PlaceholderKind.NUMBER, True),
    ("items[].note", PlaceholderKind.TEXT, False),
    ("paid", PlaceholderKind.BOOLEAN, False),
    ("due", PlaceholderKind.DATE, True),
)


def test_paths_become_objects_and_arrays() -> None:
    schema = infer_schema(INVOICE)
    assert schema["properties"]["customer"]["properties"]["name"] == {"type": "string"}
    assert schema["properties"]["items"]["items"]["properties"]["price"] == {"type": "number"}
    assert schema["properties"]["due"] == {"type": "string", "format": "date"}


def test_properties_stand_in_the_order_of_use() -> None:
    assert list(infer_schema(INVOICE)["properties"]) == ["number", "customer", "items", "paid", "due"]


def test_required_holds_level_by_level() -> None:
    schema = infer_schema(INVOICE)
    assert schema["required"] == ["number", "customer", "items", "due"]
    assert schema["properties"]["customer"]["required"] == ["name"]
    assert schema["properties"]["items"]["items"]["required"] == ["price"]


def test_the_schema_is_a_schema_and_the_sample_fits_it() -> None:
    schema = infer_schema(INVOICE)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(sample_of(schema))


def test_a_list_of_plain_values() -> None:
    schema = infer_schema(placeholders(("names", PlaceholderKind.LIST, True), ("names[]", PlaceholderKind.TEXT, True)))
    assert schema["properties"]["names"] == {"type": "array", "items": {"type": "string"}}
    assert sample_of(schema) == {"names": ["name", "name"]}


def test_the_authors_default_and_choices_make_the_sample() -> None:
    schema = {"type": "object", "properties": {"tone": {"enum": ["kind", "strict"]}, "days": {"default": 14}}}
    assert sample_of(schema) == {"tone": "kind", "days": 14}
