"""Take a template out of use, or bring it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import Seen, require_unchanged
from domain.audit import AuditAction, AuditObject
from domain.template import Template


@dataclass(frozen=True, slots=True)
class ArchiveTemplateCommand:
    """Which template, by id or slug; `restore` brings it back."""

    caller: Caller
    template: str
    restore: bool = False
    seen: Seen = None


class ArchiveTemplate:
    """An archived template keeps its slug and versions, and still renders by explicit version."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, command: ArchiveTemplateCommand) -> Template:
        """Archive or restore the template; what is so already stays as it is.

        Raises:
            NotFoundError: there is no such template.
            PreconditionFailedError: the template was changed since the caller has seen it.
        """
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            template = await unit.templates.get(command.template, for_change=True)
            require_unchanged(template, command.seen)
            move: Callable[[datetime], Template] = template.restore if command.restore else template.archive
            changed = move(self._clock.now())
            if changed is not template:
                await unit.templates.update(changed)
                action = AuditAction.TEMPLATE_RESTORED if command.restore else AuditAction.TEMPLATE_ARCHIVED
                await unit.audit.record(command.caller.entry(action, AuditObject.TEMPLATE, template.id))
            await unit.commit()
        return changed
