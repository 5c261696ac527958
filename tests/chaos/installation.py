"""An installation whose parts can be killed one by one: PostgreSQL, a service, two workers, and a storage."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from adapters.embedded import EmbeddedPostgres
from adapters.embedded.paths import Files
from entrypoints.databases import prepare_embedded_database
from tests.integration.cli.conftest import DOCGEN, clean_environment
from tests.integration.cli.serving import free_port

WORKERS: Final = ("one", "two")
_PATIENCE_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.05


@dataclass
class Installation:
    """What runs, by name; each part can be killed, and started again."""

    folder: Path
    database: Path
    url: str
    port: int = field(default_factory=free_port)
    processes: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the service answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def storage(self) -> Path:
        """Where documents lie."""
        return self.folder / "data" / "storage"

    def start(self, name: str) -> None:
        """Start the service, which is called `serve`, or a worker."""
        settings = {
            "DOCGEN_DATABASE__URL": self.url,
            "DOCGEN_DATA_DIR": str(self.folder / "data"),
            "DOCGEN_AUTH__MODE": "none",
            "DOCGEN_RENDERING__WORKERS": "1",
            # Documents from the hundredth row on go into the storage, shorter ones beside their records.
            "DOCGEN_STORAGE__BYTES_IN_RECORD": "13",
            "DOCGEN_LOG__LEVEL": "warning",
        }
        arguments = ["serve", "--port", str(self.port)] if name == "serve" else ["worker"]
        with (self.folder / f"{name}.log").open("a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(
                [DOCGEN, *arguments],
                cwd=self.folder,
                env=clean_environment(**settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def kill(self, name: str) -> None:
        """Kill a part at once, as the kernel does when memory is out."""
        self.processes[name].kill()
        self.processes[name].wait()

    def kill_postgres(self) -> None:
        """Kill the first process of PostgreSQL; whoever supervises it starts it again, which recovers from its log."""
        pidfile = Files(self.database / "postgres").cluster / "postmaster.pid"
        with suppress(FileNotFoundError, ProcessLookupError, ValueError):
            os.kill(int(pidfile.read_text(encoding="ascii").splitlines()[0]), signal.SIGKILL)

    @contextmanager
    def storage_away(self) -> Iterator[None]:
        """Take the storage away for a block.

        There is a file in its place: whoever starts meanwhile could make an empty folder otherwise, and keep documents
        there that are gone when the true one comes back.
        """
        away = self.storage.with_name("storage-away")
        self.storage.rename(away)
        self.storage.touch()
        try:
            yield
        finally:
            self.storage.unlink()
            away.rename(self.storage)

    def await_ready(self) -> None:
        """Wait until the service is ready, and start what has ended."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for name, process in list(self.processes.items()):
                if process.poll() is not None:
                    self.start(name)
            with suppress(httpx2.TransportError):
                if httpx2.get(f"{self.address}/readyz", trust_env=False, timeout=5).is_success:
                    return
            time.sleep(_LOOK_SECONDS)
        raise AssertionError(f"The service is not ready after {_PATIENCE_SECONDS:g} seconds; see {self.folder}")


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Run an installation in a folder that every user can enter; what runs is ended with the block."""
    database = folder / "database"
    with ExitStack() as stack:
        server = stack.enter_context(EmbeddedPostgres(database))
        found = Installation(folder, database, asyncio.run(prepare_embedded_database(server.url())))
        try:
            for name in ("serve", *WORKERS):
                found.start(name)
            found.await_ready()
            yield found
        finally:
            for process in found.processes.values():
                process.kill()
                process.wait()
