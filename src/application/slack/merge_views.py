"""What is shown of a mail merge."""

from dataclasses import dataclass
from typing import Final

from application.slack.library_texts import say
from application.slack.names import MERGE_CANCEL, MERGE_PICK, MERGE_START, MERGE_VIEW
from application.slack_forms.blocks import button
from application.slack_forms.limits import HINT, LABEL, PLACEHOLDER, SECTION_TEXT, VIEW_BUTTON, VIEW_TITLE
from application.slack_forms.texts import Block, escaped, mrkdwn, plain
from application.use_cases.check_rows import RowsReport
from domain.batch import Batch
from domain.exact_json import write_exact

TOLD: Final = 10
_KINDS: Final = ("csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Table:
    """A table in Slack, and the template that it is for, as it was checked."""

    file: str
    name: str
    template: str
    version: int = 0

    @property
    def value(self) -> str:
        """What a button carries."""
        return write_exact({name: getattr(self, name) for name in ("file", "name", "template", "version")})


def merge_view(locale: str) -> Block:
    """Return the window that takes a template and a table."""
    menu = {
        "type": "external_select",
        "action_id": MERGE_PICK,
        "min_query_length": 0,
        "placeholder": plain(say(locale, "merge-pick"), PLACEHOLDER),
    }
    file = {"type": "file_input", "action_id": "value", "filetypes": list(_KINDS), "max_files": 1}
    return {
        "type": "modal",
        "callback_id": MERGE_VIEW,
        "title": plain(say(locale, "merge-title"), VIEW_TITLE),
        "submit": plain(say(locale, "upload"), VIEW_BUTTON),
        "close": plain(say(locale, "cancel"), VIEW_BUTTON),
        "blocks": [
            {
                "type": "input",
                "block_id": "template",
                "label": plain(say(locale, "upload-file"), LABEL),
                "element": menu,
            },
            {
                "type": "input",
                "block_id": "rows",
                "label": plain(say(locale, "merge-rows"), LABEL),
                "hint": plain(say(locale, "merge-rows-hint"), HINT),
                "element": file,
            },
        ],
    }


def report_of(locale: str, wanted: Table, report: RowsReport) -> tuple[str, list[Block]]:
    """Return the sentence and the blocks that tell of a check."""
    fits = report.total - report.failed
    known = {"file": escaped(wanted.name), "template": escaped(report.template.name), "total": report.total}
    text = say(locale, "merge-report" if report.failed else "merge-all-fit", fits=fits, failed=report.failed, **known)
    blocks = _problems(locale, report)
    if report.ignored:
        ignored = say(locale, "merge-ignored", columns=", ".join(map(escaped, report.ignored[:TOLD])))
        blocks.append({"type": "section", "text": mrkdwn(ignored, SECTION_TEXT)})
    buttons = [button(MERGE_CANCEL, "-", say(locale, "cancel"))]
    if fits:
        start = button(MERGE_START, wanted.value, say(locale, "merge-start", count=fits))
        buttons.insert(0, {**start, "style": "primary"})
    return text, [*blocks, {"type": "actions", "elements": buttons}]


def _problems(locale: str, report: RowsReport) -> list[Block]:
    if not report.problems:
        return []
    lines = [
        say(
            locale,
            "merge-problem",
            row=each.row,
            column=f" {escaped(each.column)}:" if each.column else "",
            problem=escaped(f"{each.message}. {each.suggestion or ''}".strip()),
        )
        for each in report.problems[:TOLD]
    ]
    more = [say(locale, "more", count=report.failed - TOLD)] if report.failed > TOLD else []
    return [{"type": "section", "text": mrkdwn("\n".join([*lines, *more]), SECTION_TEXT)}]


def progress_of(locale: str, batch: Batch) -> str:
    """Say how far a batch is."""
    done = batch.succeeded + batch.failed
    return say(locale, "merge-progress", template=escaped(batch.template_slug), done=done, total=batch.total)


def end_of(locale: str, batch: Batch) -> str:
    """Say what became of a batch."""
    key = "merge-end-failed" if batch.failed else "merge-end"
    template = escaped(batch.template_slug)
    return say(locale, key, template=template, made=batch.succeeded, failed=batch.failed, batch=batch.id)
