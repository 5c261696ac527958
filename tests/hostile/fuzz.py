"""Fuzzers: random templates beside plain Jinja2, random changes of good files, random uploads.

`python -m tests.hostile.fuzz language --seconds 600` runs one of them for a time, prints its seed, and ends with the
first thing found. A normal test run does a few examples of each (tests/unit/hostile/test_fuzz.py).
"""

# ruff: noqa: E501  # tables of words

import argparse
import contextlib
import copy
import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from adapters.rendering.compiled import Program
from adapters.rendering.engine import compile_template, render_template, validate_template
from adapters.rendering.language.data import parse_data
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.language.session import RenderSession
from domain.diagnostics import Severity
from domain.errors import DiagnosedError
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.render_request import MissingPolicy, RenderOptions
from tests.builders import render_options
from tests.hostile.like_jinja import TEMPLATES, check_like_jinja
from tests.hostile.probes import PROBES
from tests.word_files import p, tbl, tr, word_file

# Processor time of compiling a template, and of each render. All steps that a template may take are taken in a second
# by a process of its own on a machine that does nothing else; within a fuzzer on a busy one they take many times that.
_SECONDS: Final = 15.0
_EXAMPLES: Final = Path(__file__).parents[2] / "examples"

DATA: Final[dict[str, Any]] = {
    "a": "text <&>",
    "b": 7,
    "z": 0,
    "o": {"k": "v", "n": 3, "items": "key"},
    "l": ["p", "q", "r"],
    "nums": [3, 1, 2],
    "rows": [{"n": 1, "s": "one"}, {"n": 2, "s": "two"}],
    "yes": True,
    "e": [],
}

# -- the language

_leaves = st.sampled_from(
    ["a", "b", "z", "o.k", "o['n']", "o.items", "l", "nums", "rows", "rows[0].s", "yes", "e", "l[1]", "1", "2.5", "'x'", "none",
     "true", "nope", "o.nope", "[b, 1]", "{'k': b}", "range(3)", "l[5]", "a[1:3]", "loop.index", "now"]
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    filters = st.sampled_from(
        ["upper", "title", "length", "join(',')", "sort", "first", "list", "sum", "default('d')", "round(1)", "int", "abs",
         "replace('x', 'yy')", "trim", "wordwrap(5)", "batch(2)", "map('upper')", "map(attribute='n')", "unique", "min",
         "center(9)", "indent", "format(1)", "select('odd')", "groupby('n')", "reverse", "truncate(5)", "string", "float",
         "dictsort", "items", "selectattr('n')", "slice(2)", "e", "capitalize", "wordcount", "filesizeformat"]
    )  # fmt: skip
    operators = st.sampled_from(
        ["+", "-", "*", "/", "//", "%", "**", "~", "<", "==", "!=", ">=", "in", "not in", "and", "or"]
    )
    tests = st.sampled_from(
        ["defined", "none", "odd", "string", "mapping", "iterable", "number", "eq(1)", "in([1])", "divisibleby(2)"]
    )
    methods = st.sampled_from(
        ["upper()", "split()", "items()", "get('k')", "format(1)", "count('x')", "strip('x')", "find('t')"]
    )
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("{} | {}".format, inner, filters),
        st.builds("({} | {})".format, inner, filters),
        st.builds("({} is {})".format, inner, tests),
        st.builds("{}.{}".format, inner, methods),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
    )


