"""Render requests: states and legal transitions."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.errors import ConflictError
from domain.render_request import RenderFailure, RenderRequest, RenderStatus, Timings
from tests.builders import NOW, a_document, a_render_request, a_template

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
