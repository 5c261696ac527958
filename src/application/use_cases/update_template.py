"""Change a template's metadata."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.preconditions import Seen, require_unchanged
from domain.audit import AuditAction, AuditObject
from domain.locale import parse_locale
from domain.slug import parse_slug
from domain.template import Template


@dataclass(frozen=True, slots=True)
class UpdateTemplateCommand:
    """The new values of the fields to change, out of `slug`, `name`, `description`, `tags` and `locale`."""

    caller: Caller
    template: str
    changes: Mapping[str, object]
    seen: Seen = None


class UpdateTemplate:
    """Only metadata changes; files and versions never do."""

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(self, command: UpdateTemplateCommand) -> Template:
        """Change the template.

        Raises:
            NotFoundError: there is no such template.
            ConflictError: it is archived.
            SlugTakenError: another template has the new slug.
            PreconditionFailedError: the template was changed since the caller has seen it.
            InvalidRequestError: a new value is not acceptable.
        """
        changes = {name: _PARSERS.get(name, _as_it_is)(value) for name, value in command.changes.items()}
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            template = await unit.templates.get(command.template, for_change=True)
            require_unchanged(template, command.seen)
            changed = template.edit(self._clock.now(), **changes) if changes else template
            if changed is not template:
                await unit.templates.update(changed)
                fields = ", ".join(sorted(changes))
                entry = command.caller.entry(AuditAction.TEMPLATE_UPDATED, AuditObject.TEMPLATE, template.id, fields)
                await unit.audit.record(entry)
            await unit.commit()
        return changed


def _as_it_is(value: object) -> object:
    return value


def _locale(value: object) -> object:
    return None if value is None else parse_locale(str(value))


_PARSERS = {"slug": lambda value: parse_slug(str(value)), "locale": _locale}
