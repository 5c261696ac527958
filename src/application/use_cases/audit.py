"""Keep what was refused, and read what was done."""

import logging

from application.caller import Caller, Origin
from application.ports.audit_log import AuditFilter
from application.ports.unit_of_work import UnitsOfWork
from application.rate_limiter import RateLimiter
from domain.audit import AuditAction, AuditEvent, AuditObject
from domain.identifiers import AuditEventId

logger = logging.getLogger("docgen.access")


class RecordRefusal:
    """Who is refused is kept before it is told so: a known caller by an event of its workspace, others in the log.

    Refusals are limited, so that a flood of them is neither one event a request nor one line: beyond the limit nothing
    is kept, and the caller is told to wait. Those whose credentials open nothing are told apart by their addresses.
    """

    def __init__(self, units_of_work: UnitsOfWork, limiter: RateLimiter) -> None:
        self._units_of_work = units_of_work
        self._limiter = limiter

    async def of_unknown(self, origin: Origin, reason: str | None) -> None:
        """Keep that somebody presented credentials which open nothing; without a reason, none at all.

        Raises:
            RateLimitedError: too many were refused from this address.
        """
        await self._limiter.admit(None, origin.address or "")
        if reason is not None:
            logger.info("Refused credentials from %s (%s): %s", origin.address, origin.request_id, reason)

    async def of_useless_key(self, caller: Caller, reason: str) -> None:
        """Keep that a key was presented that opens nothing any more.

        Raises:
            RateLimitedError: too many were refused from this address.
            NotFoundError: the workspace is gone.
        """
        await self._limiter.admit(None, caller.origin.address or "")
        await self._record(caller, reason)

    async def __call__(self, caller: Caller, reason: str) -> None:
        """Keep that the operation which the caller's request names was refused.

        Raises:
            RateLimitedError: too much was refused to this caller.
            NotFoundError: the workspace is gone.
        """
        await self._limiter.admit(caller.workspace_id, caller.actor)
        await self._record(caller, reason)

    async def _record(self, caller: Caller, reason: str) -> None:
        operation = caller.origin.operation or ""
        entry = caller.entry(AuditAction.ACCESS_REFUSED, AuditObject.OPERATION, operation, reason)
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.audit.record(entry)
            await unit.commit()


class ReadAuditEvents:
    """Whoever may read the events of a workspace sees all of them, its own among them."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def search(
        self, caller: Caller, criteria: AuditFilter, *, limit: int, after: AuditEventId | None
    ) -> list[AuditEvent]:
        """Return up to `limit` events that meet the criteria, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.audit.search(criteria, limit=limit, after=after)
