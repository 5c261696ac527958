"""Every error that DocGen raises on purpose.

    DocGenError                     code
    ├── UnauthenticatedError        unauthenticated         nobody knows who asks
    ├── ScopeMissingError           scope-missing           the caller may not do this
    ├── UrlForbiddenError           url-forbidden           nothing is sent to this address
    ├── InvalidRequestError         request-invalid         one value of a request is not acceptable
    ├── NotFoundError               not-found               no such object in this workspace
    ├── TemplateErasedError         not-found               a render waited for a template that is gone
    ├── UnknownLinkError            not-found               a link that was not made here, or was changed
    ├── ConflictError               conflict                the object's state does not allow this
    │   ├── SlugTakenError          slug-taken
    │   ├── BreakingChangeError     breaking-schema-change  data for the published version would be refused
    │   ├── NotPublishedError       not-published
    │   ├── NotReadyError           not-ready
    │   └── RequestInProgressError  request-in-progress     the request of this key is being carried out
    ├── IdempotencyMismatchError    idempotency-mismatch    the key was given to another request
    ├── ExpiredError                expired                 the document was here, and its time is over
    ├── PreconditionFailedError     precondition-failed     somebody changed the object in between
    ├── DiagnosedError              (abstract)              carries diagnostics with their places
    │   ├── TemplateInvalidError    template-invalid
    │   ├── DataInvalidError        data-invalid
    │   ├── RowsInvalidError        rows-invalid            rows of a batch, or their file, cannot be used
    │   ├── SchemaInvalidError      schema-invalid          what an author says about the data cannot be
    │   ├── RenderFailedError       render-failed
    │   ├── LimitExceededError      limit-exceeded
    │   └── TimeLimitError          time-limit              it took too long, and was stopped
    ├── AssetsNeededError           assets-needed           a renderer lacks assets; never reaches a caller
    ├── CallerGoneError             caller-gone             nobody waits for the answer any more; never reaches a caller
    ├── UnsupportedOutputError      unsupported-output      this format cannot become that one
    ├── UnsupportedMediaTypeError   unsupported-media-type  not a kind of file that DocGen takes
    ├── PayloadTooLargeError        payload-too-large
    ├── RateLimitedError            rate-limited            this caller sends more requests than it may
    ├── QueueFullError              queue-full              this workspace has its share of the work waiting
    ├── OverloadedError             overloaded              the service has more work than it can do
    ├── ServiceUnavailableError     unavailable             database or storage is down
    └── StorageFullError            storage-full

A message is a whole sentence for the person who has to act on it: what failed, why, and how to fix it.
"""

from collections.abc import Iterable
from typing import ClassVar, Final

from domain.compatibility import SchemaChange
from domain.diagnostics import Diagnostic, Severity
from domain.formats import OutputFormat, TemplateFormat
from domain.identifiers import RenderId
from domain.rate_limit import Allowance
from domain.rows import RowProblem

# How many changes a sentence names; all of them stand beside it.
_TOLD_CHANGES: Final = 3


class DocGenError(Exception):
    """The root of the tree; `code` is the stable name that callers may branch on."""

    code: ClassVar[str] = "internal"
    # The findings behind this error, in the order of the template; empty where there are none.
    diagnostics: tuple[Diagnostic, ...] = ()
    # The render request that keeps the record of this failure, where there is one.
    render_id: RenderId | None = None
    # Seconds after which the same request may succeed, where waiting helps.
    retry_after: int | None = None


class UnauthenticatedError(DocGenError):
    """There are no credentials (`given` is False), or they open nothing."""

    code: ClassVar[str] = "unauthenticated"

    def __init__(self, message: str, *, given: bool = True) -> None:
        super().__init__(message)
        self.given = given


class ScopeMissingError(DocGenError):
    """The caller is known, and may not do this; `scope` is what would allow it."""

    code: ClassVar[str] = "scope-missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}, which the caller does not have: use a key that has it.")
        self.scope = scope


class UrlForbiddenError(DocGenError):
    """Nothing is sent to this address: its scheme, its port or where it leads to is not allowed."""

    code: ClassVar[str] = "url-forbidden"


