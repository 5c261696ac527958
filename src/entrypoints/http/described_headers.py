"""What the description says of headers: which an answer carries, and which a request may."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from entrypoints.http.idempotency_key import IDEMPOTENCY_KEY, KEY_PATTERN, MAX_KEY


def _text(description: str, example: str | None = None) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}, **({"example": example} if example else {})}


_TAG: Final = "The state of what is shown: a strong entity tag, for If-Match and If-None-Match."
HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "X-Request-ID": _text("The id that the log has of the request: the client's own, or a new one.", "req_0f8a"),
    "RateLimit": _text("How many requests are left (`r`), and the seconds until all are there again (`t`)."),
    "RateLimit-Policy": _text("How many requests (`q`) the caller may send in so many seconds (`w`)."),
    "Retry-After": {
        "description": "After how many seconds it is worth another try.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 2,
    },
    "WWW-Authenticate": _text("What a client is to present (RFC 6750).", 'Bearer realm="docgen"'),
    "Location": _text("The address of what was made."),
    "Preference-Applied": _text("What was preferred and is done (RFC 7240).", "respond-async"),
    "Content-Location": _text("The address under which the document is kept."),
    "ETag": _text(_TAG),
    "Repr-Digest": _text("The SHA-256 of the whole document (RFC 9530)."),
    "Content-Disposition": _text("The name of the file (RFC 6266)."),
    "Accept-Ranges": _text("Ranges of bytes can be asked for.", "bytes"),
    "Content-Range": _text("Which bytes of how many these are, or how many there are.", "bytes 0-99/512"),
    "Idempotent-Replayed": {
        "description": "Whether this is the answer to an earlier request with the same Idempotency-Key.",
        "schema": {"type": "string", "const": "true"},
    },
}
_NEVER_REQUIRED: Final = frozenset({"RateLimit", "RateLimit-Policy", "Content-Location", "Idempotent-Replayed"})
_FILE: Final = ("ETag", "Repr-Digest", "Content-Disposition")
_OF_STATUS: Final[Mapping[str, tuple[str, ...]]] = {
    "206": ("Content-Range",),
    "302": ("Location",),
    "304": ("ETag",),
    "401": ("WWW-Authenticate",),
    "416": ("Content-Range",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
# Beside what follows from the status: what an operation always says with an answer.
_OF_OPERATION: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("register_template", "201"): ("Location", "ETag"),
    ("update_template", "200"): ("ETag",),
    ("restore_template", "200"): ("ETag",),
    ("publish_version", "200"): ("ETag",),
    ("put_version_schema", "200"): ("ETag",),
    ("configure_workspace", "200"): ("ETag",),
    ("add_version", "200"): ("Location",),
    ("add_version", "201"): ("Location",),
    ("put_asset", "200"): ("Location", "ETag"),
    ("put_asset", "201"): ("Location", "ETag"),
    ("create_render", "200"): _FILE,
    ("create_render", "201"): ("Location",),
    ("create_render", "202"): ("Location", "Preference-Applied"),
    ("cancel_render", "202"): ("Location",),
    ("retry_render", "202"): ("Location",),
    ("create_batch", "202"): ("Location",),
    ("get_batch_archive", "200"): ("Content-Disposition",),
    ("pause_batch", "202"): ("Location",),
    ("resume_batch", "202"): ("Location",),
    ("cancel_batch", "202"): ("Location",),
    ("retry_failed_rows", "202"): ("Location",),
    ("create_link", "201"): ("Location",),
    ("create_api_key", "201"): ("Location",),
    ("create_webhook", "201"): ("Location",),
}
# What it says where there is something to say.
_AT_TIMES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {("create_render", "200"): ("Content-Location",)}


def headers_of(operation: Mapping[str, Any], status: str, *, guarded: bool, keyed: bool) -> dict[str, Any]:
    """Return the headers of an answer; `keyed` operations look at the header Idempotency-Key."""
    required = {"X-Request-ID", *_required(operation, status)}
    at_times = set(_AT_TIMES.get((operation["operationId"], status), ()))
    if guarded:
        at_times |= {"RateLimit", "RateLimit-Policy"}
    if keyed and status < "300":
        at_times.add("Idempotent-Replayed")
    if status == "403":
        at_times.add("WWW-Authenticate")
    return {
        name: {"$ref": f"#/components/headers/{name}"} if name in required or name in _NEVER_REQUIRED else HEADERS[name]
        for name in HEADERS
        if name in required | at_times
    }


def described_headers() -> dict[str, Any]:
    """Return the headers that answers refer to: required, but for those that are there at times alone."""
    return {
        name: described if name in _NEVER_REQUIRED else {**described, "required": True}
        for name, described in HEADERS.items()
    }


def _required(operation: Mapping[str, Any], status: str) -> Iterator[str]:
    yield from _OF_STATUS.get(status, ())
    yield from _OF_OPERATION.get((operation["operationId"], status), ())
    responses = operation["responses"]
    if status == "200" and "304" in responses:
        yield "ETag"
    if status in ("200", "206") and "206" in responses:
        yield from (*_FILE, "Accept-Ranges")


def _given(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string", **schema},
    }


IDEMPOTENCY: Final = _given(
    IDEMPOTENCY_KEY,
    "Any text of your choice, new for each request, such as a UUID. The same request with the same key is carried "
    "out once within 24 hours; sent again, it gets the same answer, with `Idempotent-Replayed: true`.",
    minLength=1,
    maxLength=MAX_KEY,
    pattern=KEY_PATTERN,
)
_OF_ANSWERS: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "304": (_given("If-None-Match", "ETags of what the client has, or `*`: it is not sent once more; 304."),),
    "206": (
        _given("Range", "The bytes to send, as in `bytes=0-99`; several ranges are ignored."),
        _given("If-Range", "The ETag that the range is meant for; the whole is sent where it is another one."),
        _given("If-Match", "ETags of the states to send, or `*`; else 412."),
    ),
}


_TAKEN_BY: Final[Mapping[str, tuple[dict[str, Any], ...]]] = {
    "create_render": (
        _given("Prefer", "`respond-async`: a worker makes the document, and the answer is 202 (RFC 7240)."),
    )
}


def request_headers(operation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the headers that follow from how an operation may answer, without those that it describes itself."""
    known = {parameter["name"] for parameter in operation.get("parameters", ())}
    taken = [*_TAKEN_BY.get(operation["operationId"], ())]
    for status, headers in _OF_ANSWERS.items():
        taken += headers if status in operation["responses"] else ()
    return [header for header in taken if header["name"] not in known]
