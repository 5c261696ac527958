"""Render requests: one wish for a document each, from the queue to its end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from domain.diagnostics import Diagnostic
from domain.document import Document
from domain.errors import ConflictError, DocGenError
from domain.formats import OutputFormat
from domain.identifiers import JobId, RenderId, SlackDeliveryId, Slug, TemplateId, WebhookId, WorkspaceId


class RenderStatus(StrEnum):
    """The states of a render request."""

    QUEUED = "queued"
    RENDERING = "rendering"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


# rendering -> queued is a worker handing its work back, rendering -> rendering another worker in the place of one that
# died; failed or cancelled -> queued is a retry.
_TRANSITIONS: dict[RenderStatus, frozenset[RenderStatus]] = {
    RenderStatus.QUEUED: frozenset({RenderStatus.RENDERING, RenderStatus.CANCELLED}),
    RenderStatus.RENDERING: frozenset(RenderStatus),
    RenderStatus.SUCCEEDED: frozenset(),
    RenderStatus.FAILED: frozenset({RenderStatus.QUEUED}),
    RenderStatus.CANCELLED: frozenset({RenderStatus.QUEUED}),
}


class MissingPolicy(StrEnum):
    """What a missing value does: stop the render, print nothing, or leave the tag standing."""

    ERROR = "error"
    EMPTY = "empty"
    KEEP = "keep"


_ERASED: Final = "erased"


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """Everything beside template and data that shapes a document; all of it is deterministic input.

    `locale` is a BCP 47 tag, `timezone` an IANA name, `now` an aware time; `file_name` may hold tags of the template
    language and is None where the caller has no wish. `row` is the number of the row of a batch, which such a name may
    hold as {{ row }}; None for a render that belongs to none.
    """

    output: OutputFormat
    locale: str
    timezone: str
    now: datetime
    missing: MissingPolicy = MissingPolicy.ERROR
    file_name: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Why a render request failed: the code and sentence of the error."""

    code: str
    message: str

    @classmethod
    def of(cls, error: DocGenError) -> "RenderFailure":
        """Take them of the error."""
        return cls(error.code, str(error))


@dataclass(frozen=True, slots=True)
class Timings:
    """How long each step took, in milliseconds; None for a step that was not reached."""

    queued_ms: float | None = None
    render_ms: float | None = None
    store_ms: float | None = None


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One wish for a document. The data itself is kept beside it; here is its SHA-256.

    A render of a file that is no template of the workspace names no template, slug and version. One that waited in the
    queue says since when (`queued_at`), which job started it last, and how often it was started since then without an
    end that anybody told of (`attempts`).
    """

    id: RenderId
    workspace_id: WorkspaceId
    template_id: TemplateId | None
    template_slug: Slug | None
    template_version: int | None
    options: RenderOptions
    data_sha256: str
    status: RenderStatus
    created_at: datetime
    document: Document | None = None
    failure: RenderFailure | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    timings: Timings = Timings()
    finished_at: datetime | None = None
    expires_at: datetime | None = None
    erased_at: datetime | None = None
    queued_at: datetime | None = None
    job_id: JobId | None = None
    attempts: int = 0
    # Who asked for it, None where that was not kept yet.
    created_by: str | None = None
    # The webhooks that hear of its end whatever they listen to, and what hands its document over in Slack.
    deliver_to: tuple[WebhookId | SlackDeliveryId, ...] = ()

    def start(self) -> "RenderRequest":
        """Return the request in rendering."""
        return self._move(RenderStatus.RENDERING)

    def start_by(self, job_id: JobId, *, at: datetime) -> "RenderRequest":
        """Return the request in rendering by a job of the queue."""
        waited = (at - (self.queued_at or self.created_at)) / timedelta(milliseconds=1)
        timings = Timings(queued_ms=max(0.0, waited))
        return self._move(RenderStatus.RENDERING, job_id=job_id, attempts=self.attempts + 1, timings=timings)

    def is_run_of(self, started: "RenderRequest") -> bool:
        """Tell whether the request is still in the rendering that was started so, and in no other one."""
        return self.status is RenderStatus.RENDERING and (self.job_id, self.attempts) == (
            started.job_id,
            started.attempts,
        )

    def hand_back(self) -> "RenderRequest":
        """Return the request in the queue again, as if it had not been started: what kept it from its end is told."""
        return self._move(RenderStatus.QUEUED, attempts=self.attempts - 1, timings=Timings())

    def succeed(
        self, document: Document, diagnostics: tuple[Diagnostic, ...], timings: Timings, *, at: datetime
    ) -> "RenderRequest":
        """Return the request with its document."""
        return self._move(
            RenderStatus.SUCCEEDED, document=document, diagnostics=diagnostics, timings=timings, finished_at=at
        )

    def fail(
        self, failure: RenderFailure, diagnostics: tuple[Diagnostic, ...], timings: Timings, *, at: datetime
    ) -> "RenderRequest":
        """Return the request failed, with the reason."""
        return self._move(
            RenderStatus.FAILED, failure=failure, diagnostics=diagnostics, timings=timings, finished_at=at
        )

    def cancel(self, *, at: datetime) -> "RenderRequest":
        """Return the request cancelled."""
        return self._move(RenderStatus.CANCELLED, finished_at=at)

    def requeue(self, *, at: datetime) -> "RenderRequest":
        """Return the request in the queue again, its former outcome forgotten.

        Raises:
            ConflictError: it is not one that failed or was cancelled, or its data is gone.
        """
        if self.finished_at is None:
            raise ConflictError(f"The render {self.id} is {self.status}: only one that has ended can be tried again.")
        if self.expires_at is not None and self.expires_at <= at:
            raise ConflictError(f"The data of the render {self.id} expired at {self.expires_at.isoformat()}.")
        return self._move(
            RenderStatus.QUEUED,
            failure=None,
            diagnostics=(),
            timings=Timings(),
            finished_at=None,
            queued_at=at,
            attempts=0,
        )

    def erase(self, *, at: datetime) -> "RenderRequest":
        """Return what is kept of the request when its data and document are erased: hashes, sizes, times and outcome.

        Raises:
            ConflictError: it has not ended.
        """
        if self.finished_at is None:
            raise ConflictError(f"The render {self.id} is {self.status}: only one that has ended can be erased.")
        document, failure = self.document, self.failure
        return replace(
            self,
            # Names, findings and sentences may hold values of the data.
            options=replace(self.options, file_name=None),
            document=document and replace(document, file_name=f"{_ERASED}.{document.output}"),
            failure=failure and replace(failure, message="What failed was erased with the data."),
            diagnostics=(),
            erased_at=self.erased_at or at,
        )

    def _move(self, to: RenderStatus, **changes: Any) -> "RenderRequest":
        if self.erased_at is not None:
            raise ConflictError(f"The data of the render {self.id} was erased: it stays {self.status}.")
        if to not in _TRANSITIONS[self.status]:
            raise ConflictError(f"The render {self.id} is {self.status} and cannot become {to}.")
        return replace(self, status=to, **changes)
