"""What a client accepts as the answer to a render: the record, or the document itself, now or later."""

from collections.abc import Iterable
from typing import Final

from domain.formats import OutputFormat
from entrypoints.http.errors import NotAcceptableError

_JSON = frozenset({"application/json", "application/*", "*/*"})


RESPOND_ASYNC: Final = "respond-async"


def prefers_async(prefer: Iterable[str]) -> bool:
    """Tell whether a client would rather not wait for the work (RFC 7240, section 4.1), by its Prefer headers."""
    preferences = (each for header in prefer for each in header.split(","))
    return any(each.partition(";")[0].strip().lower() == RESPOND_ASYNC for each in preferences)


def accepted_document(accept: str | None, output: str | None, *, store: bool) -> tuple[bool, str | None]:
    """Tell whether the bytes are wanted, and as which output.

    The bytes are wanted where `Accept` prefers a document media type to JSON, or where nothing is stored. Where the
    request names no output, the accepted media type is the wish.

    Raises:
        NotAcceptableError: nothing that is accepted can be made.
    """
    types = _media_types(accept)
    for media_type in types:
        document = _OUTPUT_OF_TYPE.get(media_type)
        if document is not None and output in (None, document):
            return True, document
        if media_type in _JSON:
            return not store, output
    if not types:
        return not store, output
    raise NotAcceptableError(
        f"Accept: {(accept or '')[:200]} names neither application/json nor the media type of the output; "
        "leave the header out to get the render's record."
    )


_OUTPUT_OF_TYPE = {output.media_type.partition(";")[0]: output.value for output in OutputFormat}


def _media_types(accept: str | None) -> list[str]:
    """Return the accepted media types, the most wanted first."""
    entries = []
    for entry in (accept or "").lower().split(","):
        media_type, *parameters = [piece.strip() for piece in entry.split(";")]
        weight = next((_weight(p.removeprefix("q=")) for p in parameters if p.startswith("q=")), 1.0)
        if media_type and weight > 0:
            entries.append((weight, media_type))
    return [media_type for _, media_type in sorted(entries, key=lambda entry: -entry[0])]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
