"""Well-known mistakes in tags: each is named, and where it can be mended the advice is the author's own tag, mended."""

# ruff: noqa: RUF001  # signs that look like others are what is tested

import inspect
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import lexer, parser

from adapters.rendering.language.mistakes import explain
from adapters.rendering.language.sayings import say
from tests.unit.adapters.rendering.template_text import compiled
from tests.word_files import compile_word, tbl, tr, word_file

MENDED = [
    ("{% if x = 1 %}{% endif %}", "{% if x == 1 %}"),
    ("{% if x = 'a=b' %}{% endif %}", "{% if x == 'a=b' %}"),
    ("{% if x = 1 && y = 2 %}{% endif %}", "{% if x == 1 and y == 2 %}"),
    ("{% if a || !b %}{% endif %}", "{% if a or not b %}"),
    ("{% if a AND b %}{% endif %}", "{% if a and b %}"),
    ("{% IF a %}{% endif %}", "{% if a %}"),
    ("{% if a <> 'x' %}{% endif %}", "{% if a != 'x' %}"),
    ("{% if a => 1 %}{% endif %}", "{% if a >= 1 %}"),
    ("{% if a ≥ 1 %}{% endif %}", "{% if a >= 1 %}"),
    ("{% if a === 1 %}{% endif %}", "{% if a == 1 %}"),
    ("{% if a then %}{% endif %}", "{% if a %}"),
    ("{% if a equals 5 %}{% endif %}", "{% if a == 5 %}"),
    ("{% if a is not equal to 5 %}{% endif %}", "{% if a != 5 %}"),
    ("{% if a is greater than 5 %}{% endif %}", "{% if a > 5 %}"),
    ("{% if a gt 5 %}{% endif %}", "{% if a > 5 %}"),
    ("{% if a contains 'b' %}{% endif %}", "{% if 'b' in a %}"),
    ("{% if a == 'x' or == 'y' %}{% endif %}", "{% if a == 'x' or a == 'y' %}"),
    ("{% if a == in progress %}{% endif %}", '{% if a == "in progress" %}'),
    ("{% if a %}{% else if b %}{% endif %}", "{% elif b %}"),
    ("{% if a %}{% elseif b %}{% endif %}", "{% elif b %}"),
    ("{% if a %}{% else b %}{% endif %}", "{% else %}"),
    ("{% if first name %}{% endif %}", "{% if first_name %}"),
    ("{% for x in y %}{% endfor y %}", "{% endfor %}"),
    ("{% for x in y %}{% end for %}", "{% endfor %}"),
    ("{% for items %}{% endfor %}", "{% for item in items %}"),
    ("{% for order.lines %}{% endfor %}", "{% for line in order.lines %}"),
    ("{% for x items %}{% endfor %}", "{% for x in items %}"),
    ("{% for x of items %}{% endfor %}", "{% for x in items %}"),
    ("{% for (x in items) %}{% endfor %}", "{% for x in items %}"),
    ("{% for each x in items %}{% endfor %}", "{% for x in items %}"),
    ("{% foreach x in items %}{% endfor %}", "{% for x in items %}"),
    ("{% for i = 1 to 5 %}{% endfor %}", "{% for i in range(1, 6) %}"),
    ("{% set x == 1 %}", "{% set x = 1 %}"),
    ("{% set x += 1 %}", "{% set x = x + 1 %}"),
    ("{% set x: 1 %}", "{% set x = 1 %}"),
    ("{% set x 1 %}", "{% set x = 1 %}"),
    ("{% x = 1 %}", "{% set x = 1 %}"),
    ("{{ x = 1 }}", "{% set x = 1 %}"),
    ("{% macro m %}{% endmacro %}", "{% macro m() %}"),
    ("{{ name | }}", "{{ name }}"),
    ("{{ name | default 'a' }}", "{{ name | default('a') }}"),
    ("{{ name | default: 'a' }}", "{{ name | default('a') }}"),
    ("{{ customer. }}", "{{ customer }}"),
    ("{{ customer..name }}", "{{ customer.name }}"),
    ("{{ .name }}", "{{ name }}"),
    ("{{ items.[0] }}", "{{ items[0] }}"),
    ("{{ a->b }}", "{{ a.b }}"),
    ("{{ first name }}", "{{ first_name }}"),
    ("{{ customer.first name }}", "{{ customer['first name'] }}"),
    ("{{ $name }}", "{{ name }}"),
    ("{{ name; }}", "{{ name }}"),
    ("{{ 'it's' }}", '{{ "it\'s" }}'),
    ("{{ “a” }}", '{{ "a" }}'),
    ("{{ „a“ }}", '{{ "a" }}'),
    ("{{ « a » }}", '{{ " a " }}'),
    ("{{ `a` }}", "{{ 'a' }}"),
    ("{{ a – b }}", "{{ a - b }}"),
    ("{{ a × 1 000 }}", "{{ a * 1000 }}"),
    ("{{ a * 1'000 }}", "{{ a * 1000 }}"),
    ("{{ .5 * a }}", "{{ 0.5 * a }}"),
    ("{{ a * 19% }}", "{{ a * 19 / 100 }}"),
    ('{{ "a" & b }}', '{{ "a" ~ b }}'),
    ("{{ a ? 'x' : 'y' }}", "{{ 'x' if a else 'y' }}"),
    ("{{ if x }}{% endif %}", "{% if x %}"),
    ("{{% if x %}}{% endif %}", "{% if x %}"),
    ("{{{name}}}", "{{ name }}"),
    ("{%{ name }%}", "{{ name }}"),
    ("{%= name %}", "{{ name }}"),
    ("{{= name }}", "{{ name }}"),
    ("{{#if x}}", "{% if x %}"),
    ("{{#each items}}", "{% for item in items %}"),
    ("{{/each}}", "{% endfor %}"),
]


