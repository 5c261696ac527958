"""Idempotency keys in PostgreSQL: a row a key, inserted before its request is carried out.

Times are the database's, so that servers need not agree on them.
"""

import itertools
import json
from datetime import timedelta
from typing import Final

import asyncpg
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from adapters.postgres.database import PostgresDatabase
from adapters.postgres.failures import of_refused_row
from adapters.postgres.scope import WORKSPACE_SETTING, scope_of
from adapters.postgres.statements import on_driver
from adapters.postgres.sweeping import sweep_rows
from adapters.postgres.tables.requests import IdempotencyKeyRow
from application.ports.idempotency_keys import AnsweredClaim, AnswerLog, Claim, IdempotencyKeys, KeptAnswer
from domain.errors import DocGenError, IdempotencyMismatchError, NotFoundError, RequestInProgressError
from domain.identifiers import RenderId, WorkspaceId

LEASE: Final = timedelta(seconds=15)
KEPT: Final = timedelta(hours=24)

_OF_THE_ROW: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)

# What is over is swept out along with every so many claims of a process, and so much of it at once.
_CLAIMS_PER_SWEEP: Final = 100
_SWEPT_ROWS: Final = 1000
# A key that is released between being refused and being read is claimed again.
_ATTEMPTS: Final = 3

# One statement decides between callers, and names the workspace with its column, as the journal of renders does.
_CLAIM: Final = f"""
    INSERT INTO idempotency_keys AS k (workspace_id, key, fingerprint, token, leased_until, expires_at)
    VALUES (
        set_config('{WORKSPACE_SETTING}', $1, true), $2, $3, gen_random_uuid()::text,
        clock_timestamp() + $4::interval, clock_timestamp() + $5::interval
    )
    ON CONFLICT (workspace_id, key) DO UPDATE SET
        fingerprint = excluded.fingerprint, token = excluded.token, leased_until = excluded.leased_until,
        expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL, render_id = NULL
    WHERE k.expires_at <= clock_timestamp() OR (k.status IS NULL AND k.leased_until <= clock_timestamp())
    RETURNING token
    """  # noqa: S608  # the name of a setting alone


def keep_statement(first: int = 1) -> str:
    """Return the statement that keeps an answer; its parameters, the `kept_values`, are numbered from `first`.

    It gives a row where the answer is kept, and none where somebody else has the key.
    """
    key, fingerprint, token, kept, status, headers, body, render_id = (f"${first + n}" for n in range(1, 9))
    return f"""
    INSERT INTO idempotency_keys AS k
        (workspace_id, key, fingerprint, token, leased_until, expires_at, status, headers, body, render_id)
    VALUES (
        set_config('{WORKSPACE_SETTING}', ${first}, true), {key}, {fingerprint}, {token},
        clock_timestamp(), clock_timestamp() + {kept}::interval, {status}, {headers}::json, {body}, {render_id}
    )
    ON CONFLICT (workspace_id, key) DO UPDATE SET
        expires_at = excluded.expires_at, status = excluded.status, headers = excluded.headers, body = excluded.body,
        render_id = excluded.render_id
    WHERE k.token = excluded.token
    RETURNING k.token
    """  # noqa: S608  # the name of a setting, and numbers of parameters


def kept_values(answered: AnsweredClaim, kept: timedelta) -> tuple[object, ...]:
    """Return the values of an answer that is kept for a time."""
    claim, answer = answered.claim, answered.answer
    headers = json.dumps(dict(answer.headers))
    identity = (claim.workspace_id, claim.key, claim.fingerprint, claim.token)
    return (*identity, kept, answer.status, headers, answer.body, answer.render_id)


_KEEP: Final = keep_statement()