_expressions = st.recursive(_leaves, _grown, max_leaves=6)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% else %}}{}{{% endif %}}".format, _expressions, body, _expressions, body, body),
        st.builds("{{% for i in {} %}}{{{{ i }}}}{}{{% else %}}{}{{% endfor %}}".format, _expressions, body, body),
        st.builds("{{% for i in {} if {} %}}{}{{% endfor %}}".format, _expressions, _expressions, body),
        st.builds("{{% set v = {} %}}{}{{{{ v }}}}".format, _expressions, body),
        st.builds("{{% set c %}}{}{{% endset %}}{{{{ c }}}}".format, body),
        st.builds("{{% with w = {} %}}{}{{{{ w }}}}{{% endwith %}}".format, _expressions, body),
        st.builds("{{% macro m(x) %}}{}{{{{ x }}}}{{% endmacro %}}{{{{ m({}) }}}}".format, body, _expressions),
        st.builds("{{% set n = namespace(v=0) %}}{{% for i in {} %}}{{% set n.v = i %}}{}{{% endfor %}}{{{{ n.v }}}}".format,
                  _expressions, body),
        st.builds("{{% for i in {} recursive %}}{{% if loop.depth < 3 %}}{{{{ loop(l) }}}}{{% endif %}}{}{{% endfor %}}".format,
                  _expressions, body),
    )  # fmt: skip


