"""The contract of `RenderRepository`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.ports.render_repository import NewRender, RenderFilter, UsageFilter
from application.ports.unit_of_work import UnitsOfWork
from domain.diagnostics import Diagnostic, Location, Part, Severity
from domain.errors import ConflictError, InvalidRequestError, NotFoundError
from domain.formats import OutputFormat
from domain.identifiers import JobId, RenderId
from domain.render_request import MissingPolicy, RenderFailure, RenderRequest, RenderStatus, Timings
from domain.template import Template
from domain.usage import DailyUsage
from domain.workspace import Workspace
from tests.builders import DATA, NOW, a_document, a_render_request, a_template, render_options
from tests.contracts.template_repository import UNSTORABLE
from tests.contracts.unit_of_work import UnitsOfWorkFixtures, stored

FINDING = Diagnostic(Severity.WARNING, "coerced", "A text stands for a number.", None, Location(Part.BODY), None, "/a")
DONE = NOW + timedelta(seconds=2)


async def added(units: UnitsOfWork, request: RenderRequest, data: bytes = DATA) -> RenderRequest:
    """Store a request."""
    async with units.of_workspace(request.workspace_id) as unit:
        await unit.renders.add(request, data)
        await unit.commit()
    return request


async def read(units: UnitsOfWork, request: RenderRequest) -> RenderRequest:
    """Read a request anew."""
    async with units.of_workspace(request.workspace_id) as unit:
        return await unit.renders.get(request.id)


async def search(units: UnitsOfWork, workspace: Workspace, **criteria: Any) -> list[RenderRequest]:
    """Search with room for all."""
    async with units.of_workspace(workspace.id) as unit:
        return await unit.renders.search(RenderFilter(**criteria), limit=100)


class RenderRepositoryContract(UnitsOfWorkFixtures):
    """Promises of every collection of render requests."""

    @pytest.fixture
    async def template(self, units: UnitsOfWork, acme: Workspace) -> Template:
        """A stored template of the workspace acme."""
        return await stored(units, a_template(workspace_id=acme.id))

    async def test_a_request_is_kept_in_every_field(self, units: UnitsOfWork, template: Template) -> None:
        options = render_options(
            output=OutputFormat.HTML,
            locale="de-DE",
            timezone="Europe/Berlin",
            now=NOW + timedelta(days=400),
            missing=MissingPolicy.KEEP,
            file_name="Brief {{ name }} 💶",
        )
        request = a_render_request(template, options=options, template_version=3, expires_at=DONE)
        assert await read(units, await added(units, request)) == request

    async def test_a_finished_request_is_kept_in_every_field(self, units: UnitsOfWork, template: Template) -> None:
        request = a_render_request(template).start()
        timings = Timings(queued_ms=0.125, render_ms=12.5, store_ms=3.0625)
        done = request.succeed(a_document(size=20_000_000_000), (FINDING,), timings, at=DONE)
        assert await read(units, await added(units, done)) == done

    async def test_an_erased_request_is_kept_without_its_data(self, units: UnitsOfWork, template: Template) -> None:
        document = a_document(file_name="Ada.txt")
        done = a_render_request(template).start().succeed(document, (FINDING,), Timings(), at=DONE)
        await added(units, done)
        erased = done.erase(at=DONE)
        async with units.of_workspace(done.workspace_id) as unit:
            assert await unit.blobs.named([document.sha256]) == {document.sha256}
            await unit.renders.erase(erased)
            await unit.commit()
        assert await read(units, done) == erased
        async with units.of_workspace(done.workspace_id) as unit:
            assert await unit.blobs.named([document.sha256]) == set()
            with pytest.raises(NotFoundError):
                await unit.renders.data_of(done.id)

    async def test_a_document_beside_its_record_is_kept_until_it_is_erased(
        self, units: UnitsOfWork, template: Template
    ) -> None:
        document = a_document(file_name="Ada.txt")
        began = [a_render_request(template).start() for _ in range(3)]
        added_with_it, updated, elsewhere = (each.succeed(document, (), Timings(), at=DONE) for each in began)
        async with units.of_workspace(template.workspace_id) as unit:
            await unit.renders.add(added_with_it, DATA, b"PK\x00")
            await unit.renders.add(began[1], DATA)
            await unit.renders.update(updated, b"two")
            await unit.renders.add_all([NewRender(elsewhere, DATA)])
            await unit.commit()
        ids = [each.id for each in began]
        async with units.of_workspace(template.workspace_id) as unit:
            assert await unit.renders.contents_of(ids) == {ids[0]: b"PK\x00", ids[1]: b"two"}
            assert await unit.renders.get_with_content(ids[0]) == (added_with_it, b"PK\x00")
            assert await unit.renders.get_with_content(ids[1]) == (updated, b"two")
            assert await unit.renders.get_with_content(ids[2]) == (elsewhere, None)
            assert [name.id for name in await unit.blobs.names_of(document.sha256, limit=9)] == [ids[2]]
            await unit.renders.update(updated)
            assert await unit.renders.contents_of([ids[1]]) == {ids[1]: b"two"}
            assert await unit.renders.erase(added_with_it.erase(at=DONE)) is False
            assert await unit.renders.erase(elsewhere.erase(at=DONE)) is True
            await unit.commit()
        async with units.of_workspace(template.workspace_id) as unit:
            assert await unit.renders.contents_of(ids) == {ids[1]: b"two"}
            assert await unit.renders.get_with_content(ids[0]) == (added_with_it.erase(at=DONE), None)

    async def test_a_changed_request_is_kept(self, units: UnitsOfWork, template: Template) -> None:
        request = await added(units, a_render_request(template))
        failure = RenderFailure("data-invalid", "Two values are missing.")
        failed = request.start().fail(failure, (FINDING,), Timings(render_ms=1.5), at=DONE)
        for changed in (request.start_by(JobId(2**40), at=DONE), failed, failed.requeue(at=DONE)):
            async with units.of_workspace(request.workspace_id) as unit:
                await unit.renders.update(changed)
                await unit.commit()
            assert await read(units, request) == changed

    @pytest.mark.parametrize(
        "data", [b'{"z": 1.50, "a": 1e2,  "z": "\\u0000"}', b"\xff\x00 not JSON", b"", b" " * 300_000]
    )
    async def test_data_is_kept_byte_for_byte(self, units: UnitsOfWork, template: Template, data: bytes) -> None:
        request = await added(units, a_render_request(template, data=data), data)
        async with units.of_workspace(request.workspace_id) as unit:
            await unit.renders.update(request.start())
            assert await unit.renders.data_of(request.id) == data

    async def test_a_request_that_is_not_there_is_not_found(self, units: UnitsOfWork, template: Template) -> None:
        await added(units, a_render_request(template))
        for reference in ("missing", "rnd_" + "0" * 32, "", *UNSTORABLE.values()):
            async with units.of_workspace(template.workspace_id) as unit:
                with pytest.raises(NotFoundError) as failure:
                    await unit.renders.get(reference)
                assert (failure.value.kind, failure.value.reference) == ("render", reference)
                with pytest.raises(NotFoundError):
                    await unit.renders.data_of(RenderId(reference))

    async def test_a_change_of_what_is_not_there_is_not_found(self, units: UnitsOfWork, template: Template) -> None:
        async with units.of_workspace(template.workspace_id) as unit:
            with pytest.raises(NotFoundError):
                await unit.renders.update(a_render_request(template).start())

    async def test_a_request_outlives_its_template(self, units: UnitsOfWork, template: Template) -> None:
        request = await added(units, a_render_request(template))
        async with units.of_workspace(template.workspace_id) as unit:
            await unit.templates.delete(template.id)
            await unit.commit()
        assert await read(units, request) == request
        late = await added(units, a_render_request(template))
        assert await read(units, late) == late

    async def test_an_id_is_given_once(self, units: UnitsOfWork, template: Template) -> None:
        request = await added(units, a_render_request(template))
        with pytest.raises(ConflictError, match=request.id):
            await added(units, request)

    async def test_a_request_in_a_workspace_that_is_gone_is_refused(
        self, units: UnitsOfWork, acme: Workspace, template: Template
    ) -> None:
        async with units.of_administration() as unit:
            await unit.workspaces.delete(acme.slug)
            await unit.commit()
        with pytest.raises(NotFoundError, match="workspace"):
            await added(units, a_render_request(template))

    async def test_another_workspace_sees_nothing(
        self, units: UnitsOfWork, template: Template, globex: Workspace
    ) -> None:
        request = await added(units, a_render_request(template))
        async with units.of_workspace(globex.id) as unit:
            with pytest.raises(NotFoundError):
                await unit.renders.get(request.id)
            with pytest.raises(NotFoundError):
                await unit.renders.data_of(request.id)
            with pytest.raises(NotFoundError):
                await unit.renders.update(request.start())
            assert await unit.renders.search(RenderFilter(), limit=10) == []

    async def test_requests_are_listed_newest_first_in_pages(self, units: UnitsOfWork, template: Template) -> None:
        made = [await added(units, a_render_request(template)) for _ in range(5)]
        listed: list[RenderRequest] = []
        after: RenderId | None = None
        async with units.of_workspace(template.workspace_id) as unit:
            while page := await unit.renders.search(RenderFilter(), limit=2, after=after):
                assert len(page) <= 2
                listed += page
                after = page[-1].id
        assert listed == made[::-1]

    async def test_criteria_must_all_hold(self, units: UnitsOfWork, acme: Workspace, template: Template) -> None:
        other = await stored(units, a_template("other", workspace_id=acme.id))
        first = await added(units, a_render_request(template))
        second = await added(units, a_render_request(template, created_at=DONE).start())
        third = await added(units, a_render_request(other, created_at=DONE))
        assert await search(units, acme) == [third, second, first]
        assert await search(units, acme, template_id=template.id) == [second, first]
        assert await search(units, acme, status=RenderStatus.QUEUED) == [third, first]
        assert await search(units, acme, created_after=NOW) == [third, second]
        assert await search(units, acme, created_after=DONE) == []
        assert await search(units, acme, template_id=template.id, status=RenderStatus.QUEUED, created_after=NOW) == []

    @pytest.mark.parametrize("field", ["locale", "timezone", "file_name"])
    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_wish_that_cannot_be_kept_is_refused_by_its_field(
        self, units: UnitsOfWork, template: Template, field: str, text: str
    ) -> None:
        with pytest.raises(InvalidRequestError) as failure:
            await added(units, a_render_request(template, options=render_options(**{field: text})))
        assert failure.value.field == field

    @pytest.mark.parametrize("text", UNSTORABLE.values(), ids=UNSTORABLE)
    async def test_a_failure_is_recorded_whatever_it_quotes(
        self, units: UnitsOfWork, template: Template, text: str
    ) -> None:
        request = a_render_request(template)
        failure = RenderFailure("data-invalid", f"The value {text!s} is no number.")
        failed = replace(request, status=RenderStatus.FAILED, failure=failure, finished_at=DONE)
        kept = (await read(units, await added(units, failed))).failure
        assert kept is not None
        assert kept.code == "data-invalid"
        assert kept.message.startswith("The value a")
        assert kept.message.endswith("b is no number.")

    async def test_usage_is_counted_by_day_and_template(
        self, units: UnitsOfWork, template: Template, globex: Workspace
    ) -> None:
        """Days are those of UTC; what was erased was made all the same, and a file that was no template has none."""
        midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
        elsewhere = await stored(units, a_template(workspace_id=globex.id))
        await added(units, a_render_request(elsewhere, created_at=NOW))
        succeeded, failed = RenderStatus.SUCCEEDED, RenderStatus.FAILED
        size = a_document().size
        for status, at in (
            (succeeded, midnight),
            (failed, midnight + timedelta(hours=24, microseconds=-1)),
            (succeeded, midnight - timedelta(microseconds=1)),
            (RenderStatus.QUEUED, midnight + timedelta(days=1)),
        ):
            document = a_document() if status is succeeded else None
            erased = DONE if at == midnight else None
            request = a_render_request(template, status=status, document=document, created_at=at)
            await added(units, replace(request, erased_at=erased))
        one_shot = replace(a_render_request(template, created_at=NOW), template_id=None, template_slug=None)
        await added(units, replace(one_shot, template_version=None))
        gone = a_template("gone", workspace_id=template.workspace_id)
        await added(units, a_render_request(gone, created_at=midnight))

        today = NOW.date()
        tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
        of_template = (template.id, template.slug)
        every = [
            DailyUsage(tomorrow, *of_template, renders=1, succeeded=0, failed=0, document_bytes=0),
            DailyUsage(today, None, None, renders=1, succeeded=0, failed=0, document_bytes=0),
            DailyUsage(today, *of_template, renders=2, succeeded=1, failed=1, document_bytes=size),
            DailyUsage(today, gone.id, None, renders=1, succeeded=0, failed=0, document_bytes=0),
            DailyUsage(yesterday, *of_template, renders=1, succeeded=1, failed=0, document_bytes=size),
        ]
        async with units.of_workspace(template.workspace_id) as unit:
            days = UsageFilter(yesterday, tomorrow)
            assert await unit.renders.usage(days, limit=10) == every
            assert await unit.renders.usage(UsageFilter(today, today), limit=10) == every[1:4]
            only = UsageFilter(yesterday, tomorrow, template.id)
            assert await unit.renders.usage(only, limit=10) == [every[0], every[2], every[4]]
            for number in range(1, len(every) + 1):
                place = every[number - 1].day, every[number - 1].template_id or ""
                assert await unit.renders.usage(days, limit=2, after=place) == every[number : number + 2]
