"""Where our policy is the same, a template gives what plain Jinja2 gives."""

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.rendering.language.whitespace import split_text
from tests.hostile.like_jinja import DATA, TEMPLATES, by_jinja, check_like_jinja
from tests.unit.adapters.rendering.template_text import render


@given(TEMPLATES)
@example("{% if yes %}  {% else %}\n{% endif %}")
def test_output_is_that_of_jinja(template: str) -> None:
    check_like_jinja(template)


_pieces = st.one_of(
    st.sampled_from(["{% if yes %}", "{%- if yes %}", "{% if yes -%}", "{%+ if yes %}", "{% if yes +%}"]),
    st.sampled_from(["\n", " ", "x", "\t", "{{ b }}", "{{- b -}}", "{# c #}", "{#- c -#}"]),
)


@given(st.lists(_pieces, max_size=14))
def test_white_space_is_treated_as_by_jinja(parts: list[str]) -> None:
    template = "".join(parts) + "{% endif %}" * sum("if" in part for part in parts)
    assert render(template, DATA) == by_jinja(template)


def test_static_text_is_the_text_between_the_tags() -> None:
    split = split_text("a {{ b }} c\n  {% if x %}\r\nd{% endif +%}\n")
    assert [segment for segment in split.segments if isinstance(segment, str)] == ["a ", " c\n", "d", "\n"]
