"""What goes over the wire to PostgreSQL: a relay that reads the statements on their way.

Messages are those of the frontend/backend protocol 3.0 (PostgreSQL documentation, chapter 54): a type of one byte, but
in the first message of a connection, and the length of four, itself included.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_SSL_REQUEST: Final = 80877103
_PIECE: Final = 65_536


class StatementRelay:
    """Passes bytes between a port of its own and a server, and notes the statements that are executed, in order."""

    def __init__(self, server_url: str) -> None:
        self._target = urlsplit(server_url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.statements: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The server's URL by way of the relay."""
        credentials, at, _ = self._target.netloc.rpartition("@")
        port = self._listener.getsockname()[1]
        return urlunsplit(self._target._replace(netloc=f"{credentials}{at}127.0.0.1:{port}"))

    def close(self) -> None:
        """Break all connections."""
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((self._target.hostname or "127.0.0.1", self._target.port or 5432))
                self._sockets += [client, server]
                threading.Thread(target=self._pass_back, args=(server, client), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()

    def _pass_back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(_PIECE):
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        reader = _MessageReader(self.statements)
        with contextlib.suppress(OSError):
            while piece := client.recv(_PIECE):
                reader.read(piece)
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)


class _MessageReader:
    """Reads one connection's messages; statements are noted when they are executed, not when they are prepared."""

    def __init__(self, statements: list[str]) -> None:
        self._statements = statements
        self._rest = b""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._bound = ""

    def read(self, piece: bytes) -> None:
        """Take bytes as they come."""
        self._rest += piece
        kind_size = 0
        while len(self._rest) >= (kind_size := 1 if self._started else 0) + 4:
            end = kind_size + int.from_bytes(self._rest[kind_size : kind_size + 4])
            if len(self._rest) < end:
                return
            self._take(self._rest[:kind_size], self._rest[kind_size + 4 : end])
            self._rest = self._rest[end:]

    def _take(self, kind: bytes, body: bytes) -> None:
        if not self._started:
            self._started = int.from_bytes(body[:4]) != _SSL_REQUEST
        elif kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = sql.decode()
        elif kind == b"B":
            self._bound = self._prepared[body.split(b"\0", 2)[1]]
        elif kind == b"E":
            self._statements.append(self._bound)
        elif kind == b"Q":
            self._statements.append(body.rstrip(b"\0").decode())


@contextlib.contextmanager
def statements_to(server_url: str) -> Iterator[StatementRelay]:
    """Give a relay to a server."""
    relay = StatementRelay(server_url)
    try:
        yield relay
    finally:
        relay.close()
