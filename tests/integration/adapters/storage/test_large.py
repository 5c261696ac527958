"""What is large goes through a storage with the memory that a small one takes."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.integration.support.seaweedfs import Server

MEGABYTE = 1_000_000

# Sends a blob of 200 MB there and back, and prints by how much its memory grew at the most.
PROGRAM = """
import asyncio, hashlib, json, sys
from contextlib import AsyncExitStack
from pathlib import Path
from adapters.storage.local import LocalDocumentStorage
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey
from tests.fakes.blob_locks import InMemoryBlobLocks

WORKSPACE = "wsp_" + "a" * 32
PIECE, PIECES = bytes(range(250)) * 1_000, 800

def memory(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024

async def pieces(count):
    for number in range(count):
        yield PIECE

async def there_and_back(storage, count):
    contents = hashlib.sha256()
    for _ in range(count):
        contents.update(PIECE)
    key = BlobKey(WORKSPACE, contents.hexdigest())
    await storage.put_pieces(key, pieces(count))
    got = hashlib.sha256()
    async for piece in storage.stream(key):
        got.update(piece)
    assert got.hexdigest() == key.sha256

def storage_at(place):
    if isinstance(place, str):
        return LocalDocumentStorage(Path(place), SystemClock())
    from adapters.storage.s3.bucket import Bucket
    from adapters.storage.s3.options import Credentials, S3Options
    from adapters.storage.s3.storage import S3DocumentStorage
    options = S3Options(**place | {"credentials": Credentials(**place["credentials"])})
    return S3DocumentStorage(Bucket(options), InMemoryBlobLocks(), SystemClock())

async def main(place):
    async with storage_at(place) as storage:
        await there_and_back(storage, 1)
        before = memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")  # the peak from here on (proc(5))
        await there_and_back(storage, PIECES)
        print(memory("VmHWM") - before)

asyncio.run(main(json.loads(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
@pytest.mark.parametrize("kind", ["local", "s3"])
def test_200_mb_take_less_than_40_mb_of_memory(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    if kind == "s3":
        server: Server = request.getfixturevalue("seaweedfs")
        place: object = asdict(server.options())
    else:
        place = str(tmp_path / "blobs")
    command = [sys.executable, "-c", PROGRAM, json.dumps(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 40 * MEGABYTE
