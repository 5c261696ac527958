"""Render requests: states and legal transitions."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import ConflictError
from domain.identifiers import JobId
from domain.render_request import RenderFailure, RenderRequest, RenderStatus, Timings
from tests.builders import NOW, a_document, a_render_request, a_template, render_options

LATER = NOW + timedelta(seconds=2)

MOVES: dict[RenderStatus, Callable[[RenderRequest], RenderRequest]] = {
    RenderStatus.QUEUED: lambda request: replace(request, finished_at=NOW).requeue(at=LATER),
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
    ("rendering", "rendering"),
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
    again = replace(failed, attempts=3).requeue(at=LATER)
    assert (again.failure, again.finished_at, again.diagnostics) == (None, None, ())
    assert (again.queued_at, again.attempts) == (LATER, 0)


def test_what_has_not_ended_or_has_expired_is_not_tried_again() -> None:
    queued = a_render_request(a_template(), expires_at=LATER)
    for request in (queued, queued.start_by(JobId(1), at=NOW)):
        with pytest.raises(ConflictError, match="has ended"):
            request.requeue(at=NOW)
    with pytest.raises(ConflictError, match="expired at"):
        queued.cancel(at=NOW).requeue(at=LATER)


def test_a_start_by_a_job_says_how_long_the_request_waited_and_is_told_from_every_other_one() -> None:
    first = a_render_request(a_template()).start_by(JobId(7), at=LATER)
    assert (first.timings.queued_ms, first.attempts, first.job_id) == (2000, 1, 7)
    second = first.start_by(JobId(7), at=LATER)
    assert second.attempts == 2
    again = replace(second.cancel(at=LATER).requeue(at=LATER)).start_by(JobId(8), at=LATER)
    assert (again.timings.queued_ms, again.attempts) == (0, 1)
    runs = (first, second, again)
    assert [[run.is_run_of(other) for other in runs] for run in runs] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert not first.cancel(at=LATER).is_run_of(first)


def test_a_start_that_is_handed_back_is_not_counted() -> None:
    back = a_render_request(a_template()).start_by(JobId(7), at=LATER).hand_back()
    assert (back.status, back.attempts, back.timings) == (RenderStatus.QUEUED, 0, Timings())


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
        failed.erase(at=NOW).requeue(at=NOW)
