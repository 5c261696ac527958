"""What routes ask for: the container's objects, the caller, paging."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from application.caller import Caller
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
