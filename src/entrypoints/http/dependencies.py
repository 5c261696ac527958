"""What routes ask for: the container's objects, the caller, paging."""

import re
from typing import Annotated, Final

from fastapi import Depends, Query
from pydantic import BeforeValidator
from starlette.requests import Request

from application.caller import Caller
from entrypoints.container import Container

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")


def _in_digits(value: object) -> object:
    # pydantic would take 01, 1.0, +1 and 1_0 as well; one thing has one address.
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("write a whole number, in digits alone")
    return value


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
# Of numbers in paths and queries, whose values are text.
InDigits: Final = BeforeValidator(_in_digits)
Limit = Annotated[int, Query(ge=1, le=200, description="How many to return at most."), InDigits]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
