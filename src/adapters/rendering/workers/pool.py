"""Requests and workers: who works on what, in a fair order, one request a worker at a time."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, Self

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.crew import Crew
from adapters.rendering.workers.fair_queue import FairQueue
from adapters.rendering.workers.link import Reply, WorkerLink
from adapters.rendering.workers.patience import Patience
from adapters.rendering.workers.protocol import READY_ID, Answer, Request, Work
from adapters.rendering.workers.settings import PoolSettings
from adapters.rendering.workers.zygote_start import StartedZygote
from application.ports.figures import CrewUse
from application.ports.rendering_observer import NoRenderingObserver, RenderingObserver
from application.waiting_caller import UNTIL_CALLER_GONE
from domain.errors import CallerGoneError, DocGenError, OverloadedError, QueueFullError
from domain.formats import TemplateFormat
from domain.identifiers import WorkspaceId

_Key = tuple[str, TemplateFormat]

# The part of its life after which a worker's successor is started.
_RELIEVED_AT: Final = 0.9
# So many templates a successor compiles at most before it takes requests.
_LESSONS: Final = 20


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that waits for a worker."""

    workspace: WorkspaceId
    key: _Key
    link: asyncio.Future[WorkerLink]


class WorkerPool:
    """Gives requests to workers, one each at a time, for one event loop.

    An async context manager; entering it returns before any worker is ready, and requests wait until one is.
    """

    def __init__(
        self,
        settings: PoolSettings,
        limits: Limits,
        file_of: Callable[[_Key], bytes | None],
        observer: RenderingObserver | None = None,
        started: StartedZygote | None = None,
    ) -> None:
        """Take how to make workers; `file_of` gives the file of a template, if it is at hand."""
        self.settings = settings
        self._observer = observer or NoRenderingObserver()
        self._file_of = file_of
        self._limits = limits
        self._queue: FairQueue[_Waiting] = FairQueue(
            settings.share, line=settings.line, total=settings.total, total_bytes=settings.total_bytes
        )
        self._crew = Crew(
            settings, limits, on_idle=self._on_idle, on_end=self._on_end, observer=self._observer, started=started
        )
        self._idle: dict[int, WorkerLink] = {}
        self._working_for: dict[int, WorkspaceId] = {}
        # What workers that have just started compile before they take requests.
        self._lessons: dict[int, list[Request]] = {}
        self._request_ids = itertools.count(READY_ID + 1)

    async def __aenter__(self) -> Self:
        self._crew.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for waiting in self._queue.drain():
            if not waiting.link.done():
                waiting.link.set_exception(OverloadedError("The service ends: send the request again."))
        self._idle.clear()
        await self._crew.close()

    @property
    def crew(self) -> Crew:
        """The workers' processes."""
        return self._crew

    def use(self) -> CrewUse:
        """Return how the workers are used."""
        return CrewUse(self._crew.ready, len(self._working_for), len(self._queue))

    async def run(self, workspace: WorkspaceId, request: Request, file: bytes | None) -> Reply:
        """Let a worker do the request; `file`, if there is one, goes along where the worker does not have the template.

        The request's id is given here. An answer with `miss` is also given where the worker would need the file and
        there is none.

        Raises:
            QueueFullError, OverloadedError: it cannot wait, or has waited too long.
            CallerGoneError: whoever asked went away while it waited.
            WorkerEndedError, OverdueError: the worker ended before it answered.
        """
        size = request.size + len(file or b"")
        began = time.monotonic() if request.timed else 0.0
        link = await self._worker_for(workspace, request.key, size)
        while not self._crew.has(link):  # it ended in the moment between
            link = await self._worker_for(workspace, request.key, size)
        waited = time.monotonic() - began if request.timed else 0.0
        known = link.knows(request.key)
        if file is None and not known:
            self._give_back(link)
            return Reply(Answer(request.id, miss=True), b"")
        sent = replace(request, id=next(self._request_ids), file=None if known else file)
        reply = await link.ask(sent, self.settings.render_seconds)
        if reply.answer.miss:
            link.forget(request.key)
        else:
            self._observer.template_used(was_compiled=known)
        return replace(reply, waited=waited, pid=self._crew.pid_of(link)) if request.timed else reply

    async def _worker_for(self, workspace: WorkspaceId, key: _Key, size: int) -> WorkerLink:
        """Return a worker that is this request's from now on."""
        # Nobody who may begin waits while a worker is idle.
        if self._idle and self._queue.may_begin(workspace):
            self._queue.begin(workspace)
            return self._take_idle(workspace, key)
        waiting = _Waiting(workspace, key, asyncio.get_running_loop().create_future())
        self._queue.add(workspace, waiting, size)
        try:
            with Patience(waiting.link, self.settings.wait_seconds, UNTIL_CALLER_GONE.get()):
                return await waiting.link
        except (TimeoutError, CallerGoneError, asyncio.CancelledError) as error:
            self._queue.discard(workspace, waiting)
            if waiting.link.done() and not waiting.link.cancelled() and waiting.link.exception() is None:
                self._give_back(waiting.link.result())
            if isinstance(error, TimeoutError):
                raise self._waited_too_long(workspace) from None
            raise

    def _waited_too_long(self, workspace: WorkspaceId) -> DocGenError:
        waited = f"The request waited for {self.settings.wait_seconds:g} seconds"
        if not self._queue.may_begin(workspace):
            return QueueFullError(f"{waited} behind others of this workspace: send fewer at a time.")
        return OverloadedError(f"{waited}, and no worker was free: try again later.")

    def _take_idle(self, workspace: WorkspaceId, key: _Key) -> WorkerLink:
        """Return an idle worker, one that has the template where there is such a one, else the longest idle one."""
        having = (number for number, link in self._idle.items() if link.knows(key))
        number = next(having, next(iter(self._idle)))
        self._working_for[number] = workspace
        return self._idle.pop(number)

    def _give_back(self, link: WorkerLink) -> None:
        """Take a worker back that was not asked anything."""
        self._release(link)
        if self._crew.has(link):
            self._idle[link.number] = link
        self._serve_waiting()

    def _on_idle(self, link: WorkerLink, answer: Answer) -> None:
        self._release(link)
        if answer.id == READY_ID:
            self._lessons[link.number] = self._lessons_for_successor()
        if answer.retire or self._part_of_life(link) >= 1:
            self._lessons.pop(link.number, None)
            self._crew.replace(link)
        elif lessons := self._lessons.get(link.number):
            self._teach(link, lessons.pop())
        else:
            self._lessons.pop(link.number, None)
            self._idle[link.number] = link
            self._relieve_in_time(link)
        self._serve_waiting()

    def _part_of_life(self, link: WorkerLink) -> float:
        settings = self.settings
        return max(link.requests / settings.requests_of_a_life, link.busy_seconds / settings.seconds_of_a_life)

    def _relieve_in_time(self, link: WorkerLink) -> None:
        """Start the successor of a worker that will be replaced soon; end those whose successors are ready.

        A request would wait otherwise, for the successor's start and for the compilation of its template.
        """
        leaving = self._crew.leaving
        if self._part_of_life(link) >= _RELIEVED_AT and link not in leaving:
            self._crew.relieve(link)
        for each in leaving:
            if each.number in self._idle and self._crew.staying - len(self._lessons) >= self.settings.workers:
                self._crew.replace(self._idle.pop(each.number))

    def _lessons_for_successor(self) -> list[Request]:
        """Return what a worker is to compile before it takes requests: what those had last that it may succeed.

        One that takes the place of a worker that is gone has no time for it.
        """
        wanted = dict.fromkeys(key for link in self._crew.leaving for key in link.known[-_LESSONS:])
        files = ((key, self._file_of(key)) for key in wanted)
        return [Request(0, Work.LEARN, key[1], key[0], file=file) for key, file in files if file is not None]

    def _teach(self, link: WorkerLink, lesson: Request) -> None:
        taught = link.ask(replace(lesson, id=next(self._request_ids)), self.settings.render_seconds)
        # Nobody waits for the answer; a worker that ends over it is reported by `on_end`.
        taught.add_done_callback(asyncio.Future.exception)

    def _on_end(self, link: WorkerLink) -> None:
        self._lessons.pop(link.number, None)
        self._release(link)
        self._serve_waiting()

    def _release(self, link: WorkerLink) -> None:
        """Note that a worker works for nobody; one that has ended is not idle either."""
        self._idle.pop(link.number, None)
        workspace = self._working_for.pop(link.number, None)
        if workspace is not None:
            self._queue.end(workspace)

    def _serve_waiting(self) -> None:
        while self._idle and (waiting := self._queue.next()) is not None:
            if waiting.link.done():  # whoever waited has just given up
                self._queue.end(waiting.workspace)
            else:
                waiting.link.set_result(self._take_idle(waiting.workspace, waiting.key))
