"""Create, list and revoke API keys."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.random_source import RandomSource
from application.ports.unit_of_work import UnitsOfWork
from domain.api_key import ENTROPY_BYTES, ApiKey, fingerprint, hint_of, new_secret, parse_key_name
from domain.audit import AuditAction, AuditObject
from domain.errors import InvalidRequestError
from domain.identifiers import API_KEY_PREFIX, ApiKeyId
from domain.scope import in_order, parse_scopes

MAX_EXPIRES_IN: Final = 10 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CreateApiKeyCommand:
    """A wish for a key: `scopes` by their names, `expires_in` in seconds, None for a key that does not expire."""

    caller: Caller
    name: str
    scopes: Collection[str]
    expires_in: int | None = None


class ManageApiKeys:
    """A secret is shown once, when its key is created; nobody can give more than they have."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock, ids: IdGenerator, randomness: RandomSource) -> None:
        self._units_of_work = units_of_work
        self._clock = clock
        self._ids = ids
        self._randomness = randomness

    async def create(self, command: CreateApiKeyCommand) -> tuple[ApiKey, str]:
        """Create a key, and return it with its secret, which is kept nowhere.

        Raises:
            InvalidRequestError: the name, a scope or the time is not acceptable.
            ScopeMissingError: the caller lacks a scope that the key is to have.
            NotFoundError: the workspace is gone.
        """
        scopes = parse_scopes(command.scopes)
        for scope in in_order(scopes):
            command.caller.require(scope)
        if command.expires_in is not None and not 0 < command.expires_in <= MAX_EXPIRES_IN:
            raise InvalidRequestError("expires_in", f"give a number of seconds from 1 to {MAX_EXPIRES_IN:,}.")
        now = self._clock.now()
        secret = new_secret(self._randomness.random_bytes(ENTROPY_BYTES))
        key = ApiKey(
            id=ApiKeyId(self._ids.new_id(API_KEY_PREFIX)),
            workspace_id=command.caller.workspace_id,
            name=parse_key_name(command.name),
            hint=hint_of(secret),
            sha256=fingerprint(secret),
            scopes=scopes,
            created_at=now,
            created_by=command.caller.actor,
            expires_at=None if command.expires_in is None else now + timedelta(seconds=command.expires_in),
        )
        async with self._units_of_work.of_workspace(key.workspace_id) as unit:
            await unit.api_keys.add(key)
            may = " ".join(in_order(scopes))
            await unit.audit.record(command.caller.entry(AuditAction.API_KEY_CREATED, AuditObject.API_KEY, key.id, may))
            await unit.commit()
        return key, secret

    async def search(self, caller: Caller, *, limit: int, after: ApiKeyId | None = None) -> list[ApiKey]:
        """Return up to `limit` keys of the caller's workspace, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.api_keys.search(limit=limit, after=after)

    async def revoke(self, caller: Caller, key_id: str) -> ApiKey:
        """Revoke a key; one that is revoked already stays so.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            before = await unit.api_keys.get(key_id)
            key = await unit.api_keys.revoke(key_id, self._clock.now())
            if before.revoked_at is None:
                await unit.audit.record(caller.entry(AuditAction.API_KEY_REVOKED, AuditObject.API_KEY, key.id))
            await unit.commit()
        return key
