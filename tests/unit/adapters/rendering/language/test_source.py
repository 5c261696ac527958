"""Sources: what formats compile and run."""

import marshal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.language.environment import parse, source_of
from adapters.rendering.language.introspection import conclude
from adapters.rendering.language.segments import Segment, Tag
from adapters.rendering.language.session import RenderSession
from adapters.rendering.language.source import Source, compile_source, generate
from adapters.rendering.language.values import to_text
from domain.diagnostics import Location, Part
from domain.formats import TemplateFormat
from domain.render_request import MissingPolicy
from tests.unit.adapters.rendering.template_text import options_for

OPTIONS = options_for(TemplateFormat.TEXT)


def tag(text: str, writer: int = 0, paragraph: int = 1) -> Tag:
    return Tag(text, Location(Part.BODY, paragraph=paragraph), text, writer)


def source_from(*segments: Segment) -> Source:
    compiled = compile_source(segments, origin="<test>")
    assert compiled.source is not None, compiled.diagnostics
    return compiled.source


def run(source: Source, data: dict[str, Any], *writers: Any) -> list[str]:
    session = RenderSession(data, OPTIONS)
    pieces = source.render(session, writers or (to_text,))
    session.raise_for_missing()
    return pieces


def test_static_pieces_are_the_objects_that_were_given() -> None:
    before, after = "before " * 3, "after " * 3
    pieces = run(source_from(before, tag("{{ x }}"), after, tag("{% if x %}"), before, tag("{% endif %}")), {"x": 1})
    assert pieces == [before, "1", after, before]
    assert pieces[0] is before
    assert pieces[2] is after
    assert pieces[3] is before


def test_each_tag_is_written_by_its_writer() -> None:
    source = source_from(tag("{{ x }}", writer=1), tag("{{ x }}"))
    assert run(source, {"x": "v"}, lambda value: f"<{value}>", lambda value: f"[{value}]") == ["[v]", "<v>"]


def test_the_writer_is_the_last_step_for_every_value() -> None:
    source = source_from(tag("{{ x | forceescape }}"), tag("{{ x | e | upper }}"), tag("{{ '<' ~ x }}"), tag("{{ 5 }}"))
    assert run(source, {"x": "<b>"}, lambda value: to_text(value).replace("<", "&lt;")) == [
        "&lt;b>",
        "&lt;B>",
        "&lt;&lt;b>",
        "5",
    ]


def test_captured_output_is_not_written_again_and_only_where_it_fits() -> None:
    def writer(value: Any) -> str:
        return f"({to_text(value)})"

    captured = (tag("{% set t %}"), "<w>", tag("{{ x }}"), tag("{% endset %}"))
    assert run(source_from(*captured, tag("{{ t }}")), {"x": 1}, writer) == ["<w>(1)"]
    session = RenderSession({"x": 1}, OPTIONS)
    source_from(*captured, tag("{{ t }}", writer=1)).render(session, (writer, writer))
    error = session.error()
    assert error is not None
    assert error.diagnostics[0].code == "unprintable-value"


def test_a_tags_own_text_stands_where_it_is_kept() -> None:
    options = options_for(TemplateFormat.TEXT, missing=MissingPolicy.KEEP)
    session = RenderSession({}, options)
    pieces = source_from("a ", tag("{{ x | upper }}")).render(session, (lambda value: f"<{value}>",))
    assert pieces == ["a ", "<{{ x | upper }}>"]


def test_places_are_those_of_the_tags() -> None:
    compiled = compile_source(
        ["text\nwith\nnewlines", tag("{{ a\n| upper }}", paragraph=7), "\n\n", tag("{{ b | nope }}", paragraph=9)],
        origin="<test>",
    )
    assert [str(found.location) for found in compiled.diagnostics] == ["body, paragraph 9"]
    assert [str(each.occurrences[0].location) for each in conclude([compiled.needs]).placeholders] == [
        "body, paragraph 7",
        "body, paragraph 9",
    ]


def test_static_text_is_never_read_as_a_tag() -> None:
    assert run(source_from("{{ x }}", tag("{{ x }}"), "{% if %}\ue0001\ue001"), {"x": 1}) == [
        "{{ x }}",
        "1",
        "{% if %}\ue0001\ue001",
    ]


def test_bytes_in_a_literal_are_no_static_text() -> None:
    assert run(source_from("static", tag("{{ \"b'0'\" }}")), {}) == ["static", "b'0'"]


def test_generated_code_can_be_kept() -> None:
    segments = ["a", tag("{{ x * 1.5 }}"), tag("{% for i in l %}"), "b", tag("{{ i }}"), tag("{% endfor %}")]
    code, _ = generate(parse(source_of(segments)), segments, "<test>", careful=False)
    assert marshal.loads(marshal.dumps(code.code)) == code.code


def test_one_source_runs_in_several_threads() -> None:
    source = source_from(tag("{% for i in l %}"), tag("{{ i + n }}"), ",", tag("{% endfor %}"))

    def once(n: int) -> str:
        return "".join(run(source, {"l": list(range(50)), "n": n}))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(once, range(40))) == ["".join(f"{i + n}," for i in range(50)) for n in range(40)]


def test_many_values_in_a_row_come_in_order() -> None:
    tags = [tag(f"{{{{ v{i} }}}}") for i in range(500)]
    assert run(source_from(*tags), {f"v{i}": i for i in range(500)}) == [str(i) for i in range(500)]


@given(st.lists(st.text(max_size=5), min_size=1, max_size=6))
def test_any_static_text_passes_as_it_is(texts: list[str]) -> None:
    segments: list[Segment] = []
    for text in texts:
        segments += [text, tag("{{ x }}")]
    assert "".join(run(source_from(*segments), {"x": "-"})) == "-".join([*texts, ""])
