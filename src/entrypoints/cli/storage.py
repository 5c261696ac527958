"""`docgen storage`: whether storage and database fit together."""

import asyncio
import sys
from argparse import Namespace
from collections import Counter
from typing import Any, Final

from application.use_cases.check_storage import CheckStorageCommand, Fault, FaultKind
from entrypoints.cli import storage_copy
from entrypoints.cli.database import with_database
from entrypoints.cli.output import say, say_json
from entrypoints.cli.progress import progress
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import Settings, load_settings

_FOUND_FAULTS: Final = 1
_MEANINGS: Final = {
    FaultKind.MISSING: "is not there",
    FaultKind.CORRUPT: "has other contents than were stored",
    FaultKind.ORPHANED: "is named by nothing",
    FaultKind.FOREIGN: "cannot have been named by this database",
    FaultKind.YOUNG: "is named by nothing yet",
}
_ADVICE: Final = {
    FaultKind.MISSING: "Missing blobs come back from a backup, or by uploading the same file again.",
    FaultKind.CORRUPT: "Corrupt blobs come back from a backup: remove the file first, or the object.",
    FaultKind.ORPHANED: "Orphans are removed by --repair, and by workers every few hours.",
    FaultKind.FOREIGN: "Foreign blobs are left alone: is this the database that belongs to the storage?",
    FaultKind.YOUNG: "Young blobs are left alone: somebody may be about to name them.",
}


def run(options: Namespace) -> int:
    """Carry out one action."""
    if options.action == "copy":
        return storage_copy.run(options)
    if options.action == "adopt":
        with with_database(load_settings()) as settings:
            return asyncio.run(_adopt(settings))
    with with_database(load_settings()) as settings:
        return asyncio.run(_check(settings, options))


async def _adopt(settings: Settings) -> int:
    container = Container(settings=settings)
    async with entered(container.stores()):
        mark = await container.own_storage().adopt()
        say(f"The database takes the storage in {container.store().mark.place} for its own, by the mark {mark}.")
    return 0


async def _check(settings: Settings, options: Namespace) -> int:
    container = Container(settings=settings)
    report = _Report(as_json=options.json)
    async with entered(container.stores()):
        check = container.check_storage()
        total = await check.count() if sys.stderr.isatty() else None
        with progress("Checked", "blobs", total) as bar:

            def count() -> None:
                report.checked += 1
                bar.update()

            async for fault in check(CheckStorageCommand(options.contents, options.repair, count)):
                report.add(fault)
    return report.finish()


class _Report:
    """Says what is found: a line each at once, or one JSON object at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self.checked = 0
        self._as_json = as_json
        self._counts: Counter[FaultKind] = Counter()
        self._removed = 0
        self._faults: list[dict[str, Any]] = []

    def add(self, fault: Fault) -> None:
        """Take what was found."""
        self._counts[fault.kind] += 1
        self._removed += fault.removed
        if self._as_json:
            self._faults.append(_as_json(fault))
        else:
            say(_line_of(fault))

    def finish(self) -> int:
        """Say how it stands in all, and return the exit code."""
        orphans = self._counts[FaultKind.ORPHANED] - self._removed
        left = {**{kind: self._counts[kind] for kind in FaultKind}, FaultKind.ORPHANED: orphans}
        is_clean = not any(count for kind, count in left.items() if kind is not FaultKind.YOUNG)
        if self._as_json:
            about = {"ok": is_clean, "checked": self.checked, "removed": self._removed}
            counts = {kind.value: self._counts[kind] for kind in FaultKind}
            say_json({**about, "counts": counts, "faults": self._faults})
        else:
            found = ", ".join(f"{self._counts[kind]} {kind}" for kind in FaultKind)
            removed = f" ({self._removed} removed)" if self._removed else ""
            say(f"Checked {self.checked} blobs: {found}{removed}.")
            for kind, advice in _ADVICE.items():
                if left[kind]:
                    say(advice)
        return 0 if is_clean else _FOUND_FAULTS


def _line_of(fault: Fault) -> str:
    names = ", ".join(f"{name.namer} {name.id}" for name in fault.names)
    state = f"{_MEANINGS[fault.kind]}{' and was removed' if fault.removed else ''}"
    named = f"; named by {names}" if names else ""
    return f"{fault.kind}\t{fault.key.workspace_id}/{fault.key.sha256}\t{fault.size} bytes\t{state}{named}"


def _as_json(fault: Fault) -> dict[str, Any]:
    return {
        "kind": fault.kind.value,
        "workspace_id": fault.key.workspace_id,
        "sha256": fault.key.sha256,
        "bytes": fault.size,
        "stored_at": None if fault.stored_at is None else fault.stored_at.isoformat(),
        "names": [{"namer": name.namer.value, "id": name.id} for name in fault.names],
        "removed": fault.removed,
    }
