"""Domain objects for tests, complete and plausible; a test names only what it is about.

Every call makes a new identifier, later ones sorting behind earlier ones. Any field can be given by its name:
`a_template(slug="invoice", status=TemplateStatus.ARCHIVED)`.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.api_key import ApiKey, fingerprint, hint_of, new_secret
from domain.asset import Asset
from domain.batch import Batch, BatchItem, BatchStatus, OnError, RowsRead
from domain.document import Document
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import (
    API_KEY_PREFIX,
    BATCH_PREFIX,
    DELIVERY_PREFIX,
    EVENT_PREFIX,
    RENDER_PREFIX,
    SLACK_DELIVERY_PREFIX,
    SLACK_DRAFT_PREFIX,
    SLACK_INTENT_PREFIX,
    TEMPLATE_PREFIX,
    WEBHOOK_PREFIX,
    WORKSPACE_PREFIX,
    ApiKeyId,
    BatchId,
    DeliveryId,
    EventId,
    RenderId,
    SlackDeliveryId,
    SlackDraftId,
    SlackIntentId,
    Slug,
    TemplateId,
    WebhookId,
    WorkspaceId,
)
from domain.placeholder import Placeholder, PlaceholderKind
from domain.render_request import RenderOptions, RenderRequest, RenderStatus
from domain.rows import RowFormat
from domain.scope import Scope
from domain.slack_delivery import SlackDelivery
from domain.slack_draft import SlackDraft, SlackOrigin
from domain.slack_installation import SlackInstallation
from domain.slack_intent import SlackIntent, SlackIntentKind
from domain.template import Template, TemplateStatus, TemplateVersion
from domain.webhook import SealedSecret, WebhookEndpoint, WebhookEvent
from domain.webhook_delivery import WebhookDelivery
from domain.workspace import DEFAULT_WORKSPACE_ID, Workspace
from tests.fakes.ids import SequentialIds

NOW: Final = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
# The workspace of templates that are built without one: `default`, which is always there.
WORKSPACE_ID: Final = DEFAULT_WORKSPACE_ID

SLACK_PLACE: Final = "T0001"
SLACK_USER: Final = "U0001"

TEMPLATE_TEXT: Final = b"Dear {{ name }},\n"
DATA: Final = b'{"name": "Ada"}'

_ids = SequentialIds()


def a_workspace(slug: str = "acme", **fields: Any) -> Workspace:
    """Build a workspace."""
    workspace = Workspace(
        id=WorkspaceId(_ids.new_id(WORKSPACE_PREFIX)), slug=Slug(slug), name=slug.title(), created_at=NOW
    )
    return replace(workspace, **fields)


def a_template(slug: str = "offer-letter", *, workspace_id: WorkspaceId = WORKSPACE_ID, **fields: Any) -> Template:
    """Build an active text template with one version, not published."""
    template = Template(
        id=TemplateId(_ids.new_id(TEMPLATE_PREFIX)),
        workspace_id=workspace_id,
        slug=Slug(slug),
        name=slug.replace("-", " ").capitalize(),
        description="What we send to people we would like to work with.",
        tags=("hr", "letters"),
        format=TemplateFormat.TEXT,
        locale="en-GB",
        status=TemplateStatus.ACTIVE,
        published_version=None,
        latest_version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(template, **fields)


def a_version(template: Template, number: int = 1, content: bytes | None = None, **fields: Any) -> TemplateVersion:
    """Build a version of the template, by default with bytes of its own for each number."""
    content = TEMPLATE_TEXT + b"version %d\n" % number if content is None else content
    version = TemplateVersion(
        template_id=template.id,
        number=number,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        file_name=f"{template.slug}.txt",
        diagnostics=(),
        placeholders=(Placeholder(path="name", kind=PlaceholderKind.TEXT, required=True),),
        schema='{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}',
        created_at=NOW,
        created_by="ada@example.com",
    )
    return replace(version, **fields)


def an_asset(name: str = "logo.png", *, workspace_id: WorkspaceId = WORKSPACE_ID, **fields: Any) -> Asset:
    """Build a small asset."""
    content = name.encode()
    asset = Asset(
        workspace_id=workspace_id,
        name=name,
        media_type="image/png",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=NOW,
        updated_at=NOW,
        updated_by="ada@example.com",
    )
    return replace(asset, **fields)


def a_secret(number: int = 0) -> str:
    """Make the secret of an API key, another one for each number."""
    return new_secret(hashlib.sha256(b"%d" % number).digest())


def an_api_key(
    name: str = "Billing", *, secret: str | None = None, workspace_id: WorkspaceId = WORKSPACE_ID, **fields: Any
) -> ApiKey:
    """Build a key that may render and does not expire; without a secret, with one of its own."""
    key_id = ApiKeyId(_ids.new_id(API_KEY_PREFIX))
    secret = secret or new_secret(hashlib.sha256(key_id.encode()).digest())
    key = ApiKey(
        id=key_id,
        workspace_id=workspace_id,
        name=name,
        hint=hint_of(secret),
        sha256=fingerprint(secret),
        scopes=frozenset({Scope.RENDERS_CREATE, Scope.RENDERS_READ}),
        created_at=NOW,
        created_by="operator",
    )
    return replace(key, **fields)


def render_options(**fields: Any) -> RenderOptions:
    """Build options for a text document in British English."""
    options = RenderOptions(output=OutputFormat.TEXT, locale="en-GB", timezone="Europe/London", now=NOW)
    return replace(options, **fields)


def a_render_request(template: Template, *, data: bytes = DATA, **fields: Any) -> RenderRequest:
    """Build a queued wish for a document of the template's latest version."""
    request = RenderRequest(
        id=RenderId(_ids.new_id(RENDER_PREFIX)),
        workspace_id=template.workspace_id,
        template_id=template.id,
        template_slug=template.slug,
        template_version=template.latest_version,
        options=render_options(),
        data_sha256=hashlib.sha256(data).hexdigest(),
        status=RenderStatus.QUEUED,
        created_at=NOW,
        created_by="ada@example.com",
    )
    return replace(request, **fields)


