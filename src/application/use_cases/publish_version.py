"""Publish a version of a template, or go back to an older one."""

from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import Seen, published_version, require_compatible, require_unchanged
from application.webhook_bodies import template_data
from application.webhook_events import WebhookEvents
from domain.audit import AuditAction, AuditObject
from domain.template import Template
from domain.webhook import WebhookEvent


@dataclass(frozen=True, slots=True)
class PublishVersionCommand:
    """Which version of which template (id or slug); `seen` are the states that the caller has read, if any."""

    caller: Caller
    template: str
    version: int
    seen: Seen = None
    allow_breaking: bool = False


class PublishVersion:
    """One version is published at a time; renders that name no version take it from now on.

    What would refuse data that the published version takes is not published, unless the caller wants that.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock, events: WebhookEvents) -> None:
        self._units_of_work = units_of_work
        self._events = events
        self._clock = clock

    async def __call__(self, command: PublishVersionCommand) -> Template:
        """Publish the version.

        Raises:
            NotFoundError: there is no such template or version.
            ConflictError: the template is archived.
            BreakingChangeError: it breaks callers of the published version.
            PreconditionFailedError: the template was changed since the caller has seen it.
        """
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            template = await unit.templates.get(command.template, for_change=True)
            require_unchanged(template, command.seen)
            template.require_active()
            version = await unit.templates.get_version(template.id, command.version)
            if not command.allow_breaking:
                require_compatible(template, await published_version(unit, template), version.refined_schema())
            published = template.publish(version.number, at=self._clock.now())
            if published is not template:
                await unit.templates.update(published)
                detail = f"version {version.number}"
                entry = command.caller.entry(AuditAction.VERSION_PUBLISHED, AuditObject.TEMPLATE, template.id, detail)
                await unit.audit.record(entry)
                data = template_data(published)
                await self._events.tell(unit, WebhookEvent.TEMPLATE_PUBLISHED, template.id, data)
            await unit.commit()
        return published
