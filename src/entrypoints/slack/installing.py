"""The way of somebody who installs the app: our link, Slack's page, and back."""

import hmac
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from application.ports.slack_api import SlackError
from application.slack.installing import InstallSlack, digest
from domain.errors import ConflictError, UnknownLinkError
from entrypoints.container import Container

COOKIE: Final = "docgen_slack_install"
_MINUTES: Final = 15
_TEXT: Final = 2_000

router = APIRouter(prefix="/slack", include_in_schema=False)


async def _installing(request: Request) -> InstallSlack:
    container: Container = request.state.container
    parts = container.slack()
    assert parts is not None and parts.install is not None  # noqa: S101, PT018  # it is mounted where there is
    return parts.install


Installing = Annotated[InstallSlack, Depends(_installing)]
Text = Annotated[str, Query(max_length=_TEXT)]


@router.get("/install")
async def install(installing: Installing, request: Request, state: Text = "") -> Response:
    """Lead to Slack's page; the browser keeps what it will be recognised by when it comes back."""
    try:
        page = await installing.begin(state)
    except UnknownLinkError:
        return _told(404, _USED)
    response = RedirectResponse(page, 303)
    secure = request.app.state.slack_is_secure
    response.set_cookie(
        COOKIE, digest(state), max_age=60 * _MINUTES, path="/slack", httponly=True, secure=secure, samesite="lax"
    )
    return response


@router.get("/oauth_redirect")
async def oauth_redirect(
    installing: Installing, request: Request, state: Text = "", code: Text = "", error: Text = ""
) -> Response:
    """Keep the installation of somebody who comes back from Slack's page."""
    if not hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), digest(state).encode()):
        return _told(403, "This browser has not followed the link: open the link here, and allow the app then.")
    if error or not code:
        return _told(400, "The app was not allowed, and nothing was installed. The link still works.")
    try:
        installation = await installing.finish(state, code)
    except UnknownLinkError:
        return _told(404, _USED)
    except ConflictError as conflict:
        return _told(409, str(conflict))
    except SlackError as failure:
        return _told(502, f"Slack did not complete the installation: {failure} Ask for another link.")
    response = _told(200, f"DocGen is installed in {installation.name}. Type /docgen there.")
    response.delete_cookie(COOKIE, path="/slack")
    return response


_USED: Final = "This link was used, or its time is over: ask for another one (docgen slack install-link)."


def _told(status: int, sentence: str) -> PlainTextResponse:
    return PlainTextResponse(f"{sentence}\n", status)
