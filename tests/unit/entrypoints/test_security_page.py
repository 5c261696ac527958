"""docs/security.md names limits as they are, settings that there are, and tests that there are."""

import re
from pathlib import Path

import pytest

from adapters.rendering.docx import markup, picture_gate, zip_reader
from adapters.rendering.language import format_filters
from adapters.rendering.language.formatting import date_patterns, number_patterns, words
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.markup import MAX_CHARACTERS
from adapters.rendering.language.methods import MAX_WIDTH
from adapters.rendering.language.values import MAX_DIGITS
from adapters.rendering.markdown.template import MAX_READ_SOURCE
from adapters.rendering.markup.builder import MAX_DEPTH
from adapters.rendering.markup.layout import MAX_COLUMNS
from adapters.rendering.rows.limits import RowLimits
from adapters.rendering.workers.settings import PoolSettings
from entrypoints.http.connection import MAX_HEAD_BYTES
from entrypoints.settings.http import HttpSettings
from entrypoints.settings.limits import LimitsSettings
from entrypoints.settings.names import setting_names
from entrypoints.settings.service import Settings

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|`]+) \| ([\d,]+) \| (?:`(\w+)` )?\|$", PAGE, re.MULTILINE)
FIXED = {
    "columns of a table of rows": RowLimits().columns,
    "characters of a cell": RowLimits().cell_characters,
    "characters of a row": RowLimits().row_characters,
    "bytes of a workbook, unpacked": RowLimits().unpacked_bytes,
    "nesting of expressions and blocks": Limits().depth,
    "nesting of loops": Limits().loops,
    "macros and recursive loops within each other": Limits().calls,
    "characters of a text in a tag": Limits().literal_characters,
    "characters of a text that a template makes": Limits().text_characters,
    "items of a list that a template makes": Limits().list_items,
    "digits of a number": MAX_DIGITS,
    "width of a field, of a line, of a row of batch": MAX_WIDTH,
    "characters of a pattern of dates": date_patterns.MAX_PATTERN,
    "characters of a pattern of numbers": number_patterns.MAX_PATTERN,
    "decimals that a filter may ask for": number_patterns.MAX_DECIMALS,
    "the largest number in words": words.MAX_NUMBER,
    "decimals in words": words.MAX_DECIMALS,
    "locales that single values ask for at no cost": format_filters.FREE_LOCALES,
    "steps for each further locale": format_filters.COST_OF_A_LOCALE,
    "parts of a Word file": zip_reader.MEMBERS,
    "bytes of a Word file, unpacked": zip_reader.INFLATED_BYTES,
    "elements of a part": markup.ELEMENTS,
    "elements of all parts with tags": markup.ELEMENTS_OF_ALL,
    "attributes of a part": markup.ATTRIBUTES,
    "lines in the list of contents, and of all relationships": markup.ENTRIES,
    "depth of a part's elements": 256,
    "pixels of a picture in a template": picture_gate.MAX_PIXELS,
    "Markdown characters to make HTML or Word of": MAX_READ_SOURCE,
    "characters of Markdown or HTML in a value": MAX_CHARACTERS,
    "depth of lists, quotations, tables and formats in it": MAX_DEPTH,
    "columns of a table in it": MAX_COLUMNS,
}

# Settings for files of rows, with the names of the limits.
OF_ROWS = {"rows_bytes": "bytes", "rows": "rows"}


def test_the_table_has_every_limit_of_the_engine_that_can_be_set() -> None:
    named = {setting for _, _, setting in ROWS if setting}
    assert named == {f"DOCGEN_LIMITS__{name.upper()}" for name in (*LimitsSettings().of_engine(), *OF_ROWS)}


@pytest.mark.parametrize(("what", "number", "setting"), ROWS)
def test_a_limit_is_what_the_table_says(what: str, number: str, setting: str) -> None:
    value = int(number.replace(",", ""))
    if not setting:
        assert value == FIXED[what]
        return
    assert setting in setting_names(Settings)
    field = setting.rpartition("__")[2].lower()
    limit = getattr(RowLimits(), OF_ROWS[field]) if field in OF_ROWS else getattr(Limits(), field)
    assert value == getattr(LimitsSettings(), field) == limit


# The limits of isolated workers and of connections have their units beside the numbers.
ROWS_WITH_UNITS = dict(
    re.findall(r"^\| ([^|`]+) \| ([\d,]+) (?:seconds|requests|bytes) \| (?:`\w+` )?\|$", PAGE, re.MULTILINE)
)
WORKERS = PoolSettings(workers=2, memory_bytes=0)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("wall-clock time of a request", LimitsSettings().render_seconds),
        ("wall-clock time of a request", WORKERS.render_seconds),
        ("requests of a workspace that wait", WORKERS.line),
        ("requests of all workspaces that wait", WORKERS.total),
        ("data and files of those", WORKERS.total_bytes),
        ("time that a request waits", WORKERS.wait_seconds),
        ("requests in the life of a worker", WORKERS.requests_of_a_life),
        ("work in the life of a worker", WORKERS.seconds_of_a_life),
    ],
)
def test_a_limit_of_a_worker_is_what_the_table_says(what: str, value: float) -> None:
    assert int(ROWS_WITH_UNITS[what].replace(",", "")) == value


@pytest.mark.parametrize(
    ("beginning", "value"),
    [
        ("time for the head", HttpSettings().client_seconds),
        ("what prolongs the time", HttpSettings().client_bytes_per_second),
        ("what the service itself takes", HttpSettings().request_seconds),
        ("requests that a process works on", HttpSettings().requests),
        ("their bodies in all", HttpSettings().body_bytes),
        ("answers that their clients have not read", HttpSettings().answer_bytes),
        ("head of a request", MAX_HEAD_BYTES),
    ],
)
def test_a_limit_of_a_connection_is_what_the_table_says(beginning: str, value: float) -> None:
    (number,) = (number for what, number in ROWS_WITH_UNITS.items() if what.startswith(beginning))
    assert int(number.replace(",", "")) == value


@pytest.mark.parametrize("setting", sorted(set(re.findall(r"`(DOCGEN_\w+)`", PAGE))))
def test_a_named_setting_exists(setting: str) -> None:
    assert setting in setting_names(Settings)


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[\w/.]+?\.py(?:::\w+)?)`", PAGE))))
def test_a_named_test_exists(named: str) -> None:
    file, _, function = named.partition("::")
    assert f"def {function}" in (ROOT / file).read_text(encoding="utf-8")
