"""Templates and data that try to get out, to get more than their share, or to break the document: the probe matrix.

Each has the verdict it must get: a code that the template is refused with at upload, a code that its render ends
with, or the text that it prints. The table in docs/probes.md is written from this one: `python -m tests.hostile.table`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.formats import OutputFormat, TemplateFormat


@dataclass(frozen=True, slots=True)
class Probe:
    """A template with data, and its verdict: a code, or '= ' and what comes out."""

    kind: str
    template: str
    verdict: str
    data: Mapping[str, Any] | str = field(default_factory=dict)
    file_name: str | None = None
    output: OutputFormat = OutputFormat.TEXT

    @property
    def json(self) -> bytes:
        """The data as it is sent."""
        return (self.data if isinstance(self.data, str) else json.dumps(self.data)).encode()

    @property
    def format(self) -> TemplateFormat:
        """The format of the template."""
        return TemplateFormat.TEXT if self.output is OutputFormat.TEXT else TemplateFormat.MARKDOWN


_NAMESPACE: Final = "{% set n = namespace(l=[1], m=[1], k=[], s='a') %}"
_DAG: Final = _NAMESPACE + "{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% set n.m = [n.m, n.m] %}{% endfor %}"
_LONG: Final = "{% set s = 'a' * 9000000 %}"
_WIDE: Final = "{% set s = '\U0001f600' * 9000000 %}"
_ITEMS: Final = "{% set l = range(900000) | list %}"
_OBJECT: Final = {"d": {str(number): number for number in range(100_000)}}


def _refused(kind: str, code: str, *templates: str) -> Iterator[Probe]:
    return (Probe(kind, template, code) for template in templates)


def _all() -> Iterator[Probe]:  # noqa: C901, PLR0912  # a table
    yield from _refused(
        "reach objects",
        "forbidden-name",
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ x.__init__.__globals__ }}",
        "{{ x._private }}",
        "{{ _x }}",
        "{{ __builtins__ }}",
        "{{ __import__('os') }}",
        "{{ self }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ joiner() }}",
        "{{ lipsum.__globals__ }}",
        "{{ lipsum() }}",
        "{{ dict(a=1) }}",
        "{{ cycler(1, 2) }}",
        "{{ varargs }}",
        "{{ kwargs }}",
        "{{ super() }}",
        "{% set _x = 1 %}",
        "{% set range = 1 %}",
        "{% set loop = 1 %}",
        "{% macro __m() %}{% endmacro %}",
        "{% for _ in x %}{% endfor %}",
        "{% set n = namespace() %}{% set n.__class__ = 1 %}",
        "{% macro m(__a=1) %}{% endmacro %}",
    )
    yield from _refused(
        "call what is not listed",
        "unknown-method",
        "{{ ''.mro() }}",
        "{{ x.format_map({}) }}",
        "{{ x.encode() }}",
        "{{ x.append(1) }}",
        "{{ x.pop() }}",
        "{{ x.update(a=1) }}",
        "{{ x.clear() }}",
        "{{ x.setdefault('a', 1) }}",
        "{{ x.translate({}) }}",
        "{{ x.expandtabs(9) }}",
        "{{ x.maketrans('a', 'b') }}",
        "{{ x.fromkeys('ab') }}",
    )
    yield from _refused(
        "call what is not listed",
        "unknown-function",
        "{{ open('/etc/hostname') }}",
        "{{ eval('1') }}",
        "{{ exec('1') }}",
        "{{ getattr(x, 'y') }}",
        "{{ get_flashed_messages() }}",
        "{{ url_for('x') }}",
        "{{ config() }}",
        "{{ request() }}",
        "{{ data() }}",
        "{{ writers() }}",
        "{{ s() }}",
        "{{ F_upper(1) }}",
    )
    yield from _refused(
        "call what is not listed",
        "unknown-filter",
        "{{ x | attr('y') }}",
        "{{ x | safe }}",
        "{{ x | tojson }}",
        "{{ x | xmlattr }}",
        "{{ x | urlize }}",
        "{{ x | pprint }}",
        "{{ x | striptags }}",
        "{{ x | random }}",
        "{{ x | map('attr', 'y') }}",
    )
    yield from _refused(
        "call what is not listed",
        "forbidden-call",
        "{{ x()() }}",
        "{{ [x][0]() }}",
        "{{ ''['format']() }}",
        "{{ range(*x) }}",
        "{{ range(**x) }}",
        "{{ x | join(*y) }}",
        "{{ ('a' ~ 'b')() }}",
    )
    yield from _refused(
        "take other templates",
        "forbidden-tag",
        "{% include '/etc/hostname' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
    )
    yield from _refused(
        "switch escaping off",
        "forbidden-tag",
        "{% autoescape false %}{{ x }}{% endautoescape %}",
        "{% filter upper %}x{% endfilter %}",
        "{% set y | upper %}{{ x }}{% endset %}",
    )
    for template, verdict in (
        ("{{ {'items': 1}.items }}", "= 1"),
        ("{{ x.items }}", "= 5"),
        ("{{ x['keys'] }}", "missing-value"),
        ("{{ x.values() | join }}", "= 5"),
        ("{{ x.items() | length }}", "value-error"),
        ("{{ x.get('items') }}", "= 5"),
        ("{{ 'abc'.upper }}", "missing-value"),
        ("{{ [1].copy }}", "missing-value"),
        ("{{ x.upper() }}", "value-error"),
        ("{{ x | map(attribute='__class__') | list | length }}", "= 1"),
        ("{{ [x] | map(attribute='__class__') | first }}", "missing-value"),
        ("{{ [x] | sort(attribute='__class__') | length }}", "= 1"),
        ("{{ [x] | sum(attribute='items') }}", "= 5"),
        ("{{ [x] | map('upper') | first }}", "value-error"),
    ):
        yield Probe("look keys up, nothing else", template, verdict, {"x": {"items": 5}})
    for template, verdict in (
        ("{{ '{0.__class__}'.format(x) }}", "value-error"),
        ("{{ '{0[a]}'.format(x) }}", "value-error"),
        ("{{ '{x.__init__}'.format(x=x) }}", "value-error"),
        ("{{ '{!r}'.format(x) }}", "value-error"),
        ("{{ '{:{}}'.format(x, 9) }}", "value-error"),
        ("{{ '{:>1000000000}'.format(x) }}", "limit-exceeded"),
        ("{{ '{:>0000000001000000000}'.format(x) }}", "limit-exceeded"),
        ("{{ '{:.1000000000f}'.format(1.5) }}", "limit-exceeded"),
        ("{{ '{:.0000000001000000000f}'.format(1.5) }}", "limit-exceeded"),
        ("{{ '{'.format(x) }}", "value-error"),
        ("{{ '{:c}'.format(0) }}", "= "),
        ("{{ '{:c}'.format(55296) }}", "= "),
        ("{{ '{:q}'.format(1) }}", "value-error"),
        ("{{ '%1000000000d' | format(1) }}", "limit-exceeded"),
        ("{{ '%.1000000000f' | format(1) }}", "limit-exceeded"),
        ("{{ '%.0000000001000000000f' | format(1) }}", "limit-exceeded"),
        ("{{ '%*d' | format(1000000000, 1) }}", "limit-exceeded"),
        ("{{ '%s' % x }}", "value-error"),
        ("{{ '%(__class__)s' | format(x=1) }}", "value-error"),
        ("{{ '%c' | format(65) }}", "value-error"),
        ("{{ ('%' ~ '0' * 100000) | format(1) | length }}", "= 100001"),
    ):
        yield Probe("format", template, verdict, {"x": "v"})
    for template in (
        "{{ 'a' * 1000000000 }}",
        "{{ 1000000000 * 'a' }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** (10 ** 10) }}",
        "{{ 2 ** 100000 ** 1000 }}",
        "{{ 'a' * 10 ** 9 * 10 ** 9 }}",
        "{{ range(10 ** 12) | list | length }}",
        "{% if 'a' * 1000000000 %}{% endif %}",
        "{% macro m(x='a' * 1000000000) %}{% endmacro %}{{ m() }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{{ ('a' * 5000000).replace('a', 'b' * 5000000) }}",
        "{{ ('a' * 5000000) | replace('', 'bb') }}",
        "{{ range(900000) | join('x' * 9000) }}",
        "{{ ('x' * 9000).join(range(900000)) }}",
        "{{ 'a' | center(1000000000) }}",
        "{{ 'a'.zfill(1000000000) }}",
        "{{ 'a'.ljust(1000000000) }}",
        "{{ 'a' | indent(1000000000) }}",
        "{{ ('a\n' * 3000000) | indent(900) }}",
        "{{ [1] | batch(1000000000, 1) | length }}",
        "{{ [1] | slice(1000000000, 1) | length }}",
        "{{ ('a' * 3000000) | wordwrap(1) }}",
        "{{ ('!' * 300000) | wordwrap(10) }}",
        "{{ ('a ' * 3000000) | wordwrap(10) }}",
        "{{ ('a' * 9000000) | wordwrap(10, wrapstring='x' * 9000000) }}",
        "{{ ('aa ' * 3000000) | title }}",
    ):
        yield Probe("sizes", template, "limit-exceeded")
    for template in (
        "{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}",
        "{% for i in range(60) %}{% set n.s = n.s.replace('a', 'aa') %}{% endfor %}",
        "{% for i in range(60) %}{% set n.s = n.s.join([n.s, n.s]) %}{% endfor %}",
        "{% for i in range(60) %}{% set n.s = '%s%s' | format(n.s, n.s) %}{% endfor %}",
        "{% for i in range(60) %}{% set n.s = '{0}{0}'.format(n.s) %}{% endfor %}",
        "{% for i in range(60) %}{% set n.c %}{{ n.c }}{{ n.c }}x{% endset %}{% endfor %}",
        "{% for i in range(1000) %}{% set n.k = n.k + ['a' * 9000000] %}{% endfor %}",
        "{% for i in range(1000) %}{% set n.k = n.k + ['\U0001f600' * 9000000] %}{% endfor %}",
        "{% set l = range(900000) | list %}{% for i in range(1000) %}{% set n.k = [n.k, l[:]] %}{% endfor %}",
        "{% set l = range(900000) | list %}{% for i in range(9) %}{% set n.k = [n.k, l | batch(1)] %}{% endfor %}",
        "{% for i in range(500000) %}{% set n.k = [" + "i, " * 1000 + "n.k] %}{% endfor %}",
        "{% for i in range(500000) %}{% set n.k = {'a': n.k, 'b': [i], 'c': [i], 'd': [i]} %}{% endfor %}",
    ):
        yield Probe("growth", _NAMESPACE.replace("k=[]", "k=[], c=''") + template, "limit-exceeded")
    yield Probe("growth", _NAMESPACE + "{% for i in range(9999) %}{% set n.k = [n.k, d.items()] %}{% endfor %}",
                "limit-exceeded", _OBJECT)  # fmt: skip
    yield Probe("growth", _NAMESPACE + "{% for i in range(9999) %}{% set n.k = [n.k, d.copy()] %}{% endfor %}",
                "limit-exceeded", _OBJECT)  # fmt: skip
    for template in (
        "{{ 1 if n.l == n.m }}",
        "{{ 1 if n.l != n.m }}",
        "{{ [n.l].count(n.m) }}",
        "{{ [n.l].index(n.m) }}",
        "{{ n.l in [n.m] * 1000 }}",
        "{{ [n.l] | select('eq', n.m) | list | length }}",
        "{{ [n.l] | select('in', [n.m]) | list | length }}",
        "{{ [n.l, n.m] | sort | length }}",
        "{{ [n.l, n.m] | unique | length }}",
        "{{ [{'a': n.l}, {'a': n.m}] | groupby('a') | length }}",
        "{% for i in [n.l, n.m] %}{{ 1 if loop.changed(i) else 0 }}{% endfor %}",
    ):
        yield Probe("values that are trees of 2^60 leaves", _DAG + template, "limit-exceeded")
    for template, verdict in (
        ("{{ n.l }}", "unprintable-value"),
        ("{{ n.l ~ '' }}", "unprintable-value"),
        ("{{ x[n.l] }}", "missing-value"),
        ("{{ [{}] | map(attribute=n.l) | list | length }}", "value-error"),
        ("{{ [{}] | sort(attribute=n.l) | length }}", "value-error"),
        ("{{ [n.l] | join }}", "unprintable-value"),
    ):
        yield Probe("values that are trees of 2^60 leaves", _DAG + template, verdict, {"x": {}})
    for template in (
        "{% for i in range(1000000) %}{% if s | upper == 'x' %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if s.count('b') %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if 'b' in s %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if s < s ~ 'a' %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if s ~ 'a' == s ~ 'b' %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if s is lower %}{% endif %}{% endfor %}",
        "{% for i in range(1000000) %}{% if s | trim('a') %}{% endif %}{% endfor %}",
        "{{ s.rfind('ab' ~ s) }}",
        "{{ s.rsplit('ab' ~ s) | length }}",
        "{{ s.rpartition('ab' ~ s) | length }}",
        "{{ s.strip('b' * 9000000 ~ 'a') | length }}",
        "{{ s | trim('b' * 9000000 ~ 'a') | length }}",
        "{{ ([s] * 10000) | sort | length }}",
        "{{ ([s] * 10000) | unique | length }}",
        "{{ ([s] * 10000) | min }}",
        "{{ ([s] * 10000) | map('upper') | list | length }}",
        "{{ (s ~ 'b') in [s ~ 'c'] * 900000 }}",
        "{% for c in s %}{% endfor %}",
        "{{ s | list | length }}",
        "{{ s.split('a') | length }}",
        "{{ ('a\n' * 4000000).splitlines() | length }}",
        "{{ ('a ' * 4000000).split() | length }}",
    ):
        yield Probe("long texts, passed again and again", _LONG + template, "limit-exceeded")
    for template in (
        "{% for c in s %}{% endfor %}",
        "{{ s | list | length }}",
        "{{ s | sort | length }}",
        "{% for i in range(100) %}{{ s }}{% endfor %}",
    ):
        yield Probe("long texts, passed again and again", _WIDE + template, "limit-exceeded")
    for template in (
        "{% set a = range(900000) | list %}{% for i in range(1000) %}{% if a == l %}{% endif %}{% endfor %}",
        "{% for i in range(1000) %}{% if 'x' in l %}{% endif %}{% endfor %}",
        "{% for i in range(1000) %}{% if l.count(1) %}{% endif %}{% endfor %}",
        "{% for i in range(1000) %}{% if l | sum %}{% endif %}{% endfor %}",
        "{{ l | sort | sort | sort | length }}",
        "{{ l | map('wordwrap', 5) | list | length }}",
        "{{ l | map('string') | map('title') | list | length }}",
        "{{ l | groupby('a') | length }}",
        "{{ l | batch(1) | batch(1) | batch(1) | length }}",
        "{% for i in l %}{% for j in l %}x{% endfor %}{% endfor %}",
        "{% for i in l %}{{ 1.000000001 ** 99999999.5 }}{% endfor %}",
        "{% set a = 10 ** 499 + 1 %}{% for i in l %}{% if a * a %}{% endif %}{% endfor %}",
        "{% set a = 10 ** 499 * 1.5 %}{% for i in l %}{% if a * a %}{% endif %}{% endfor %}",
        "{% for i in l %}{% if " + " ~ ".join(["i"] * 1000) + " %}{% endif %}{% endfor %}",
        "{% for i in l %}{% if " + " + ".join(["i"] * 50) + " %}{% endif %}{% endfor %}",
        "{% macro m() %}" + "{% if l %}{% endif %}" * 3000 + "{% endmacro %}{% for i in l %}{{ m() }}{% endfor %}",
        "{% for i in l %}{{ 'a' + 1 }}{% endfor %}",
        "{% for i in l %}{{ nope[i] }}{% endfor %}",
        "{% for i in l %}{{ i }}{{ i }}{{ i }}{% endfor %}",
    ):
        yield Probe("loops", _ITEMS + template, "limit-exceeded")
    for template in (
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{% endcall %}{% endmacro %}{{ f() }}",
        "{% macro f(x) %}{{ x(x) }}{% endmacro %}{{ f(f) }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% for i in [1, 2] recursive %}{{ loop([1, 2]) }}{{ loop([1, 2]) }}{% endfor %}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    ):
        yield Probe("calls without an end", template, "limit-exceeded")
    for template in (
        "{% for i in range(400000) %}" + "x" * 1000 + "{% endfor %}",
        "{% for i in range(100000) %}{% if true %}" + "x" * 1000 + "{% endif %}{% endfor %}",
        "{% set t %}{% for i in range(100000) %}xxxxxxxxxx{% endfor %}{% endset %}{{ t }}" * 60,
        "{% macro m() %}" + "x" * 20000 + "{% endmacro %}{% for i in range(100000) %}{{ m() }}{% endfor %}",
        "{% for i in range(100000) %}{{ x }}{% endfor %}",
        "{% for i in range(100000) %}{{ y }}{% endfor %}",
        "{{ x }}" * 6000,
    ):
        yield Probe("output", template, "limit-exceeded", {"x": "&" * 20_000, "y": "\U0001f600" * 20_000})
    for template in (
        "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
        "{{ " + "[" * 10_000 + " }}",
        "{{ " + "-" * 10_000 + "1 }}",
        "{{ " + "not " * 5_000 + "1 }}",
        "{{ a" + ".b" * 10_000 + " }}",
        "{{ a" + "[0]" * 9_000 + " }}",
        "{{ a" + " | upper" * 3_000 + " }}",
        "{{ " + "a and " * 5_000 + "a }}",
        "{{ " + "a if b else " * 2_000 + "a }}",
        "{{ " + "2 ** " * 5_000 + "2 }}",
        "{{ " + "a ~ " * 9_999 + "a }}" + "{{ " + "a ~ " * 20_000 + "a }}",
        "{{ " + "a < " * 9_999 + "a }}" + "{{ " + "a < " * 9_999 + "a }}" * 9,
        "{{ a" + " + a" * 20_000 + " }}",
        "{{ [" + "a, " * 20_000 + "] }}",
        "{% if x %}" * 2_000 + "{% endif %}" * 2_000,
        "{% for i in x %}" * 9 + "{% endfor %}" * 9,
        "{% if x %}" + "{% elif x %}" * 20_000 + "{% endif %}",
        "{% if x %}" + "{% elif x %}" * 600 + "{% endif %}",
        "{{ a }}" * 30_000,
        "{{ " + "9" * 1_001 + " }}",
        "{{ 0x" + "f" * 5_000 + " }}",
        "{{ 1e999999999 }}",
        "{{ 1." + "9" * 5_000 + " }}",
        "{{ '" + "a" * 20_001 + "' }}",
        "{# " + "a" * 40_000 + " #}",
        "{% macro m(" + ", ".join(f"a{n}" for n in range(40_000)) + ") %}{% endmacro %}",
    ):
        yield Probe("templates too complex", template, "template-too-complex")
    for template, code in (
        ("{{ range(a=1, a=2) }}", "wrong-arguments"),
        ("{{ x | join(d=1, d=2) }}", "wrong-arguments"),
        ("{{ m(caller=1) }}{% macro m() %}{% endmacro %}", "wrong-arguments"),
        ("{{ '\\x00' }}", "control-character"),
        ("a\x00b", "control-character"),
        ("{{ 'a' }", "unclosed-tag"),
        ("{% for x in y %}", "unclosed-block"),
        ("{% endfor %}", "stray-tag"),
        ("{% break %}", "stray-tag"),
        ("{{ a && b }}", "syntax-error"),
        ("{{ '" + "\\'" * 20_000, "unclosed-tag"),
        ("{{ '" * 20_000, "unclosed-tag"),
        ("{{" * 50_000, "unclosed-tag"),
        ("{% raw %}" * 20_000, "unclosed-block"),
    ):
        yield Probe("broken templates", template, code)
    for template, verdict in (
        ("{{ {[1]: 2} }}", "value-error"),
        ("{{ 1 / 0 }}", "division-by-zero"),
        ("{{ 1 % 0 }}", "division-by-zero"),
        ("{{ 0 ** -1 }}", "division-by-zero"),
        ("{{ 'a' + 1 }}", "value-error"),
        ("{{ -'a' }}", "value-error"),
        ("{{ 'a' < 1 }}", "value-error"),
        ("{{ a.b.c }}", "missing-value"),
        ("{% for i in 5 %}{% endfor %}", "value-error"),
        ("{% set n = namespace() %}{% set n.n = n %}{{ [n] == [n] }}", "value-error"),
        ("{% set n = namespace(l=[]) %}{% set n.l = [n.l] %}{{ n.l | sort | length }}", "= 1"),
        ("{% set a = {} %}{% set a.b = 1 %}", "value-error"),
    ):
        yield Probe("broken values", template, verdict)
    for text, verdict in (
        ("{{ 7 * 7 }}", "= {{ 7 * 7 }}"),
        ("{% for i in x %}", "= {% for i in x %}"),
        ("{{ ''.__class__ }}", "= {{ ''.__class__ }}"),
        ("<script>&amp;", "= <script>&amp;"),
        ("a\x00b\x1b[0mc", "= ab[0mc"),
        ("\ue0000\ue001", "= \ue0000\ue001"),
    ):
        yield Probe("data that looks like a template", "{{ x }}", verdict, {"x": text})
    for text, verdict in (
        ("[click](javascript:x)", "= \\[click\\](javascript:x)"),
        ("<img src=x onerror=alert(1)>", "= \\<img src=x onerror=alert(1)>"),
        ("# a", "= \\# a"),
    ):
        yield Probe("data that looks like markup", "{{ x }}", verdict, {"x": text}, output=OutputFormat.MARKDOWN)
    for text in (
        "not json",
        '{"x": NaN}',
        '{"x": Infinity}',
        '{"x": 1, "x": 2}',
        '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"x": ' + "9" * 5_000 + "}",
        '{"x": 1.' + "9" * 5_000_000 + "e}",
        '{"x": "\\ud800"}',
        "[1]",
        "1",
        '{"x": 1}}',
        '{"x": 01}',
        "{'x': 1}",
        '{"x": 1,}',
        '{"x": "\n"}',
    ):
        yield Probe("data", "{{ x }}", "data-*", text)
    for text in (
        '{"x": [' + "[]," * 2_000_000 + "[]]}",
        '{"x": [' + "{}," * 2_000_000 + "{}]}",
        '{"x": [' + "0.1," * 2_000_000 + "0.1]}",
        '{"x": "' + "a" * 17_000_000 + '"}',
    ):
        yield Probe("data", "{{ x | length }}", "limit-exceeded", text)
    yield Probe("data", "{{ x | length }}", "= 7000000", '{"x": "' + "\\n" * 7_000_000 + '"}')
    yield Probe("data", "{{ x | length }}", "= 7000000", '{"x": "' + ",[" * 3_500_000 + '"}')
    for name in ("{{ ''.__class__ }}", "{% include 'x' %}", "{{ x | safe }}", "{{", "{% for %}"):
        yield Probe("file names", "x", "*", {"x": "v"}, name)
    for name in (
        "{{ 'a' * 9000000 }}",
        "{{ 'a' * 1000000000 }}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "a" * 9999,
    ):
        yield Probe("file names", "x", "limit-exceeded", {"x": "v"}, name)


PROBES: Final = tuple(_all())
