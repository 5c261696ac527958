"""The worker: takes jobs out of the queue, has them carried out, and loses none.

A job leaves the queue when it is carried out, and not before: whatever ends the worker in between leaves it to another
one. The worker takes only as many jobs as it has hands free.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from time import perf_counter
from typing import Final, TypeAlias

from application.log_context import LOG_CONTEXT
from application.outage import Outage
from application.ports.job_observer import JobEnd, JobObserver, NoJobObserver
from application.ports.job_queue import JobKind
from application.ports.job_source import JobSource, TakenJob
from domain.errors import ServiceUnavailableError
from domain.identifiers import JobId

logger = logging.getLogger("docgen.worker")

SECONDS_BETWEEN_BEATS: Final = 1.5
_SECONDS_BETWEEN_CHORES: Final = 60.0
_QUEUE_LOG: Final = timedelta(minutes=10)
_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_FIRST_DELAY: Final = timedelta(seconds=1)
_LONGEST_DELAY: Final = timedelta(minutes=5)


class Settled(Enum):
    """What becomes of a job that needs nothing more of this worker."""

    DONE = auto()
    # It is over, and what it was for did not come about.
    FAILED = auto()
    # Another worker has it by now, or will: it is left as it is.
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class TryAgain:
    """A job that has to wait for better times."""

    after: timedelta


Outcome: TypeAlias = Settled | TryAgain
_ENDS: Final = {Settled.DONE: JobEnd.DONE, Settled.FAILED: JobEnd.FAILED, Settled.ELSEWHERE: JobEnd.ELSEWHERE}
Handler: TypeAlias = Callable[[TakenJob], Awaitable[Outcome]]


def backoff(handed_back: int) -> timedelta:
    """Return how long a job waits that was handed back so often before: doubled each time, from 1 s to 5 minutes."""
    return min(_FIRST_DELAY * (1 << min(handed_back, 20)), _LONGEST_DELAY)


@dataclass(frozen=True, slots=True)
class Chore:
    """What is done again and again, by one worker of all at a time."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[None]]


