"""Measures what a storage costs beside plain code for the same: python -m benchmarks.storage

A bucket of SeaweedFS, which is started for it, beside plain calls of aioboto3; and a directory beside a plain loop that
hashes, writes, synchronises file and directory, and renames, or reads and hashes: what is there is what its name says,
or nobody gets it. For a bucket the way back is measured beside plain calls alone, and beside such that hash as well.
Both take turns, round by round, in one process; the figures are medians, and the spread is between the quartiles of the
ratios of neighbours. Processor time is that of this process and of the one that writes for it. What is read back was
written just before, and is in memory, for both. The folders of the blobs are there for both, as they are after some
hundred blobs.
"""

# ruff: noqa: ARG001  # every step takes the same

import argparse
import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import psutil

from adapters.storage.local import LocalDocumentStorage
from adapters.storage.s3.bucket import Bucket
from adapters.storage.s3.storage import S3DocumentStorage
from adapters.system import SystemClock
from application.ports.document_storage import BlobKey, DocumentStorage
from benchmarks.report import markdown, write_report
from domain.identifiers import WorkspaceId
from tests.fakes.blob_locks import InMemoryBlobLocks
from tests.integration.support.seaweedfs import killable_seaweedfs

_WORKSPACE: Final = WorkspaceId("wsp_" + "a" * 32)
_HEADING: Final = ["", "plain, ms", "DocGen, ms", "wall time", "spread", "processor time"]
_PIECE: Final = 256 * 1024
_SMALL, _LARGE = 20_000, 200_000_000

# Does something with contents that were not there before; their name is known, as it is to whoever stores.
Step = Callable[[BlobKey, bytes], Awaitable[None]]


@dataclass(slots=True)
class _Taken:
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def _key(content: bytes) -> BlobKey:
    return BlobKey(_WORKSPACE, hashlib.sha256(content).hexdigest())


def _clocks() -> list[int]:
    """Return the clocks of the processor time of this process, and of the one that writes for it (Linux)."""
    own = psutil.Process()
    writers = [each.pid for each in own.children() if "writer" in str(each.cmdline())]
    # clock_getcpuclockid(3), which Python does not offer; the counters of /proc know hundredths of a second alone.
    return [~pid << 3 | 2 for pid in (own.pid, *writers)]


def _processor_seconds(clocks: list[int]) -> float:
    return sum(map(time.clock_gettime, clocks))


async def _timed(step: Step, contents: dict[BlobKey, bytes], taken: _Taken, clocks: list[int]) -> None:
    processor, began = _processor_seconds(clocks), time.perf_counter()
    for key, content in contents.items():
        await step(key, content)
    taken.wall.append((time.perf_counter() - began) / len(contents))
    taken.processor.append((_processor_seconds(clocks) - processor) / len(contents))


def _new_contents(size: int, count: int) -> list[bytes]:
    return [os.urandom(32) + bytes(size - 32) for _ in range(count)]


async def _side_by_side(
    what: str, plain: Step, ours: Step, size: int, count: int, rounds: int, fill: Step | None
) -> list[str]:
    """Measure both in turns, and return a row; `fill` stores what is only read."""
    theirs, own, clocks = _Taken(), _Taken(), _clocks()
    contents: dict[BlobKey, bytes] = {}
    for number in range(rounds + 1):
        both = [(plain, theirs), (ours, own)]
        if fill is not None:
            contents = await _filled(fill, size, count)
        for step, taken in both if number % 2 else reversed(both):
            if fill is None:
                contents = {_key(content): content for content in _new_contents(size, count)}
            await _timed(step, contents, taken if number else _Taken(), clocks)  # the first round is for warming up
    ratios = sorted(one / other for one, other in zip(own.wall, theirs.wall, strict=True))
    quarters = statistics.quantiles(ratios, n=4)
    processor = sum(own.processor) / max(sum(theirs.processor), 1e-9)
    return [
        what,
        f"{statistics.median(theirs.wall) * 1000:,.2f}",
        f"{statistics.median(own.wall) * 1000:,.2f}",
        f"{statistics.median(ratios) - 1:+.0%}",
        f"{quarters[0] - 1:+.0%} … {quarters[2] - 1:+.0%}",
        f"{processor - 1:+.0%}",
    ]


async def _filled(fill: Step, size: int, count: int) -> dict[BlobKey, bytes]:
    contents = {_key(content): content for content in _new_contents(size, count)}
    for key, content in contents.items():
        await fill(key, content)
    return contents


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), _PIECE):
        yield content[at : at + _PIECE]


def _steps(storage: DocumentStorage) -> dict[str, Step]:
    async def put(key: BlobKey, content: bytes) -> None:
        await storage.put(key, content)

    async def put_pieces(key: BlobKey, content: bytes) -> None:
        await storage.put_pieces(key, _pieces(content))

    async def read(key: BlobKey, content: bytes) -> None:
        await storage.read(key)

    async def stream(key: BlobKey, content: bytes) -> None:
        async for _ in storage.stream(key):
            pass

    return {"put": put, "put_pieces": put_pieces, "read": read, "stream": stream}


