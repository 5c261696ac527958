"""Requests that schemathesis makes up from the description of the API, sent to the service as it is served.

`make fuzz-api EXAMPLES=2000 SEED=7` takes as long as it takes; the test run has a few requests for each operation.
Every check of schemathesis is on; what is left out stands in `CONFIGURATION` with its reason.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.image_files import image_file
from tests.integration.cli.serving import serving
from tests.integration.http.access import bearer, guarded_settings, key_of
from tests.integration.support.databases import Template, as_service, shared_template
from tests.integration.support.servers import shared_server

CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
_PROGRAM: Final = Path(sys.executable).with_name("schemathesis")


@contextmanager
def served(database_url: str, directory: Path) -> Iterator[tuple[str, str]]:
    """Serve a workspace that has one of everything; yield the address, and a key that may do all."""
    with serving(
        directory,
        DOCGEN_DATABASE__URL=as_service(database_url),
        DOCGEN_DATA_DIR=str(directory / "data"),
        DOCGEN_AUTH__MODE="api-key",
        DOCGEN_RENDERING__WORKERS="2",
        # Neither limit is what is looked for here: each would answer for everything that lies behind it.
        DOCGEN_RATE_LIMIT__PER_SECOND="0",
        DOCGEN_RATE_LIMIT__REFUSED_PER_SECOND="0",
    ) as (_, address):
        key = key_of(guarded_settings(database_url, directory / "data"))
        with httpx2.Client(base_url=f"{address}/v1", headers=bearer(key)) as client:
            _furnish(client)
        yield address, key
        me = httpx2.get(f"{address}/v1/me", headers=bearer(key))
        assert me.status_code == 200, f"the key was lost on the way, so that nothing was tried any more: {me.text}"


def _furnish(client: httpx2.Client) -> None:
    letter = {"file": ("letter.txt", b"Dear {{ name }},\n")}
    client.post("/templates", files=letter, data={"publish": "true"}).raise_for_status()
    client.post("/renders", json={"template": "letter", "data": {"name": "Ada"}}).raise_for_status()
    client.put("/assets/logo.png", content=image_file()).raise_for_status()


def fuzz(address: str, key: str, *, examples: int, seed: int, arguments: Sequence[str] = ()) -> int:
    """Run schemathesis, which says on standard output what it does and finds; return its exit code."""
    command: list[Any] = [
        *(_PROGRAM, "--config-file", CONFIGURATION, "--no-color", "run", f"{address}/openapi.json"),
        *("--seed", seed, "--max-examples", examples, *arguments),
    ]
    environment = {**os.environ, "DOCGEN_FUZZ_KEY": key}
    print(f"schemathesis with seed {seed}, {examples} examples an operation", flush=True)
    return subprocess.run([str(each) for each in command], env=environment, check=False).returncode


def main() -> int:
    """Serve, fuzz, and end with what schemathesis ends with."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000, help="requests for each operation")
    parser.add_argument("--seed", type=int, default=None, help="the seed of a run to repeat")
    options, others = parser.parse_known_args()
    seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="docgen-fuzz-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        with fresh_database() as url, served(url, directory) as (address, key):
            return fuzz(address, key, examples=options.examples, seed=seed, arguments=others)


@contextmanager
def fresh_database() -> Iterator[str]:
    """Yield the URL of a migrated database on a server of its own."""
    run = uuid.uuid4().hex
    with shared_server(run) as server, asyncio.Runner() as runner:
        template = shared_template(server, run)
        migrated: Template = runner.run(template.__aenter__())
        copy = migrated.copy()
        try:
            yield runner.run(copy.__aenter__())
        finally:
            runner.run(copy.__aexit__(None, None, None))
            runner.run(template.__aexit__(None, None, None))


if __name__ == "__main__":
    sys.exit(main())
