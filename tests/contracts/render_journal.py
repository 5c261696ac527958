"""The contract of `RenderJournal`."""

import asyncio
from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta

import pytest

from application.ports.idempotency_keys import AnsweredClaim, Claim, IdempotencyKeys, KeptAnswer
from application.ports.render_journal import RenderJournal
from application.ports.render_repository import NewRender
from application.ports.unit_of_work import UnitsOfWork
from domain.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RequestInProgressError,
    ServiceUnavailableError,
)
from domain.render_request import RenderFailure, RenderRequest, Timings
from domain.template import Template
from domain.workspace import Workspace
from tests.builders import NOW, a_document, a_render_request, a_template, render_options
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

DONE = NOW + timedelta(seconds=2)


def finished(template: Template) -> RenderRequest:
    """A render that succeeded."""
    request = a_render_request(template, expires_at=DONE).start()
    return request.succeed(a_document(), (), Timings(render_ms=1.5, store_ms=0.25), at=DONE)


async def claimed(keys: IdempotencyKeys, request: RenderRequest) -> Claim:
    """Claim a key for a render, which nobody holds or has answered."""
    claim = await keys.claim(request.workspace_id, request.id, "one")
    assert isinstance(claim, Claim)
    return claim


async def kept(units: UnitsOfWork, request: RenderRequest) -> tuple[RenderRequest, bytes]:
    """Read a request with its data."""
    async with units.of_workspace(request.workspace_id) as unit:
        return await unit.renders.get(request.id), await unit.renders.data_of(request.id)


