"""What grows too fast in other engines, by their threads: counted in calls of functions, which no other work disturbs.

The times themselves are measured by benchmarks.scaling.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import render_template
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.word_files import compile_word, p, tbl, tc, tr, word_file

# How much more a template or data four times as large may cost: a quadratic cost is sixteen times as high.
TIMES, MOST = 4, 4.5


def calls_of(work: Callable[[], object]) -> Counter[str]:
    """Count the calls of functions, Python's and C's, by the module that they are written in."""
    counts: Counter[str] = Counter()

    def note(frame: FrameType, event: str, function: Any) -> None:
        if event == "call":
            counts[frame.f_code.co_filename] += 1
        elif event == "c_call":
            counts[str(getattr(function, "__module__", None))] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return counts


def cost_of(work: Callable[[], object]) -> int:
    """Return the number of all calls of a second run: the first one fills caches."""
    work()
    return calls_of(work).total()


def compiling(file: bytes) -> Callable[[], object]:
    """Return the work of compiling a template."""
    return lambda: compile_word(file)


def rendering(compiled: CompiledTemplate, **data: Any) -> Callable[[], object]:
    """Return the work of making a document."""
    options = render_options(output=OutputFormat.DOCX)
    contents = json.dumps(data).encode()
    return lambda: render_template(compiled, contents, options)


def test_rows_cost_the_same_each() -> None:
    """docxtpl #187, docxtemplater #237: the longer a table is, the longer takes each of its rows."""
    drawing = '<w:r><w:drawing><wp:inline><wp:docPr id="7" name="n"/></wp:inline></w:drawing></w:r>'
    cells = ("{{ i.a }}", tc(p("{{ i.b }}", drawing)), tc("{% if i.a %}", "{{ i.a }}", "{% endif %}"))
    compiled = compile_word(
        word_file(tbl(tr("{%tr for i in v %}", "", ""), tr(*cells), tr("{%tr endfor %}", "", ""), columns=3), "z")
    )
    rows = [{"a": "x & y", "b": f"one\n{number}\athree"} for number in range(250 * TIMES)]
    few, many = (cost_of(rendering(compiled, v=rows[:size])) for size in (250, 250 * TIMES))
    assert many < MOST * few


def test_columns_cost_the_same_each() -> None:
    """docxtemplater #237: so it is for cells that a loop repeats."""
    loop = tr("{%tc for c in v %}", "{{ c }}", "{%tc endfor %}")
    compiled = compile_word(word_file("{% for t in tables %}", tbl(loop, loop, columns=3), "x", "{% endfor %}"))
    few, many = (cost_of(rendering(compiled, v=list(range(size)), tables=[1] * 20)) for size in (15, 15 * TIMES))
    assert many < MOST * few


def test_placeholders_cost_the_same_each() -> None:
    """docxtpl #490: 12,000 values take 27 minutes."""
    files = [word_file(*(f"a {{{{ v{number} }}}} b" for number in range(size))) for size in (100, 100 * TIMES)]
    few, many = (cost_of(compiling(file)) for file in files)
    assert many < MOST * few
    data = {f"v{number}": "x" for number in range(100 * TIMES)}
    few, many = (cost_of(rendering(compile_word(file), **data)) for file in files)
    assert many < MOST * few


@pytest.mark.parametrize("text", ["{# x", "#} {# x", "{# x #}", "{{ x", "{% if v %}"])
def test_mistakes_cost_the_same_each(text: str) -> None:
    files = [word_file(*[text] * size) for size in (100, 100 * TIMES)]
    few, many = (cost_of(compiling(file)) for file in files)
    assert many < MOST * few


def test_a_template_is_read_once() -> None:
    """docxtpl #110: the same template is parsed anew for every document."""
    file = word_file("{{ v }}", tbl(tr("{{ v }}", "x")), parts={"word/header1.xml": p("{{ v }}")})
    readers = ("lxml", "jinja2", "zip_reader", "docx/compile")
    assert any(reader in module for module in calls_of(compiling(file)) for reader in readers)
    called = calls_of(rendering(compile_word(file), v="x"))
    assert called
    assert not [module for module in called if any(reader in module for reader in readers)]


def test_breaks_of_one_value_are_written_once() -> None:
    compiled = compile_word(word_file(p("{{ v }}")))
    few, many = (cost_of(rendering(compiled, v="x\a" * count)) for count in (1_000, 4_000))
    # A search for the next break, two pieces of output; what it opens again is known.
    assert many - few < 3_000 * 12
