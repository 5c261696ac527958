"""The forms of the examples, as Slack gets them: `python -m tests.unit.application.slack.example_views` writes them.

Each view is a file in docs/how-to/slack-views, ready for Slack's Block Kit Builder; docs/how-to/slack.md lists them.
"""

import asyncio
import json
import re
from pathlib import Path
from typing import Any, Final

from application.slack_forms.forms import Form
from application.slack_forms.started import started
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.validate_template import ValidateTemplateCommand
from domain.schema import JsonObject
from entrypoints.local import build_local

_ROOT: Final = Path(__file__).parents[4]
FOLDER: Final = _ROOT / "docs" / "how-to" / "slack-views"
HOW_TO: Final = _ROOT / "docs" / "how-to" / "slack.md"
EXAMPLES: Final = ("invoice.docx", "meeting-minutes.md", "offer-letter.docx", "payment-reminder.txt")
_LIST: Final = re.compile(r"(?<=<!-- views -->\n).*?(?=<!-- end of views -->)", re.DOTALL)


async def schemas() -> dict[str, JsonObject]:
    """Return the schemas of the examples by their names."""
    local, found = build_local(), {}
    for name in EXAMPLES:
        content = (_ROOT / "examples" / name).read_bytes()
        report = await local.validate_template(ValidateTemplateCommand(TemplateUpload(name, content)))
        found[name.partition(".")[0]] = report.schema
    return found


def views(found: dict[str, JsonObject]) -> dict[str, dict[str, Any]]:
    """Return each page of the forms of new documents by the name of its file."""
    made = {}
    for name, schema in found.items():
        form = Form(schema, started(schema, {}), title=name.replace("-", " ").capitalize())
        for number in range(len(form.pages())):
            made[f"{name}-{number + 1}.json"] = form.view(number, "sld_0123456789abcdef0123456789abcdef")
    return made


def listed(made: dict[str, dict[str, Any]]) -> str:
    """Write the list of the views as Markdown."""
    lines = ["| example | view | blocks |", "|---|---|---:|"]
    for name, view in made.items():
        example = next(each for each in EXAMPLES if each.startswith(name.rpartition("-")[0]))
        link = f"[{name}](slack-views/{name})"
        lines.append(f"| [{example}](../../examples/{example}) | {link} | {len(view['blocks'])} |")
    return "\n".join(lines) + "\n"


def text_of(view: dict[str, Any]) -> str:
    """Write a view as its file has it."""
    return json.dumps(view, indent=1, ensure_ascii=False) + "\n"


def with_list(text: str, made: dict[str, dict[str, Any]]) -> str:
    """Return the how-to with this list."""
    return _LIST.sub(lambda _: listed(made), text)


def main() -> None:
    """Write the files."""
    made = views(asyncio.run(schemas()))
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, view in made.items():
        (FOLDER / name).write_text(text_of(view), encoding="utf-8")
    HOW_TO.write_text(with_list(HOW_TO.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
