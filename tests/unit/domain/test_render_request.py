"""Render requests: states and legal transitions."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.errors import ConflictError
from domain.render_request import RenderFailure, RenderRequest, RenderStatus, Timings
from tests.builders import NOW, a_document, a_render_request, a_template, render_options

LATER = NOW + timedelta(seconds=2)

MOVES: dict[RenderStatus, Callable[[RenderRequest], RenderRequest]] = {
    RenderStatus.QUEUED: lambda request: request.requeue(),
    RenderStatus.RENDERING: lambda request: request.start(),
    RenderStatus.SUCCEEDED: lambda request: request.succeed(a_document(), (), Timings(), at=LATER),
    RenderStatus.FAILED: lambda request: request.fail(RenderFailure("data-invalid", "…"), (), Timings(), at=LATER),
    RenderStatus.CANCELLED: lambda request: request.cancel(at=LATER),
}
LEGAL = {
    ("queued", "rendering"),
    ("queued", "cancelled"),
    ("rendering", "succeeded"),
    ("rendering", "failed"),
    ("rendering", "cancelled"),
    ("rendering", "queued"),
    ("failed", "queued"),
    ("cancelled", "queued"),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(RenderStatus, RenderStatus)))
def test_only_legal_transitions_happen(before: RenderStatus, after: RenderStatus) -> None:
    request = a_render_request(a_template(), status=before)
    if (before, after) in LEGAL:
        assert MOVES[after](request).status is after
    else:
        with pytest.raises(ConflictError, match=f"is {before} and cannot become {after}"):
            MOVES[after](request)


def test_success_keeps_the_document_and_the_time() -> None:
    done = MOVES[RenderStatus.SUCCEEDED](a_render_request(a_template()).start())
    assert done.document == a_document()
    assert done.finished_at == LATER


def test_a_retry_forgets_the_former_outcome() -> None:
    failed = MOVES[RenderStatus.FAILED](a_render_request(a_template()).start())
    again = failed.requeue()
    assert (again.failure, again.finished_at, again.diagnostics) == (None, None, ())


def test_only_what_has_ended_can_be_erased() -> None:
    queued = a_render_request(a_template())
    for request in (queued, queued.start()):
        with pytest.raises(ConflictError, match="has ended"):
            request.erase(at=NOW)


def test_erasing_keeps_hashes_and_forgets_names() -> None:
    document = a_document(file_name="Ada.txt")
    options = render_options(file_name="{{ name }}")
    done = a_render_request(a_template(), options=options).start().succeed(document, (), Timings(), at=NOW)
    erased = done.erase(at=NOW)
    assert erased.document is not None
    assert (erased.document.sha256, erased.data_sha256) == (document.sha256, done.data_sha256)
    assert (erased.document.file_name, erased.options.file_name) == (f"erased.{document.output}", None)
    assert erased.erase(at=NOW + timedelta(days=1)) == erased


def test_what_is_erased_is_not_tried_again() -> None:
    failed = a_render_request(a_template()).start().fail(RenderFailure("data-invalid", "…"), (), Timings(), at=NOW)
    with pytest.raises(ConflictError, match="erased"):
        failed.erase(at=NOW).requeue()
