"""Identifiers: a prefix that says of what, and a UUIDv7 in 32 hexadecimal digits that sorts by time of creation."""

import re
from typing import Final, NewType

WorkspaceId = NewType("WorkspaceId", str)
TemplateId = NewType("TemplateId", str)
RenderId = NewType("RenderId", str)
BatchId = NewType("BatchId", str)
ApiKeyId = NewType("ApiKeyId", str)
AuditEventId = NewType("AuditEventId", str)
JobId = NewType("JobId", int)
WebhookId = NewType("WebhookId", str)
DeliveryId = NewType("DeliveryId", str)
EventId = NewType("EventId", str)
SlackIntentId = NewType("SlackIntentId", str)
SlackDraftId = NewType("SlackDraftId", str)
SlackDeliveryId = NewType("SlackDeliveryId", str)
Slug = NewType("Slug", str)

WORKSPACE_PREFIX: Final = "wsp"
TEMPLATE_PREFIX: Final = "tpl"
RENDER_PREFIX: Final = "rnd"
BATCH_PREFIX: Final = "bat"
API_KEY_PREFIX: Final = "key"
AUDIT_EVENT_PREFIX: Final = "aud"
WEBHOOK_PREFIX: Final = "whk"
DELIVERY_PREFIX: Final = "dlv"
EVENT_PREFIX: Final = "evt"
SLACK_INTENT_PREFIX: Final = "sli"
SLACK_DRAFT_PREFIX: Final = "sld"
SLACK_DELIVERY_PREFIX: Final = "slm"

_ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}")


def is_id(text: str, prefix: str) -> bool:
    """Tell whether the text has the form of an identifier with this prefix."""
    return text.startswith(prefix + "_") and _ID.fullmatch(text) is not None
