"""Tell how much a workspace has rendered."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Final

from application.caller import Caller
from application.ports.clock import Clock
from application.ports.render_repository import UsageFilter, UsagePlace
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import InvalidRequestError
from domain.identifiers import TEMPLATE_PREFIX, TemplateId, is_id
from domain.usage import DailyUsage

MAX_DAYS: Final = 366
_DEFAULT_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class ReadUsageCommand:
    """Which days (UTC), both included, and which template, by id or slug; None: the last 30 days, every template."""

    caller: Caller
    first: date | None = None
    last: date | None = None
    template: str | None = None


class ReadUsage:
    """Counted from the records of renders, which outlive their documents and templates.

    What was rendered with `store` false has no record, and does not count.
    """

    def __init__(self, units_of_work: UnitsOfWork, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._clock = clock

    async def __call__(
        self, command: ReadUsageCommand, *, limit: int, after: UsagePlace | None = None
    ) -> list[DailyUsage]:
        """Return up to `limit` counts, the latest day first, behind `after`.

        Raises:
            InvalidRequestError: the days are too many, or in the wrong order.
            NotFoundError: there is no template of this slug.
        """
        first, last = self._days(command)
        async with self._units_of_work.of_workspace(command.caller.workspace_id) as unit:
            template_id = None
            if command.template is not None:
                # A template that is erased is known by its identifier alone.
                by_id = is_id(command.template, TEMPLATE_PREFIX)
                template_id = TemplateId(command.template) if by_id else (await unit.templates.get(command.template)).id
            found = await unit.renders.usage(UsageFilter(first, last, template_id), limit=limit, after=after)
            await unit.commit()  # the sums of days that are over, which are made on the way
            return found

    def _days(self, command: ReadUsageCommand) -> tuple[date, date]:
        last = command.last or self._clock.now().astimezone(UTC).date()
        # Half a day more or less has to be in the calendar too.
        if not date.min.year < last.year < date.max.year:
            raise InvalidRequestError("to", f"give a day of the years {date.min.year + 1} to {date.max.year - 1}.")
        first = command.first or last - timedelta(days=_DEFAULT_DAYS - 1)
        if first > last:
            raise InvalidRequestError("from", f"it is after the last day, {last}: exchange the two.")
        if (last - first).days >= MAX_DAYS:
            raise InvalidRequestError("from", f"ask for {MAX_DAYS} days at most: begin later, or end sooner.")
        return first, last
