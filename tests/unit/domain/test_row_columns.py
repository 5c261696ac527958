"""Which column leads where, and the data that comes of it."""

from typing import Any

import pytest

from domain.errors import RowsInvalidError
from domain.placeholder import Placeholder
from domain.placeholder import PlaceholderKind as Kind
from domain.row_columns import plan_columns
from domain.row_data import row_data
from domain.row_json import spread
from domain.row_path import format_row_path
from domain.row_values import Cell, CellError, Conventions
from domain.rows import RowWishes


def known(path: str, kind: Kind = Kind.TEXT, *, required: bool = True, declared: bool = False) -> Placeholder:
    return Placeholder(path, kind, required, (), declared=declared)


LETTER = [
    known("customer.first_name"),
    known("customer.city", required=False),
    known("items[].name"),
    known("items[].price", Kind.NUMBER),
    known("due", Kind.DATE),
    known("logo", Kind.IMAGE, required=False),
    known("tags[]", required=False),
]


def paths(*header: str, **wishes: Any) -> dict[str, str]:
    plan = plan_columns(header, LETTER, RowWishes(**wishes))
    return {column.name: format_row_path(column.path) for column in plan.columns}


def test_names_that_are_paths_lead_there() -> None:
    header = ("customer.first_name", "items[0].name", "items[0].price", "due", "tags[0]")
    assert list(paths(*header).values()) == list(header)


def test_names_that_differ_in_capitals_and_signs_lead_there_too() -> None:
    assert paths("Customer First-Name", "DUE") == {"Customer First-Name": "customer.first_name", "DUE": "due"}


def test_the_mapping_comes_first_and_can_lead_nowhere() -> None:
    mapping = {"Vorname": "customer.first_name", "due": None, "Fällig": "due"}
    assert paths("Vorname", "due", "Fällig", mapping=mapping) == {"Vorname": "customer.first_name", "Fällig": "due"}


def test_the_key_needs_no_place_in_the_template() -> None:
    plan = plan_columns(("Number", "due"), LETTER, RowWishes(key="Number"))
    assert (plan.key, plan.ignored, len(plan.columns)) == (0, ("Number",), 1)


def test_unknown_columns_can_be_ignored() -> None:
    plan = plan_columns(("Notes", "due", ""), LETTER, RowWishes(ignore_unknown=True))
    assert (plan.ignored, plan.width) == (("Notes",), 3)


@pytest.mark.parametrize(
    ("header", "wishes", "code", "words"),
    [
        (("customer.frist_name",), {}, "unknown-column", "Did you mean 'customer.first_name'?"),
        (("Notes",), {}, "unknown-column", "The template uses: customer.first_name"),
        (("due", "due"), {}, "duplicate-column", "stands there 2 times"),
        (("due", "Due"), {}, "column-conflict", "both lead to due"),
        (("customer", "customer.city"), {}, "column-conflict", "customer and a part of it"),
        (("items[1].name",), {}, "column-gap", "none for items[0]"),
        (("items[0].name", "items[999999].name"), {}, "column-gap", "none for items[1]"),
        (("A",), {"mapping": {"A": "customer.citty"}}, "unknown-path", "Did you mean 'customer.city'?"),
        (("A",), {"mapping": {"A": "items[].name"}}, "bad-mapping", "items[0].price"),
        (("A", "due"), {"mapping": {"B": "due", "A": None}}, "unknown-column", "a column 'B', which is not there"),
        (("number", "due"), {"key": "numbre"}, "unknown-column", "Did you mean 'number'?"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_what_to_do(
    header: tuple[str, ...], wishes: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(RowsInvalidError) as raised:
        plan_columns(header, LETTER, RowWishes(**wishes))
    assert code in {found.code for found in raised.value.diagnostics}
    assert words in " ".join(map(str, raised.value.diagnostics))


def test_everything_wrong_with_a_header_is_told_at_once() -> None:
    with pytest.raises(RowsInvalidError) as raised:
        plan_columns(("x", "due", "due", "items[3].name"), LETTER, RowWishes())
    codes = [found.code for found in raised.value.diagnostics]
    assert codes == ["duplicate-column", "unknown-column", "column-gap"]


def data_of(header: tuple[str, ...], *cells: Cell, placeholders: list[Placeholder] = LETTER) -> Any:
    return row_data(7, cells, plan_columns(header, placeholders, RowWishes()), Conventions())


ITEMS = ("items[0].name", "items[0].price", "items[1].name", "items[1].price", "customer.first_name", "due")


def test_items_come_from_numbered_columns() -> None:
    made = data_of(ITEMS, "Vane", "1,240", "Cable", "4.20", "Ada", "2026-01-31")
    assert [item["name"] for item in made.data["items"]] == ["Vane", "Cable"]
    assert (made.data["due"], made.problems, made.doubts) == ("2026-01-31", (), ())


def test_an_item_without_any_value_is_none_and_the_list_is_there() -> None:
    assert data_of(ITEMS, "", "", "Cable", "1", "Ada", "2026-01-31").data["items"] == [{"name": "Cable", "price": 1}]
    assert data_of(ITEMS, "", " ", None, "", "Ada", "2026-01-31").data["items"] == []


def test_an_empty_cell_gives_no_value_and_a_doubt_where_one_is_needed() -> None:
    made = data_of(("customer.first_name", "customer.city", "due", "items"), "Ada", "", "", "[]")
    assert made.data == {"customer": {"first_name": "Ada"}, "items": []}
    assert [(doubt.row, doubt.column, doubt.code) for doubt in made.doubts] == [(7, "due", "missing-value")]


def test_what_does_not_fit_an_inferred_kind_is_a_doubt_and_a_declared_one_a_problem() -> None:
    header = ("due",)
    inferred = data_of(header, "soon", placeholders=[known("due", Kind.DATE)])
    declared = data_of(header, "soon", placeholders=[known("due", Kind.DATE, declared=True)])
    assert [found.value_type for found in inferred.doubts] == ["text"]
    assert (declared.doubts, declared.problems[0].column, declared.problems[0].pointer) == ((), "due", "/due")


def test_an_error_of_a_spreadsheet_is_a_problem() -> None:
    found = data_of(("due",), CellError("#REF!"), placeholders=[known("due", Kind.ANY)]).problems
    assert str(found[0].as_diagnostic()).startswith("error[bad-value] Row 7, column 'due': holds the error #REF!.")


def test_objects_of_json_keep_their_values_and_dotted_names_lead_to_their_places() -> None:
    given = {"customer.first_name": "Ada", "customer": {"city": "York"}, "No": 17}
    assert spread(3, given, RowWishes()).problem is not None
    made = spread(3, {"customer.first_name": "Ada", "No": 17, "old": 1}, RowWishes({"No": "n", "old": None}, key="No"))
    assert (made.data, made.key, made.row) == ({"customer": {"first_name": "Ada"}, "n": 17}, "17", 3)
    assert spread(3, {"a": {"b": "x"}}, RowWishes(key="a.b")).key == "x"
    assert spread(3, {"docgen_row": 12, "docgen_error": "…", "a": 1}, RowWishes()).row == 12
