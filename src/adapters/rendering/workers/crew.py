"""The workers' processes: as many as there are to be, each replaced when it ends."""

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable, Coroutine
from typing import Any, Final

from adapters.rendering.language.limits import Limits
from adapters.rendering.workers.link import OverdueError, WorkerDiedError, WorkerEndedError, WorkerLink
from adapters.rendering.workers.protocol import READY_ID, Answer
from adapters.rendering.workers.settings import PoolSettings
from adapters.rendering.workers.zygote_process import ZygoteProcess
from adapters.rendering.workers.zygote_start import StartedZygote
from application.ports.rendering_observer import RenderingObserver, WorkerEnd

_log = logging.getLogger(__name__)

_START_SECONDS: Final = 20.0
# Between attempts to start what ends as soon as it has started.
_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 5.0


class Crew:
    """Keeps so many workers alive for as long as it is open.

    `on_idle` and `on_end` are told of each, see WorkerLink; a worker has been taken off when `on_end` is called.
    """

    def __init__(
        self,
        settings: PoolSettings,
        limits: Limits,
        *,
        on_idle: Callable[[WorkerLink, Answer], None],
        on_end: Callable[[WorkerLink], None],
        observer: RenderingObserver,
        started: StartedZygote | None = None,
    ) -> None:
        """Take how to make workers, and a zygote where one was started already; the next ones are its own."""
        self._started = started
        self._observer = observer
        self._settings = settings
        self._limits = limits
        self._jail = settings.jail
        self._on_idle = on_idle
        self._on_end = on_end
        self._zygote: ZygoteProcess | None = None
        self._links: dict[int, WorkerLink] = {}
        self._starting: dict[int, asyncio.TimerHandle] = {}
        self._pids: dict[int, int] = {}
        # Those that were asked to end; that any other one has ended is worth a line in the log.
        self._ending: set[int] = set()
        # Those that go on only until there is another one in their place.
        self._leaving: set[int] = set()
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        # Starts in a row that led to nothing.
        self._failures = 0
        self._pausing = False
        self._said: set[str] = set()
        self._open = False

    def open(self) -> None:
        """Begin to start the workers."""
        self._open = True
        self._begin(self._start_zygote())

    async def close(self) -> None:
        """End all workers; whoever waits for one is told."""
        self._open = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._give_up_all()
        zygote, self._zygote = self._zygote, None
        if zygote is not None:
            await zygote.end()

    @property
    def ready(self) -> int:
        """How many workers there are that work or can."""
        return len(self._links) - len(self._starting)

    @property
    def worker_pids(self) -> list[int]:
        """The process numbers of the workers."""
        return [pid for number, pid in self._pids.items() if number in self._links]

    def pid_of(self, link: WorkerLink) -> int:
        """Return the process number of a worker, 0 where it is not known yet."""
        return self._pids.get(link.number, 0)

    @property
    def zygote_pid(self) -> int | None:
        """The process number of the zygote, None while there is none."""
        return None if self._zygote is None else self._zygote.pid

    @property
    def staying(self) -> int:
        """How many there are that work or can, those that are relieved left out."""
        return self.ready - len(self._leaving)

    @property
    def leaving(self) -> list[WorkerLink]:
        """Those that are relieved and still there."""
        return [self._links[number] for number in self._leaving]

    def has(self, link: WorkerLink) -> bool:
        """Tell whether a worker is still of use."""
        return self._links.get(link.number) is link

    def knows(self, key: Any) -> bool:
        """Tell whether some worker has this template."""
        return any(link.knows(key) for link in self._links.values())

    def relieve(self, link: WorkerLink) -> None:
        """Start another worker in place of this one, which stays of use until it is replaced."""
        self._leaving.add(link.number)
        self._fill_up()

    def replace(self, link: WorkerLink) -> None:
        """Let an idle worker end, and start another one in its place where none was started before."""
        self._links.pop(link.number, None)
        self._leaving.discard(link.number)
        self._ending.add(link.number)
        self._observer.worker_ended(WorkerEnd.REPLACED)
        link.close()
        self._fill_up()

    async def _start_zygote(self) -> None:
        await self._pause()
        try:
            started = self._started or StartedZygote()
        except OSError as error:
            _log.error("The render workers cannot be started: %s", error)  # said in full
            self._failures += 1
            self._begin(self._start_zygote())
            return
        self._started = None
        self._zygote = ZygoteProcess(
            started, self._limits, self._jail, on_event=self._on_event, on_end=self._on_zygote_end
        )
        self._fill_up()

    async def _pause(self) -> None:
        if self._failures:
            await asyncio.sleep(min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(self._failures, 10)))

    def _fill_up(self) -> None:
        """Start as many workers as there are too few, not at once where the last one came to nothing."""
        if not self._open:
            return
        if self._failures and not self._pausing:
            self._pausing = True
            self._begin(self._fill_up_later())
        while not self._pausing and self._zygote is not None and self._too_few():
            self._fork(self._zygote)

    async def _fill_up_later(self) -> None:
        await self._pause()
        self._pausing = False
        while self._zygote is not None and self._too_few() and self._fork(self._zygote):
            pass

    def _too_few(self) -> bool:
        return len(self._links) - len(self._leaving) < self._settings.workers

    def _fork(self, zygote: ZygoteProcess) -> bool:
        number = next(self._numbers)
        try:
            channel = zygote.fork(number)
        except OSError as error:
            _log.error("A render worker cannot be started: %s", error)  # said in full
            self._failures += 1
            self._fill_up()
            return False
        link = WorkerLink(
            number,
            max_document_bytes=self._limits.output_bytes,
            on_idle=self._on_link_idle,
            on_end=self._on_link_end,
        )
        self._links[number] = link
        loop = asyncio.get_running_loop()
        self._starting[number] = loop.call_later(
            _START_SECONDS, link.abandon, WorkerEndedError("it did not start in time")
        )
        self._begin(_connect(link, channel), undo=channel.close)
        return True

    def _on_link_idle(self, link: WorkerLink, answer: Answer) -> None:
        if answer.id == READY_ID:
            self._take_off_the_starting(link)
            if answer.retire:
                link.abandon(WorkerEndedError("it could not be locked up"))
                return
            self._failures = 0
            self._say_lacking(answer.lacking)
        self._on_idle(link, answer)

    def _on_link_end(self, link: WorkerLink, error: Exception) -> None:
        started = not self._take_off_the_starting(link)
        self._links.pop(link.number, None)
        self._leaving.discard(link.number)
        if isinstance(error, OverdueError):
            limit = self._settings.render_seconds
            _log.warning("The template with SHA-256 %s was stopped after %g seconds.", link.works_on, limit)
        elif link.works_on is not None and self._open:
            _log.error("A render worker ended while it worked on the template with SHA-256 %s.", link.works_on)
        if self._open:
            self._observer.worker_ended(_end_of(error))
        if not isinstance(error, WorkerDiedError):
            self._ending.add(link.number)
        if not started:
            self._failures += 1
        if self._zygote is not None:
            self._zygote.kill(link.number)
        self._fill_up()
        self._on_end(link)

    def _take_off_the_starting(self, link: WorkerLink) -> bool:
        timer = self._starting.pop(link.number, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _on_event(self, event: dict[str, Any]) -> None:
        match event:
            case {"forked": int(number), "pid": int(pid)}:
                self._pids[number] = pid
            case {"ended": int(number), "reason": str(reason)}:
                pid = self._pids.pop(number, 0)
                if number not in self._ending:
                    _log.error("The render worker with process number %d has ended: %s.", pid, reason)
                self._ending.discard(number)
                if (link := self._links.get(number)) is not None:
                    link.abandon(WorkerDiedError(reason))

    def _on_zygote_end(self) -> None:
        _log.error("The process that starts render workers has ended; it is started again.")
        zygote, self._zygote = self._zygote, None
        self._give_up_all()
        self._pids.clear()
        self._ending.clear()
        self._failures += 1
        if zygote is not None:
            self._begin(zygote.end())
        if self._open:
            self._begin(self._start_zygote())

    def _give_up_all(self) -> None:
        for link in list(self._links.values()):
            link.abandon(WorkerEndedError("its process ended"))

    def _say_lacking(self, lacking: tuple[str, ...]) -> None:
        for what in set(lacking) - self._said:
            self._said.add(what)
            _log.warning("Render workers are locked up without %s: this system does not offer it.", what)

    def _begin(self, work: Coroutine[Any, Any, None], undo: Callable[[], None] = lambda: None) -> None:
        """Do this beside everything else; `undo` is called where it fails, or is cancelled before it has begun."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(done, undo))

    def _done(self, task: "asyncio.Task[None]", undo: Callable[[], None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            undo()
        elif (error := task.exception()) is not None:
            undo()
            _log.error("Starting render workers failed.", exc_info=error)


def _end_of(error: Exception) -> WorkerEnd:
    if isinstance(error, OverdueError):
        return WorkerEnd.TIME_LIMIT
    return WorkerEnd.DIED if isinstance(error, WorkerDiedError) else WorkerEnd.UNUSABLE


async def _connect(link: WorkerLink, channel: socket.socket) -> None:
    await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=channel)
