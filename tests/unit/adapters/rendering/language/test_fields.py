"""What an author declares in comments: {# @field path: kind … #}."""

from typing import Any

import pytest

from adapters.rendering.engine import compile_template
from adapters.rendering.language.limits import Limits
from domain.diagnostics import Severity
from domain.formats import TemplateFormat
from domain.placeholder import Placeholder, PlaceholderKind
from domain.render_request import MissingPolicy
from domain.sample import sample_of
from domain.schema import infer_schema
from tests.unit.adapters.rendering.template_text import codes, compiled, complaints, render
from tests.word_files import p, r, word_file


def declared(template: str) -> Placeholder:
    """Return the one declared placeholder of a template."""
    return next(each for each in compiled(template).placeholders if each.declared)


def findings(template: str) -> list[tuple[Severity, str]]:
    return [(found.severity, found.code) for found in compiled(template).diagnostics]


def property_of(template: str, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = infer_schema(compiled(template).placeholders)["properties"][name]
    return schema


@pytest.mark.parametrize(
    ("comment", "schema"),
    [
        ("x: text", {"type": "string"}),
        ("x: multiline", {"type": "string", "format": "multiline"}),
        ('x: text "Title" "Longer words"', {"type": "string", "title": "Title", "description": "Longer words"}),
        ("x: text “In curly quotes”", {"type": "string", "title": "In curly quotes"}),
        ("x: text „Deutsch“", {"type": "string", "title": "Deutsch"}),
        ("x: integer min=1 max=10", {"type": "integer", "minimum": 1, "maximum": 10}),
        ("x: number minimum=0.5 = 1.5", {"type": "number", "minimum": 0.5, "default": 1.5}),
        ("x: text min=2 max_length=5", {"type": "string", "minLength": 2, "maxLength": 5}),
        ("x: list min_items=1", {"type": "array", "minItems": 1}),
        ('x: choice("kind", "strict") = "kind"', {"enum": ["kind", "strict"], "type": "string", "default": "kind"}),
        ("x: enum(1, 2)", {"enum": [1, 2], "type": "number"}),
        ('x: date example="2026-05-01"', {"type": "string", "format": "date", "examples": ["2026-05-01"]}),
        ("x: bool = false", {"type": "boolean", "default": False}),
        ("x: email", {"type": "string", "format": "email"}),
        ("x: url", {"type": "string", "format": "uri"}),
        ("x: any", {}),
        (
            'x: text title="T" description="D" default="d"',
            {"type": "string", "title": "T", "description": "D", "default": "d"},
        ),
    ],
)
def test_declarations_stand_in_the_schema(comment: str, schema: dict[str, Any]) -> None:
    found = property_of(f"{{# @field {comment} #}}{{% if x is defined %}}{{% endif %}}", "x")
    assert found == {**schema, "x-docgen-declared": True}


def test_inferred_kinds_are_told_from_declared_ones() -> None:
    template = "{# @field a: number #}{{ a }}{{ b * 2 }}"
    assert property_of(template, "a") == {"type": "number", "x-docgen-declared": True}
    assert property_of(template, "b") == {"type": "number"}
    assert [each.declared for each in compiled(template).placeholders] == [True, False]


def test_one_comment_may_hold_several_and_their_order_is_that_of_the_schema() -> None:
    template = "{{ a }}{{ c.d }}{#\n  @field c.d: text\n  @field b: text?\n@field a: text @field z[].y: number\n#}"
    assert findings(template) == [(Severity.WARNING, "field-unused")] * 2
    assert list(infer_schema(compiled(template).placeholders)["properties"]) == ["c", "b", "a", "z"]


@pytest.mark.parametrize(
    ("comment", "required"),
    [("a: text", True), ("a: text = 'x'", False), ("b: text", False), ("b: text required", True), ("b: text?", False)],
)
def test_required_is_what_the_template_needs_unless_the_author_says_more(comment: str, required: bool) -> None:
    assert declared(f"{{# @field {comment} #}}{{{{ a }}}}{{{{ b | default('') }}}}").required is required


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("", "field-syntax"),
        ("x", "field-syntax"),
        ("x: ", "field-syntax"),
        ("x: emial", "field-kind"),
        ("x..y: text", "field-syntax"),
        ("[]: text", "field-syntax"),
        ("x: choice", "field-syntax"),
        ("x: choice(", "field-syntax"),
        ("x: choice('a' 'b')", "field-syntax"),
        ("x: text colour='red'", "field-syntax"),
        ("x: text optionel", "field-syntax"),
        ("x: text min='a'", "field-syntax"),
        ("x: date min=1", "field-syntax"),
        ("x: list max=1.5", "field-syntax"),
        ("x: number = 'a'", "field-syntax"),
        ("x: number = 1 = 2", "field-syntax"),
        ("x: integer max=3 = 4", "field-syntax"),
        ("x: number min=3 max=2", "field-syntax"),
        ("x: list min=3 max=2", "field-syntax"),
        ('x: email example="nobody"', "field-syntax"),
        ("x: integer max=3 example=4", "field-syntax"),
        ('x: text "a" "b" "c"', "field-syntax"),
        ("x: text ? !", "field-syntax"),
        ("x: text )", "field-syntax"),
        (f"x: number = {'9' * 200}", "field-syntax"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_place(comment: str, code: str) -> None:
    found = compiled(f"\n{{# @field {comment} #}}{{{{ x }}}}").diagnostics
    assert [(each.severity, each.code) for each in found] == [(Severity.ERROR, code)]
    assert found[0].location is not None
    assert found[0].location.line == 2
    assert found[0].suggestion


def test_an_unknown_kind_names_a_near_one() -> None:
    assert compiled("{# @field x: emial #}{{ x }}").diagnostics[0].suggestion == "Did you mean 'email'?"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{# @field nmae: text #}{{ name }}", "field-unused"),
        ("{# @field a: text #}{# @field a: text #}{{ a }}", "field-duplicate"),
        ("{# @field a: number #}{{ a | upper }}", "field-conflict"),
        ("{# @field a: text #}{{ a * 2 }}", "field-conflict"),
        ("{# @field a: text #}{% for x in a %}{{ x }}{% endfor %}", "field-conflict"),
        ("{# @field a: text #}{{ a.b }}", "field-conflict"),
        ("{# @field a: list #}{{ a }}", "field-conflict"),
        ("{# @field a: text? #}{{ a }}", "field-conflict"),
        ("{# @feild a: text #}{{ a }}", "unknown-directive"),
    ],
)
def test_what_looks_wrong_is_a_warning(template: str, code: str) -> None:
    assert findings(template) == [(Severity.WARNING, code)]


@pytest.mark.parametrize("comment", ["# @author Ada #", "# mail me @field #", "# field x: text #", "# @ #"])
def test_other_comments_say_nothing(comment: str) -> None:
    assert findings(f"{{{comment}}}{{{{ x }}}}") == []


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["", "a"], [1, True, None, [], {}]),
        ("number", [1, 1.5, -3], ["1", True, None]),
        ("integer", [1, 2.0], [1.5, "1"]),
        ("boolean", [True, False], [0, "true", None]),
        ("date", ["2026-01-31"], ["2026-02-30", "31.1.2026", 20260131]),
        ("time", ["09:30", "09:30:15", "09:30:15Z"], ["9:30", "25:00"]),
        ("datetime", ["2026-01-31T09:30:00Z", "2026-01-31T09:30:00+01:00"], ["2026-01-31", "2026-13-01T09:30:00Z"]),
        ("email", ["ada@example.com"], ["ada", "a b@c", ""]),
        (
            "url",
            ["https://example.com/a", "mailto:a@b", {"$link": "https://example.com/"}],
            ["example.com", "javascript:alert(1)"],
        ),
        ("choice('a', 1)", ["a", 1], ["b", True, None]),
        ("image", [{"$image": "asset:logo.png"}], ["logo.png", {}]),
        ("rich_text", ["a", {"$richtext": ["a"]}, {"$link": "https://example.com/"}], [1, {}]),
        ("list", [[], [1]], ["a", {}]),
        ("object", [{}], [[], "a"]),
        ("text min=2 max=3", ["ab", "abc"], ["a", "abcd"]),
        ("number min=0 max=1.5", [0, 1.5], [-0.1, 1.6]),
        ("list min=1 max=1", [[1]], [[], [1, 2]]),
        ("any", [1, None, "a", []], []),
    ],
)
def test_data_of_a_declared_kind_has_to_fit(kind: str, good: list[Any], bad: list[Any]) -> None:
    template = f"{{# @field x: {kind} #}}{{% if x is defined %}}ok{{% endif %}}"
    for value in good:
        assert render(template, {"x": value}) == "ok"
    for value in bad:
        found = complaints(template, {"x": value})
        assert [(each.code, each.pointer) for each in found] == [("data-unfit", "/x")], value


