"""After the answer: intents are carried out, and whoever had them hears what came of it."""

import json
import logging
from datetime import timedelta
from typing import Final

from application.job_worker import Outcome, Settled, TryAgain
from application.ports.clock import Clock
from application.ports.job_source import TakenJob
from application.ports.secret_box import SealBrokenError
from application.ports.slack_api import (
    SlackError,
    SlackRefusedError,
)
from application.ports.unit_of_work import UnitsOfWork
from application.slack.payloads import origin_of, places_of, route_of
from application.slack.people import ANSWERED_FOR, tell, with_request
from application.slack.places import SlackPlaces, caller_of
from application.slack.routes import SlackRoutes, SlackTask
from application.slack.texts import say
from application.slack.told import NotYetError
from application.slack.waiting import PASSES_BY_IN_SLACK, pause_after
from application.slack_forms.texts import escaped
from domain.errors import DocGenError, NotFoundError
from domain.slack_draft import SlackOrigin
from domain.slack_intent import SlackIntent

logger = logging.getLogger("docgen.slack")

# A view that is opened at the same moment is there soon after; one that is not there then never was, or is closed.
_SOON_ENOUGH: Final = timedelta(seconds=8)
_SOON: Final = timedelta(seconds=0.5)
# Who waits for an answer does not wait for longer.
_TRIED_FOR: Final = timedelta(hours=1)
_MAX_STARTS: Final = 20
# What goes on elsewhere, such as a mail merge, is told of for so long.
_WATCHED_FOR: Final = timedelta(days=1)
_NO_VIEW: Final = {"not_found", "view_not_found"}


class CarryOutSlackIntent:
    """What an intent wants is done at least once, by steps that find what an earlier worker has done.

    Slack being away or busy is waited for; everything else ends with one sentence to the person, and the request's id.
    """

    def __init__(self, units_of_work: UnitsOfWork, places: SlackPlaces, routes: SlackRoutes, clock: Clock) -> None:
        self._units_of_work = units_of_work
        self._places = places
        self._routes = routes
        self._clock = clock

    async def __call__(self, job: TakenJob) -> Outcome:
        """Carry out a job, and say what is to become of it.

        Raises:
            ServiceUnavailableError: the database is down.
        """
        intent = await self._begin(job)
        if intent is None:
            return Settled.DONE
        task = await self._task(intent)
        if task is not None and (later := await self._attempt(task, job.handed_back)):
            return later
        return await self._finish(intent)

    async def _task(self, intent: SlackIntent) -> SlackTask | None:
        """Find out how Slack is called; None where the app was removed since."""
        payload = json.loads(intent.payload)
        known = await self._places.find([intent.place, *places_of(payload)])
        if known is None:
            return None
        origin = origin_of(intent.place, payload)
        try:
            client = self._places.client(known.installation)
        except SealBrokenError:
            logger.exception("Slack cannot be called in %s", intent.place)
            return None
        caller = caller_of(known, origin.user_id, intent.request_id)
        return SlackTask(intent, payload, origin, known.installation, client, caller)

    async def _attempt(self, task: SlackTask, handed_back: int) -> TryAgain | None:
        """Do what an intent wants, or tell the person why not; return when it is tried again, if it is."""
        route = self._routes.find(route_of(task.intent.kind, task.payload))
        if route is None:
            return None
        try:
            await route.handle(task)
        except DocGenError as failure:
            later = self._later(task.intent, failure, handed_back)
            level = logging.DEBUG if isinstance(failure, NotYetError) else logging.WARNING
            logger.log(level, "The intent %s %s: %s", task.intent.id, "has to wait" if later else "failed", failure)
            if later is not None:
                return later
            await self._tell(task, _sentence(task.origin, failure))
        except Exception:
            logger.exception("The intent %s failed in a way that nobody foresaw", task.intent.id)
            await self._tell(task, say(task.origin.locale, "broken"))
        return None

    def _later(self, intent: SlackIntent, failure: DocGenError, handed_back: int) -> TryAgain | None:
        """Say when an intent is tried again, None where that would change nothing."""
        age = self._clock.now() - intent.received_at
        if isinstance(failure, NotYetError):
            return TryAgain(timedelta(seconds=failure.seconds)) if age < _WATCHED_FOR else None
        if isinstance(failure, PASSES_BY_IN_SLACK):
            return pause_after(failure, handed_back) if age < _TRIED_FOR and intent.starts < _MAX_STARTS else None
        # What another request has begun, and another worker may have at this moment.
        is_soon = isinstance(failure, SlackRefusedError) and failure.reason in _NO_VIEW
        is_soon = is_soon or (isinstance(failure, NotFoundError) and failure.kind == "draft")
        return TryAgain(_SOON) if is_soon and age < _SOON_ENOUGH else None

    async def _begin(self, job: TakenJob) -> SlackIntent | None:
        async with self._units_of_work.of_workspace(job.workspace_id) as unit:
            try:
                intent = await unit.slack_intents.get(job.subject, for_change=True)
            except NotFoundError:  # the app was removed, or the workspace deleted
                return None
            if intent.finished_at is not None:
                return None
            begun = intent.start()
            await unit.slack_intents.update(begun)
            await unit.commit()
        return begun

    async def _finish(self, intent: SlackIntent) -> Settled:
        async with self._units_of_work.of_workspace(intent.workspace_id) as unit:
            await unit.slack_intents.update(intent.finish(self._clock.now()))
            await unit.commit()
        return Settled.DONE

    async def _tell(self, task: SlackTask, text: str) -> None:
        intent, origin = task.intent, task.origin
        if not origin.user_id:
            return
        try:
            fresh = self._clock.now() - intent.received_at < ANSWERED_FOR
            await tell(task.client, origin, with_request(origin.locale, text, intent.request_id), fresh=fresh)
        except SlackError as failure:
            logger.warning("Nobody could be told of what became of the intent %s: %s", intent.id, failure)


def _sentence(origin: SlackOrigin, failure: DocGenError) -> str:
    key = None
    if isinstance(failure, PASSES_BY_IN_SLACK):
        key = "unavailable"
    elif isinstance(failure, SlackRefusedError) and failure.reason in _NO_VIEW:
        key = "too-late"
    elif isinstance(failure, NotFoundError):
        key = _GONE.get(failure.kind)
    return escaped(str(failure)) if key is None else say(origin.locale, key)


_GONE: Final = {
    "draft": "form-gone",
    "document": "document-gone",
    "delivery": "document-gone",
    "render": "document-gone",
}
