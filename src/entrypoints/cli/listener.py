"""Sockets that commands listen on."""

import errno
import socket

from entrypoints.cli.output import complain


def bind(host: str, port: int, section: str) -> socket.socket | None:
    """Return a socket that is bound; where it cannot be, say why and what helps, and return None.

    `section` begins the names of the settings for host and port.
    """
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        complain(f"Cannot listen on {host}:{port}: {error.strerror or error}. {_advice(error, section)}")
        return None
    return listener


def _advice(error: OSError, section: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"End the program that uses the port, or set {section}PORT to another one."
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"Set {section}PORT to a port from 1024 on, which needs no rights."
    return f"Set {section}HOST to an address or a name of this machine."
