"""How much the workspace has rendered."""

from typing import Annotated

from fastapi import Query

from application.use_cases.read_usage import ReadUsageCommand
from entrypoints.http.access import guarded_router
from entrypoints.http.cursors import decode_usage_cursor, page_of
from entrypoints.http.dependencies import CallerDependency, ContainerDependency, Cursor, Limit
from entrypoints.http.errors import problem_responses
from entrypoints.http.schemas.times import Day
from entrypoints.http.schemas.usage import DailyUsageResponse, UsageResponse

router = guarded_router("usage", "/usage")


@router.get("", operation_id="get_usage", responses=problem_responses("bad-cursor", "not-found"))
async def get_usage(
    container: ContainerDependency,
    caller: CallerDependency,
    first: Annotated[Day | None, Query(alias="from", description="Default: 29 days before `to`.")] = None,
    last: Annotated[Day | None, Query(alias="to", description="The last day, in UTC. Default: today.")] = None,
    template: Annotated[str | None, Query(max_length=100, description="Id or slug.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> UsageResponse:
    """Count renders and the bytes of their documents by day and template; those that were not stored do not count."""
    command = ReadUsageCommand(caller, first, last, template)
    found = await container.read_usage()(command, limit=limit + 1, after=decode_usage_cursor(cursor))
    page, next_cursor = page_of(found, limit, lambda each: f"{each.day.isoformat()} {each.template_id or ''}")
    return UsageResponse(data=[DailyUsageResponse.of(each) for each in page], next_cursor=next_cursor)
