"""Rows from domain objects, and back. Values go in as a mapping of columns, for inserts and updates alike."""

from collections.abc import Collection
from typing import Any

from adapters.postgres.rows import (
    ApiKeyRow,
    AssetRow,
    AuditEventRow,
    BatchRow,
    DeletedWorkspaceRow,
    RenderRow,
    TemplateRow,
    TemplateVersionRow,
    WorkspaceRow,
)
from adapters.postgres.texts import from_json, require_storable, storable, to_json
from application.ports.render_repository import NewRender
from domain.api_key import ApiKey
from domain.asset import Asset
from domain.audit import AuditAction, AuditEntry, AuditEvent, AuditObject
from domain.batch import Batch, BatchStatus, OnError, RowsRead
from domain.diagnostics import Diagnostic
from domain.document import Document
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import (
    SLACK_DELIVERY_PREFIX,
    ApiKeyId,
    AuditEventId,
    BatchId,
    JobId,
    RenderId,
    SlackDeliveryId,
    Slug,
    TemplateId,
    WebhookId,
    WorkspaceId,
    is_id,
)
from domain.placeholder import Placeholder
from domain.render_request import (
    MissingPolicy,
    RenderFailure,
    RenderOptions,
    RenderRequest,
    RenderStatus,
    Timings,
)
from domain.scope import Scope, in_order
from domain.template import Template, TemplateStatus, TemplateVersion
from domain.workspace import DeletedWorkspace, Workspace

Columns = dict[str, Any]


def workspace_columns(workspace: Workspace) -> Columns:
    """Give a workspace's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=workspace.name)
    return {
        "id": workspace.id,
        "slug": workspace.slug,
        "name": workspace.name,
        "created_at": workspace.created_at,
    }


def deleted_workspace_columns(deleted: DeletedWorkspace) -> Columns:
    """Give the columns of what is kept of a workspace.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(deleted_by=deleted.deleted_by)
    gone = {"deleted_at": deleted.deleted_at, "deleted_by": deleted.deleted_by}
    return workspace_columns(deleted.workspace) | gone


def deleted_workspace_of(row: DeletedWorkspaceRow) -> DeletedWorkspace:
    """Make what is kept of a workspace of its row."""
    return DeletedWorkspace(workspace_of(row), row.deleted_at, row.deleted_by)


def workspace_of(row: WorkspaceRow | DeletedWorkspaceRow) -> Workspace:
    """Make the workspace of its row."""
    return Workspace(id=WorkspaceId(row.id), slug=Slug(row.slug), name=row.name, created_at=row.created_at)


