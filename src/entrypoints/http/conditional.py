"""Conditional requests (RFC 9110, section 13): entity tags, and what If-Match and If-None-Match say about them."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from application.preconditions import AssetCondition, Seen, SeenTemplate
from application.use_cases.refine_schema import schema_tag
from domain.errors import PreconditionFailedError
from domain.identifiers import TemplateId
from domain.template import Template
from entrypoints.http.errors import PreconditionRequiredError

# RFC 9110, section 8.8.3: any visible character but the quotation mark, without escapes.
_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS: Final = re.compile(rf"[\s,]*{_TAG}(?:\s*,[\s,]*{_TAG})*[\s,]*")
_EACH: Final = re.compile(_TAG)
_TEMPLATE_TAG: Final = re.compile(r'"(?P<id>tpl_[0-9a-f]{32})-(?P<revision>[0-9]{1,10})"')
# What a private answer says about being kept: ask again whether it still holds.
_REVALIDATE: Final = {"Cache-Control": "private, no-cache"}


def entity_tags(request: Request, header: str) -> frozenset[str] | None:
    """Return the entity tags of a header, weak ones with their W/; None where it is absent.

    `*` is returned as it is; what is no list of tags has none, so that it fits nothing.
    """
    lines = request.headers.getlist(header)
    if not lines:
        return None
    value = ",".join(lines).strip()
    if value == "*":
        return frozenset({"*"})
    return frozenset(_EACH.findall(value)) if _TAGS.fullmatch(value) else frozenset()


def is_known(request: Request, etag: str) -> bool:
    """Tell whether If-None-Match names the present state, so that 304 will do; weak tags are as good as strong ones."""
    tags = entity_tags(request, "if-none-match") or frozenset()
    return "*" in tags or etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in tags}


def require_match(request: Request, etag: str) -> None:
    """Refuse a change where If-Match is given and does not name the present state; a weak tag never does.

    Raises:
        PreconditionFailedError: it does not.
    """
    tags = entity_tags(request, "if-match")
    if tags is not None and not tags & {"*", etag}:
        raise PreconditionFailedError("What you want to change is not what If-Match names: read it again, then repeat.")


def etag_of(template: Template) -> str:
    """Return the strong ETag of a template's present state."""
    return f'"{template.id}-{template.revision}"'


def etag_of_content(content: bytes) -> str:
    """Return the strong ETag of an answer that has no revision of its own."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer(request: Request, body: BaseModel | Mapping[str, Any], etag: str | None = None) -> Response:
    """Return a body as JSON with its ETag: 304 without it where the client has it already."""
    if isinstance(body, BaseModel):
        content = body.model_dump_json(by_alias=True).encode()
    else:
        content = json.dumps(body, ensure_ascii=False).encode()
    tag = etag or etag_of_content(content)
    headers = {"ETag": tag, **_REVALIDATE}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def etag_of_schema(schema: dict[str, Any]) -> str:
    """Return the strong ETag of a schema's present state."""
    return f'"{schema_tag(schema)}"'


def seen_tags(request: Request) -> frozenset[str] | None:
    """Return the opaque parts of the strong tags that If-Match names, None where any state will do."""
    tags = entity_tags(request, "if-match")
    if tags is None or "*" in tags:
        return None
    return frozenset(tag.strip('"') for tag in tags if not tag.startswith("W/"))


def seen_template(request: Request) -> Seen:
    """Return the states of a template that If-Match names, None where any will do."""
    tags = entity_tags(request, "if-match")
    if tags is None or "*" in tags:
        return None
    matches = (_TEMPLATE_TAG.fullmatch(tag) for tag in tags)
    return frozenset(SeenTemplate(TemplateId(tag["id"]), int(tag["revision"])) for tag in matches if tag)


def seen_template_required(request: Request) -> Seen:
    """Return the states of a template that If-Match names; it has to be there, if only as `*`.

    Raises:
        PreconditionRequiredError: it is not.
    """
    _require_if_match(request, "of the template")
    return seen_template(request)


def seen_tags_required(request: Request) -> frozenset[str] | None:
    """Return what `seen_tags` does; If-Match has to be there, if only as `*`.

    Raises:
        PreconditionRequiredError: it is not.
    """
    _require_if_match(request, "of this")
    return seen_tags(request)


def _require_if_match(request: Request, what: str) -> None:
    if "if-match" not in request.headers:
        raise PreconditionRequiredError(
            f"Say in If-Match which state {what} you have read (its ETag), so that nobody's changes are "
            "overwritten; If-Match: * takes any state."
        )


def asset_condition(request: Request) -> AssetCondition:
    """Return what If-Match and If-None-Match ask of an asset, whose ETag is the SHA-256 of its contents."""
    required, refused = (entity_tags(request, header) for header in ("if-match", "if-none-match"))
    return AssetCondition(
        None if required is None else frozenset(tag.strip('"') for tag in required if not tag.startswith("W/")),
        frozenset(tag.removeprefix("W/").strip('"') for tag in refused or ()),
    )


AssetConditionDependency = Annotated[AssetCondition, Depends(asset_condition)]
SeenIfGiven = Annotated[Seen, Depends(seen_template)]
TagsRequired = Annotated[frozenset[str] | None, Depends(seen_tags_required)]
SeenRequired = Annotated[Seen, Depends(seen_template_required)]

IF_MATCH_DOCS: Final[dict[str, Any]] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "ETags of the states that the change is meant for, or `*` for any; else 412.",
}
IF_MATCH_REQUIRED_DOCS: Final[dict[str, Any]] = {
    **IF_MATCH_DOCS,
    "required": True,
    "description": "ETags of the states that the change is meant for, or `*` for any; else 412, and 428 without it.",
}
IF_NONE_MATCH_DOCS: Final[dict[str, Any]] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "`*`: only where there is nothing of this name yet; else 412.",
}
NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "The client has it (If-None-Match)"}}
