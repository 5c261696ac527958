"""Templates in which nothing differs from plain Jinja2 by policy, and what Jinja2 makes of them."""

import re
from typing import Any

import jinja2
from hypothesis import strategies as st

from domain.render_request import MissingPolicy
from tests.unit.adapters.rendering.template_text import render

DATA: dict[str, Any] = {
    "a": "text",
    "b": 7,
    "o": {"k": "v", "n": 3, "in": {"x": "deep"}},
    "l": ["p", "q", "r"],
    "rows": [{"n": 1, "s": "one"}, {"n": 2, "s": "two"}],
    "yes": True,
    "e": [],
}
# Booleans print in lower case with us, so no expression here prints one.
_texts = st.sampled_from(["a", "o.k", "o['k']", "o.in.x", "l[1]", "'lit'", "a | upper", "l | join('+')", "rows[1].s"])
_numbers = st.sampled_from(["b", "o.n", "3", "b + o.n", "b * 2 - 1", "b // 2", "b % 4", "-b", "l | length", "2 ** 3"])
_values = st.one_of(_texts, _numbers, st.builds("({}) ~ ({})".format, _texts, _numbers))
_conditions = st.sampled_from(
    ["yes", "not yes", "e", "b > 3", "a == 'text'", "o.zzz is defined", "'p' in l", "b is odd", "1 < b < 9", "e or yes"]
)
_leaf = st.one_of(
    st.sampled_from(["txt ", "\n", "  ", "{# c #}", "{% set z = b %}{{ z }}", "{% raw %}{{ q }}{% endraw %}"]),
    st.builds("{{{{ {} }}}}".format, _values),
    st.builds("{{{{ {} if {} else {} }}}}".format, _values, _conditions, _values),
)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("".join)
    space = st.sampled_from(["", "-", "+"])
    return st.one_of(
        st.builds("{{%{} if {} %}}{}{{% else %}}{}{{% endif %}}".format, space, _conditions, body, body),
        st.builds("{{% for i in l {}%}}{{{{ i }}}}{}{{% endfor {}%}}".format, space, body, space),
        st.builds("{{% for r in rows if r.n > 1 %}}{{{{ loop.index }}}}{{{{ r.s }}}}{}{{% endfor %}}".format, body),
        st.builds("{{% with w = {} %}}{{{{ w }}}}{}{{% endwith %}}".format, _values, body),
        st.builds("{{% set c %}}{}{{% endset %}}{{{{ c }}}}".format, body),
        st.builds("{{% macro m(x) %}}{{{{ x }}}}{}{{% endmacro %}}{{{{ m({}) }}}}".format, body, _values),
        st.builds("line\n  {{% if {} %}}\n{}\n  {{%- endif %}}\n".format, _conditions, body),
    )


TEMPLATES = st.lists(st.recursive(_leaf, _blocks, max_leaves=8), min_size=1, max_size=4).map("".join)


_TAGS_ALONE = re.compile(r"^(?:[ \t]|\{%(?![-+]|\s*(?:end)?raw\b)(?:(?!%\}).)*(?<![-+])%\}|\{# c #\})+$", re.MULTILINE)


def by_jinja(template: str) -> str:
    """Render with Jinja. Lines of tags alone lose their blanks here, and not there: it is shown none."""
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    shown = _TAGS_ALONE.sub(lambda match: re.sub(r"(?<=\})[ \t]+|[ \t]+(?=\{)", "", match.group()), template)
    return environment.from_string(shown).render(DATA)


def check_like_jinja(template: str) -> None:
    """Render a template by us and by Jinja2: the same text, also from the program that looks before each step."""
    assert render(template, DATA) == by_jinja(template), template
    # A tolerated missing value makes the whole template run in that program.
    careful = render(template + "{{ missing }}", DATA, missing=MissingPolicy.EMPTY)
    assert careful == by_jinja(template + "{{ missing }}"), template