def test_everything_that_does_not_fit_or_is_missing_is_said_at_once() -> None:
    template = (
        "{# @field items[].n: integer\n@field a: date required #}{% for x in items %}{{ x.n * 2 }}{{ x.t }}{% endfor %}"
    )
    found = complaints(template, {"items": [{"n": "1"}, {"n": 2, "t": "b"}, {"n": [], "t": 1}]})
    assert [(each.code, each.pointer) for each in found] == [
        ("data-unfit", "/items/0/n"),
        ("data-unfit", "/items/2/n"),
        ("missing-value", "/a"),
        ("missing-value", "/items/0/t"),
    ]


def test_inferred_kinds_refuse_nothing() -> None:
    assert render("{{ name }}{{ flag }}", {"name": 5, "flag": True}) == "5true"


def test_a_default_stands_in_for_what_is_missing() -> None:
    comment = "{# @field items[].qty: integer = 2\n@field tone: text = 'A & B' #}"
    template = comment + "{% for x in items %}{{ x.qty * 2 }} {% endfor %}{{ tone }}"
    assert render(template, {"items": [{}, {"qty": 5}]}) == "4 10 A & B"
    assert render(template, {"items": [], "tone": ""}) == ""


def test_a_default_is_escaped_like_all_data() -> None:
    template = "{# @field x: text = '<b> & *c*' #}{{ x }}"
    shown = render(template, {}, template_format=TemplateFormat.MARKDOWN)
    assert shown == render("{{ x }}", {"x": "<b> & *c*"}, template_format=TemplateFormat.MARKDOWN)
    assert "\\<b>" in shown


