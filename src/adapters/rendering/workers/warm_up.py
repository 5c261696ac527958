"""Loading before any worker is forked what a render may need: workers share it, and open next to nothing later."""

import codecs
import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Final

from adapters.rendering.engine import compile_template, render_template, validate_template
from adapters.rendering.language.limits import Limits
from domain.errors import DocGenError
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.render_request import RenderOptions

_CODECS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "ascii", "idna")
_TEXT: Final = """\
{% for item in items %}{{ loop.index }} {{ item.name | upper }} {{ item.price * 1.5 }} {{ item.when | default("-") }}
{% else %}-{% endfor %}{% if name %}{{ name }}{% endif %} {{ now }} {{ "%.2f" % total }} {{ total | round(1) }}
{% if total %}{{ "2026-01-31" | date }} {{ now | datetime("full") }} {{ "10:00" | time }} {{ total | number(2) }}
{{ total | percent }} {{ total | currency("EUR") }} {{ 12 | spell }} {{ 3 | ordinal }} {{ 3 | plural("a", "b") }}
{{ "2026-01-31" | date(locale="en") }} {{ 12 | spell(locale="en") }}
{{ total | word_number("0.0") }} {{ "2026-01-31" | word_date("d MMMM") }}{% endif %}
{% set x = name ~ "!" %}{% macro m(a) %}{{ a }}{% endmacro %}{{ m(x) }} {{ items | join(", ", attribute="name") }}
{{ "# *a*" | markdown }} {{ "<ul><li>&lt;" | html }}
{{ now | datetime("full") }} {{ total | currency("EUR") }} {{ total | percent }} {{ 1 | ordinal }} {{ 2 | spell }}
{{ 2 | plural("day", "days") }} {{ now | date("d MMMM yyyy", locale="en") }}
"""
_TITLE: Final = "# Title\n\n| a | b |\n|---|---|\n| *1* | 2 |\n\n"
_BROKEN: Final = "{% for x in %}{{ a | nothing }}{{ 'a' + 1 }}"
# One pixel as WebP: converting it loads what decodes and packs images.
_WEBP: Final = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA4AAAAvAAAAAAcQEf0PRET/Aw=="
# A drawing with a text: drawing it loads what draws, and its fonts.
_SVG: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'%3E%3Ctext%3Ea%3C/text%3E%3C/svg%3E"
)
_DATA: Final = {
    "drawing": {"$image": _SVG},
    "logo": {"$image": _WEBP},
    "name": "Ada & <Bob>",
    "total": 1.5,
    "items": [{"name": "é", "price": 2.25}],
}
_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"


def warm_up(limits: Limits) -> None:
    """Compile, validate and render a template of each format, a broken one too."""
    for name in _CODECS:
        codecs.lookup(name)
    files = {
        TemplateFormat.TEXT: (_TEXT.encode(), _BROKEN.encode()),
        TemplateFormat.MARKDOWN: ((_TITLE + _TEXT).encode(), _BROKEN.encode()),
        TemplateFormat.DOCX: (
            _word_file(_TEXT + "{{ logo }}{{ drawing }}{{ name | qrcode }}{{ total | barcode }}"),
            _word_file(_BROKEN),
        ),
    }
    _try_document(limits)
    for template_format, (good, broken) in files.items():
        for output in outputs_of(template_format):
            _try(template_format, good, output, limits)
            _try(template_format, broken, output, limits)


def _try(template_format: TemplateFormat, file: bytes, output: OutputFormat, limits: Limits) -> None:
    options = RenderOptions(output, "de-DE", "Europe/Berlin", datetime(2026, 1, 31, tzinfo=UTC), file_name="{{ name }}")
    compiled = compile_template(template_format, file, limits)
    for data in (json.dumps(_DATA).encode(), b"{}", b"{"):
        validate_template(compiled, data, options)
        try:
            render_template(compiled, data, options)
        except DocGenError:
            continue  # these inputs are made to fail: errors load modules too


def _try_document(limits: Limits) -> None:
    """Put a document into a document."""
    options = RenderOptions(OutputFormat.DOCX, "de-DE", "Europe/Berlin", datetime(2026, 1, 31, tzinfo=UTC))
    file, data = _word_file("{{ a }}"), b'{"a": {"$document": {"template": "a", "data": {"a": 1}}}}'
    render_template(
        compile_template(TemplateFormat.DOCX, file, limits), data, options, {"template:a": _word_file("{{ a }} ")}
    )


def _word_file(text: str) -> bytes:
    """Return a Word file with a paragraph a line, and a table (ECMA-376, part 1, section 17.2)."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in escaped.splitlines())
    table = f"<w:tbl><w:tr><w:tc>{paragraphs}</w:tc></w:tr></w:tbl>"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_WORD}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_NAMESPACE}"><w:body>{paragraphs}{table}</w:body></w:document>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
