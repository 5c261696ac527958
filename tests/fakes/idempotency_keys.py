"""Idempotency keys in memory."""

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from typing_extensions import override

from application.ports.clock import Clock
from application.ports.idempotency_keys import Claim, IdempotencyKeys, KeptAnswer
from domain.errors import IdempotencyMismatchError, NotFoundError, RequestInProgressError, ServiceUnavailableError
from domain.identifiers import WorkspaceId
from tests.fakes.units_of_work import InMemoryUnitsOfWork


@dataclass(frozen=True, slots=True)
class _Taken:
    claim: Claim
    leased_until: datetime
    expires_at: datetime
    answer: KeptAnswer | None = None


class InMemoryIdempotencyKeys(IdempotencyKeys):
    """Keys by a clock; the workspaces are those of the units of work."""

    def __init__(
        self,
        units_of_work: InMemoryUnitsOfWork,
        clock: Clock,
        *,
        lease: timedelta = timedelta(seconds=30),
        kept: timedelta = timedelta(hours=24),
    ) -> None:
        self._database = units_of_work.database
        self._clock = clock
        self._lease = lease
        self._kept = kept
        self._numbers = itertools.count()
        self._taken: dict[tuple[WorkspaceId, str], _Taken] = {}
        self._database.holds_key = self.holds

    @override
    async def claim(self, workspace_id: WorkspaceId, key: str, fingerprint: str) -> Claim | KeptAnswer:
        self._query()
        if all(workspace.id != workspace_id for workspace in self._database.workspaces.values()):
            raise NotFoundError("workspace", workspace_id)
        now = self._clock.now()
        known = self._known(workspace_id, key)
        if known is None or known.expires_at <= now or (known.answer is None and known.leased_until <= now):
            claim = Claim(workspace_id, key, fingerprint, str(next(self._numbers)))
            self._taken[workspace_id, key] = _Taken(claim, now + self._lease, now + self._kept)
            return claim
        if known.claim.fingerprint != fingerprint:
            raise IdempotencyMismatchError(key)
        if known.answer is None:
            raise RequestInProgressError(key)
        return known.answer

    @override
    async def extend(self, claim: Claim) -> None:
        self._query()
        if self.holds(claim) and self._unanswered(claim):
            self._change(claim, leased_until=self._clock.now() + self._lease)

    @override
    async def keep(self, claim: Claim, answer: KeptAnswer) -> None:
        self._query()
        if self.holds(claim):
            self._change(claim, answer=answer, expires_at=self._clock.now() + self._kept)

    @override
    async def release(self, claim: Claim) -> None:
        self._query()
        if self.holds(claim) and self._unanswered(claim):
            del self._taken[claim.workspace_id, claim.key]

    @override
    async def sweep(self, workspace_id: WorkspaceId, limit: int) -> int:
        self._query()
        now = self._clock.now()
        old = [place for place, taken in self._taken.items() if place[0] == workspace_id and taken.expires_at <= now]
        for place in old[:limit]:
            del self._taken[place]
        return len(old[:limit])

    def _known(self, workspace_id: WorkspaceId, key: str) -> _Taken | None:
        """Return a key, with the answer that was kept in a transaction."""
        known, kept = self._taken.get((workspace_id, key)), self._database.answers.get((workspace_id, key))
        if known is not None and kept is not None and kept.claim == known.claim:
            return replace(known, answer=kept.answer)
        return known

    def _query(self) -> None:
        if self._database.down:
            raise ServiceUnavailableError("database", "The database does not answer.")

    def holds(self, claim: Claim) -> bool:
        """Tell whether nobody else has the key."""
        known = self._taken.get((claim.workspace_id, claim.key))
        return known is not None and known.claim == claim

    def _unanswered(self, claim: Claim) -> bool:
        return self._taken[claim.workspace_id, claim.key].answer is None

    def _change(self, claim: Claim, **changes: object) -> None:
        place = claim.workspace_id, claim.key
        self._taken[place] = replace(self._taken[place], **changes)  # type: ignore[arg-type]  # fields by name
