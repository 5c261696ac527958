"""pgqueuer's statements, for the tables in the schema `jobs`."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

from domain.identifiers import WorkspaceId

CHANNEL: Final = "docgen_jobs"

# Runs a statement with its values, and returns its rows.
Fetch = Callable[..., Awaitable[list[Any]]]

# Every name is given: pgqueuer reads those that are not from variables as common as CHANNEL and FUNCTION.
SETTINGS: Final = DBSettings(
    prefix="",
    db_schema="jobs",
    channel=Channel(CHANNEL),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
    widen_id=True,
)

STATEMENTS: Final = QueryQueueBuilder(SETTINGS)


def payload_of(workspace_id: WorkspaceId, subject: str) -> bytes:
    """Return what a job says that it is about."""
    return json.dumps({"workspace_id": workspace_id, "subject": subject}).encode()