class InvalidRequestError(DocGenError):
    """A value of the request is not acceptable; `field` names it as the caller wrote it."""

    code: ClassVar[str] = "request-invalid"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


# Where things of some kinds are, if not in a workspace.
_HOMES: Final = {"workspace": "", "version": " of this template"}


class NotFoundError(DocGenError):
    """There is no such object, or it belongs to another workspace: callers cannot tell which."""

    code: ClassVar[str] = "not-found"

    def __init__(self, kind: str, reference: str, place: str = "in this") -> None:
        super().__init__(f"There is no {kind} {reference!r}{_HOMES.get(kind, f' {place} workspace')}.")
        self.kind = kind
        self.reference = reference


class TemplateErasedError(DocGenError):
    """The template was erased for good before the turn of a render came that waited for it."""

    code: ClassVar[str] = "not-found"

    def __init__(self, slug: str | None) -> None:
        super().__init__(f"The template {slug!r} was erased for good before the turn of this render came.")


class ConflictError(DocGenError):
    """The object's present state does not allow what was asked."""

    code: ClassVar[str] = "conflict"


class SlugTakenError(ConflictError):
    """Another template, or workspace, has this slug already."""

    code: ClassVar[str] = "slug-taken"

    def __init__(self, slug: str, kind: str = "template") -> None:
        super().__init__(f"The slug {slug!r} belongs to another {kind}, perhaps an archived one: choose another slug.")
        self.slug = slug


class BreakingChangeError(ConflictError):
    """A version would be published that refuses data of the published one; `changes` are what breaks, path by path."""

    code: ClassVar[str] = "breaking-schema-change"

    def __init__(self, slug: str, published: int, changes: Iterable[SchemaChange]) -> None:
        self.changes = tuple(changes)
        told = " ".join(change.message for change in self.changes[:_TOLD_CHANGES])
        more = f" (and {len(self.changes) - _TOLD_CHANGES} more)" if len(self.changes) > _TOLD_CHANGES else ""
        super().__init__(
            f"Data that suits the published version {published} of {slug!r} would no longer do: {told}{more} "
            "Nothing was published: mend the template, or send allow_breaking=true once callers are ready."
        )


class NotPublishedError(ConflictError):
    """The template has no published version to render, or it is archived."""

    code: ClassVar[str] = "not-published"


class NotReadyError(ConflictError):
    """The render has not produced a document (yet)."""

    code: ClassVar[str] = "not-ready"


class RequestInProgressError(ConflictError):
    """The request that has this idempotency key is being carried out at this moment."""

    code: ClassVar[str] = "request-in-progress"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The request with the Idempotency-Key {key!r} is still being carried out: "
            "send it again later to get its answer."
        )
        self.retry_after = 1


class IdempotencyMismatchError(DocGenError):
    """The idempotency key belongs to another request."""

    code: ClassVar[str] = "idempotency-mismatch"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The Idempotency-Key {key!r} was used for another request: take a new key for each request, "
            "and the same one only to send the same request again."
        )


class UnknownLinkError(DocGenError):
    """A link that was not made here, or was changed on its way."""

    code: ClassVar[str] = "not-found"

    def __init__(self) -> None:
        super().__init__("There is no such link: copy it again, to its last character, or ask for another one.")


class ExpiredError(DocGenError):
    """The document was deleted when its time was over."""

    code: ClassVar[str] = "expired"


class PreconditionFailedError(DocGenError):
    """The object is no longer the one the caller has seen."""

    code: ClassVar[str] = "precondition-failed"


class DiagnosedError(DocGenError):
    """An error whose explanation is a list of findings with their places."""

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


class TemplateInvalidError(DiagnosedError):
    """The template cannot work; the diagnostics say where and why."""

    code: ClassVar[str] = "template-invalid"


class DataInvalidError(DiagnosedError):
    """The data does not fit the template; the diagnostics list every missing or wrong path."""

    code: ClassVar[str] = "data-invalid"


