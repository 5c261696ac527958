"""IF fields on merge fields: a condition chooses between texts, as Word's does."""

import pytest

from domain.errors import DataInvalidError, LimitExceededError
from domain.placeholder import Placeholder
from tests.word_fields import complex_field, instruction, merge_field, simple_field
from tests.word_files import W, compile_word, lines_of, p, part_of, render_word, word_file
from tests.word_rules import assert_follows_word_rules

NAME = f"{{{W}}}"


def chosen(*code: str, **data: object) -> str:
    """Return what an IF field between two brackets shows."""
    document = render_word(word_file(p("[", complex_field(" IF ", *code), "]")), data)
    assert_follows_word_rules(document)
    root = part_of(document)
    assert not list(root.iter(f"{NAME}instrText"))
    return lines_of(document)[0][1:-1]


def placeholders_of(*code: str) -> list[Placeholder]:
    return list(compile_word(word_file(p(complex_field(" IF ", *code), "."))).placeholders)


@pytest.mark.parametrize(
    ("operator", "right", "value", "holds"),
    [
        ("=", '"DE"', "DE", True),
        ("=", "DE", "DE", True),
        # Capital letters count in Word.
        ("=", '"de"', "DE", False),
        ("<>", '"DE"', "FR", True),
        ("=", "5", 5, True),
        ("=", '"5.0"', 5, True),
        ("=", '"5"', "5.00", True),
        (">", "10", 9, False),
        (">", "10", "9", False),
        (">", "10", 10.5, True),
        (">=", "10", 10, True),
        ("<", "10", 9, True),
        ("<=", "-1", -2, True),
        ("<", '"b"', "a", True),
        ("=", '"04103"', "4103", False),
        ("=", '"True"', True, True),
        ("=", '"no"', False, False),
        ("=", '""', None, True),
        ("<>", '""', 0, True),
        ("=", '"B*n"', "Bonn", True),
        ("=", '"B*n"', "Bonns", False),
        ("=", '"B??n"', "Bonn", True),
        ("=", '"*nn"', "Bonn", True),
        ("=", '"*"', "", True),
        ("=", '"a*b*c"', "abbc", True),
        ("=", '"a*ab"', "ab", False),
        ("=", '"a*.*"', "a.b", True),
        ("<>", '"B*"', "Bonn", False),
        # Wildcards are the template's, and only where Word has them.
        ("=", '"Bonn"', "B*", False),
        (">", '"*"', "a", True),
    ],
)
def test_conditions(operator: str, right: str, value: object, holds: bool) -> None:
    code = (merge_field("x"), f' {operator} {right} "yes" "no" ')
    assert chosen(*code, x=value) == ("yes" if holds else "no")


def test_an_operator_needs_no_spaces_and_the_second_text_may_be_left_out() -> None:
    assert chosen(merge_field("x"), '="a" "yes"', x="a") == "yes"
    assert chosen(merge_field("x"), '<>"a" yes', x="a") == ""
    assert chosen('"a"=', merge_field("x"), ' "yes" ""', x="a") == "yes"
    assert chosen(merge_field("x"), "<=", merge_field("y"), ' "yes" "no"', x=2, y=10) == "yes"


def test_merge_fields_in_conditions_have_their_switches_and_may_stand_in_texts() -> None:
    assert chosen(merge_field("x", "\\* Upper"), ' = "BONN" "yes" "no"', x="Bonn") == "yes"
    assert chosen('"', merge_field("a"), "-", merge_field("b"), '" = "1-2" "yes" "no"', a=1, b=2) == "yes"


def test_texts_hold_merge_fields_and_fields_that_choose_again() -> None:
    inner = complex_field("IF ", merge_field("n"), ' > 5 "some ', merge_field("what"), '" "few"')
    code = (merge_field("n"), ' > 10 "many" "', inner, '"')
    assert [chosen(*code, n=n, what="things") for n in (11, 7, 3)] == ["many", "some things", "few"]
    assert chosen(merge_field("a"), " = 1 ", merge_field("b"), ' "-"', a=1, b="c") == "c"


def test_curly_quotation_marks_hold_texts_together_and_may_stand_in_them() -> None:
    assert chosen(merge_field("x"), " = “a” „the one“ ”the other”", x="a") == "the one"
    assert chosen(merge_field("x"), ' = "a" "„yes“, he said" "“no”"', x="a") == "„yes“, he said"
    assert chosen(merge_field("x"), ' = "a" "„yes“, he said" "“no”"', x="b") == "“no”"


def test_texts_keep_their_runs() -> None:
    bold = instruction("bold", "<w:b/>")
    code = (merge_field("x"), instruction(' = 1 "plain '), bold, "<w:r><w:tab/></w:r>", instruction(' end" "no"'))
    document = render_word(word_file(p(complex_field("IF ", *code))), {"x": 1})
    assert lines_of(document) == ["plain bold\t end"]
    runs = [run for run in part_of(document).iter(f"{NAME}r") if run.findtext(f"{NAME}t") == "bold"]
    assert runs[0].find(f"{NAME}rPr/{NAME}b") is not None


