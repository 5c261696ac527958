"""What is shown of templates."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.slack.library_texts import say
from application.slack.names import TEMPLATE_VIEW
from application.slack_forms.limits import HINT, LABEL, SECTION_TEXT, VIEW_BUTTON, VIEW_TITLE
from application.slack_forms.texts import Block, escaped, mrkdwn, one_line, plain
from application.use_cases.validate_template import TemplateReport
from domain.diagnostics import Diagnostic, Severity
from domain.placeholder import Placeholder

_LONGEST: Final = 100
_FINDINGS: Final = 10
_PLACEHOLDERS: Final = 40
_SIGNS: Final = {
    Severity.ERROR: ":red_circle:",
    Severity.WARNING: ":large_yellow_circle:",
    Severity.INFO: ":information_source:",
}


def upload_view(locale: str) -> Block:
    """Return the window that takes a template."""
    kinds = ["docx", "md", "markdown", "txt"]
    file = {"type": "file_input", "action_id": "value", "filetypes": kinds, "max_files": 1}
    name = {"type": "plain_text_input", "action_id": "value", "max_length": _LONGEST}
    return {
        "type": "modal",
        "callback_id": TEMPLATE_VIEW,
        "title": plain(say(locale, "upload-title"), VIEW_TITLE),
        "submit": plain(say(locale, "upload"), VIEW_BUTTON),
        "close": plain(say(locale, "cancel"), VIEW_BUTTON),
        "blocks": [
            _input("file", say(locale, "upload-file"), say(locale, "upload-file-hint"), file),
            {**_input("name", say(locale, "upload-name"), say(locale, "upload-name-hint"), name), "optional": True},
        ],
    }


def _input(block_id: str, label: str, hint: str, element: Mapping[str, Any]) -> Block:
    texts = {"label": plain(label, LABEL), "hint": plain(hint, HINT)}
    return {"type": "input", "block_id": block_id, **texts, "element": dict(element)}


def findings(report: TemplateReport, locale: str) -> list[Block]:
    """Return what was found in a template, with the places."""
    if not report.diagnostics:
        return []
    lines = [_finding(each, locale) for each in report.diagnostics[:_FINDINGS]]
    return _section(say(locale, "findings"), lines, len(report.diagnostics) - _FINDINGS, locale)


def _finding(found: Diagnostic, locale: str) -> str:
    words = f" “{escaped(one_line(found.snippet))}”" if found.snippet else ""
    place = f" ({escaped(str(found.location))}{words})" if found.location else ""
    advice = f" {escaped(found.suggestion)}" if found.suggestion else ""
    message_ = escaped(found.message)
    return say(locale, "finding", sign=_SIGNS[found.severity], message=message_, place=place, advice=advice)


def asked_for(placeholders: Sequence[Placeholder], locale: str) -> list[Block]:
    """Return what a template asks for."""
    if not placeholders:
        return [{"type": "section", "text": plain(say(locale, "no-placeholders"), SECTION_TEXT)}]
    optional = f", {say(locale, 'optional')}"
    lines = [
        f"• {escaped(each.path)}: {each.kind.replace('_', ' ')}{'' if each.required else optional}"
        for each in placeholders[:_PLACEHOLDERS]
    ]
    return _section(say(locale, "placeholders"), lines, len(placeholders) - _PLACEHOLDERS, locale)


def _section(title: str, lines: Sequence[str], more: int, locale: str) -> list[Block]:
    rest = [say(locale, "more", count=more)] if more > 0 else []
    return [{"type": "section", "text": mrkdwn("\n".join([title, *lines, *rest]), SECTION_TEXT)}]
