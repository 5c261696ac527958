"""What `/docgen list` and `/docgen status` say."""

from typing import Final

from application.ports.unit_of_work import UnitsOfWork
from application.slack.people import date_in_slack, known_person, tell
from application.slack.routes import SlackTask
from application.slack.texts import say
from application.slack_forms.texts import escaped
from domain.slack_delivery import SlackOutcome

# Templates that are looked for at a time; Slack takes as many items of a menu.
OFFERED: Final = 100
_LISTED: Final = 20
_SHOWN: Final = 10

_STATES: Final = {
    None: "waiting",
    SlackOutcome.FILE: "file",
    SlackOutcome.LINK: "link",
    SlackOutcome.FAILED: "failed-short",
    SlackOutcome.GIVEN_UP: "given-up",
}


class ListInSlack:
    """Tells a person what there is."""

    def __init__(self, units_of_work: UnitsOfWork) -> None:
        self._units_of_work = units_of_work

    async def templates(self, task: SlackTask) -> None:
        """Tell which templates there are, those first that were used last."""
        origin = await known_person(task.client, task.origin)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            found = await unit.slack_deliveries.offered(origin.place, origin.user_id, "", limit=OFFERED)
        lines = [f"• {escaped(each.name)} (`{each.slug}`)" for each in found[:_LISTED]]
        if len(found) > _LISTED:
            lines.append(say(origin.locale, "more", count=len(found) - _LISTED))
        title = say(origin.locale, "list" if found else "list-empty")
        await tell(task.client, origin, "\n".join([title, *lines]))

    async def documents(self, task: SlackTask) -> None:
        """Tell what became of the documents that were asked for last."""
        origin = await known_person(task.client, task.origin)
        async with self._units_of_work.of_workspace(task.intent.workspace_id) as unit:
            found = await unit.slack_deliveries.of_user(origin.place, origin.user_id, limit=_SHOWN)
        lines = [
            f"• {escaped(each.template_name)}: {say(origin.locale, _STATES[each.outcome])} "
            f"({date_in_slack(each.created_at, '{date_short_pretty} {time}')})"
            for each in found
        ]
        title = say(origin.locale, "status" if found else "status-empty")
        await tell(task.client, origin, "\n".join([title, *lines]))