def asset_columns(asset: Asset) -> Columns:
    """Give an asset's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=asset.name, updated_by=asset.updated_by)
    return {
        "workspace_id": asset.workspace_id,
        "name": asset.name,
        "media_type": asset.media_type,
        "size": asset.size,
        "sha256": asset.sha256,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "updated_by": asset.updated_by,
    }


def asset_of(row: AssetRow) -> Asset:
    """Make the asset of its row."""
    return Asset(
        workspace_id=WorkspaceId(row.workspace_id),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def api_key_columns(key: ApiKey) -> Columns:
    """Give an API key's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(name=key.name, created_by=key.created_by)
    return {
        "workspace_id": key.workspace_id,
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "sha256": key.sha256,
        "scopes": in_order(key.scopes),
        "created_at": key.created_at,
        "created_by": key.created_by,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def known_scopes(names: Collection[str]) -> frozenset[Scope]:
    """Make the scopes of their names; one that this version does not know allows nothing."""
    return frozenset(scope for scope in Scope if scope in names)


def api_key_of(row: ApiKeyRow) -> ApiKey:
    """Make the API key of its row."""
    return ApiKey(
        id=ApiKeyId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        name=row.name,
        hint=row.hint,
        sha256=row.sha256,
        scopes=known_scopes(row.scopes),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def audit_columns(entry: AuditEntry) -> Columns:
    """Give the columns of an audit event but for its identifier and time; what cannot be kept of a text is replaced."""
    return {
        "workspace_id": entry.workspace_id,
        "actor": storable(entry.actor),
        "actor_name": storable(entry.actor_name),
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": storable(entry.object_id),
        "detail": storable(entry.detail),
        "request_id": entry.request_id,
        "address": entry.address,
    }


def audit_event_of(row: AuditEventRow) -> AuditEvent:
    """Make the audit event of its row."""
    entry = AuditEntry(
        workspace_id=WorkspaceId(row.workspace_id),
        actor=row.actor,
        actor_name=row.actor_name,
        action=AuditAction(row.action),
        object_kind=AuditObject(row.object_kind),
        object_id=row.object_id,
        detail=row.detail,
        request_id=row.request_id,
        address=row.address,
    )
    return AuditEvent(AuditEventId(row.id), row.created_at, entry)


def template_columns(template: Template) -> Columns:
    """Give a template's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(
        name=template.name, description=template.description, tags="".join(template.tags), locale=template.locale
    )
    return {
        "workspace_id": template.workspace_id,
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
        "created_at": template.created_at,
        "updated_at": template.updated_at,
        "revision": template.revision,
        "search": template.searched_text(),
    }


def template_of(row: TemplateRow) -> Template:
    """Make the template of its row."""
    return Template(
        id=TemplateId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        slug=Slug(row.slug),
        name=row.name,
        description=row.description,
        tags=tuple(row.tags),
        format=TemplateFormat(row.format),
        locale=row.locale,
        status=TemplateStatus(row.status),
        published_version=row.published_version,
        latest_version=row.latest_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revision=row.revision,
    )


def version_columns(version: TemplateVersion, workspace_id: WorkspaceId) -> Columns:
    """Give a version's columns.

    Raises:
        InvalidRequestError: a text cannot be kept.
    """
    require_storable(file_name=version.file_name, schema=version.schema, created_by=version.created_by)
    require_storable(schema=version.refinements)
    return {
        "workspace_id": workspace_id,
        "template_id": version.template_id,
        "number": version.number,
        "sha256": version.sha256,
        "size": version.size,
        "file_name": version.file_name,
        "diagnostics": to_json(version.diagnostics),
        "placeholders": to_json(version.placeholders),
        "schema": version.schema,
        "refinements": version.refinements,
        "created_at": version.created_at,
        "created_by": version.created_by,
    }


def version_of(row: TemplateVersionRow) -> TemplateVersion:
    """Make the version of its row."""
    return TemplateVersion(
        template_id=TemplateId(row.template_id),
        number=row.number,
        sha256=row.sha256,
        size=row.size,
        file_name=row.file_name,
        diagnostics=from_json(row.diagnostics, tuple[Diagnostic, ...]),
        placeholders=from_json(row.placeholders, tuple[Placeholder, ...]),
        schema=row.schema,
        refinements=row.refinements,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def new_render_columns(render: NewRender) -> Columns:
    """Give all columns of a new render.

    Raises:
        InvalidRequestError: a text of the request's options cannot be kept.
    """
    return {**render_columns(render.request), "data": render.data, "document_content": render.content}


def render_columns(request: RenderRequest) -> Columns:
    """Give a render request's columns, all but the data and the document.

    Raises:
        InvalidRequestError: a text of the request's options cannot be kept.
    """
    options, timings = request.options, request.timings
    require_storable(
        locale=options.locale,
        timezone=options.timezone,
        file_name=options.file_name,
        created_by=request.created_by,
    )
    return {
        "workspace_id": request.workspace_id,
        "id": request.id,
        "template_id": request.template_id,
        "template_slug": request.template_slug,
        "template_version": request.template_version,
        **_option_columns(options),
        "data_sha256": request.data_sha256,
        "status": request.status,
        "diagnostics": to_json(request.diagnostics),
        **_document_columns(request.document),
        **_failure_columns(request.failure),
        "queued_ms": timings.queued_ms,
        "render_ms": timings.render_ms,
        "store_ms": timings.store_ms,
        "created_at": request.created_at,
        "finished_at": request.finished_at,
        "expires_at": request.expires_at,
        "erased_at": request.erased_at,
        "created_by": request.created_by,
        "queued_at": request.queued_at,
        "job_id": request.job_id,
        "attempts": request.attempts,
        "deliver_to": list(request.deliver_to) or None,
    }


def render_of(row: RenderRow) -> RenderRequest:
    """Make the render request of its row."""
    return RenderRequest(
        id=RenderId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        template_id=None if row.template_id is None else TemplateId(row.template_id),
        template_slug=None if row.template_slug is None else Slug(row.template_slug),
        template_version=row.template_version,
        options=_options_of(row),
        data_sha256=row.data_sha256,
        status=RenderStatus(row.status),
        created_at=row.created_at,
        document=_document_of(row),
        failure=_failure_of(row),
        diagnostics=from_json(row.diagnostics, tuple[Diagnostic, ...]),
        timings=Timings(queued_ms=row.queued_ms, render_ms=row.render_ms, store_ms=row.store_ms),
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        erased_at=row.erased_at,
        created_by=row.created_by,
        queued_at=row.queued_at,
        job_id=None if row.job_id is None else JobId(row.job_id),
        attempts=row.attempts,
        deliver_to=tuple(map(_told, row.deliver_to or ())),
    )


def batch_columns(batch: Batch) -> Columns:
    """Give a batch's columns.

    Raises:
        InvalidRequestError: a text of the batch's options cannot be kept.
    """
    options = batch.options
    require_storable(file_name=options.file_name, created_by=batch.created_by)
    return {
        "workspace_id": batch.workspace_id,
        "id": batch.id,
        "template_id": batch.template_id,
        "template_slug": batch.template_slug,
        "template_version": batch.template_version,
        **_option_columns(options),
        "on_error": batch.on_error,
        "read": to_json(batch.read),
        "status": batch.status,
        "total": batch.total,
        "succeeded": batch.succeeded,
        "failed": batch.failed,
        **_failure_columns(batch.failure),
        "created_at": batch.created_at,
        "created_by": batch.created_by,
        "expires_at": batch.expires_at,
        "finished_at": batch.finished_at,
        "erased_at": batch.erased_at,
        "next_number": batch.next_number,
        "counting_since": batch.counting_since,
        "counted_before": batch.counted_before,
    }


def batch_of(row: BatchRow) -> Batch:
    """Make the batch of its row."""
    return Batch(
        id=BatchId(row.id),
        workspace_id=WorkspaceId(row.workspace_id),
        template_id=TemplateId(row.template_id),
        template_slug=Slug(row.template_slug),
        template_version=row.template_version,
        options=_options_of(row),
        on_error=OnError(row.on_error),
        read=from_json(row.read, RowsRead),
        status=BatchStatus(row.status),
        total=row.total,
        succeeded=row.succeeded,
        failed=row.failed,
        failure=_failure_of(row),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        finished_at=row.finished_at,
        erased_at=row.erased_at,
        next_number=row.next_number,
        counting_since=row.counting_since,
        counted_before=row.counted_before,
    )


def _option_columns(options: RenderOptions) -> Columns:
    return {
        "output": options.output,
        "locale": options.locale,
        "timezone": options.timezone,
        "now": options.now,
        "missing": options.missing,
        "file_name": options.file_name,
    }


def _options_of(row: RenderRow | BatchRow) -> RenderOptions:
    return RenderOptions(
        output=OutputFormat(row.output),
        locale=row.locale,
        timezone=row.timezone,
        now=row.now,
        missing=MissingPolicy(row.missing),
        file_name=row.file_name,
    )


def _document_columns(document: Document | None) -> Columns:
    return {
        "document_file_name": document and storable(document.file_name),
        "document_output": document and document.output,
        "document_size": document and document.size,
        "document_sha256": document and document.sha256,
    }


def _document_of(row: RenderRow) -> Document | None:
    file_name, output, size, sha256 = (
        row.document_file_name,
        row.document_output,
        row.document_size,
        row.document_sha256,
    )
    if file_name is None or output is None or size is None or sha256 is None:
        return None
    return Document(file_name=file_name, output=OutputFormat(output), size=size, sha256=sha256)


def _failure_columns(failure: RenderFailure | None) -> Columns:
    return {
        "failure_code": failure and failure.code,
        "failure_message": failure and storable(failure.message),
    }


def _failure_of(row: RenderRow | BatchRow) -> RenderFailure | None:
    if row.failure_code is None or row.failure_message is None:
        return None
    return RenderFailure(code=row.failure_code, message=row.failure_message)


def _told(told: str) -> WebhookId | SlackDeliveryId:
    return SlackDeliveryId(told) if is_id(told, SLACK_DELIVERY_PREFIX) else WebhookId(told)
