"""The names by which a service may be called.

A page on the web can send requests to a service on the machine of whoever looks at it: with a form, which needs
nobody's leave, or by a name of its own that it lets point to 127.0.0.1 (DNS rebinding), whose answers it may read.
Where no key is asked for, the name and the page's origin are what tells such requests apart.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from entrypoints.http.errors import problem
from entrypoints.http.scope_headers import header_of
from entrypoints.http.watching import PROBES, WATCHING

# What changes nothing: whether a page may read the answer is for the browser to say (see cross_origin.py).
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class AllowedHosts:
    """Refuses requests that are for another host, and changes that a page of another one sends.

    Probes are answered under any name, and so are figures that are `guarded` by a token: others no page is to read.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str], *, guarded: bool) -> None:
        self._app = app
        # Who watches calls a service by the address that it happens to have, and ends what refuses.
        self._by_any_name = WATCHING if guarded else PROBES
        self._hosts = frozenset(hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it may come."""
        asked = scope["type"] == "http" and scope["path"] not in self._by_any_name
        refusal = self._refusal(scope) if asked else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await problem(Request(scope), "malformed-request", refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        host, origin = header_of(scope, b"host") or "", header_of(scope, b"origin")
        if _name_of(f"//{host}") not in self._hosts:
            return (
                f"This service is not called {host[:80]!r}. Name that host in DOCGEN_HTTP__ALLOWED_HOSTS, or choose "
                "with DOCGEN_AUTH__MODE who may call."
            )
        if scope["method"] in _SAFE or origin is None or origin in self._origins:
            return None
        if _name_of(origin) not in self._hosts:
            return f"Pages of {origin[:80]!r} may not change anything here: name it in DOCGEN_HTTP__CORS_ORIGINS."
        return None


# The same few in nearly every request.
@lru_cache(maxsize=64)
def _name_of(address: str) -> str | None:
    """Return the host of an address, in lower case and without its port; None where it has none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
