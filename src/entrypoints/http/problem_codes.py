"""The codes of problems, which clients branch on, and the status that each has."""

from collections.abc import Mapping
from typing import Final

PROBLEM: Final = "application/problem+json"
# Where a response of the description has its codes until all of them are together.
CODES: Final = "codes"


STATUS_OF_CODE: Final[Mapping[str, int]] = {
    "malformed-request": 400,
    "bad-cursor": 400,
    "unauthenticated": 401,
    "scope-missing": 403,
    "url-forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "request-timeout": 408,
    "slug-taken": 409,
    "conflict": 409,
    "not-ready": 409,
    "not-published": 409,
    "breaking-schema-change": 409,
    "request-in-progress": 409,
    "expired": 410,
    "precondition-failed": 412,
    "payload-too-large": 413,
    "unsupported-media-type": 415,
    "range-not-satisfiable": 416,
    "request-invalid": 422,
    "template-invalid": 422,
    "schema-invalid": 422,
    "data-invalid": 422,
    "rows-invalid": 422,
    "render-failed": 422,
    "limit-exceeded": 422,
    "unsupported-output": 422,
    "idempotency-mismatch": 422,
    "precondition-required": 428,
    "rate-limited": 429,
    "queue-full": 429,
    "internal": 500,
    "overloaded": 503,
    "unavailable": 503,
    "time-limit": 504,
    "storage-full": 507,
}

# Whatever is asked for: the request cannot be read, comes too slowly or is too large, or the service is at fault.
OF_ALL: Final = ("malformed-request", "request-timeout", "payload-too-large", "internal", "overloaded", "unavailable")
# Below /v1, where the caller has to be known.
OF_GUARDED: Final = ("unauthenticated", "scope-missing", "request-invalid", "rate-limited", "time-limit")
OF_BODIES: Final = ("unsupported-media-type",)
OF_KEYS: Final = ("request-in-progress", "idempotency-mismatch")

MEANINGS: Final[Mapping[str, str]] = {
    "malformed-request": "The request cannot be read: broken JSON, a broken form, a part that is missing.",
    "bad-cursor": "The cursor is not one that this list gave out.",
    "unauthenticated": "There is no key, or it is none, expired or revoked.",
    "scope-missing": "The key has not the scope that the operation needs.",
    "url-forbidden": "The address leads to a place that nothing is sent to.",
    "not-found": "There is no such thing in this workspace.",
    "method-not-allowed": "The path does not take the method.",
    "not-acceptable": "None of the accepted media types can be made.",
    "request-timeout": "The request did not arrive in time.",
    "slug-taken": "Another template of the workspace has the slug.",
    "conflict": "The present state of the thing does not allow it.",
    "not-ready": "The document is not made yet.",
    "not-published": "The template has no published version, or is archived.",
    "breaking-schema-change": "The version refuses data that the published one takes; `breaking_changes` says which.",
    "request-in-progress": "A request with this Idempotency-Key is being carried out.",
    "expired": "Data and document are deleted.",
    "precondition-failed": "The state is not the one that If-Match or If-None-Match asks for.",
    "payload-too-large": "The request, or a field of it, is larger than the limit.",
    "unsupported-media-type": "The operation does not take bodies or files of this type.",
    "range-not-satisfiable": "The range begins behind the end of the contents.",
    "request-invalid": "A field, parameter or header has a value that cannot be meant; `errors` says which.",
    "template-invalid": "The template cannot work; `diagnostics` has all findings.",
    "schema-invalid": "The schema cannot be used; `diagnostics` has all findings.",
    "data-invalid": "The data does not fit the template; `diagnostics` has all findings.",
    "rows-invalid": "Rows, or all of their file, cannot be used; `rows` or `diagnostics` says why.",
    "render-failed": "The template fails with this data; `diagnostics` says where.",
    "limit-exceeded": "The template takes more steps, or makes more output, than a render may.",
    "unsupported-output": "The template cannot become this output.",
    "idempotency-mismatch": "The Idempotency-Key was used with another request.",
    "precondition-required": "The change has to say in If-Match which state it is meant for.",
    "rate-limited": "The caller sends more requests than it may.",
    "queue-full": "The workspace waits for more renders than its share.",
    "internal": "Something is wrong inside the service.",
    "overloaded": "The service is full.",
    "unavailable": "The database or the storage is down.",
    "time-limit": "It took longer than it may.",
    "storage-full": "There is no room for another file.",
}