def _plain_bucket(bucket: Bucket) -> dict[str, Step]:
    client: Any = bucket.client
    name, prefix = bucket.options.bucket, bucket.options.prefix

    def place(key: BlobKey) -> str:
        return f"{prefix}{key.workspace_id}/{key.sha256[:2]}/{key.sha256}"

    async def put(key: BlobKey, content: bytes) -> None:
        await client.put_object(Bucket=name, Key=place(key), Body=content)

    async def put_pieces(key: BlobKey, content: bytes) -> None:
        await client.upload_fileobj(BytesIO(content), name, place(key))

    async def read(key: BlobKey, content: bytes) -> None:
        answer = await client.get_object(Bucket=name, Key=place(key))
        async with answer["Body"] as body:
            await body.read()

    async def stream(key: BlobKey, content: bytes) -> None:
        answer = await client.get_object(Bucket=name, Key=place(key))
        body = answer["Body"]
        async with body:
            while await body.read(_PIECE):
                pass

    async def read_hashed(key: BlobKey, content: bytes) -> None:
        answer = await client.get_object(Bucket=name, Key=place(key))
        async with answer["Body"] as body:
            _require(key, hashlib.sha256(await body.read()))

    async def stream_hashed(key: BlobKey, content: bytes) -> None:
        answer = await client.get_object(Bucket=name, Key=place(key))
        body, contents = answer["Body"], hashlib.sha256()
        async with body:
            while piece := await body.read(_PIECE):
                contents.update(piece)
        _require(key, contents)

    return {
        "put": put,
        "put_pieces": put_pieces,
        "read": read,
        "stream": stream,
        "read, hashed": read_hashed,
        "stream, hashed": stream_hashed,
    }


def _require(key: BlobKey, contents: Any) -> None:
    if contents.hexdigest() != key.sha256:
        raise RuntimeError(f"{key.sha256} has other contents")


def _plain_directory(root: Path) -> dict[str, Step]:
    def write(key: BlobKey, content: bytes) -> None:
        contents = hashlib.sha256()
        folder = root / key.sha256[:2]
        folder.mkdir(exist_ok=True)
        temporary = root / f"{key.sha256}.new"
        with temporary.open("wb") as file:
            for at in range(0, len(content), _PIECE):
                piece = content[at : at + _PIECE]
                contents.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _require(key, contents)
        temporary.rename(folder / key.sha256)
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)

    async def put(key: BlobKey, content: bytes) -> None:
        write(key, content)

    async def read(key: BlobKey, content: bytes) -> None:
        contents = hashlib.sha256()
        with (root / key.sha256[:2] / key.sha256).open("rb", buffering=0) as file:  # the plain loop
            while piece := file.read(_PIECE):
                contents.update(piece)
        _require(key, contents)

    return {"put": put, "put_pieces": put, "read, hashed": read, "stream, hashed": read}


async def _measure(
    storage: DocumentStorage, plain: dict[str, Step], name: str, chosen: argparse.Namespace
) -> list[Any]:
    ours = _steps(storage)
    both = ((_SMALL, "20 kB", "put", "read", chosen.count), (_LARGE, "200 MB", "put_pieces", "stream", 1))
    rows = []
    for size, label, write, read, count in both:
        rounds = chosen.rounds if size == _SMALL else chosen.large_rounds

        async def fill(key: BlobKey, content: bytes, write: str = write) -> None:
            await ours[write](key, content)
            if name == "directory":
                await plain[write](key, content)

        rows.append(await _side_by_side(f"{name}: {label} there", plain[write], ours[write], size, count, rounds, None))
        for kind in ("", ", hashed"):
            what = f"{name}: {label} back" + (", both hash" if kind else "")
            if (other := plain.get(read + kind)) is not None:
                rows.append(await _side_by_side(what, other, ours[read], size, count, rounds, fill))
    return rows


async def _run(chosen: argparse.Namespace) -> list[list[str]]:
    rows = [_HEADING]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docgen-storage-")))
        store = stack.enter_context(killable_seaweedfs(folder / "store"))
        bucket = Bucket(store.server.options())
        async with S3DocumentStorage(bucket, InMemoryBlobLocks(), SystemClock()) as storage:
            rows += await _measure(storage, _plain_bucket(bucket), "bucket", chosen)
        for number in range(256):
            for parent in (folder / "plain", folder / "blobs" / _WORKSPACE):
                (parent / f"{number:02x}").mkdir(parents=True)  # nobody waits
        async with LocalDocumentStorage(folder / "blobs", SystemClock()) as directory:
            rows += await _measure(directory, _plain_directory(folder / "plain"), "directory", chosen)
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.storage", description="Measure storages beside plain code.")
    parser.add_argument("--rounds", type=int, default=20, help="turns with small blobs (default 20)")
    parser.add_argument("--count", type=int, default=50, help="small blobs a turn (default 50)")
    parser.add_argument("--large-rounds", type=int, default=4, help="turns with large blobs (default 4)")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    rows = asyncio.run(_run(chosen))
    for what, *values in rows:
        print(f"{what:28}" + "".join(f"{value:>18}" for value in values))
    if chosen.write:
        counts = f"--rounds {chosen.rounds} --count {chosen.count} --large-rounds {chosen.large_rounds}"
        write_report("storage", markdown(rows), f"python -m benchmarks.storage {counts} --write")
    return 0


if __name__ == "__main__":
    sys.exit(main())
