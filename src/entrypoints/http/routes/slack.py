"""Links that install the Slack app for this workspace."""

from datetime import datetime

from pydantic import BaseModel
from starlette.responses import Response

from application.slack.installing import no_oauth
from entrypoints.http.access import guarded_router
from entrypoints.http.dependencies import CallerDependency, ContainerDependency
from entrypoints.http.errors import problem_responses

router = guarded_router("slack")


class InstallLinkResponse(BaseModel):
    """An address where somebody may install the app, once."""

    url: str
    expires_at: datetime


@router.post(
    "/slack/install-links",
    status_code=201,
    operation_id="create_slack_install_link",
    responses=problem_responses("conflict"),
)
async def create_slack_install_link(
    response: Response, container: ContainerDependency, caller: CallerDependency
) -> InstallLinkResponse:
    """Make a link that installs the app in a Slack workspace, whose people then work in this workspace.

    It works once, for a day, for whoever has it.
    """
    parts = container.slack()
    if parts is None or parts.install is None:
        raise no_oauth()
    link = await parts.install.link(caller)
    response.headers["Cache-Control"] = "no-store"
    return InstallLinkResponse(url=link.url, expires_at=link.expires_at)
