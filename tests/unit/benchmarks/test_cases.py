"""The documents of the comparison: DocGen makes them right, and a wrong one is noticed."""

import io
import zipfile

import pytest

from adapters.rendering.engine import compile_template, render_template
from benchmarks.cases import CASES, DIALECTS, Case
from benchmarks.check import what_is_wrong
from benchmarks.report import Measurement, markdown_table, rows_of
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options
from tests.word_files import zip_of


def rendered(case: Case) -> bytes:
    compiled = compile_template(TemplateFormat.DOCX, case.template("jinja"))
    return render_template(compiled, case.data_json(), render_options(output=OutputFormat.DOCX)).content


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_docgen_makes_every_case_right(case: Case) -> None:
    assert what_is_wrong(rendered(case), case) is None


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_writes_every_case(dialect: str) -> None:
    for case in CASES:
        with zipfile.ZipFile(io.BytesIO(case.template(dialect))) as archive:
            assert archive.testzip() is None


def test_the_same_template_each_time() -> None:
    assert CASES[2].template("jinja") == CASES[2].template("jinja")


def test_wrong_documents_are_noticed() -> None:
    letter, _, contract, _ = CASES
    assert what_is_wrong(b"nothing", letter) == "no zip: File is not a zip file"
    assert str(what_is_wrong(letter.template("jinja"), letter)).startswith(
        "word/document.xml: paragraph 1 is 'About the"
    )
    with zipfile.ZipFile(io.BytesIO(rendered(contract))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith(".png")}
    assert what_is_wrong(zip_of(parts), contract) == "the picture is missing"


def test_the_table_names_bad_rows_too() -> None:
    results = [
        Measurement("docgen", "letter", 0.05, 5.0, 30.0),
        Measurement("docgen", "letter", 0.07, 5.0, 31.0),
        Measurement("slow 1.0", "letter", 6.0, 50.0, 60.0),
        Measurement("wrong 1.0", "letter", 3.0, 50.0, 60.0, wrong="the picture is missing"),
        Measurement("broken 1.0", "letter", wrong="KeyError: 'settings'"),
    ]
    assert rows_of(results) == [
        ["ms a document", "letter", "peak MB, letter"],
        ["docgen", "0.060", "31"],
        ["slow 1.0", "6.0", "60"],
        ["wrong 1.0", "3.0 (wrong)", "60"],
        ["broken 1.0", "failed", ""],
        ["the fastest other takes, against docgen", "50 times", ""],
    ]
    assert markdown_table(results).splitlines()[1] == "|---|---:|---:|"