class RowsInvalidError(DiagnosedError):
    """Rows of a batch cannot be rendered as they are.

    `problems` are those of the first rows, `rows` is the number of all rows that have any; 0 where the file as a whole,
    or its header, is at fault.
    """

    code: ClassVar[str] = "rows-invalid"

    def __init__(
        self, message: str, diagnostics: Iterable[Diagnostic] = (), problems: Iterable[RowProblem] = (), rows: int = 0
    ) -> None:
        self.problems = tuple(problems)
        self.rows = rows
        super().__init__(message, tuple(diagnostics) or [problem.as_diagnostic() for problem in self.problems])

    @classmethod
    def of_file(cls, code: str, message: str, suggestion: str | None = None) -> "RowsInvalidError":
        """Make the error of a file that has no rows to give, with its one finding."""
        return cls(message, [Diagnostic(Severity.ERROR, code, message, suggestion)])


class SchemaInvalidError(DiagnosedError):
    """What an author says about a version's data cannot be said, or does not fit the template."""

    code: ClassVar[str] = "schema-invalid"


class RenderFailedError(DiagnosedError):
    """The template failed while it ran with this data."""

    code: ClassVar[str] = "render-failed"


class LimitExceededError(DiagnosedError):
    """Template or data ask for more than the limits allow."""

    code: ClassVar[str] = "limit-exceeded"


class TimeLimitError(DiagnosedError):
    """The work took longer than it may, and was stopped."""

    code: ClassVar[str] = "time-limit"


class AssetsNeededError(DocGenError):
    """A document names assets whose contents its renderer was not given; `names` are all that were met."""

    code: ClassVar[str] = "assets-needed"

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"The document needs these assets: {', '.join(self.names)}.")


class CallerGoneError(DocGenError):
    """Whoever asked went away before the work began; nothing was done."""

    code: ClassVar[str] = "caller-gone"


class UnsupportedOutputError(DocGenError):
    """A template of this format cannot become a document of that one."""

    code: ClassVar[str] = "unsupported-output"

    def __init__(self, template_format: TemplateFormat, output: str, possible: Iterable[OutputFormat]) -> None:
        self.template_format = template_format
        self.output = output
        self.possible = tuple(possible)
        names = ", ".join(self.possible)
        super().__init__(
            f"A {template_format} template cannot become {output!r}; the possible output is: {names}."
            if len(self.possible) == 1
            else f"A {template_format} template cannot become {output!r}; the possible outputs are: {names}."
        )


class UnsupportedMediaTypeError(DocGenError):
    """The file is of a kind that DocGen does not take as a template."""

    code: ClassVar[str] = "unsupported-media-type"


class PayloadTooLargeError(DocGenError):
    """A file or a body is larger than the limit."""

    code: ClassVar[str] = "payload-too-large"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} is larger than the limit of {limit:,} bytes.")
        self.limit = limit


class RateLimitedError(DocGenError):
    """The caller sends more requests than it may; `allowance` is what is left to it."""

    code: ClassVar[str] = "rate-limited"

    def __init__(self, allowance: Allowance, retry_after: int) -> None:
        limit = allowance.limit
        super().__init__(
            f"These are more requests than the {limit.per_second:g} a second that are allowed here, after "
            f"{limit.burst:,} at once: wait {retry_after} s, then send them more slowly."
        )
        self.allowance = allowance
        self.retry_after = retry_after


class QueueFullError(DocGenError):
    """The workspace has as much work waiting as it may; the caller may try again."""

    code: ClassVar[str] = "queue-full"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OverloadedError(DocGenError):
    """The service has more work than it can do; the caller may try again."""

    code: ClassVar[str] = "overloaded"

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceUnavailableError(DocGenError):
    """Something outside that DocGen stands on does not answer; the caller may try again."""

    code: ClassVar[str] = "unavailable"

    def __init__(self, component: str, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.component = component
        self.retry_after = retry_after


class WrongStorageError(ServiceUnavailableError):
    """The storage is not the one that belongs to the database: nothing is read from it or stored there."""

    def __init__(self, message: str) -> None:
        super().__init__("storage", message)


class StorageFullError(DocGenError):
    """The storage has no room left; nothing was stored."""

    code: ClassVar[str] = "storage-full"
