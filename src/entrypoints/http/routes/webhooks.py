"""Webhooks, and what was delivered to them."""

from typing import Annotated, Final

from fastapi import Query
from starlette.responses import Response

from application.use_cases.manage_webhooks import ChangeWebhookCommand, CreateWebhookCommand
from domain.identifiers import DELIVERY_PREFIX, WEBHOOK_PREFIX, DeliveryId, WebhookId
from domain.webhook import WebhookEvent
from domain.webhook_delivery import DeliveryStatus
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_id_cursor, page_of
from entrypoints.http.dependencies import CallerDependency, ContainerDependency, Cursor, Limit
from entrypoints.http.errors import problem_responses
from entrypoints.http.schemas.webhooks import (
    CreateWebhookRequest,
    DeliveryListResponse,
    DeliveryResponse,
    RotateSecretRequest,
    UpdateWebhookRequest,
    WebhookListResponse,
    WebhookResponse,
    WebhookWithSecretResponse,
)

router = guarded_router("webhooks", prefix="/webhooks")
# Without a body.
_AS_USUAL: Final = RotateSecretRequest()


@router.post(
    "",
    status_code=201,
    operation_id="create_webhook",
    responses=problem_responses("malformed-request", "conflict", "url-forbidden"),
)
async def create_webhook(
    body: CreateWebhookRequest, response: Response, container: ContainerDependency, caller: CallerDependency
) -> WebhookWithSecretResponse:
    """Have events sent to an address; the secret of their signatures is in this answer and never again in another."""
    command = CreateWebhookCommand(caller, body.url, body.description, body.events)
    endpoint, secret = await container.manage_webhooks().create(command)
    response.headers["Location"] = f"/v1/webhooks/{endpoint.id}"
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretResponse.of_secret(endpoint, secret, container.clock().now())


@router.get("", operation_id="list_webhooks", responses=problem_responses("bad-cursor"))
async def list_webhooks(
    container: ContainerDependency, caller: CallerDependency, limit: Limit = 50, cursor: Cursor = None
) -> WebhookListResponse:
    """List the workspace's webhooks, newest first, disabled ones among them."""
    after = decode_id_cursor(cursor, WEBHOOK_PREFIX)
    found = await container.manage_webhooks().search(
        caller, limit=limit + 1, after=None if after is None else WebhookId(after)
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    now = container.clock().now()
    return WebhookListResponse(data=[WebhookResponse.of(each, now) for each in page], next_cursor=next_cursor)


@router.get("/{webhook_id}", operation_id="get_webhook", responses=problem_responses("not-found"))
async def get_webhook(webhook_id: str, container: ContainerDependency, caller: CallerDependency) -> WebhookResponse:
    """Show a webhook."""
    return WebhookResponse.of(await container.manage_webhooks().get(caller, webhook_id), container.clock().now())


@router.patch(
    "/{webhook_id}",
    operation_id="update_webhook",
    responses=problem_responses("malformed-request", "not-found", "url-forbidden"),
)
async def update_webhook(
    webhook_id: str, body: UpdateWebhookRequest, container: ContainerDependency, caller: CallerDependency
) -> WebhookResponse:
    """Change a webhook; `"enabled": true` takes up again what was disabled."""
    command = ChangeWebhookCommand(
        caller,
        webhook_id,
        body.url,
        body.description,
        (body.events,) if "events" in body.model_fields_set else None,
        body.enabled,
    )
    return WebhookResponse.of(await container.manage_webhooks().change(command), container.clock().now())


@router.delete(
    "/{webhook_id}",
    status_code=204,
    response_class=Response,
    operation_id="delete_webhook",
    responses=problem_responses("not-found"),
)
async def delete_webhook(webhook_id: str, container: ContainerDependency, caller: CallerDependency) -> None:
    """Delete a webhook with the record of its deliveries; what waits for it is not sent any more."""
    await container.manage_webhooks().delete(caller, webhook_id)


@router.post(
    "/{webhook_id}/rotate-secret",
    operation_id="rotate_webhook_secret",
    responses=problem_responses("malformed-request", "not-found", "conflict"),
)
async def rotate_webhook_secret(
    webhook_id: str,
    response: Response,
    container: ContainerDependency,
    caller: CallerDependency,
    body: RotateSecretRequest = _AS_USUAL,
) -> WebhookWithSecretResponse:
    """Give a webhook a new secret, which is in this answer alone; that of before signs as well for a while."""
    overlap = body.overlap_seconds
    endpoint, secret = await container.manage_webhooks().rotate_secret(caller, webhook_id, overlap)
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretResponse.of_secret(endpoint, secret, container.clock().now())


@router.post(
    "/{webhook_id}/test", status_code=202, operation_id="test_webhook", responses=problem_responses("not-found")
)
async def test_webhook(webhook_id: str, container: ContainerDependency, caller: CallerDependency) -> DeliveryResponse:
    """Have an event `webhook.test` sent, once; `…/deliveries` shows what came of it."""
    return DeliveryResponse.of(await container.try_webhook()(caller, webhook_id))


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="list_webhook_deliveries",
    responses=problem_responses("bad-cursor", "not-found"),
)
async def list_webhook_deliveries(
    webhook_id: str,
    container: ContainerDependency,
    caller: CallerDependency,
    status: Annotated[DeliveryStatus | None, Query()] = None,
    event: Annotated[WebhookEvent | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> DeliveryListResponse:
    """List what was sent to a webhook in the last 30 days, newest first, with every attempt."""
    after = decode_id_cursor(cursor, DELIVERY_PREFIX)
    found = await container.read_deliveries().search(
        caller,
        webhook_id,
        status=status,
        event=event,
        limit=limit + 1,
        after=None if after is None else DeliveryId(after),
    )
    page, next_cursor = page_of(found, limit, lambda each: each.id)
    return DeliveryListResponse(data=[DeliveryResponse.of(each) for each in page], next_cursor=next_cursor)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    operation_id="replay_webhook_delivery",
    responses=problem_responses("not-found", "conflict"),
)
async def replay_webhook_delivery(
    webhook_id: str, delivery_id: str, container: ContainerDependency, caller: CallerDependency
) -> DeliveryResponse:
    """Have a message sent once more, with the same `webhook-id`, whatever became of it."""
    return DeliveryResponse.of(await container.replay_delivery()(caller, webhook_id, delivery_id))
