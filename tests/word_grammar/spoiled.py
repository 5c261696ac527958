"""Random templates with a mistake or two: a tag lost, moved, doubled, or one more where it does not belong."""

import re
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from tests.word_grammar.template import RandomTemplate, templates

_TEXT: Final = re.compile(r"(?<=<w:t xml:space=\"preserve\">)[^<]*")
_TAG: Final = re.compile(r"\{[{%#][^<{}]*[}%#]\}")
_MORE: Final = (
    "{% if x %}", "{% else %}", "{% endif %}", "{% for i in items %}", "{% endfor %}", "{%p if x %}", "{%p endif %}",
    "{%tr for i in items %}", "{%tr endfor %}", "{%tc for i in names %}", "{%tc endfor %}", "{%tc if x %}{%tc endif %}",
    "{%- if x -%}", "{%- endif -%}", "{%- else -%}", "{% set z = 1 %}", "{% set z %}", "{% endset %}", "{{ z }}",
    "{% macro m() %}", "{% endmacro %}", "{{ m() }}", "{# note #}", "{#tr note #}", "{% vm %}", "{% hm %}",
    "{% colspan 2 %}", "{% break %}", "{% continue %}", "{{ v", "}}", "{% if", "{{r v }}", "{%r if x %}", "{% raw %}",
    "{% endraw %}", "{% nothing %}", "{{ v | nothing }}", "{# @restart #}", "{{ items }}", "{{ o.m }}", "{_{", "{%tr",
)  # fmt: skip
_PAIRS: Final = (
    ("{% if x %}", "{% endif %}"),
    ("{% for i in items %}", "{% endfor %}"),
    ("{%p for i in names %}", "{%p endfor %}"),
    ("{%tr for i in items %}", "{%tr endfor %}"),
    ("{%tc if y %}", "{%tc endif %}"),
    ("{%- if x -%}", "{%- endif -%}"),
    ("{% set z %}", "{% endset %}{{ z }}"),
    ("{% macro m() %}", "{% endmacro %}{{ m() }}"),
)


@st.composite
def spoiled_templates(draw: st.DrawFn) -> RandomTemplate:
    """Draw a template of which nobody knows whether it can work."""
    template = draw(templates())
    body = template.body
    for _ in range(draw(st.integers(1, 2))):
        body = draw(st.sampled_from((_lose, _double, _add, _cross, _cross)))(draw, body)
    return replace(template, body=body)


def _lose(draw: st.DrawFn, body: str) -> str:
    tags = list(_TAG.finditer(body))
    if not tags:
        return body
    tag = draw(st.sampled_from(tags))
    return body[: tag.start()] + body[tag.end() :]


def _double(draw: st.DrawFn, body: str) -> str:
    tags = list(_TAG.finditer(body))
    return _put(draw, body, draw(st.sampled_from(tags)).group()) if tags else body


def _add(draw: st.DrawFn, body: str) -> str:
    return _put(draw, body, draw(st.sampled_from(_MORE)))


def _cross(draw: st.DrawFn, body: str) -> str:
    """Put a block around whatever stands between two places."""
    opener, closer = draw(st.sampled_from(_PAIRS))
    texts = list(_TEXT.finditer(body))
    first, last = sorted(draw(st.integers(0, len(texts) - 1)) for _ in "ab")
    start = draw(st.sampled_from((texts[first].start(), texts[first].end())))
    end = draw(st.sampled_from((texts[last].end(), max(start, texts[last].start()))))
    return body[:start] + opener + body[start:end] + closer + body[end:]


def _put(draw: st.DrawFn, body: str, tag: str) -> str:
    """Put a tag before or behind some text."""
    text = draw(st.sampled_from(list(_TEXT.finditer(body))))
    place = draw(st.sampled_from((text.start(), text.end())))
    return body[:place] + tag + body[place:]
