"""What a transaction may see: settings that the policies of row-level security look at.

They are set along with the transaction's BEGIN, in the same round trip, and end with it. Without them a transaction
sees nothing of any workspace.
"""

from typing import Any, Final

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState
from typing_extensions import override

from domain.identifiers import WORKSPACE_PREFIX, WorkspaceId, is_id

WORKSPACE_SETTING: Final = "docgen.workspace_id"
# What belongs to no workspace, in a column that names one.
NO_WORKSPACE: Final = "-"
MAINTENANCE: Final = "SET LOCAL docgen.maintenance = 'on'"
# The condition of the policies that see everything where it is asked for so.
IN_MAINTENANCE: Final = "current_setting('docgen.maintenance', true) = 'on'"
# Who works on the queue of jobs: a worker's connection as long as it lasts, others for a transaction.
QUEUE: Final = "SET docgen.jobs = 'on'"
QUEUE_IN_TRANSACTION: Final = "SET LOCAL docgen.jobs = 'on'"

_INFO: Final = "scope"


def scope_of(workspace_id: WorkspaceId | None) -> str:
    """Return the statement that lets a transaction see one workspace; None: what belongs to no workspace.

    Raises:
        ValueError: it is no identifier of a workspace, and has no place in SQL.
    """
    if workspace_id is None:
        return f"SET LOCAL {WORKSPACE_SETTING} = '{NO_WORKSPACE}'"
    if not is_id(workspace_id, WORKSPACE_PREFIX):
        raise ValueError(f"{workspace_id!r} is not the identifier of a workspace.")
    return f"SET LOCAL {WORKSPACE_SETTING} = '{workspace_id}'"


class ScopedConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no type hints
    """Sends the scope of a transaction with its BEGIN; PostgreSQL takes both as one message."""

    scope = ""

    @override
    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """Execute a statement, as asyncpg does."""
        if self.scope and not args and query.startswith("BEGIN"):
            query = f"{query.rstrip(';')}; {self.scope};"
        status: str = await super().execute(query, *args, timeout=timeout)
        return status


class ScopedSession(Session):
    """A session whose transactions have the scope that `info` names."""


def session_info(scope: str) -> dict[str, str]:
    """Return the `info` of a session with a scope."""
    return {_INFO: scope}


@event.listens_for(ScopedSession, "after_begin")
def _enter(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # The driver's BEGIN follows later, with the first statement.
    _driver_of(connection.connection).scope = session.info.get(_INFO, "")


def leave(dbapi_connection: Any, _record: ConnectionPoolEntry, _state: PoolResetState) -> None:
    """Take the scope off a connection that goes back to the pool, for its event `reset`."""
    if dbapi_connection is not None:
        _driver_of(dbapi_connection).scope = ""


def _driver_of(connection: Any) -> ScopedConnection:
    driver: ScopedConnection = connection.driver_connection
    return driver
