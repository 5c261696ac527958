"""What is odd about the data that a template uses, in all its parts together."""

import pytest

from adapters.rendering.language.introspection.near import near_misses
from domain.diagnostics import Severity
from tests.unit.adapters.rendering.template_text import compiled
from tests.word_files import compile_word, word_file

WRONG = [
    ("{{ items }}{% for x in items %}{{ x.n }}{% endfor %}", "mixed-kinds", "as a list at text, line 1, column 12."),
    ("{{ c }}{{ c.name }}", "mixed-kinds", "as an object with c.name at text, line 1, column 8."),
    ("{% for x in l %}{{ x.n }}{% endfor %}{{ l.n }}", "mixed-kinds", "l.n asks the list itself."),
    ("{{ l[0].n }}{{ l.n }}", "mixed-kinds", "l is a list at text, line 1, column 1, and l.n asks the list itself."),
    ("{% for x in l %}{{ x }}{% endfor %}{{ l.length }}", "mixed-kinds", "a list has no value 'length'."),
    ("{% if a == 5 %}1{% endif %}{{ a | upper }}", "mixed-kinds", "a is compared with a number here"),
    ("{{ c }}{% for k, v in c.items() %}{{ k }}{{ v }}{% endfor %}", "mixed-kinds", "as an object at text, line 1"),
    ("{{ a + 1 }}{{ a | upper }}", "mixed-kinds", "as a number at text, line 1, column 1."),
    ("{% if a == 'x' %}1{% endif %}{{ a * 2 }}", "mixed-kinds", "as a number at text, line 1, column 30."),
    ("{{ a | default('x') }} {{ a }}", "required-and-optional", "may be missing at text, line 1, column 1."),
    ("{% if a is defined %}{{ a }}{% endif %}{{ a }}", "required-and-optional", "may be missing at text, line 1"),
    ("{% if a %}{{ a }}{% endif %}{{ a }}", "required-and-optional", "asked for before it is used at text"),
    ("{{ customer.a }}{{ customer.b }}{{ customer.c }}{{ custmer.a }}", "misspelt-name", "customer at 3 places"),
    ("{{ street }}{{ street }}{{ street }}{{ stereet }}", "misspelt-name", "street at 3 places"),
    ("{{ street.no }}{{ street.no }}{{ streat.no }}", "misspelt-name", "street at 2 places"),
    ("{{ firstName }}{{ firstname }}", "misspelt-name", "firstName at another place"),
    ("{{ first_name }}{{ firstname }}", "misspelt-name", "first_name at another place"),
    ("{% for x in l %}{{ x.price }}{{ x.price }}{{ x.price }}{{ x.prcie }}{% endfor %}", "misspelt-name", "l[].price"),
]


@pytest.mark.parametrize(("template", "code", "words"), WRONG)
def test_what_is_odd_is_found_once(template: str, code: str, words: str) -> None:
    found = compiled(template).diagnostics
    assert [each.code for each in found] == [code]
    assert words in found[0].message
    assert found[0].suggestion
    assert found[0].location
    assert found[0].severity is not Severity.ERROR


RIGHT = [
    "{{ items | join(', ') }}{% for x in items %}{{ x }}{% endfor %}{{ items | length }}",
    "{{ '%.2f' | format(x) }}{{ x | round(2) }}{{ x }}",
    "{% for k, v in d.items() %}{{ k }}{{ v }}{% endfor %}{{ d.a }}",
    "{{ l[0].n }}{% for x in l %}{{ x.n }}{% endfor %}{{ d.length }}{{ d.name }}",
    "{{ c and c.name }}",
    "{{ a | default(0) }}{{ a | default('') | upper }}",
    "{% if kind == 'a' %}1{% endif %}{{ kind }}{{ kind | upper }}",
    "{{ n | default('') }}{% if n %}{{ n + 1 }}{% endif %}",
    "{% if a %}{{ a }}{% endif %}{{ a | default('') }}",
    "{% if items %}{% for x in items %}{{ x }}{% endfor %}{% endif %}{{ items | length }}",
    "{{ line1 }}{{ line1 }}{{ line1 }}{{ line2 }}",
    "{{ price_a }}{{ price_a }}{{ price_a }}{{ price_b }}",
    "{{ max_price }}{{ max_price }}{{ max_price }}{{ min_price }}",
    "{{ customer.name }}{{ customers | length }}{{ customer.name }}{{ customer.name }}",
    "{{ day }}{{ day }}{{ day }}{{ dad }}",
    "{{ a.street }}{{ a.street }}{{ a.street }}{{ b.streets }}",
]


@pytest.mark.parametrize("template", RIGHT)
def test_what_is_right_is_left_in_peace(template: str) -> None:
    assert [str(found) for found in compiled(template).diagnostics] == []


def test_names_are_compared_in_all_parts_of_a_document() -> None:
    header = "<w:p><w:r><w:t>{{ custmer.name }}</w:t></w:r></w:p>"
    file = word_file(
        "{{ customer.name }}", "{{ customer.name }}", "{{ customer.city }}", parts={"word/header1.xml": header}
    )
    found = compile_word(file).diagnostics
    assert [(each.code, str(each.location)) for each in found] == [("misspelt-name", "header 1, paragraph 1")]


def test_the_name_of_a_loop_is_not_known_in_a_page_header() -> None:
    header = "<w:p><w:r><w:t>{{ item.name }}</w:t></w:r></w:p>"
    body = ("{% for item in items %}", "{{ item.name }}", "{% endfor %}")
    found = compile_word(word_file(*body, parts={"word/header1.xml": header})).diagnostics
    assert [(each.code, str(each.location)) for each in found] == [("name-of-another-part", "header 1, paragraph 1")]
    own = "<w:p><w:r><w:t>{% for item in items %}{{ item.name }}{% endfor %}</w:t></w:r></w:p>"
    assert compile_word(word_file(*body, parts={"word/header1.xml": own})).diagnostics == ()


def test_what_the_author_has_declared_is_meant() -> None:
    template = "{# @field streat.no: number #}{{ street.no }}{{ street.no }}{{ streat.no }}"
    assert [found.code for found in compiled(template).diagnostics if found.code == "misspelt-name"] == []


def test_many_names_of_one_pattern_are_no_slips() -> None:
    uses = {f"abcde{letter}fgh": 1 + 5 * (letter == "a") for letter in "abcdefgh"}
    assert list(near_misses(uses, dict.fromkeys(uses, ()))) == []
