"""What routes ask for: the container's objects, the caller, paging."""

import re
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from application.caller import Caller
from application.preconditions import SeenTemplate
from domain.errors import PreconditionFailedError
from domain.identifiers import TemplateId
from domain.template import Template
from entrypoints.container import Container


async def get_container(request: Request) -> Container:
    """Return the container that the lifespan built."""
    container: Container = request.state.container
    return container


async def get_caller(request: Request) -> Caller:
    """Return who asks, as the guard of the route has found out."""
    caller: Caller = request.state.caller
    return caller


ContainerDependency = Annotated[Container, Depends(get_container)]
CallerDependency = Annotated[Caller, Depends(get_caller)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many to return at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]


# A weak tag never fits If-Match (RFC 9110, section 13.1.1).
_TEMPLATE_TAG = re.compile(r'"(?P<id>tpl_[0-9a-f]{32})-(?P<revision>[0-9]{1,10})"')


def etag_of(template: Template) -> str:
    """Return the strong ETag of a template's present state."""
    return f'"{template.id}-{template.revision}"'


def seen_template(request: Request) -> SeenTemplate | None:
    """Return the state that If-Match names, None where any will do.

    Raises:
        PreconditionFailedError: it holds no ETag of a template.
    """
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    tag = _TEMPLATE_TAG.fullmatch(given.strip())
    if tag is None:
        raise PreconditionFailedError(f"If-Match {given[:80]!r} is not the ETag of this template: read it again.")
    return SeenTemplate(TemplateId(tag["id"]), int(tag["revision"]))


Seen = Annotated[SeenTemplate | None, Depends(seen_template)]