def a_document(content: bytes = b"Dear Ada,\n", **fields: Any) -> Document:
    """Build the facts of a text document with this content."""
    document = Document(
        file_name="offer-letter.txt",
        output=OutputFormat.TEXT,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return replace(document, **fields)


def a_batch(template: Template, **fields: Any) -> Batch:
    """Build a batch of two rows that runs, none of which has an end."""
    batch = Batch(
        id=BatchId(_ids.new_id(BATCH_PREFIX)),
        workspace_id=template.workspace_id,
        template_id=template.id,
        template_slug=template.slug,
        template_version=1,
        options=render_options(),
        on_error=OnError.CONTINUE,
        read=RowsRead(RowFormat.CSV, "utf-8", ",", None, {"name": "name"}, ("note",), 1),
        status=BatchStatus.RUNNING,
        total=2,
        created_at=NOW,
        created_by="somebody",
        expires_at=NOW + timedelta(days=30),
    )
    return replace(batch, **fields)


def a_batch_item(number: int = 1, data: bytes | None = DATA, **fields: Any) -> BatchItem:
    """Build a row of a batch that has no end."""
    item = BatchItem(number, number + 1, hashlib.sha256(data or b"").hexdigest(), data, f"key-{number}")
    return replace(item, **fields)


def a_webhook(*, workspace_id: WorkspaceId = WORKSPACE_ID, **fields: Any) -> WebhookEndpoint:
    """Build an endpoint that is enabled and hears everything."""
    endpoint = WebhookEndpoint(
        id=WebhookId(_ids.new_id(WEBHOOK_PREFIX)),
        workspace_id=workspace_id,
        url="https://hooks.example.org/docgen",
        description="Archive",
        events=None,
        secret=SealedSecret(b"sealed"),
        created_at=NOW,
        created_by="ada",
        updated_at=NOW,
    )
    return replace(endpoint, **fields)


def a_delivery(webhook: WebhookEndpoint | None = None, **fields: Any) -> WebhookDelivery:
    """Build a delivery that was not tried yet; without an endpoint, to one of its own."""
    webhook = webhook or a_webhook()
    delivery = WebhookDelivery(
        id=DeliveryId(_ids.new_id(DELIVERY_PREFIX)),
        workspace_id=webhook.workspace_id,
        webhook_id=webhook.id,
        event_id=EventId(_ids.new_id(EVENT_PREFIX)),
        event=WebhookEvent.RENDER_SUCCEEDED,
        subject=_ids.new_id(RENDER_PREFIX),
        body=b'{"type":"render.succeeded"}',
        created_at=NOW,
        since=NOW,
        next_attempt_at=NOW,
    )
    return replace(delivery, **fields)


def a_slack_installation(**fields: Any) -> SlackInstallation:
    """Build an installation in one Slack workspace."""
    installation = SlackInstallation(
        place=SLACK_PLACE,
        workspace_id=WORKSPACE_ID,
        name="Acme",
        app_id="A0001",
        bot_user_id="U0BOT",
        bot_token=b"sealed",
        scopes=("chat:write",),
        installed_by=SLACK_USER,
        installed_at=NOW,
    )
    return replace(installation, **fields)


def a_slack_intent(**fields: Any) -> SlackIntent:
    """Build an intent that nobody has begun with, unlike every other one."""
    intent_id = SlackIntentId(_ids.new_id(SLACK_INTENT_PREFIX))
    intent = SlackIntent(
        id=intent_id,
        workspace_id=WORKSPACE_ID,
        place=SLACK_PLACE,
        key=f"trigger:{intent_id}",
        signature=f"v0={intent_id}",
        kind=SlackIntentKind.COMMAND,
        payload=b"{}",
        request_id="req_1",
        received_at=NOW,
    )
    return replace(intent, **fields)


SLACK_ORIGIN: Final = SlackOrigin(SLACK_PLACE, SLACK_USER, "C0001", "1700000000.000100")


def a_slack_draft(**fields: Any) -> SlackDraft:
    """Build a draft without a template."""
    draft = SlackDraft(
        id=SlackDraftId(_ids.new_id(SLACK_DRAFT_PREFIX)),
        workspace_id=WORKSPACE_ID,
        origin=SLACK_ORIGIN,
        request_id="req_1",
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(draft, **fields)


def a_slack_delivery(**fields: Any) -> SlackDelivery:
    """Build a delivery of which nothing is done yet."""
    delivery = SlackDelivery(
        id=SlackDeliveryId(_ids.new_id(SLACK_DELIVERY_PREFIX)),
        workspace_id=WORKSPACE_ID,
        origin=SLACK_ORIGIN,
        request_id="req_1",
        render_id=RenderId(_ids.new_id(RENDER_PREFIX)),
        template_id=TemplateId(_ids.new_id(TEMPLATE_PREFIX)),
        template_name="Offer letter",
        created_at=NOW,
    )
    return replace(delivery, **fields)
