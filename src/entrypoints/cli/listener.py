"""Sockets that commands listen on."""

import socket

from entrypoints.cli.output import complain


def bind(host: str, port: int, advice: str) -> socket.socket | None:
    """Return a socket that is bound; where it cannot be, say why and what helps, and return None."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        complain(f"Cannot listen on {host}:{port}: {error.strerror or error}. {advice}")
        return None
    return listener
