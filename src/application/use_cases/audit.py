"""Keep what was refused, and read what was done."""

from application.caller import Caller
from application.ports.audit_log import AuditFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.audit import AuditAction, AuditEvent, AuditObject
from domain.identifiers import AuditEventId


class RecordRefusal:
    """A caller that is known and may not do something is kept before it is told so."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def __call__(self, caller: Caller, reason: str) -> None:
        """Keep that the operation which the caller's request names was refused.

        Raises:
            NotFoundError: the workspace is gone.
        """
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
