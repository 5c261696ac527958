"""`docgen storage copy`: every blob of one kind of storage in the other one."""

import asyncio
import sys
from argparse import Namespace
from typing import Final

from application.use_cases.copy_storage import CopiedStorage
from entrypoints.cli.output import complain, say
from entrypoints.cli.progress import progress
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.places import storage_of_kind
from entrypoints.settings.service import Settings, load_settings

_INCOMPLETE: Final = 1
_WRONG_USAGE: Final = 2


def run(options: Namespace) -> int:
    """Copy what is not there yet."""
    if options.source == options.target:
        complain(f"Nothing to copy: --from and --to are both {options.source}.")
        return _WRONG_USAGE
    copied, done = asyncio.run(_copy(load_settings(), options))
    there = copied - done.new - len(done.unreadable)
    say(f"Copied {done.new:,} blobs from {options.source} to {options.target}; {there:,} others were there already.")
    for key in done.unreadable:
        complain(f"The blob {key.workspace_id}/{key.sha256} cannot be read, or is damaged, and was not copied.")
    return _INCOMPLETE if done.unreadable else 0


async def _copy(settings: Settings, options: Namespace) -> tuple[int, CopiedStorage]:
    container = Container(settings=settings)
    source, target = (storage_of_kind(container, kind) for kind in (options.source, options.target))
    count = 0
    async with entered([*source.lifetimes, *target.lifetimes]):
        copy = container.copy_storage(source.storage, target.storage, source.mark, target.mark)
        total = await copy.count() if sys.stderr.isatty() else None
        with progress("Copied", "blobs", total) as bar:

            def on_blob() -> None:
                nonlocal count
                count += 1
                bar.update()

            done: CopiedStorage = await copy(on_blob)
    return count, done
