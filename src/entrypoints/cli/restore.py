"""`docgen restore`: an empty installation filled from a backup."""

import asyncio
from argparse import Namespace

from application.use_cases.restore_backup import RestoreCommand, Restored
from entrypoints.cli.backup import INCOMPLETE, counted
from entrypoints.cli.database import with_database_as_it_is
from entrypoints.cli.output import complain, say
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.places import backup_place
from entrypoints.settings.service import Settings, load_settings


def run(options: Namespace) -> int:
    """Restore a backup, or list those that there are."""
    with with_database_as_it_is(load_settings()) as settings:
        done = asyncio.run(_restore(settings, options))
    if done is None:
        return 0
    say(f"Restored the backup {done.manifest.name}: {done.manifest.blob_count:,} blobs, {done.new:,} of them copied.")
    if done.missing:
        complain(f"{len(done.missing):,} blobs are not in the backup: 'docgen storage check' names them.")
        return INCOMPLETE
    return 0


async def _restore(settings: Settings, options: Namespace) -> Restored | None:
    container = Container(settings=settings)
    place = backup_place(options.place, container)
    async with entered([*container.storages(), *place.lifetimes]):
        restore = container.restore_backup(files=place.files, blobs=place.blobs)
        if options.list:
            for name in await restore.backups():
                manifest = await restore.manifest(name)
                say(f"{name}\t{manifest.blob_count} blobs\t{manifest.blob_bytes + manifest.dump.bytes} bytes")
            return None
        with counted("Restored") as (on_count, on_blob):
            restored: Restored = await restore(RestoreCommand(options.backup, on_count, on_blob))
        return restored
