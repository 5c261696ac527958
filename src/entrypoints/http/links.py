"""Addresses of links as callers get them: whole ones."""

import re
from typing import Final

from starlette.requests import Request

from application.use_cases.link_document import DocumentLink
from entrypoints.settings.http import HttpSettings

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def address_of(link: DocumentLink, request: Request, settings: HttpSettings) -> str:
    """Return the whole address of a link: at DOCGEN_HTTP__PUBLIC_URL, else where the caller has reached us."""
    if not link.address.startswith("/"):
        return link.address
    if settings.public_url is not None:
        return settings.public_url + link.address
    host = request.headers.get("host", "")
    base = f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else settings.base_url
    return base + link.address
