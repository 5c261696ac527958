"""Which TCP port the server listens on."""

import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the ports that Linux, macOS and the BSDs give to outgoing connections: a client that tries to reach a server
# which is just restarting could otherwise get the server's own port, and keep it busy.
_FIRST, _COUNT = 20_000, 10_000


def candidate_ports(cluster: Path) -> Iterator[int]:
    """The ports to try for this data directory: always in the same order, so that a server mostly keeps its port."""
    start = zlib.crc32(str(cluster).encode())
    for step in range(_COUNT):
        yield _FIRST + (start + step) % _COUNT


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As PostgreSQL does it: connections of a former server that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