class JobWorker:
    """Carries out `concurrency` jobs at a time until it is told to stop; then it begins no other one.

    What runs at that moment has `grace_seconds` to finish, and is handed back after them, or when it is to `hurry`.
    While the database is down, the worker waits for it.
    """

    def __init__(
        self,
        source: JobSource,
        handlers: Mapping[JobKind, Handler],
        *,
        concurrency: int,
        grace_seconds: float,
        chores: Sequence[Chore] = (),
        observer: JobObserver | None = None,
    ) -> None:
        self._observer = observer or NoJobObserver()
        self._source = source
        self._handlers = handlers
        self._taking = Outage(logger, f"take jobs ({', '.join(handlers)})")
        self._keeping = Outage(logger, "say which jobs are being worked on")
        self._finishing = Outage(logger, "take finished jobs out of the queue")
        self._concurrency = concurrency
        self._grace_seconds = grace_seconds
        self._chores = (Chore("queue-log", _QUEUE_LOG, source.sweep), *chores)
        self._running: dict[JobId, asyncio.Task[None]] = {}
        self._done: dict[JobId, TakenJob] = {}
        self._hands_free = asyncio.Event()
        self._to_finish = asyncio.Event()
        self._stopping = asyncio.Event()
        self._out_of_time = asyncio.Event()

    def stop(self) -> None:
        """Take no other job; `run` returns when those that run have ended, or were handed back."""
        self._stopping.set()

    def hurry(self) -> None:
        """Hand back at once what would have had time to finish."""
        self._stopping.set()
        self._out_of_time.set()

    async def run(self) -> None:
        """Work until `stop`."""
        helpers = [asyncio.create_task(work()) for work in (self._beat, self._finish_for_ever, self._keep_house)]
        try:
            await self._take_until_stopped()
            await self._drain()
        finally:
            tasks = (*helpers, *self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take_until_stopped(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            if await _tried(self._take(), self._taking):
                pause = _FIRST_PAUSE
            else:
                await self._unless_stopped(asyncio.sleep(pause))
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _take(self) -> None:
        self._hands_free.clear()
        free = self._concurrency - len(self._running)
        if not free:
            await self._unless_stopped(self._hands_free.wait())
            return
        jobs = await self._source.take(self._handlers, free)
        for job in jobs:
            # One that was not kept in time comes again to the very worker that has it.
            if job.id not in self._running and job.id not in self._done:
                task = asyncio.create_task(self._carry_out(job))
                self._running[job.id] = task
        if not jobs:
            await self._unless_stopped(self._source.wait(self._handlers))

    async def _carry_out(self, job: TakenJob) -> None:
        LOG_CONTEXT.set({"job": f"{job.kind} {job.subject} {job.id}", "workspace": job.workspace_id})
        began, end = perf_counter(), JobEnd.HANDED_BACK
        try:
            outcome = await self._outcome_of(job)
            end = _end_of(outcome)
            if isinstance(outcome, TryAgain):
                await self._hand_back(job, outcome.after)
            elif outcome is not Settled.ELSEWHERE:
                self._done[job.id] = job
                self._to_finish.set()
        except asyncio.CancelledError:
            # It had its time; whoever takes it next begins anew. The worker waits for this.
            await self._hand_back(job, timedelta(0))
        finally:
            self._observer.job_ended(job.kind, end, perf_counter() - began)
            self._running.pop(job.id, None)
            self._hands_free.set()

    async def _outcome_of(self, job: TakenJob) -> Outcome:
        try:
            return await self._handlers[job.kind](job)
        except ServiceUnavailableError as failure:
            logger.warning("The job %s (%s %s) has to wait: %s", job.id, job.kind, job.subject, failure)
        except Exception:
            logger.exception("The job %s (%s %s) failed in a way that nobody foresaw", job.id, job.kind, job.subject)
        return TryAgain(backoff(job.handed_back))

    async def _hand_back(self, job: TakenJob, after: timedelta) -> None:
        # Where that fails, nobody says any more that it is being worked on, which has the same effect.
        await _done(f"hand back the job {job.id}", self._source.hand_back(job, after))

    async def _drain(self) -> None:
        running = list(self._running.values())
        if running:
            hurry = asyncio.create_task(self._out_of_time.wait())
            finished = asyncio.gather(*running, return_exceptions=True)
            await asyncio.wait((finished, hurry), timeout=self._grace_seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in (hurry, *running):
                task.cancel()
            await asyncio.gather(hurry, *running, return_exceptions=True)
        # Where that fails, they come again, and are known as carried out.
        await _tried(self._finish(), self._finishing)

    async def _beat(self) -> None:
        """Say again and again which jobs are being worked on."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_BEATS)
            kept = [*self._running, *self._done]
            if kept:
                await _tried(self._source.keep(kept), self._keeping)

    async def _finish_for_ever(self) -> None:
        """Take out of the queue what is done; what comes while one group is taken out makes the next one."""
        pause = _FIRST_PAUSE
        while True:
            await self._to_finish.wait()
            self._to_finish.clear()
            if await _tried(self._finish(), self._finishing):
                pause = _FIRST_PAUSE
            else:
                self._to_finish.set()
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _finish(self) -> None:
        jobs = list(self._done.values())
        if jobs:
            await self._source.finish(jobs)
        for job in jobs:
            self._done.pop(job.id, None)

    async def _keep_house(self) -> None:
        # Each by itself: one that takes hours keeps no other waiting.
        await asyncio.gather(*(self._do_for_ever(chore) for chore in self._chores))

    async def _do_for_ever(self, chore: Chore) -> None:
        while True:
            await _done(f"do the chore {chore.name}", self._do(chore))
            await asyncio.sleep(_SECONDS_BETWEEN_CHORES)

    async def _do(self, chore: Chore) -> None:
        if not await self._source.take_turn(chore.name, chore.every):
            return
        began, is_done = perf_counter(), False
        try:
            await chore.do()
            is_done = True
            logger.info("The chore %s was done in %.1f s.", chore.name, perf_counter() - began)
        finally:
            self._observer.chore_ended(chore.name, is_done=is_done, seconds=perf_counter() - began)

    async def _unless_stopped(self, waiting: Awaitable[object]) -> None:
        """Wait for something, or until the worker is to stop."""
        tasks = [asyncio.ensure_future(waiting), asyncio.ensure_future(self._stopping.wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if tasks[0] in done:
            await tasks[0]


def _end_of(outcome: Outcome) -> JobEnd:
    return JobEnd.PUT_OFF if isinstance(outcome, TryAgain) else _ENDS[outcome]


async def _tried(work: Awaitable[None], outage: Outage) -> bool:
    """Do what is tried again every few seconds; tell whether it was done. Nothing that goes wrong ends the worker."""
    try:
        await work
    except ServiceUnavailableError as failure:
        outage.goes_on(failure)
    except Exception:
        logger.exception("The worker could not %s", outage.what)
    else:
        outage.is_over()
        return True
    return False


async def _done(what: str, work: Awaitable[None]) -> None:
    """Do something once, or once a minute. Nothing that goes wrong ends the worker."""
    try:
        await work
    except ServiceUnavailableError as failure:
        logger.warning("The worker could not %s: %s", what, failure)
    except Exception:
        logger.exception("The worker could not %s", what)
