"""Who may add and publish templates in a Slack workspace besides its administrators."""

from collections.abc import Sequence

from application.caller import Caller
from application.ports.unit_of_work import UnitsOfWork
from domain.audit import AuditAction, AuditObject
from domain.errors import InvalidRequestError
from domain.slack_installation import is_user_id


class SlackAuthors:
    """Each installation has a list of its own: an id of a Slack user means somebody in one Slack workspace alone."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def get(self, caller: Caller, place: str) -> tuple[str, ...]:
        """Return the ids of those who may, in order; `place` is the id of a Slack workspace or organisation.

        Raises:
            NotFoundError: the app is not installed there for the caller's workspace.
        """
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.slack_installations.get(place)
            return await unit.slack_installations.authors(place)

    async def set(self, caller: Caller, place: str, user_ids: Sequence[str]) -> tuple[str, ...]:
        """Let these people and nobody else; return them, each once and in order.

        Raises:
            InvalidRequestError: one is no id of a Slack user.
            NotFoundError: the app is not installed there for the caller's workspace.
        """
        for each in user_ids:
            if not is_user_id(each):
                raise InvalidRequestError(
                    "authors", f"{each[:80]!r} is no id of a Slack user: they look like U0123ABCD."
                )
        named = tuple(sorted(set(user_ids)))
        async with self._units_of_work.of_workspace(caller.workspace_id) as unit:
            await unit.slack_installations.get(place, for_change=True)
            await unit.slack_installations.set_authors(place, named)
            detail = ", ".join(named) or "nobody"
            entry = caller.entry(AuditAction.SLACK_AUTHORS_SET, AuditObject.SLACK_INSTALLATION, place, detail)
            await unit.audit.record(entry)
            await unit.commit()
        return named
