"""Bodies about the caller's workspace."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from application.use_cases.configure_workspace import ConfiguredWorkspace
from entrypoints.http.schemas.request_body import RequestBody

_Count = Annotated[int, Field(ge=1, le=2**53, strict=True)]
_SERVICE = "null: the service's own."


class LimitsBody(RequestBody):
    """How large things may be, in bytes; as wide as the service's at most."""

    template_bytes: Annotated[_Count | None, Field(description=f"A template's file. {_SERVICE}")] = None
    data_bytes: Annotated[_Count | None, Field(description=f"The data of a render. {_SERVICE}")] = None


class ConfigureWorkspaceRequest(RequestBody):
    """The settings to change; those left out stay as they are, null takes the service's own."""

    locale: Annotated[str | None, Field(description="Of documents whose request and template name none.")] = None
    timezone: Annotated[str | None, Field(description="Of documents whose request names none.")] = None
    retention_days: Annotated[
        Annotated[int, Field(ge=1, le=36_500, strict=True)] | None,
        Field(description="For how long data and documents of new renders are kept."),
    ] = None
    limits: Annotated[LimitsBody | None, Field(description="null: none but the service's own.")] = None

    def changes(self) -> dict[str, Any]:
        """Return the settings to change, without their groups."""
        said = self.model_dump(exclude_unset=True)
        if "limits" in said:
            said |= said.pop("limits") or dict.fromkeys(LimitsBody.model_fields)
        return said


class LimitsInForce(BaseModel):
    """How large things may be, in bytes."""

    template_bytes: int
    data_bytes: int


class SettingsInForceBody(BaseModel):
    """What holds for a request that says nothing else."""

    locale: str
    timezone: str
    retention_days: int
    limits: LimitsInForce


class WorkspaceResponse(BaseModel):
    """A workspace: what it has chosen (null: nothing), and what is in force by that and by the service's settings."""

    id: str
    slug: str
    name: str
    locale: str | None
    timezone: str | None
    retention_days: int | None
    limits: LimitsBody
    in_force: SettingsInForceBody
    created_at: datetime

    @classmethod
    def of(cls, found: ConfiguredWorkspace) -> Self:
        """Show a workspace."""
        workspace, chosen, holds = found.workspace, found.chosen, found.in_force
        return cls(
            id=workspace.id,
            slug=workspace.slug,
            name=workspace.name,
            locale=chosen.locale,
            timezone=chosen.timezone,
            retention_days=chosen.retention_days,
            limits=LimitsBody(template_bytes=chosen.template_bytes, data_bytes=chosen.data_bytes),
            in_force=SettingsInForceBody(
                locale=holds.defaults.locale,
                timezone=holds.defaults.timezone,
                retention_days=holds.defaults.retention_days,
                limits=LimitsInForce(template_bytes=holds.template_bytes, data_bytes=holds.data_bytes),
            ),
            created_at=workspace.created_at,
        )
