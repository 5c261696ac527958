"""Diagnostics in words."""

from domain.diagnostics import Diagnostic, Location, Part, Severity, has_errors


def test_a_place_is_said_from_the_outside_in() -> None:
    location = Location(Part.HEADER, number=1, paragraph=2, table=1, row=3, cell=1)
    assert str(location) == "header 1, table 1, row 3, cell 1, paragraph 2"


def test_a_finding_is_one_line() -> None:
    finding = Diagnostic(
        Severity.ERROR,
        "unclosed-block",
        "The loop opened here is never closed.",
        "Add {% endfor %}.",
        Location(Part.TEXT, line=3, column=1),
        "{% for a in b %}",
    )
    assert str(finding) == (
        "error[unclosed-block] (text, line 3, column 1): «{% for a in b %}» "
        "The loop opened here is never closed. Add {% endfor %}."
    )


def test_warnings_are_no_errors() -> None:
    warning = Diagnostic(Severity.WARNING, "odd", "Odd.")
    assert not has_errors([warning])
    assert has_errors([warning, Diagnostic(Severity.ERROR, "bad", "Bad.")])


def test_a_finding_about_data_says_where_the_value_stands() -> None:
    place = Location(Part.TEXT, line=1, column=2)
    found = Diagnostic(Severity.ERROR, "not-a-date", "This is no date.", location=place, pointer="/items/0/due")
    assert str(found) == "error[not-a-date] (text, line 1, column 2; data /items/0/due) This is no date."
    found = Diagnostic(Severity.ERROR, "data-not-json", "This is no JSON.", pointer="")
    assert str(found) == "error[data-not-json] This is no JSON."
