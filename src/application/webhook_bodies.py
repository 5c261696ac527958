"""What webhooks are told: `{type, timestamp, data}`, where `data` is what the API shows of the object."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeAlias

from domain.batch import ENDED, Batch
from domain.render_request import RenderRequest
from domain.template import Template
from domain.webhook import WebhookEndpoint, WebhookEvent

Json: TypeAlias = dict[str, Any]


def body_of(event: WebhookEvent, at: datetime, data: Json) -> bytes:
    """Return the body of a message (Standard Webhooks, "payload structure")."""
    content = {"type": event, "timestamp": _time(at), "data": data}
    # What a template quotes of data may hold half of a surrogate pair, which has no UTF-8.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def render_data(request: RenderRequest) -> Json:
    """Show a render that has ended, as `GET /v1/renders/{id}` does."""
    document, failure, options = request.document, request.failure, request.options
    links = {"self": f"/v1/renders/{request.id}"}
    if document is not None and request.erased_at is None:
        links |= {name: f"/v1/renders/{request.id}/{name}" for name in ("document", "links")}
    of_template = None
    if request.template_id and request.template_slug and request.template_version:
        of_template = {
            "id": request.template_id,
            "slug": request.template_slug,
            "version": request.template_version,
        }
    return {
        "id": request.id,
        "status": request.status,
        "template": of_template,
        "output": options.output,
        "file_name": document.file_name if document else None,
        "bytes": document.size if document else None,
        "sha256": document.sha256 if document else None,
        "data_sha256": request.data_sha256,
        "diagnostics": [asdict(diagnostic) for diagnostic in request.diagnostics],
        "error": {"code": failure.code, "detail": failure.message} if failure else None,
        "timings": {
            name: None if (value := getattr(request.timings, name)) is None else round(value, 3)
            for name in ("queued_ms", "render_ms", "store_ms")
        },
        "created_at": _time(request.created_at),
        "created_by": request.created_by,
        "finished_at": _time(request.finished_at),
        "expires_at": _time(request.expires_at),
        "erased_at": _time(request.erased_at),
        "links": links,
    }


def batch_data(batch: Batch, at: datetime) -> Json:
    """Show a batch as it is at a time, as `GET /v1/batches/{id}` does."""
    rate, remaining, read, failure = batch.rate(at), batch.remaining_seconds(at), batch.read, batch.failure
    links = {"self": f"/v1/batches/{batch.id}"}
    if batch.erased_at is None:
        links["items"] = f"{links['self']}/items"
    if batch.erased_at is None and batch.status in ENDED:
        links["archive"] = f"{links['self']}/archive"
    return {
        "id": batch.id,
        "status": batch.status,
        "template": {"id": batch.template_id, "slug": batch.template_slug, "version": batch.template_version},
        "output": batch.options.output,
        "on_error": batch.on_error,
        "counts": {name: getattr(batch, name) for name in ("total", "succeeded", "failed", "pending")},
        "rate": None if rate is None else round(rate, 1),
        "remaining_seconds": None if remaining is None else round(remaining, 1),
        "rows": {**asdict(read), "columns": dict(read.columns), "ignored": list(read.ignored)},
        "error": {"code": failure.code, "detail": failure.message} if failure else None,
        "created_at": _time(batch.created_at),
        "created_by": batch.created_by,
        "finished_at": _time(batch.finished_at),
        "expires_at": _time(batch.expires_at),
        "erased_at": _time(batch.erased_at),
        "links": links,
    }


def template_data(template: Template) -> Json:
    """Show a template, as `GET /v1/templates/{id}` does."""
    return {
        "id": template.id,
        "slug": template.slug,
        "name": template.name,
        "description": template.description,
        "tags": list(template.tags),
        "format": template.format,
        "locale": template.locale,
        "status": template.status,
        "published_version": template.published_version,
        "latest_version": template.latest_version,
        "created_at": _time(template.created_at),
        "updated_at": _time(template.updated_at),
    }


def trial_data(endpoint: WebhookEndpoint) -> Json:
    """Show an endpoint to itself."""
    return {"id": endpoint.id, "url": endpoint.url, "description": endpoint.description}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