@pytest.mark.parametrize(("switch", "mark"), [("\\* MERGEFORMAT", "b"), ("\\* CHARFORMAT", "i"), ("", "u")])
def test_the_formatting_is_that_of_the_text_the_result_or_the_code(switch: str, mark: str) -> None:
    code = instruction(' = 1 "text" ', '<w:u w:val="single"/>')
    field = complex_field("IF ", merge_field("x"), code, switch, properties="<w:i/>", shown="<w:b/>", result="t")
    runs = part_of(render_word(word_file(p(field)), {"x": 1})).iter(f"{NAME}r")
    (text,) = (run for run in runs if run.findtext(f"{NAME}t") == "text")
    assert [each.tag for each in text.find(f"{NAME}rPr")] == [f"{NAME}{mark}"]


def test_fields_that_word_computes_stay_in_the_texts() -> None:
    page = complex_field(" PAGE ", result="3")
    file = word_file(p("a", complex_field("IF ", merge_field("x"), ' = 1 "page ', page, '" "none"')))
    document = render_word(file, {"x": 1})
    assert lines_of(document) == ["apage 3"]
    assert [node.text for node in part_of(document).iter(f"{NAME}instrText")] == [" PAGE "]
    assert_follows_word_rules(document)
    assert not list(part_of(render_word(file, {"x": 2})).iter(f"{NAME}fldChar"))


def test_a_value_that_is_asked_for_may_be_missing() -> None:
    code = (merge_field("title"), ' <> "" "', merge_field("title"), ' "')
    assert [(each.path, each.required) for each in placeholders_of(*code)] == [("title", False)]
    assert [chosen(*code), chosen(*code, title=""), chosen(*code, title="Dr.")] == ["", "", "Dr. "]
    reversed_code = (merge_field("title"), ' = "" "none" "', merge_field("title"), '"')
    assert [(each.path, each.required) for each in placeholders_of(*reversed_code)] == [("title", False)]
    assert [chosen(*reversed_code), chosen(*reversed_code, title="Dr.")] == ["none", "Dr."]


def test_other_values_are_required_and_take_the_kind_they_are_compared_with() -> None:
    (number,) = placeholders_of(merge_field("n"), ' > 5 "a"')
    assert (number.kind, number.required) == ("number", True)
    (country,) = placeholders_of(merge_field("country"), ' = "DE" "a" "b"')
    assert (country.kind, country.facts["examples"]) == ("text", ["DE"])
    with pytest.raises(DataInvalidError):
        chosen(merge_field("x"), ' = 1 "a"')


def test_conditions_without_data_stay_for_word() -> None:
    code = complex_field("IF ", complex_field("PAGE", result="1"), ' = 1 "first" "other"', result="first")
    file = word_file(p(code))
    assert render_word(file) == file


@pytest.mark.parametrize(
    ("code", "finding", "words"),
    [
        ((merge_field("x"), ' "yes" "no"'), "merge-field-syntax", "'yes'"),
        ((merge_field("x"),), "merge-field-syntax", "compares nothing"),
        ((merge_field("x"), " = "), "merge-field-syntax", "compares nothing"),
        ((merge_field("x"), ' = "a"'), "merge-field-syntax", "no text"),
        ((merge_field("x"), " = 1 a b c"), "merge-field-syntax", "More than two texts"),
        ((merge_field("x"), ' = "1 a b'), "merge-field-syntax", "not closed"),
        ((merge_field("x", "\\* Uper"), " = 1 a b"), "merge-field-switch", "Upper"),
        ((merge_field("x"), " = 1 a b \\* Upper"), "merge-field-unsupported", "switch \\*"),
        ((complex_field("PAGE"), " = 1 ", merge_field("x"), " b"), "merge-field-unsupported", "field PAGE"),
        ((merge_field("x"), ' = "', merge_field("y"), '*" a b'), "merge-field-unsupported", "* or ?"),
        ((merge_field("x"), f' = "{"?" * 201}" a b'), "merge-field-syntax", "200"),
        ((merge_field("x"), " = 1 ", complex_field("QUOTE ", merge_field("x")), " b"), "merge-field-in-code", "QUOTE"),
        ((merge_field("x"), " = 1 ", complex_field("NEXT"), " b"), "merge-field-unsupported", "NEXT"),
    ],
)
def test_what_is_wrong_or_not_done_is_said_with_its_place(code: tuple[str, ...], finding: str, words: str) -> None:
    (found,) = compile_word(word_file("a", p(complex_field("IF ", *code)))).diagnostics
    assert found.code == finding
    assert words in f"{found.message} {found.suggestion}"
    assert found.location is not None
    assert found.location.paragraph == 2


def test_patterns_are_paid_for() -> None:
    code = complex_field("IF ", merge_field("x"), ' = "*?a*?a*?a*?b" a b')
    with pytest.raises(LimitExceededError):
        render_word(word_file(p("{% for i in range(3000) %}", code, "{% endfor %}")), {"x": "a" * 500_000})


def test_a_simple_field_can_stand_in_the_code() -> None:
    assert chosen(simple_field("MERGEFIELD x"), ' = "a" "yes" "no"', x="a") == "yes"
