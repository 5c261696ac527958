"""Templates of plain text for the tests of the language: compiled and rendered as the service does it."""

import json
from datetime import UTC, datetime
from typing import Any

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from domain.diagnostics import Diagnostic
from domain.errors import DiagnosedError
from domain.formats import OutputFormat, TemplateFormat, outputs_of
from domain.render_request import MissingPolicy, RenderOptions

NOW = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


def options_for(template_format: TemplateFormat, **fields: Any) -> RenderOptions:
    """Give options with the format's default output."""
    defaults = {"output": outputs_of(template_format)[0], "locale": "en-US", "timezone": "UTC", "now": NOW}
    return RenderOptions(**{**defaults, **fields})


def compiled(template: str, template_format: TemplateFormat = TemplateFormat.TEXT) -> CompiledTemplate:
    """Compile a template from its text."""
    return compile_template(template_format, template.encode())


def render(
    template: str,
    data: Any = None,
    *,
    template_format: TemplateFormat = TemplateFormat.TEXT,
    missing: MissingPolicy = MissingPolicy.ERROR,
    limits: Limits = DEFAULT_LIMITS,
    **fields: Any,
) -> str:
    """Render a template with data (an object, or JSON text as it is)."""
    text = data if isinstance(data, str) else json.dumps(data or {})
    program = compile_template(template_format, template.encode(), limits)
    options = options_for(template_format, missing=missing, **fields)
    return render_template(program, text.encode(), options).content.decode()


def render_html(template: str, data: Any = None, **fields: Any) -> str:
    """Render a Markdown template to HTML."""
    return render(template, data, template_format=TemplateFormat.MARKDOWN, output=OutputFormat.HTML, **fields)


def complaints(template: str, data: Any = None, **fields: Any) -> tuple[Diagnostic, ...]:
    """Return the diagnostics of a render that fails."""
    try:
        done = render(template, data, **fields)
    except DiagnosedError as error:
        return error.diagnostics
    raise AssertionError(f"this should have failed, and gave {done!r}")


def codes(template: str, data: Any = None, **fields: Any) -> list[str]:
    """Return the codes of a render that fails."""
    return [found.code for found in complaints(template, data, **fields)]


def placeholders(template: str) -> list[str]:
    """Write what a template needs as 'path:kind', with '!' where it is required."""
    found = compiled(template).placeholders
    return [f"{each.path}:{each.kind}{'!' if each.required else ''}" for each in found]