class PostgresIdempotencyKeys(IdempotencyKeys):
    """A claim takes one statement and one round trip, and so does keeping an answer."""

    def __init__(self, database: PostgresDatabase, *, lease: timedelta = LEASE, kept: timedelta = KEPT) -> None:
        self._database = database
        self._lease = lease
        self._kept = kept
        self._claims = itertools.count()

    @override
    async def claim(self, workspace_id: WorkspaceId, key: str, fingerprint: str) -> Claim | KeptAnswer:
        if next(self._claims) % _CLAIMS_PER_SWEEP == 0:
            await self.sweep(workspace_id, _SWEPT_ROWS)
        for _ in range(_ATTEMPTS):
            token = await self._insert(workspace_id, key, fingerprint)
            if token is not None:
                return Claim(workspace_id, key, fingerprint, token)
            row = await self._read(workspace_id, key)
            if row is not None:
                return _answer_of(row, fingerprint)
        raise RequestInProgressError(key)

    @override
    async def extend(self, claim: Claim) -> None:
        mine = _held_by(claim)
        async with self._database.session(scope_of(claim.workspace_id)) as session:
            lease = func.clock_timestamp() + self._lease
            await session.execute(update(IdempotencyKeyRow).where(*mine).values(leased_until=lease))
            await session.commit()

    @override
    async def keep(self, claim: Claim, answer: KeptAnswer) -> None:
        await self._execute(_KEEP, claim, *kept_values(AnsweredClaim(claim, answer), self._kept))

    @override
    async def release(self, claim: Claim) -> None:
        async with self._database.session(scope_of(claim.workspace_id)) as session:
            await session.execute(delete(IdempotencyKeyRow).where(*_held_by(claim)))
            await session.commit()

    @override
    async def sweep(self, workspace_id: WorkspaceId, limit: int) -> int:
        mine = IdempotencyKeyRow.workspace_id == workspace_id
        over = mine & (IdempotencyKeyRow.expires_at <= func.clock_timestamp())
        async with self._database.session(scope_of(workspace_id)) as session:
            return await sweep_rows(session, IdempotencyKeyRow, IdempotencyKeyRow.key, over, limit)

    async def _insert(self, workspace_id: WorkspaceId, key: str, fingerprint: str) -> str | None:
        nobody = Claim(workspace_id, key, fingerprint, "")
        return await self._execute(_CLAIM, nobody, workspace_id, key, fingerprint, self._lease, self._kept)

    async def _execute(self, statement: str, claim: Claim, *values: object) -> str | None:
        """Run a statement that is a transaction of its own; return the first value of its first row."""
        refusal: Exception
        async with self._database.single_statements() as connection:
            try:
                found: str | None = await connection.fetchval(statement, *values)
            except _OF_THE_ROW as error:  # the connection is as good as before
                refusal = of_refused_row(error, refusals_of(claim))
            else:
                return found
        raise refusal

    async def _read(self, workspace_id: WorkspaceId, key: str) -> IdempotencyKeyRow | None:
        query = select(IdempotencyKeyRow).where(
            IdempotencyKeyRow.workspace_id == workspace_id, IdempotencyKeyRow.key == key
        )
        async with self._database.session(scope_of(workspace_id)) as session:
            return await session.scalar(query)


class PostgresAnswerLog(AnswerLog):
    """Keeps answers within the transaction of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @override
    async def keep(self, answered: AnsweredClaim) -> None:
        if not await on_driver(self._session, _KEEP, *kept_values(answered, KEPT)):
            raise RequestInProgressError(answered.claim.key)


def _held_by(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyKeyRow.workspace_id == claim.workspace_id,
        IdempotencyKeyRow.key == claim.key,
        IdempotencyKeyRow.token == claim.token,
        IdempotencyKeyRow.status.is_(None),
    )


def refusals_of(claim: Claim) -> dict[str, DocGenError]:
    """Say what keeps a key from being claimed or answered, by the constraint that it violates."""
    return {"fk_idempotency_keys_workspaces": NotFoundError("workspace", claim.workspace_id)}


def _answer_of(row: IdempotencyKeyRow, fingerprint: str) -> KeptAnswer:
    if row.fingerprint != fingerprint:
        raise IdempotencyMismatchError(row.key)
    if row.status is None:
        raise RequestInProgressError(row.key)
    render_id = None if row.render_id is None else RenderId(row.render_id)
    return KeptAnswer(row.status, json.loads(row.headers or "{}"), row.body, render_id)
