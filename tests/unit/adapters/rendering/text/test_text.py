"""Plain text templates."""

import pytest

from adapters.rendering.engine import compile_template, render_template
from domain.formats import TemplateFormat
from tests.unit.adapters.rendering.template_text import options_for, render


def rendered(file: bytes, data: bytes = b"{}") -> bytes:
    compiled = compile_template(TemplateFormat.TEXT, file)
    return render_template(compiled, data, options_for(TemplateFormat.TEXT)).content


def test_control_lines_leave_no_holes() -> None:
    template = "Items:\n{% for i in l %}\n  {% if i %}\n- {{ i }}\n  {% endif %}\n{% endfor %}\nEnd\n"
    assert render(template, {"l": ["a", "", "b"]}) == "Items:\n- a\n- b\nEnd\n"


def test_newlines_of_the_template_are_kept_and_those_of_values_follow() -> None:
    file = b"a\r\n{% if x %}\r\n{{ x }}\r\n{% endif %}\r\nb"
    assert rendered(file, b'{"x": "1\\n2\\r\\n3"}') == b"a\r\n1\r\n2\r\n3\r\nb"
    assert rendered(b"a\n{{ x }}\n", b'{"x": "1\\r\\n2"}') == b"a\n1\n2\n"


def test_the_byte_order_mark_is_dropped() -> None:
    assert rendered(b"\xef\xbb\xbf{{ x }}", b'{"x": 1}') == b"1"


def test_static_text_passes_as_it_is() -> None:
    text = "Grüße, 100 %, {single}, }} and \u2028 tabs\t.\n"
    assert rendered(text.encode()) == text.encode()


def test_control_characters_of_the_data_are_dropped() -> None:
    assert rendered(b"[{{ x }}]", b'{"x": "a\\u0000b\\u001bc\\uffffd\\te"}') == b"[abcd\te]"


@pytest.mark.parametrize(
    ("file", "code", "place"),
    [
        (b"ok\ncaf\xe9", "not-utf8", "text, line 2"),
        ("x".encode("utf-16"), "not-utf8", "text"),
        (b"one\nt\x00o", "control-character", "text, line 2, column 2"),
        (b"PK\x03\x04zip", "not-text", "text"),
        (b"%PDF-1.7", "not-text", "text"),
    ],
)
def test_what_is_no_text_is_refused(file: bytes, code: str, place: str) -> None:
    compiled = compile_template(TemplateFormat.TEXT, file)
    assert compiled.program is None
    assert [(found.code, str(found.location)) for found in compiled.diagnostics] == [(code, place)]
    assert compiled.diagnostics[0].suggestion


def test_a_broken_tag_is_a_warning_and_stands() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"Dear { {name}},")
    assert [found.code for found in compiled.diagnostics] == ["broken-tag"]
    assert render_template(compiled, b"{}", options_for(TemplateFormat.TEXT)).content == b"Dear { {name}},"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a\n{% if x %}  \nb\n{% endif %}\t\nc", "a\nb\nc"),
        ("a\n  {# one #} {# two #}  \nb", "a\nb"),
        ("{% if x %} {% if x %}\na\n{% endif %} {% endif %}\nb", "a\nb"),
        ("a\n{% set y = 1 %}  ", "a\n"),
        ("a\r{% if x %}\rb\r{% endif %}\rc", "a\rb\rc"),
        ("a\n {%+ if x +%} \nb{% endif %}", "a\n  \nb"),
        ("{% raw %}  \n{% endraw %}b", "  \nb"),
    ],
)
def test_lines_of_tags_alone_disappear_with_their_blanks(template: str, text: str) -> None:
    assert render(template, {"x": 1}) == text


def test_places_count_every_kind_of_newline() -> None:
    compiled = compile_template(TemplateFormat.TEXT, b"\xef\xbb\xbfa\rb\r\n\t{{ c | q }}\n{{\r\ne | f }}{{ g | h }}")
    places = [str(found.location) for found in compiled.diagnostics]
    assert places == ["text, line 3, column 2", "text, line 4, column 1", "text, line 5, column 9"]


@pytest.mark.parametrize(
    ("template", "places"),
    [
        ("Dear {{ a }}{% if b %}, {{ b }}{% endif %}\nhow", ["text, line 1, column 32"]),
        ("a {# note #}\nb", ["text, line 1, column 3"]),
        ("a{% for x in l %}\n- {{ x }}\n{% endfor %}", ["text, line 1, column 2"]),
        ("a{% if b %}c{% endif +%}\nd", []),
        ("a{% if b %}c{% endif -%}\nd", []),
        ("a{% if b %}c{% endif %} \nd", []),
        ("a{% if b %}c{% endif %}\n", []),
        ("{% if b %} {# note #}\nc\n{% endif %}\nd", []),
    ],
)
def test_a_tag_that_joins_two_lines_is_pointed_at(template: str, places: list[str]) -> None:
    found = compile_template(TemplateFormat.TEXT, template.encode()).diagnostics
    assert [str(each.location) for each in found if each.code == "joined-lines"] == places