class RenderJournalContract(UnitsOfWorkFixtures):
    """Promises of every journal of renders."""

    @pytest.fixture
    @abstractmethod
    def journal(self, units: UnitsOfWork) -> RenderJournal:
        """Give a journal that writes where the units of work read."""

    @pytest.fixture
    @abstractmethod
    def keys(self, units: UnitsOfWork) -> IdempotencyKeys:
        """Give the keys that the journal answers, with leases that are over at once."""

    @pytest.fixture
    @abstractmethod
    def journal_that_is_down(self) -> RenderJournal:
        """Give one whose database is away."""

    @pytest.fixture
    async def template(self, units: UnitsOfWork, acme: Workspace) -> Template:
        """A stored template of the workspace acme."""
        return await stored(units, a_template(workspace_id=acme.id))

    async def test_what_is_recorded_is_kept_in_every_field(
        self, units: UnitsOfWork, journal: RenderJournal, template: Template
    ) -> None:
        failure = RenderFailure("data-invalid", "Two values are missing.")
        failed = a_render_request(template).start().fail(failure, (), Timings(render_ms=1.5), at=DONE)
        for request, data in ((finished(template), b'{"z": 1.50,  "a": "\\u0000"}'), (failed, b"\xff\x00 not JSON")):
            await journal.record(NewRender(request, data))
            assert await kept(units, request) == (request, data)

    async def test_a_document_is_kept_beside_its_record(
        self, units: UnitsOfWork, journal: RenderJournal, keys: IdempotencyKeys, template: Template
    ) -> None:
        with_answer, alone, without = (finished(template) for _ in range(3))
        answered = AnsweredClaim(await claimed(keys, with_answer), KeptAnswer(201, {}, b""))
        await journal.record(NewRender(with_answer, b"{}", b"one"), answered)
        await journal.record(NewRender(alone, b"{}", b"PK\x00"))
        await journal.record(NewRender(without, b"{}"))
        async with units.of_workspace(template.workspace_id) as unit:
            contents = await unit.renders.contents_of([with_answer.id, alone.id, without.id])
        assert contents == {with_answer.id: b"one", alone.id: b"PK\x00"}

    async def test_records_of_many_at_once_are_all_kept(
        self, units: UnitsOfWork, journal: RenderJournal, template: Template, globex: Workspace
    ) -> None:
        other = await stored(units, a_template(workspace_id=globex.id))
        requests = [finished(template if number % 3 else other) for number in range(250)]
        await asyncio.gather(*(journal.record(NewRender(each, each.id.encode())) for each in requests))
        assert [await kept(units, each) for each in requests] == [(each, each.id.encode()) for each in requests]

    async def test_one_that_is_refused_leaves_those_beside_it(
        self, units: UnitsOfWork, journal: RenderJournal, template: Template
    ) -> None:
        requests = [finished(template) for _ in range(6)]
        requests[3] = replace(requests[3], id=requests[0].id)
        outcomes = await asyncio.gather(
            *(journal.record(NewRender(each, b"{}")) for each in requests), return_exceptions=True
        )
        # Groups overlap: which of the two with one identifier comes first is not promised.
        refused = [number for number, outcome in enumerate(outcomes) if outcome is not None]
        assert refused in ([0], [3])
        assert isinstance(outcomes[refused[0]], ConflictError)
        for number, request in enumerate(requests):
            if number not in refused:
                assert await kept(units, request) == (request, b"{}")

    async def test_an_answer_is_kept_with_its_record(
        self, units: UnitsOfWork, journal: RenderJournal, keys: IdempotencyKeys, template: Template
    ) -> None:
        requests = [finished(template) for _ in range(30)]
        claims = [await claimed(keys, each) for each in requests]
        answers = [KeptAnswer(201, {"x": "Größe"}, each.id.encode(), each.id) for each in requests]
        records = (
            journal.record(NewRender(request, b"{}"), AnsweredClaim(claim, answer) if number % 2 else None)
            for number, (request, claim, answer) in enumerate(zip(requests, claims, answers, strict=True))
        )
        await asyncio.gather(*records)
        assert [await kept(units, each) for each in requests] == [(each, b"{}") for each in requests]
        for claim, answer in list(zip(claims, answers, strict=True))[1::2]:
            assert await keys.claim(claim.workspace_id, claim.key, claim.fingerprint) == answer

    async def test_who_lost_the_key_adds_no_record(
        self, units: UnitsOfWork, journal: RenderJournal, keys: IdempotencyKeys, template: Template
    ) -> None:
        requests = [finished(template) for _ in range(4)]
        late, *others = [AnsweredClaim(await claimed(keys, each), KeptAnswer(201, {}, b"")) for each in requests]
        successor = await claimed(keys, requests[0])
        outcomes = await asyncio.gather(
            *(
                journal.record(NewRender(request, b"{}"), answer)
                for request, answer in zip(requests, [late, *others], strict=True)
            ),
            return_exceptions=True,
        )
        assert [type(each) for each in outcomes] == [RequestInProgressError] + [type(None)] * 3
        with pytest.raises(NotFoundError):
            await kept(units, requests[0])
        await journal.record(NewRender(requests[0], b"{}"), AnsweredClaim(successor, late.answer))
        assert await kept(units, requests[0]) == (requests[0], b"{}")

    async def test_a_record_that_is_refused_leaves_its_key_unanswered(
        self, units: UnitsOfWork, journal: RenderJournal, keys: IdempotencyKeys, template: Template
    ) -> None:
        first, second = finished(template), finished(template)
        await journal.record(NewRender(first, b"{}"))
        claims = [await claimed(keys, each) for each in (first, second)]
        answered = [AnsweredClaim(claim, KeptAnswer(201, {}, b"")) for claim in claims]
        outcomes = await asyncio.gather(
            *(
                journal.record(NewRender(request, b"{}"), answer)
                for request, answer in zip((first, second), answered, strict=True)
            ),
            return_exceptions=True,
        )
        assert [type(each) for each in outcomes] == [ConflictError, type(None)]
        assert await kept(units, second) == (second, b"{}")
        await claimed(keys, first)

    async def test_a_workspace_that_is_gone_is_not_found_and_a_template_does_not_matter(
        self, units: UnitsOfWork, journal: RenderJournal, acme: Workspace, template: Template
    ) -> None:
        erased = finished(a_template("gone", workspace_id=acme.id))
        await journal.record(NewRender(erased, b"{}"))
        assert await kept(units, erased) == (erased, b"{}")
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        request, answer = finished(template), KeptAnswer(201, {}, b"")
        claim = Claim(request.workspace_id, request.id, "one", "token")
        for answered in (None, AnsweredClaim(claim, answer)):
            with pytest.raises(NotFoundError if answered is None else (NotFoundError, RequestInProgressError)):
                await journal.record(NewRender(request, b"{}"), answered)

    async def test_a_text_that_cannot_be_kept_is_refused_by_its_field(
        self, journal: RenderJournal, template: Template
    ) -> None:
        request = a_render_request(template, options=render_options(file_name="a\0b"))
        with pytest.raises(InvalidRequestError, match="file_name"):
            await journal.record(NewRender(request, b"{}"))

    async def test_a_caller_that_leaves_takes_nobody_along(
        self, units: UnitsOfWork, journal: RenderJournal, template: Template
    ) -> None:
        requests = [finished(template) for _ in range(5)]
        records = [asyncio.create_task(journal.record(NewRender(each, b"{}"))) for each in requests]
        await asyncio.sleep(0)
        records[2].cancel()
        await asyncio.wait(records)
        assert [each.cancelled() for each in records] == [False, False, True, False, False]
        for request in (*requests[:2], *requests[3:]):
            assert await kept(units, request) == (request, b"{}")

    async def test_a_database_that_is_down_is_said_to_each(
        self, journal_that_is_down: RenderJournal, acme: Workspace
    ) -> None:
        template = a_template(workspace_id=acme.id)
        waiting = (journal_that_is_down.record(NewRender(finished(template), b"{}")) for _ in range(3))
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in outcomes] == [ServiceUnavailableError] * 3
