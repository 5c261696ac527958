"""The edge: what Slack sends is written down once and answered, before anything else is done."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeAlias

from application.ports.clock import Clock
from application.ports.id_generator import IdGenerator
from application.ports.job_queue import JobKind, NewJob
from application.ports.slack_api import SlackClient, SlackError
from application.ports.slack_installations import KnownInstallation
from application.ports.slack_intents import Taken
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.slack.payloads import (
    Payload,
    SlackRequest,
    SlackRequestKind,
    callback_of,
    click_of,
    is_stranger,
    key_of,
    origin_of,
    places_of,
    route_of,
    user_of,
)
from application.slack.people import tell, with_request
from application.slack.places import SlackPlaces
from application.slack.routes import SlackRoutes, draft_id_of
from application.slack.texts import say
from domain.errors import DocGenError, UnauthenticatedError
from domain.identifiers import SLACK_INTENT_PREFIX, SlackIntentId
from domain.slack_draft import SlackOrigin
from domain.slack_intent import SlackIntent

logger = logging.getLogger("docgen.slack")

# JSON for Slack; None is an empty answer.
Answer: TypeAlias = Mapping[str, Any] | None
# Takes what was submitted in a view, and keeps it in the transaction of its intent; an answer keeps the view open.
Submission: TypeAlias = Callable[[UnitOfWork, KnownInstallation, Payload], Awaitable[Answer]]
# Gives the items of a menu.
Options: TypeAlias = Callable[[KnownInstallation, Payload], Awaitable[Mapping[str, Any]]]

_CLOSE: Final[Answer] = {"response_action": "clear"}


class AnswerSlack:
    """Before the answer there is one insert, and what the answer cannot do without: a modal, a check, a menu.

    The same thing sent again finds its intent, and is answered without being done again. What is not for us is
    answered, since Slack would send it again.
    """

    def __init__(
        self,
        units_of_work: UnitsOfWork,
        places: SlackPlaces,
        routes: SlackRoutes,
        submissions: Mapping[str, Submission],
        options: Options,
        clock: Clock,
        ids: IdGenerator,
    ) -> None:
        """Take what is done with each view that is submitted, by its callback id."""
        self._units_of_work = units_of_work
        self._places = places
        self._routes = routes
        self._submissions = submissions
        self._options = options
        self._clock = clock
        self._ids = ids
        self._telling: set[asyncio.Task[None]] = set()

    async def __call__(self, request: SlackRequest) -> Answer:
        """Answer one request.

        Raises:
            UnauthenticatedError: the very request was here before.
            ServiceUnavailableError: the database is down, and Slack has no words for people in its answer.
        """
        try:
            return await self._answer(request)
        except UnauthenticatedError:
            raise
        except DocGenError as failure:
            logger.warning("A request of Slack (%s) failed: %s", request.request_id, failure)
            told = _told(request, with_request("en", say("en", "unavailable"), request.request_id))
            if told is None:
                raise
            return told

    async def _answer(self, request: SlackRequest) -> Answer:
        payload = request.payload
        if request.kind is SlackRequestKind.OPTIONS:
            known = await self._places.find(places_of(payload))
            return {"options": []} if known is None else await self._options(known, payload)
        route = self._routes.find(route_of(request.kind, payload))
        if route is None and callback_of(payload) not in self._submissions:
            return None
        if is_stranger(payload):
            return _told(request, say("en", "stranger"))
        known = await self._places.find(places_of(payload))
        if known is None or not user_of_or_event(request):
            return _told(request, say("en", "not-installed"))
        if request.kind is SlackRequestKind.COMMAND and payload.get("text", "").strip().lower() == "help":
            return _ephemeral(say("en", "help"))
        return await self._take(request, known)

    async def _take(self, request: SlackRequest, known: KnownInstallation) -> Answer:
        payload, intent = request.payload, self._intent_of(request, known)
        is_submission = payload.get("type") == "view_submission"
        submission = self._submissions.get(callback_of(payload)) if is_submission else None
        async with self._units_of_work.of_workspace(intent.workspace_id) as unit:
            answer = await submission(unit, known, payload) if submission else None
            if answer is not None:
                # The person goes on with the view, and may well send it again: what is known is this request alone.
                intent = replace(intent.finish(self._clock.now()), key=f"request:{request.signature}")
            taken = await unit.slack_intents.take(intent)
            if taken is Taken.REPLAYED:
                raise UnauthenticatedError("This very request was here before: Slack signs each one anew.")
            if taken is Taken.KNOWN:
                return _CLOSE if is_submission else None
            if answer is None:
                await unit.jobs.enqueue(NewJob(JobKind.SLACK, intent.workspace_id, intent.id))
            await unit.commit()
        if is_submission:
            return answer or _CLOSE
        return await self._open(request, known, intent)

    async def _open(self, request: SlackRequest, known: KnownInstallation, intent: SlackIntent) -> Answer:
        route = self._routes.find(route_of(request.kind, request.payload))
        draft_id = draft_id_of(intent.id)
        view = route.opens(request.payload, draft_id) if route is not None and route.opens else None
        if view is None:
            return None
        client = self._places.client(known.installation)
        try:
            trigger = request.payload.get("trigger_id")
            await client.call_at_once("views.open", trigger_id=trigger, view={**view, "external_id": draft_id})
        except SlackError as failure:
            logger.warning("No view was opened for a request of Slack (%s): %s", request.request_id, failure)
            await self._give_up(intent)
            text = with_request("en", say("en", "too-late"), request.request_id)
            told = _told(request, text)
            if told is None:
                # Slack shows nothing of the answer, and waits for it: the person is told beside it.
                task = asyncio.create_task(self._tell(client, origin_of(intent.place, request.payload), text))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)
            return told
        return None

    @staticmethod
    async def _tell(client: SlackClient, origin: SlackOrigin, text: str) -> None:
        try:
            await tell(client, origin, text)
        except SlackError as failure:
            logger.warning("Nobody could be told that no view was opened: %s", failure)

    async def _give_up(self, intent: SlackIntent) -> None:
        """Forget what a person has been told that it was not done."""
        async with self._units_of_work.of_workspace(intent.workspace_id) as unit:
            await unit.slack_intents.update(intent.finish(self._clock.now()))
            await unit.commit()

    def _intent_of(self, request: SlackRequest, known: KnownInstallation) -> SlackIntent:
        return SlackIntent(
            id=SlackIntentId(self._ids.new_id(SLACK_INTENT_PREFIX)),
            workspace_id=known.installation.workspace_id,
            place=known.installation.place,
            key=key_of(request.kind, request.payload),
            signature=request.signature,
            kind=request.intent_kind,
            payload=json.dumps(request.payload).encode(),
            request_id=request.request_id,
            received_at=self._clock.now(),
            click=click_of(request.payload),
        )


def user_of_or_event(request: SlackRequest) -> bool:
    """Tell whether somebody is named where somebody has to be: an event may be nobody's."""
    return request.kind is SlackRequestKind.EVENT or user_of(request.payload) is not None


def _ephemeral(text: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": text}


def _told(request: SlackRequest, text: str) -> Answer:
    """Return an answer with a sentence for the person, None where Slack shows none."""
    if request.kind is SlackRequestKind.COMMAND:
        return _ephemeral(text)
    if request.payload.get("type") == "view_submission":
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
        view = {"type": "modal", "title": {"type": "plain_text", "text": "DocGen"}, "blocks": blocks}
        return {"response_action": "update", "view": view}
    return None
