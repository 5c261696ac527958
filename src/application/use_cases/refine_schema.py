"""Let an author say more about the data of a version than its file shows."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from application.caller import Caller
from application.ports.unit_of_work import UnitsOfWork
from domain.audit import AuditAction, AuditObject
from domain.diagnostics import Diagnostic, Severity
from domain.errors import PreconditionFailedError, SchemaInvalidError
from domain.refinement_reader import CODE, read_refinements
from domain.schema import JsonObject
from domain.scope import Scope

_MAX_CHARACTERS: Final = 1_000_000


def schema_tag(schema: JsonObject) -> str:
    """Return what names the present state of a schema."""
    return hashlib.sha256(json.dumps(schema, ensure_ascii=False).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RefineSchemaCommand:
    """What is said of a version's data: a schema, or a part of one (JSON values); it takes the place of what was said.

    `seen` are the tags of the states that the caller has read; None asks for no check.
    """

    caller: Caller
    template: str
    version: int
    said: Any
    seen: Collection[str] | None = None


class RefineSchema:
    """What is said holds for every later render of the version, and for the versions that come after it.

    It is kept beside the schema that was inferred, and never changes it: what is not said any more is as it was.
    """

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def __call__(self, command: RefineSchemaCommand) -> JsonObject:
        """Keep it, and return the schema that holds now.

        Raises:
            NotFoundError: there is no such template or version.
            ConflictError: the template is archived.
            ScopeMissingError: the version is the published one, and the caller may not publish.
            PreconditionFailedError: the schema was changed since the caller has seen it.
            SchemaInvalidError: it does not fit the template, or cannot be said.
        """
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            template = await unit.templates.get(command.template, for_change=True)
            template.require_active()
            version = await unit.templates.get_version(template.id, command.version)
            if version.number == template.published_version:
                # It changes at once what renders take that name no version.
                command.caller.require(Scope.TEMPLATES_PUBLISH)
            if command.seen is not None and schema_tag(version.refined_schema()) not in command.seen:
                raise PreconditionFailedError("The schema was changed since you have read it: read it again.")
            refinements = _kept(read_refinements(command.said, json.loads(version.schema)))
            await unit.templates.set_refinements(template.id, version.number, refinements)
            refined = (await unit.templates.get_version(template.id, version.number)).refined_schema()
            detail = f"version {version.number}"
            entry = command.caller.entry(AuditAction.SCHEMA_REFINED, AuditObject.TEMPLATE, template.id, detail)
            await unit.audit.record(entry)
            await unit.commit()
        return refined


def _kept(refinements: dict[str, JsonObject]) -> str | None:
    text = json.dumps(refinements, ensure_ascii=False)
    if len(text) > _MAX_CHARACTERS:
        message = f"What is said has {len(text):,} characters; the limit is {_MAX_CHARACTERS:,}."
        advice = "Give shorter texts, and fewer choices and examples."
        raise SchemaInvalidError(message, [Diagnostic(Severity.ERROR, CODE, message, advice, pointer="")])
    return text if refinements else None
