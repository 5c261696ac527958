"""Buckets of tokens in PostgreSQL: a row a caller, with the time at which its bucket is full again, which says it all.

The function `take_tokens` (migration 0023) takes tokens under the lock of the row, by the database's clock. The
table is unlogged: taking waits for no disk, and after a crash of the server all buckets are full.
"""

import hashlib
import itertools
from typing import Final

from sqlalchemy import func
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.scope import NO_WORKSPACE, scope_of
from adapters.postgres.sweeping import sweep_rows
from adapters.postgres.tables.requests import RateBucketRow
from adapters.postgres.texts import is_storable
from application.ports.rate_buckets import Lease, RateBuckets
from domain.identifiers import WorkspaceId
from domain.rate_limit import RateLimit

_TAKE: Final = "SELECT granted, available FROM take_tokens($1, $2, $3, $4, $5)"

# A row whose bucket is full says nothing: it is swept out along with every so many leases of a process.
_LEASES_PER_SWEEP: Final = 1000
_SWEPT_ROWS: Final = 1000
_LONGEST_CALLER: Final = 200


class PostgresRateBuckets(RateBuckets):
    """A lease takes one statement and one round trip."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._leases = itertools.count(1)

    @override
    async def take(self, workspace_id: WorkspaceId | None, caller: str, tokens: int, limit: RateLimit) -> Lease:
        workspace = workspace_id or NO_WORKSPACE
        async with self._database.single_statements() as connection:
            row = await connection.fetchrow(_TAKE, workspace, _kept(caller), tokens, limit.per_second, limit.burst)
        if next(self._leases) % _LEASES_PER_SWEEP == 0:
            await self.sweep(workspace_id)
        return Lease(row["granted"], row["available"])

    async def sweep(self, workspace_id: WorkspaceId | None) -> None:
        """Forget buckets of a workspace that are full."""
        mine = RateBucketRow.workspace_id == (workspace_id or NO_WORKSPACE)
        full = mine & (RateBucketRow.full_at <= func.clock_timestamp())
        async with self._database.session(scope_of(workspace_id)) as session:
            await sweep_rows(session, RateBucketRow, RateBucketRow.caller, full, _SWEPT_ROWS)


def _kept(caller: str) -> str:
    """Return what a caller is called in its row: whatever a token says of its owner has to fit into an index."""
    if len(caller) <= _LONGEST_CALLER and is_storable(caller):
        return caller
    return hashlib.sha256(caller.encode("utf-8", "surrogatepass")).hexdigest()