@pytest.mark.parametrize(("template", "mended"), MENDED)
def test_a_mistake_is_mended(template: str, mended: str) -> None:
    advice = [found.suggestion or "" for found in compiled(template).diagnostics]
    assert f"Write {mended}." in advice


SAID = [
    ("{{ }}", "This tag is empty."),
    ("{% if %}{% endif %}", "Something is missing behind 'if'."),
    ("{% if x == %}{% endif %}", "Something is missing at the end of this tag, behind '=='."),
    ("{% for x in %}{% endfor %}", "Something is missing at the end of this tag, behind 'in'."),
    ("{{ | upper }}", "Something is missing before '|'."),
    ("{{ (a + b }}", "A bracket is opened with ( and not closed."),
    ("{{ a[0 }}", "A bracket is opened with [ and not closed."),
    ("{{ a[0) }}", "A ) closes what [ has opened."),
    ("{{ a + b) }}", "This tag has one ) too many."),
    ('{{ "open }}', "A text is opened with a quotation mark, and not closed."),
    ("{{ 2nd }}", "A name cannot begin with a digit."),
    ("{% %}", "A tag with {% needs a word at its beginning, such as if or for."),
    ("{% if x is not %}{% endif %}", "A name is missing before the end of the tag."),
    ("{% if x is defined is number %}{% endif %}", "One 'is' cannot follow another."),
    ("{{ f(a=1, 2) }}", "The arguments in these brackets are not in order."),
    ("{{ f(a b) }}", "A comma, or an operator, is missing before 'b'."),
    ("{% macro m(a=1, b) %}{% endmacro %}", "A parameter without a default stands behind one that has one."),
    ("{% set 'x' = 1 %}", "A value cannot be given to a fixed value."),
    ("{% with a %}{% endwith %}", "The sign = is missing before the end of the tag."),
    ('{{ "a\\xzz" }}', "A text in quotes holds a backslash \\ with something behind it that has no meaning."),
    ("{{ 1e }}", "A name cannot begin with a digit."),
    ("{{ name | upper lower }}", "'lower' cannot follow here: something is missing before it, or it is one too many."),
]


@pytest.mark.parametrize(("template", "message"), SAID)
def test_a_syntax_error_is_said_in_plain_words(template: str, message: str) -> None:
    assert message in [found.message for found in compiled(template).diagnostics]


