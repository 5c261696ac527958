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
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.places import backup_place
from entrypoints.settings.service import Settings, load_settings

INCOMPLETE: Final = 1


def run(options: Namespace) -> int:
    """Make a backup."""
    with with_database(load_settings()) as settings:
        return asyncio.run(_back_up(settings, options.place, options.keep))


async def _back_up(settings: Settings, where: str, keep: int | None) -> int:
    container = Container(settings=settings)
    place = backup_place(where, container)
    async with entered([*container.storages(), *place.lifetimes]):
        with counted("Copied") as (on_count, on_blob):
            done = await container.back_up(files=place.files, blobs=place.blobs)(BackUpCommand(on_count, on_blob))
        _tell(done, where)
        if done.missing:
            if keep is not None:
                complain("No older backup was removed: it may have what this one lacks.")
            return INCOMPLETE
        if keep is not None:
            thinned = await container.thin_backups(files=place.files, blobs=place.blobs)(keep)
            blobs = "no blobs" if thinned.blobs is None else f"{thinned.blobs:,} blobs that only they had"
            say(f"Removed {len(thinned.backups):,} older backups, and {blobs}.")
    return 0


def _tell(done: BackedUp, where: str) -> None:
    manifest = done.manifest
    say(
        f"Made the backup {manifest.name} in {where}: a database of {manifest.dump.bytes:,} bytes, and "
        f"{manifest.blob_count:,} blobs of {manifest.blob_bytes:,} bytes, {done.new:,} of them new."
    )
    if done.missing:
        complain(
            f"{len(done.missing):,} blobs are not in it, because the storage has lost or damaged them: "
            "'docgen storage check' says which, and what names them."
        )


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
