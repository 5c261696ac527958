"""Workspaces: the tenants; everything belongs to one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.identifiers import Slug, WorkspaceId

DEFAULT_WORKSPACE: Final = Slug("default")
# The same in every installation: the first migration inserts it.
DEFAULT_WORKSPACE_ID: Final = WorkspaceId("wsp_01900000000070008000000000000000")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant. `default` exists from the first migration on."""

    id: WorkspaceId
    slug: Slug
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeletedWorkspace:
    """What is kept of a workspace that is gone: that there was one, and who deleted it."""

    workspace: Workspace
    deleted_at: datetime
    deleted_by: str


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What a workspace has chosen for itself; None leaves it to the service.

    `locale` (BCP 47) and `timezone` (IANA) are for renders that name none, whose data and documents are kept for
    `retention_days`; a template's file has up to `template_bytes`, the data of a render up to `data_bytes`. `revision`
    grows with each change, and is 0 before the first.
    """

    locale: str | None = None
    timezone: str | None = None
    retention_days: int | None = None
    template_bytes: int | None = None
    data_bytes: int | None = None
    revision: int = 0
