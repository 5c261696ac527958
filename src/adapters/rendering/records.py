"""Compiled templates as bytes, for a store that nobody else can write to: they hold code."""

import marshal
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
from typing_extensions import Buffer

from adapters.rendering.compiled import CompiledTemplate, Program
from adapters.rendering.language.fields import Field
from adapters.rendering.language.limits import Limits
from adapters.rendering.language.segments import Tag
from domain.data_path import Each
from domain.diagnostics import Diagnostic
from domain.formats import TemplateFormat
from domain.placeholder import Placeholder, PlaceholderKind

Loader = Callable[[Any], Program]


def _docx() -> Loader:
    from adapters.rendering.docx.program import DocxProgram  # noqa: PLC0415  # as in engine.py

    return DocxProgram.of_record


def _markdown() -> Loader:
    from adapters.rendering.markdown.template import MarkdownProgram  # noqa: PLC0415  # as above

    return MarkdownProgram.of_record


def _text() -> Loader:
    from adapters.rendering.text.template import TextProgram  # noqa: PLC0415  # as above

    return TextProgram.of_record


_LOADERS: Final[dict[TemplateFormat, Callable[[], Loader]]] = {
    TemplateFormat.DOCX: _docx,
    TemplateFormat.MARKDOWN: _markdown,
    TemplateFormat.TEXT: _text,
}
_FINDINGS: Final = msgspec.msgpack.Decoder(tuple[Diagnostic, ...])
_PLACEHOLDERS: Final = msgspec.msgpack.Decoder(tuple[Placeholder, ...])


def dump_template(compiled: CompiledTemplate) -> bytes:
    """Return a compiled template as bytes; it has a program and a format.

    The same Python and the same version of the engine can load them, and no other (see marshal).
    """
    if compiled.program is None or compiled.format is None:
        raise ValueError("only a template that can be rendered is kept")
    encode = msgspec.msgpack.encode
    known = encode(compiled.diagnostics), encode(compiled.placeholders), list(map(_packed, compiled.fields))
    return marshal.dumps((str(compiled.format), *known, compiled.program.record()))


def load_template(record: Buffer, limits: Limits) -> CompiledTemplate:
    """Make a compiled template of its bytes, which must come from `dump_template`: whoever made them can run code."""
    name, diagnostics, placeholders, fields, program = marshal.loads(record)  # noqa: S302  # see above
    template_format = TemplateFormat(name)
    return CompiledTemplate(
        _LOADERS[template_format]()(program),
        _FINDINGS.decode(diagnostics),
        _PLACEHOLDERS.decode(placeholders),
        template_format,
        limits,
        tuple(map(_unpacked, fields)),
    )


def _packed(field: Field) -> tuple[Any, ...]:
    steps = [(step.name,) if isinstance(step, Each) else step for step in field.steps]
    default = (_plain(field.default),) if field.has_default else ()
    tag = msgspec.msgpack.encode(field.tag)
    return steps, str(field.kind), tag, field.required, _plain(field.rules), _plain(field.texts), *default


def _unpacked(record: tuple[Any, ...]) -> Field:
    steps, kind, tag, required, rules, texts, *default = record
    return Field(
        tuple(Each[step[0]] if isinstance(step, tuple) else step for step in steps),
        PlaceholderKind(kind),
        msgspec.msgpack.decode(tag, type=Tag),
        required,
        _value(rules),
        _value(texts),
        *map(_value, default),
    )


def _plain(value: Any) -> Any:
    """Write a JSON value so that marshal can keep it: an exact number as the one text in a tuple."""
    if isinstance(value, Decimal):
        return (str(value),)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return list(map(_plain, value)) if isinstance(value, list) else value


def _value(plain: Any) -> Any:
    if isinstance(plain, tuple):
        return Decimal(plain[0])
    if isinstance(plain, dict):
        return {key: _value(each) for key, each in plain.items()}
    return list(map(_value, plain)) if isinstance(plain, list) else plain
