"""Parts that views and messages are made of."""

from application.slack_forms.limits import BUTTON_TEXT
from application.slack_forms.texts import Block, plain


def button(action_id: str, value: str, text: str, style: str | None = None) -> Block:
    """Return a button; `style` is "primary" or "danger"."""
    shown: Block = {"type": "button", "action_id": action_id, "value": value, "text": plain(text, BUTTON_TEXT)}
    return shown if style is None else {**shown, "style": style}
