"""`docgen backup`: database and storage in another place."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from application.use_cases.back_up import BackedUp, BackUpCommand
from entrypoints.cli.database import with_database
from entrypoints.cli.output import complain, say
from entrypoints.cli.progress import Progress, progress
from entrypoints.container import Container, backup_place
from entrypoints.lifespan import entered
from entrypoints.settings import Settings, load_settings

INCOMPLETE: Final = 1


def run(options: Namespace) -> int:
    """Make a backup."""
    with with_database(load_settings()) as settings:
        done = asyncio.run(_back_up(settings, options.place))
    manifest = done.manifest
    say(
        f"Made the backup {manifest.name} in {options.place}: a database of {manifest.dump.bytes:,} bytes, and "
        f"{manifest.blob_count:,} blobs of {manifest.blob_bytes:,} bytes, {done.new:,} of them new."
    )
    if done.missing:
        complain(
            f"{len(done.missing):,} blobs are not in it, because the storage has lost or damaged them: "
            "'docgen storage check' says which, and what names them."
        )
        return INCOMPLETE
    return 0


async def _back_up(settings: Settings, where: str) -> BackedUp:
    container = Container(settings=settings)
    place = backup_place(where, container)
    async with entered([*container.storages(), *place.lifetimes]):
        with counted("Copied") as (on_count, on_blob):
            return await container.back_up(files=place.files, blobs=place.blobs)(BackUpCommand(on_count, on_blob))


@contextmanager
def counted(what: str) -> Iterator[tuple[Callable[[int], None], Callable[[], None]]]:
    """Show how far blobs are: yield what is to hear of their number, once it is known, and of each."""
    bars: list[Progress] = []

    with ExitStack() as stack:

        def on_count(total: int) -> None:
            bars.append(stack.enter_context(progress(what, "blobs", total)))

        def on_blob() -> None:
            for bar in bars:
                bar.update()

        yield on_count, on_blob
