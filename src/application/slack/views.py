"""Views and messages that are no forms."""

from collections.abc import Sequence
from typing import Any

from application.slack.names import AGAIN, AS, EDIT, LOADING, PICK, PICKER
from application.slack.texts import say
from application.slack_forms.blocks import button
from application.slack_forms.limits import OPTION_TEXT, PLACEHOLDER, SECTION_TEXT, VIEW_BUTTON, VIEW_TITLE
from application.slack_forms.texts import Block, mrkdwn, one_line, plain
from domain.template import Template


def _modal(locale: str, draft_id: str, callback_id: str, blocks: Sequence[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": draft_id,
        "title": plain(say(locale, "title"), VIEW_TITLE),
        "close": plain(say(locale, "close"), VIEW_BUTTON),
        "blocks": list(blocks),
    }


def loading_view(draft_id: str, locale: str = "en") -> Block:
    """Return what is shown until the form is there."""
    return _modal(locale, draft_id, LOADING, [{"type": "section", "text": plain(say(locale, "loading"), SECTION_TEXT)}])


def picker_view(draft_id: str, locale: str = "en") -> Block:
    """Return the menu of templates."""
    menu = {
        "type": "external_select",
        "action_id": PICK,
        "placeholder": plain(say(locale, "pick-placeholder"), PLACEHOLDER),
        "min_query_length": 0,
        "focus_on_load": True,
    }
    block = {"type": "section", "block_id": "pick", "text": plain(say(locale, "pick"), SECTION_TEXT), "accessory": menu}
    return _modal(locale, draft_id, PICKER, [block])


def told_view(text: str, locale: str = "en") -> Block:
    """Return a view with one sentence (mrkdwn)."""
    return _modal(locale, "", LOADING, [{"type": "section", "text": mrkdwn(text, SECTION_TEXT)}])


def option_of(template: Template) -> Block:
    """Return a template as an item of the menu."""
    return {"text": plain(one_line(template.name), OPTION_TEXT), "value": template.id}


def document_buttons(locale: str, delivery_id: str, others: Sequence[str]) -> Block:
    """Return the buttons below a document; `others` are the other formats that it could have."""
    buttons = [
        button(AGAIN, delivery_id, say(locale, "again")),
        button(EDIT, delivery_id, say(locale, "edit")),
        *(button(f"{AS}:{output}", f"{delivery_id} {output}", _other_format(locale, output)) for output in others),
    ]
    return {"type": "actions", "elements": buttons}


def _other_format(locale: str, output: str) -> str:
    return say(locale, "as", output=say(locale, f"output-{output}"))


def message(text: str, *more: Block) -> dict[str, Any]:
    """Return a message of one paragraph (mrkdwn) and further blocks, with the text for notifications."""
    return {"text": text, "blocks": [{"type": "section", "text": mrkdwn(text, SECTION_TEXT)}, *more]}
