"""Addresses of webhooks: what can be one, and its parts. Where it leads to is checked when it is connected to."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from domain.errors import InvalidRequestError, UrlForbiddenError

MAX_URL_LENGTH: Final = 2000
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_FIRST_FREE_PORT: Final = 1024
# Ports above 1023 of services that are no web servers, out of the list of the Fetch standard ("port blocking").
_BLOCKED_PORTS: Final = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)
# What the registries allow in a name, and brackets of an IPv6 address (RFC 3986, section 3.2.2).
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_MAX_HOST: Final = 253


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """The parts of an address: `host` in ASCII without brackets, `target` the path and the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What stands in the header Host: without the port that the scheme has anyway (RFC 9110, section 4.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_webhook_url(text: str) -> WebhookUrl:
    """Return the parts of an address.

    Raises:
        InvalidRequestError: it is no address that can be sent to.
        UrlForbiddenError: its scheme or its port is not allowed.
    """
    if not 0 < len(text) <= MAX_URL_LENGTH or not text.isprintable() or " " in text or "\\" in text:
        raise _invalid(f"an address has 1 to {MAX_URL_LENGTH:,} characters, without blanks and backslashes.")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid("it is no address: write it like https://example.org/hooks/docgen.") from None
    if parts.scheme not in _DEFAULT_PORTS or not text[len(parts.scheme) :].startswith("://"):
        raise UrlForbiddenError(
            f"A webhook goes to an address that begins with https:// or http://, and not to {text[:60]!r}."
        )
    if parts.username is not None or parts.password is not None:
        raise _invalid("leave out user and password: the signature shows who has sent it.")
    if "#" in text:
        raise _invalid("leave out what follows #: it is never sent.")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if (port < _FIRST_FREE_PORT and port not in _DEFAULT_PORTS.values()) or port in _BLOCKED_PORTS:
        raise UrlForbiddenError(
            f"Webhooks are not sent to port {port}: use 80, 443 or one above 1023 that no other kind of service has."
        )
    return WebhookUrl(parts.scheme, _host_of(parts), port, _target_of(parts))


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return host
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError:
        raise _invalid(f"{host[:80]!r} is no name of a host.") from None
    name = ascii_host.removesuffix(".")
    if not name or len(name) > _MAX_HOST or not all(map(_LABEL.fullmatch, name.split("."))):
        raise _invalid(f"{host[:80]!r} is no name of a host.")
    return name


def _target_of(parts: SplitResult) -> str:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii():
        raise _invalid("write other characters than those of ASCII as %XX in path and query.")
    return target


def _invalid(reason: str) -> InvalidRequestError:
    return InvalidRequestError("url", reason)
