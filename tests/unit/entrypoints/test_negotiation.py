"""Which answer a render gets."""

import pytest

from entrypoints.http.errors import NotAcceptableError
from entrypoints.http.negotiation import accepted_document

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("accept", "output", "store", "expected"),
    [
        (None, None, True, (False, None)),
        ("*/*", None, True, (False, None)),
        ("*/*", "docx", False, (True, "docx")),
        (None, None, False, (True, None)),
        ("application/json", "docx", True, (False, "docx")),
        (DOCX, None, True, (True, "docx")),
        (DOCX, "docx", True, (True, "docx")),
        ("text/html", None, True, (True, "html")),
        ("application/json;q=0.5, text/html", None, True, (True, "html")),
        ("application/json, text/html;q=0.5", None, True, (False, None)),
        ("text/html;q=0, */*", None, True, (False, None)),
    ],
)
def test_the_record_or_the_bytes(
    accept: str | None, output: str | None, store: bool, expected: tuple[bool, str | None]
) -> None:
    assert accepted_document(accept, output, store=store) == expected


@pytest.mark.parametrize(("accept", "output"), [("image/png", None), (DOCX, "txt"), ("application/pdf", "docx")])
def test_what_nobody_can_make_is_refused(accept: str, output: str | None) -> None:
    with pytest.raises(NotAcceptableError):
        accepted_document(accept, output, store=True)
