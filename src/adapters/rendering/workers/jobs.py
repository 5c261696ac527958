"""A worker's work: requests in, answers out; compiled templates are kept from one request to the next."""

import logging
import resource
import sys
import time
from typing import Final

import msgspec
from typing_extensions import override

from adapters.rendering.cache import SizedCache
from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import (
    check_piece,
    compile_template,
    render_template,
    validate_template,
    with_refinements,
)
from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.protocol import (
    MAX_LOG_CHARACTERS,
    MAX_LOG_LINES,
    Answer,
    Failure,
    ProtocolError,
    Request,
    Spent,
    Work,
    write_answer,
)
from application.tracebacks import CarefulFormatter
from domain.diagnostics import Diagnostic
from domain.errors import AssetsNeededError, DocGenError, LimitExceededError, RenderFailedError

# Compiled templates take some times the size of their files, and a worker is small.
_CACHE_ENTRIES: Final = 200
_CACHE_BYTES: Final = 20_000_000
_KILOBYTE: Final = 1024


class Jobs:
    """Does one request after the other, and survives whatever Python raises."""

    def __init__(self, limits: Limits, memory_bytes: int, log: "LogLines") -> None:
        self._limits = limits
        # Memory that a large document took is not given back: beyond this a fresh worker is better.
        self._retire_at = memory_bytes // 2
        self._cache: SizedCache[object, CompiledTemplate] = SizedCache(_CACHE_ENTRIES, _CACHE_BYTES)
        self._log = log
        self._compile_seconds = 0.0

    def frame(self, request: Request) -> list[bytes]:
        """Return the frame that answers a request."""
        try:
            answer, document = self._timed(request) if request.timed else self._answer(request)
            return write_answer(self._finished(answer), document)
        except ProtocolError:
            message = "What there is to say about this template is more than can be told: make it smaller."
            return write_answer(self._finished(_failed(request, LimitExceededError(message))))
        except (MemoryError, RecursionError):
            message = "The work needs more memory than there is for it: send less data, or make the template simpler."
            answer = _failed(request, LimitExceededError(message))
            return write_answer(self._finished(answer, retire=True))

    def _timed(self, request: Request) -> tuple[Answer, bytes]:
        began, self._compile_seconds = time.perf_counter(), 0.0
        answer, document = self._answer(request)
        spent = Spent(self._compile_seconds, time.perf_counter() - began - self._compile_seconds)
        return msgspec.structs.replace(answer, spent=spent), document

    def _answer(self, request: Request) -> tuple[Answer, bytes]:
        try:
            if request.work is Work.CHECK:
                return self._checked(request), b""
            compiled = self._compiled(request)
            if compiled is None:
                return Answer(request.id, miss=True), b""
            if request.work is Work.LEARN:
                return Answer(request.id), b""
            return self._done(request, compiled)
        except DocGenError as error:
            return _failed(request, error), b""
        except (MemoryError, RecursionError):
            raise
        except Exception as error:
            # The port promises its own errors alone; the service's log gets this one with its traceback.
            logging.getLogger(__name__).exception("a worker failed")
            return _failed(request, RenderFailedError(f"The work failed ({type(error).__name__}).")), b""

    def _done(self, request: Request, compiled: CompiledTemplate) -> tuple[Answer, bytes]:
        compiled = with_refinements(compiled, request.refinements)
        match request.work, request.options:
            case Work.RENDER, options if options is not None:
                made = render_template(compiled, request.data, options, request.assets, request.sha256)
                return Answer(request.id, diagnostics=made.diagnostics, file_name=made.file_name), made.content
            case Work.VALIDATE, options if options is not None:
                complaints = validate_template(compiled, request.data, options, request.assets, request.sha256)
                return Answer(request.id, diagnostics=complaints), b""
            case _:
                found = compiled.diagnostics
                return Answer(request.id, diagnostics=found, placeholders=compiled.placeholders), b""

    def _checked(self, request: Request) -> Answer:
        if request.file is None:
            return Answer(request.id, miss=True)
        return Answer(request.id, diagnostics=check_piece(request.file, self._limits))

    def _compiled(self, request: Request) -> CompiledTemplate | None:
        kept = self._cache.get(request.key)
        if kept is not None or request.file is None:
            return kept
        began = time.perf_counter()
        compiled = compile_template(request.format, request.file, self._limits)
        self._compile_seconds = time.perf_counter() - began
        self._cache.put(request.key, compiled, len(request.file))
        return compiled

    def _finished(self, answer: Answer, *, retire: bool = False) -> Answer:
        lines = self._log.take()
        if not lines and not retire and _peak_memory() < self._retire_at:
            return answer
        return msgspec.structs.replace(answer, retire=retire or _peak_memory() >= self._retire_at, log=lines)


def _failed(request: Request, error: DocGenError) -> Answer:
    found: tuple[Diagnostic, ...] = error.diagnostics
    names = error.names if isinstance(error, AssetsNeededError) else ()
    return Answer(request.id, failure=Failure(error.code, str(error), names), diagnostics=found)


def _peak_memory() -> int:
    """Return the most memory that this process has ever had, in bytes; Linux counts in kilobytes, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * _KILOBYTE


class LogLines(logging.Handler):
    """Keeps what this process logs for the next answer."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(CarefulFormatter())
        self._lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if len(self._lines) < MAX_LOG_LINES:
            self._lines.append(f"{record.name}: {self.format(record)}"[:MAX_LOG_CHARACTERS])

    def take(self) -> tuple[str, ...]:
        """Return what was kept, and keep it no longer."""
        lines, self._lines = tuple(self._lines), []
        return lines
