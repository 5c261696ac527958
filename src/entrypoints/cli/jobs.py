"""`docgen jobs`: what is in the queue, and what is to be tried again or given up."""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Final, TypeAlias

from application.caller import Caller, operator
from application.ports.job_monitor import QueueFigures
from domain.errors import NotFoundError
from entrypoints.cli.database import with_database
from entrypoints.cli.output import say, say_json
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import load_settings

_HEADER: Final = ("QUEUE", "WAITING", "LATER", "RUNNING", "OLDEST")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

_Change: TypeAlias = Callable[[Caller, str], Awaitable[str]]


def run(options: Namespace) -> int:
    """Carry out one action."""
    with with_database(load_settings()) as settings:
        asyncio.run(_act(Container(settings=settings), options))
    return 0


async def _act(container: Container, options: Namespace) -> None:
    async with entered(container.queue_and_databases()):
        jobs = container.manage_jobs()
        if options.action == "status":
            _show(await jobs.status(), as_json=options.json)
            return
        change: _Change = jobs.retry if options.action == "retry" else jobs.discard
        for reference in options.ids:
            say(f"{reference} {await _changed(container, change, reference, options.workspace)}.")


async def _changed(container: Container, change: _Change, reference: str, slug: str | None) -> str:
    """Change something in the workspace that has it."""
    workspaces = container.manage_workspaces()
    for workspace in await workspaces.all() if slug is None else [await workspaces.get(slug)]:
        try:
            return await change(operator(workspace.id, workspace.slug), reference)
        except NotFoundError:
            continue
    raise NotFoundError("render, batch or delivery", reference, "in any" if slug is None else "in this")


def _show(figures: Sequence[QueueFigures], *, as_json: bool) -> None:
    if as_json:
        say_json({"queues": [asdict(each) for each in figures]})
        return
    rows = [(e.kind, str(e.waiting), str(e.later), str(e.running), _age(e)) for e in figures]
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    widths = [max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)]
    for name, *numbers in (_HEADER, *rows):
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        say("  ".join([name.ljust(widths[0]), *cells]))


def _age(figures: QueueFigures) -> str:
    """Say for how long the oldest job has waited, in the unit that fits."""
    if not figures.waiting:
        return "-"
    for seconds, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if figures.oldest_seconds >= seconds:
            return f"{figures.oldest_seconds / seconds:.1f} {unit}"
    return f"{figures.oldest_seconds:.1f} s"
