"""Say of a file of rows what a batch of them would come to, and make nothing."""

from dataclasses import dataclass

from application.defaults import NO_WISHES, RenderWishes
from application.ports.clock import Clock
from application.ports.row_reader import RowSource
from application.settings_in_force import SettingsInForce
from application.use_cases.prepare_rows import PrepareRows, PrepareRowsCommand
from application.use_cases.requested_renders import RequestedRenders
from domain.identifiers import WorkspaceId
from domain.rows import RowProblem, RowWishes
from domain.template import Template


@dataclass(frozen=True, slots=True)
class CheckRowsCommand:
    """Rows for the published version of a template."""

    workspace_id: WorkspaceId
    template: str
    rows: RowSource
    wishes: RenderWishes = NO_WISHES


@dataclass(frozen=True, slots=True)
class RowsReport:
    """What was found: `total` counts rows without those that repeat another, `problems` are those of the first rows."""

    template: Template
    version: int
    total: int
    failed: int
    problems: tuple[RowProblem, ...]
    ignored: tuple[str, ...]


class CheckRows:
    """Rows are read and checked as those of a batch are."""

    # Rows whose problems are told.
    told = 20

    def __init__(
        self, requested: RequestedRenders, prepare_rows: PrepareRows, settings: SettingsInForce, clock: Clock
    ) -> None:
        self._requested = requested
        self._prepare_rows = prepare_rows
        self._settings = settings
        self._clock = clock

    async def __call__(self, command: CheckRowsCommand) -> RowsReport:
        """Check the rows.

        Raises:
            NotFoundError, NotPublishedError: there is no such template or version to render.
            RowsInvalidError: the file or its columns do not do.
            TimeLimitError: reading the file takes too long.
        """
        template, version, source = await self._requested.of_version(command.workspace_id, command.template, None)
        in_force = await self._settings.of(command.workspace_id)
        options = in_force.defaults.complete(command.wishes, template.format, template.locale, self._clock.now())
        preparing = PrepareRowsCommand(source, version.refined_placeholders(), command.rows, RowWishes(), options)
        total, failed, problems = 0, 0, list[RowProblem]()
        async with self._prepare_rows(preparing) as rows:
            async for row in rows:
                if row.repeats is not None:
                    continue
                total += 1
                if row.problems:
                    failed += 1
                    problems += row.problems if failed <= self.told else ()
            ignored = rows.facts.ignored
        return RowsReport(template, version.number, total, failed, tuple(problems), ignored)
