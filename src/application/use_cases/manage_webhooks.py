"""Webhooks of a workspace: create, list, change, delete them, and give them new secrets."""

from dataclasses import dataclass, replace
from datetime import timedelta

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.random_source import RandomSource
from application.ports.secret_box import SecretBox
from application.ports.unit_of_work import UnitsOfWork
from application.ports.webhook_sender import WebhookSender
from domain.audit import AuditAction, AuditObject
from domain.errors import InvalidRequestError
from domain.identifiers import WEBHOOK_PREFIX, WebhookId
from domain.webhook import (
    MAX_OVERLAP_SECONDS,
    OVERLAP_SECONDS,
    SealedSecret,
    WebhookEndpoint,
    parse_description,
    parse_events,
)
from domain.webhook_signature import SECRET_BYTES, shown

# Why an endpoint is disabled that somebody has disabled.
ON_REQUEST = "Disabled on request."


@dataclass(frozen=True, slots=True)
class CreateWebhookCommand:
    """A wish for an endpoint; `events` None is every event."""

    caller: Caller
    url: str
    description: str = ""
    events: list[str] | None = None


@dataclass(frozen=True, slots=True)
class ChangeWebhookCommand:
    """What is to be changed of an endpoint; None leaves it as it is. `events` is in a tuple, since it may be None."""

    caller: Caller
    webhook_id: str
    url: str | None = None
    description: str | None = None
    events: tuple[list[str] | None] | None = None
    enabled: bool | None = None


class ManageWebhooks:
    """Secrets are shown when they are made, and kept sealed: the service has to sign with them."""

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        sender: WebhookSender,
        box: SecretBox,
        clock: Clock,
        ids: IdGenerator,
        randomness: RandomSource,
    ) -> None:
        self._units_of_work = units_of_work
        self._sender = sender
        self._box = box
        self._clock = clock
        self._ids = ids
        self._randomness = randomness

    async def create(self, command: CreateWebhookCommand) -> tuple[WebhookEndpoint, str]:
        """Create an endpoint; return it with its secret.

        Raises:
            InvalidRequestError: the address, the description or an event is none.
            UrlForbiddenError: nothing is sent to this address.
            ConflictError: there are as many as there may be.
            NotFoundError: the workspace is gone.
        """
        description, events = parse_description(command.description), parse_events(command.events)
        await self._sender.check(command.url)
        now, caller = self._clock.now(), command.caller
        webhook_id = WebhookId(self._ids.new_id(WEBHOOK_PREFIX))
        secret = self._randomness.random_bytes(SECRET_BYTES)
        endpoint = WebhookEndpoint(
            id=webhook_id,
            workspace_id=caller.workspace_id,
            url=command.url,
            description=description,
            events=events,
            secret=SealedSecret(self._box.seal(secret, webhook_id)),
            created_at=now,
            created_by=caller.actor,
            updated_at=now,
        )
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.webhooks.add(endpoint)
            await unit.audit.record(caller.entry(AuditAction.WEBHOOK_CREATED, AuditObject.WEBHOOK, webhook_id))
            await unit.commit()
        return endpoint, shown(secret)

    async def get(self, caller: Caller, webhook_id: str) -> WebhookEndpoint:
        """Return an endpoint.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.webhooks.get(webhook_id)

    async def search(self, caller: Caller, *, limit: int, after: WebhookId | None = None) -> list[WebhookEndpoint]:
        """Return up to `limit` endpoints of the caller's workspace, newest first, behind `after`."""
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            return await unit.webhooks.search(limit=limit, after=after)

    async def change(self, command: ChangeWebhookCommand) -> WebhookEndpoint:
        """Change an endpoint.

        Raises:
            NotFoundError: there is none.
            InvalidRequestError: the address, the description or an event is none.
            UrlForbiddenError: nothing is sent to this address.
        """
        changes: dict[str, object] = {}
        if command.url is not None:
            await self._sender.check(command.url)
            changes["url"] = command.url
        if command.description is not None:
            changes["description"] = parse_description(command.description)
        if command.events is not None:
            changes["events"] = parse_events(command.events[0])
        now, caller = self._clock.now(), command.caller
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            before = await unit.webhooks.get(command.webhook_id, for_change=True)
            changed = replace(before, **changes)  # type: ignore[arg-type]  # the fields that were checked above
            if command.enabled is not None:
                changed = changed.enable(at=now) if command.enabled else changed.disable(ON_REQUEST, at=now)
            if changed == before:
                return before
            changed = replace(changed, updated_at=now)
            await unit.webhooks.update(changed)
            detail = _what_changed(before, changed)
            entry = caller.entry(AuditAction.WEBHOOK_UPDATED, AuditObject.WEBHOOK, changed.id, detail)
            await unit.audit.record(entry)
            await unit.commit()
        return changed

    async def delete(self, caller: Caller, webhook_id: str) -> None:
        """Delete an endpoint with everything that was to be sent to it, and was sent.

        Raises:
            NotFoundError: there is none.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            endpoint = await unit.webhooks.get(webhook_id, for_change=True)
            await unit.webhooks.remove(endpoint.id)
            await unit.audit.record(caller.entry(AuditAction.WEBHOOK_DELETED, AuditObject.WEBHOOK, endpoint.id))
            await unit.commit()

    async def rotate_secret(
        self, caller: Caller, webhook_id: str, overlap_seconds: int = OVERLAP_SECONDS
    ) -> tuple[WebhookEndpoint, str]:
        """Give an endpoint a new secret, and return both; the one of before signs as well for a while.

        Raises:
            NotFoundError: there is no such endpoint.
            InvalidRequestError: that while is too long.
        """
        if not 0 <= overlap_seconds <= MAX_OVERLAP_SECONDS:
            raise InvalidRequestError("overlap_seconds", f"give a number from 0 to {MAX_OVERLAP_SECONDS:,}.")
        secret = self._randomness.random_bytes(SECRET_BYTES)
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            endpoint = await unit.webhooks.get(webhook_id, for_change=True)
            sealed = self._box.seal(secret, endpoint.id)
            rotated = endpoint.rotate(sealed, timedelta(seconds=overlap_seconds), at=self._clock.now())
            await unit.webhooks.update(rotated)
            entry = caller.entry(AuditAction.WEBHOOK_SECRET_ROTATED, AuditObject.WEBHOOK, endpoint.id)
            await unit.audit.record(entry)
            await unit.commit()
        return rotated, shown(secret)


def _what_changed(before: WebhookEndpoint, after: WebhookEndpoint) -> str:
    """Name the fields that changed: addresses may hold secrets of the receiver, and are not kept."""
    changed = [name for name in ("url", "description", "events") if getattr(before, name) != getattr(after, name)]
    if before.is_enabled != after.is_enabled:
        changed.append("enabled" if after.is_enabled else "disabled")
    return ", ".join(changed)