_templates = st.lists(
    st.recursive(
        st.one_of(st.sampled_from(["txt ", "\n", "<&>", "{# c #}"]), st.builds("{{{{ {} }}}}".format, _expressions)),
        _blocks,
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
).map("".join)


@contextlib.contextmanager
def _in_time(what: object) -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < _SECONDS, what


def check_language(template: str) -> None:
    """Render a template: nothing unexpected, nothing changed, in time; each time the same."""
    data = json.dumps(DATA).encode()
    with _in_time(template):
        compiled = compile_template(TemplateFormat.TEXT, template.encode())
    found = {each.code for each in compiled.diagnostics}
    assert "template-unreadable" not in found, template
    assert (compiled.program is None) == any(each.severity is Severity.ERROR for each in compiled.diagnostics), template
    for policy in MissingPolicy:
        options = render_options(output=OutputFormat.TEXT, missing=policy)
        with contextlib.suppress(DiagnosedError):
            with _in_time(template):
                first = render_template(compiled, data, options).content
            assert render_template(compiled, data, options).content == first, template
        with _in_time(template):
            said = {each.code for each in validate_template(compiled, data, options)}
        assert "template-unreadable" not in said, template
        assert "internal" not in said, template
        if compiled.program is not None:
            _check_that_data_stays(compiled.program, options)


def _check_that_data_stays(program: Program, options: RenderOptions) -> None:
    session = RenderSession(parse_data(json.dumps(DATA).encode()), options, DEFAULT_LIMITS)
    before = copy.deepcopy(session.data)
    with contextlib.suppress(DiagnosedError):
        program.render(session, options.output)
    assert session.data == before


# -- files


def _good_files() -> list[bytes]:
    small = word_file(
        "{{ a }}", p("{%p for i in l %}"), p("{{ i }}"), p("{%p endfor %}"), tbl(tr("{%tr for r in rows %}"), tr("{{ r.s }}", "x"),
        tr("{%tr endfor %}")), parts={"word/header1.xml": p("{{ b }}"), "word/settings.xml": "<settings/>"},
    )  # fmt: skip
    return [small, *(path.read_bytes() for path in sorted(_EXAMPLES.glob("*.docx")))]


def mutated(file: bytes, rng: random.Random) -> bytes:
    """Change some bytes of a file, or of a part of it before it is packed."""
    changed = bytearray(file)
    if rng.random() < 0.5:
        return _mutated_part(file, rng)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(changed)) if rng.random() < 0.5 else max(0, len(changed) - 1 - rng.randrange(1500))
        kind = rng.randrange(4)
        if kind == 0:
            changed[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del changed[at : at + rng.randint(1, 60)]
        elif kind == 2:
            changed[at:at] = rng.randbytes(rng.randint(1, 30))
        else:
            other = rng.randrange(len(changed))
            changed[at : at + 20] = changed[other : other + 20]
        if not changed:
            return b""
    return bytes(changed)


_PIECES: Final = (
    b"{{ a }}", b"{% for i in l %}", b"{% endfor %}", b"{%p if b %}", b"{%tr endfor %}", b"<w:p>", b"</w:p>", b"<w:tbl>", b"&#123;",
    b"]]>", b"<!DOCTYPE a>", b"<w:fldChar w:fldCharType=\"begin\"/>", b"&amp;", b"\xff", b"{{", b"}}", b"<w:t>", b"</w:t>", b"<w:sdt>",
    b" Target=\"http://127.0.0.1/\"", b"External", b"<w:bookmarkStart w:id=\"1\" w:name=\"a\"/>", b"{{r x }}", b"{% colspan b %}",
)  # fmt: skip


def _mutated_part(file: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(sorted(parts))
        content = bytearray(parts[name])
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(content) + 1)
            piece = (
                rng.choice(_PIECES) if rng.random() < 0.7 else content[(k := rng.randrange(len(content) + 1)) : k + 200]
            )
            if rng.random() < 0.7:
                content[at:at] = piece
            else:
                content[at : at + rng.randint(1, 80)] = piece
        parts[name] = bytes(content)
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def check_upload(template_format: TemplateFormat, file: bytes) -> None:
    """Inspect and render an upload: it becomes a document or findings, in time."""
    with _in_time(file):
        compiled = compile_template(template_format, file)
    found = {each.code for each in compiled.diagnostics}
    assert "template-unreadable" not in found
    if compiled.program is not None:
        options = render_options(output=outputs_of(template_format)[-1])
        with contextlib.suppress(DiagnosedError), _in_time(file):
            assert render_template(compiled, json.dumps(DATA).encode(), options).content is not None
        with _in_time(file):
            said = {each.code for each in validate_template(compiled, json.dumps(DATA).encode(), options)}
        assert "render-error" not in said


# -- what runs


def language(examples: int) -> Callable[[], None]:
    """Return the fuzzer of the language."""
    return _settings(examples)(given(_templates)(check_language))


def jinja(examples: int) -> Callable[[], None]:
    """Return the comparison with plain Jinja2; its templates are of a grammar in which no policy differs."""
    return _settings(examples)(given(TEMPLATES)(check_like_jinja))


def zips(examples: int) -> Callable[[], None]:
    """Return the fuzzer of Word files."""
    files = _good_files()

    def check(number: int, random_seed: int) -> None:
        check_upload(TemplateFormat.DOCX, mutated(files[number % len(files)], random.Random(random_seed)))

    return _settings(examples)(given(st.integers(0, 99), st.integers(0, 2**63))(check))


def uploads(examples: int) -> Callable[[], None]:
    """Return the fuzzer of uploads of every format: pieces of hostile templates, put together anyhow."""
    words = [
        piece
        for probe in PROBES
        if len(probe.template) < 300
        for piece in (probe.template, probe.template[: len(probe.template) // 2])
    ]
    pieces = st.lists(st.one_of(st.sampled_from(words), st.text(max_size=20)), min_size=1, max_size=4).map("".join)

    def check(template_format: TemplateFormat, text: str, raw: bytes) -> None:
        template = text.encode("utf-8", "surrogatepass") + raw
        if template_format is TemplateFormat.DOCX:
            words = "".join(sign for sign in text if sign.isprintable()).replace("&", "&amp;").replace("<", "&lt;")
            template = word_file(p(words), p("x")) if words else template
        check_upload(template_format, template)

    return _settings(examples)(given(st.sampled_from(list(TemplateFormat)), pieces, st.binary(max_size=3))(check))


FUZZERS: Final = {"language": language, "jinja": jinja, "zips": zips, "uploads": uploads}


def _settings(examples: int) -> settings:
    checks = list(HealthCheck)
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=checks,
        database=None,
        phases=[Phase.generate, Phase.shrink],
    )


def main() -> int:
    """Run one fuzzer for a time."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("fuzzer", choices=FUZZERS)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given_options = parser.parse_args()
    started, rounds = time.monotonic(), 0
    fuzz = FUZZERS[given_options.fuzzer](200)
    while time.monotonic() - started < given_options.seconds:
        last = given_options.seed + rounds
        seed(last)(fuzz)()
        rounds += 1
    print(
        f"{given_options.fuzzer}: {rounds * 200:,} examples in {given_options.seconds:g} s, last seed {given_options.seed + rounds - 1}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