def test_a_default_needs_the_object_that_it_belongs_to() -> None:
    template = "{# @field a.b: text = 'x' #}{{ a.b }}"
    assert render(template, {"a": {}}) == "x"
    assert codes(template, {}) == ["missing-value"]
    assert infer_schema(compiled(template).placeholders)["required"] == ["a"]


def test_defaults_count_as_data() -> None:
    """They cannot print more than the limit for data lets in."""
    template = "{# @field items[].x: text = '" + "y" * 200 + "' #}{% for i in items %}{{ i.x }}{% endfor %}"
    assert codes(template, {"items": [{}] * 1000}, limits=Limits(data_bytes=100_000)) == ["limit-exceeded"]


def test_a_declared_value_that_is_missing_may_be_tolerated() -> None:
    assert render("{# @field x: text required #}[{{ x }}]", {}, missing=MissingPolicy.EMPTY) == "[]"


def test_samples_fit_what_is_declared() -> None:
    template = """{# @field a: email @field b: choice("x") @field c: integer min=5 @field d: list min=3 @field e: date
    @field f: text min=10 @field g: text example="for example" @field h: image #}
    {{ a }}{{ b }}{{ c }}{{ e }}{{ f }}{{ g }}{% for x in d %}{{ x }}{% endfor %}{% if h %}{% endif %}"""
    render(template, sample_of(infer_schema(compiled(template).placeholders)))


def test_declarations_work_in_word_however_it_cuts_and_quotes_them() -> None:
    file = word_file(
        p(r("{# @fie"), r("ld customer.email: email “E-mail"), r(" of the customer” #}")),
        "{{ customer.email }}",
        parts={"word/header1.xml": p("{# @field number: integer #}{{ number }}")},
    )
    found = compile_template(TemplateFormat.DOCX, file)
    assert {(each.path, each.kind, each.declared) for each in found.placeholders} == {
        ("customer.email", PlaceholderKind.EMAIL, True),
        ("number", PlaceholderKind.INTEGER, True),
    }
    title = infer_schema(found.placeholders)["properties"]["customer"]["properties"]["email"]["title"]
    assert title == "E-mail of the customer"


def test_a_declaration_in_one_part_holds_for_all() -> None:
    file = word_file("{# @field title: text #}", parts={"word/header1.xml": p("{{ title }}")})
    found = compile_template(TemplateFormat.DOCX, file)
    assert [str(each) for each in found.diagnostics] == []
    assert [(each.declared, each.required) for each in found.placeholders] == [(True, True)]