@pytest.mark.parametrize(
    ("template", "advice"),
    [
        ("{% fro x in y %}", "Did you mean {% for %}?"),
        ("{% name %}", "A value is printed with two braces on each side: {{ name }}."),
        ("{% unless x %}", "Write {% if not … %} … {% endif %}."),
        ("{% endunless %}", "Write {% endif %}."),
        ("{% endforeach %}", "Write {% endfor %}."),
        ("{% endcomment %}", "Notes are written {# like this #}."),
        ("{% for items as item %}{% endfor %}", "Write {% for item in items %}."),
        ("{% foreach order.items as line %}", "Write {% for line in order.items %}."),
        ("{% for k v in d.items() %}{% endfor %}", "Write {% for k, v in d.items() %}."),
        ("{% for x on y %}{% endfor %}", "Write {% for x in y %}."),
        ("{{^items}}", "Write {% if not items %}."),
        ("{#if paid}", "Write {% for item in items %} … {% endfor %}, or {% if name %} … {% endif %}."),
        ("{ {name}}", "Write two braces on each side, without a space between them: {{ name }}."),
        ("{ % if x % }", "Write {% if x %}, without a space between brace and sign."),
        ("{% while x %}", "A loop runs over a list: {% for item in items %} … {% endfor %}."),
        ("{%tr if x %}", "These letters are for tables and paragraphs of Word; leave them out here."),
        ("{{ x | replace('a') }}", "Write it as replace(old, new, count=…)."),
        ("{{ x | lenght }}", "Did you mean 'length'?"),
        ("{{ x | size }}", "Did you mean 'length'?"),
        ("{{ x | toUpperCase }}", "Did you mean 'upper'?"),
        ("{{ x | floor }}", "Write {{ price | round(0, 'floor') }} or {{ price | round(0, 'ceil') }}."),
        ("{{ x | map('price') | sum }}", "For a value of each item write map(attribute='price')."),
        ("{{ x | map('uper') | join }}", "Did you mean 'upper'?"),
        (
            "{{ x is empty }}",
            "Write {% if not name %} for what is empty, {% if name is undefined %} for what is not there.",
        ),
        ("{{ x is null }}", "Write {% if name is none %}."),
        ("{{ x is defned }}", "Did you mean 'defined'?"),
        ("{{ len(order.items) }}", "Write order.items | length."),
        ("{{ upper(name) }}", "Write name | upper."),
        ("{{ round(price, 2) }}", "Write price | round(…)."),
        ("{{ today() }}", "Write today without brackets."),
        ("{{ rnge(5) }}", "Did you mean 'range'?"),
        ("{% macro line() %}{% endmacro %}{{ lin() }}", "Did you mean 'line'?"),
        (
            "{{ total() }}",
            "A value of the data is written without brackets: {{ total }}. A macro is defined before it is used.",
        ),
        ("{{ name.toUpperCase() }}", "Write name | upper."),
        ("{{ items.size() }}", "Write items | length."),
        ("{{ price.toFixed(2) }}", "Write {{ '%.2f' | format(price) }}."),
        ("{{ items.append(5) }}", "Values of the data cannot be changed in a template; change them in the data."),
        ("{{ customer.name() }}", "A value of the data is written without brackets: {{ customer.name }}."),
        ("{{ name.upcase() }}", "Write name | upper."),
        ("{{ name.uppr() }}", "Did you mean 'upper'?"),
        ("{{ x | upper(1) }}", "Write upper without anything in brackets."),
        ("{{ x | round(precison=1) }}", "Write it as round(precision=…, method=…)."),
    ],
)
def test_what_is_unknown_gets_advice(template: str, advice: str) -> None:
    assert advice in [found.suggestion for found in compiled(template).diagnostics]


@pytest.mark.parametrize(
    "word", ["include 'x'", "import 'x'", "from 'x' import _y", "block x", "block a-b", "extends 'x'"]
)
def test_tags_of_jinja_that_are_left_out_are_named(word: str) -> None:
    found = compiled(f"{{% {word} %}}").diagnostics[0]
    assert (found.code, found.message) == (
        "forbidden-tag",
        f"{{% {word.split(maxsplit=1)[0]} %}} is not part of the language.",
    )


def test_every_message_of_the_parser_has_its_saying() -> None:
    """Jinja's lexer and parser are read for what they can say; nothing of it reaches an author as it is."""
    source = inspect.getsource(parser) + inspect.getsource(lexer)
    calls = re.findall(r"(?:\.fail|TemplateSyntaxError|Failure)\(\s*((?:f?\"[^\"]*\"\s*)+)", source)
    messages = ["".join(re.findall(r"\"([^\"]*)\"", call)) for call in calls if call != '" "']
    messages += ["Unexpected end of template. Jinja was looking for x.", "Encountered unknown tag 'x'. You probably …"]
    assert len(messages) > 12
    for message in messages:
        words = re.sub(r"\{[^{}]*!r\}", "'x'", message)
        words = re.sub(r"\{[^{}]*\}", "x", words)
        assert not say(words, "{{ x y }}")[1].startswith("This tag cannot be read"), message


def test_the_letters_of_a_table_tag_are_kept_in_the_advice() -> None:
    table = tbl(tr("{%tr for items %}", ""), tr("{{ x }}", ""), tr("{%tr endfor %}", ""))
    assert compile_word(word_file(table)).diagnostics[0].suggestion == "Write {%tr for item in items %}."


def test_a_mistake_in_a_block_tag_is_not_followed_by_complaints_about_its_block() -> None:
    template = "{% foreach x in y %}{{ x }}{% end for %}{% if a %}{% elseif b %}{% endif %}{% set x 1 %}"
    assert {found.code for found in compiled(template).diagnostics} == {"unknown-tag", "syntax-error"}


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="{}%=!&|?:.,;'\"“„ \u00a0abiforelsnd019()[]-–<>#/$", max_size=60))
def test_any_tag_is_explained_or_left_alone(inner: str) -> None:
    for source in (f"{{{{ {inner} }}}}", f"{{% if {inner} %}}"):
        known = explain(source, lambda text: "==" in text)
        assert known is None or (known.message and known.mended != source)
