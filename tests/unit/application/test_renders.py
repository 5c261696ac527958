"""Render documents and read them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from application.defaults import RenderWishes
from application.ports.render_repository import RenderFilter
from application.use_cases.add_version import AddVersionCommand
from application.use_cases.archive_template import ArchiveTemplateCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.requested_renders import RenderDocumentCommand
from application.use_cases.validate_template import ValidateTemplateCommand
from domain.errors import (
    DataInvalidError,
    ExpiredError,
    InvalidRequestError,
    NotFoundError,
    NotPublishedError,
    NotReadyError,
    OverloadedError,
    PayloadTooLargeError,
    QueueFullError,
    ServiceUnavailableError,
    TimeLimitError,
    UnsupportedOutputError,
)
from domain.identifiers import RenderId
from domain.render_request import RenderRequest, RenderStatus
from tests.unit.application.conftest import MAX_BYTES, World

ADA = b'{"name": "Ada"}'


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def all_renders(world: World) -> list[RenderRequest]:
    return await world.renders.search(world.caller, RenderFilter(), limit=9, after=None)


async def test_a_render_makes_a_document_and_keeps_a_record(world: World) -> None:
    await world.registered()
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    assert finished.content == b"Dear Ada,\n"
    assert finished.document.file_name == "letter.txt"
    assert await world.renders.get(world.caller, finished.request.id) == finished.request
    stored = await world.document(world.caller, finished.request.id)
    assert await whole(stored.stream()) == b"Dear Ada,\n"
    assert await whole(stored.stream(5, 8)) == b"Ada"


async def test_missing_data_is_refused_and_the_record_says_so(world: World) -> None:
    await world.registered("{{ name }} {{ city }}")
    with pytest.raises(DataInvalidError) as refusal:
        await world.render(RenderDocumentCommand(world.caller, "letter", b"{}"))
    assert len(refusal.value.diagnostics) == 2
    assert refusal.value.render_id is not None
    record = await world.renders.get(world.caller, refusal.value.render_id)
    assert record.status is RenderStatus.FAILED
    assert record.failure is not None
    assert record.failure.code == "data-invalid"
    with pytest.raises(NotReadyError):
        await world.document(world.caller, record.id)


@pytest.mark.parametrize("data", [b"[]", b"3", b"", b"{", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff"])
async def test_data_that_is_no_object_is_refused(world: World, data: bytes) -> None:
    await world.registered()
    with pytest.raises(DataInvalidError):
        await world.render(RenderDocumentCommand(world.caller, "letter", data))


async def test_too_much_data_is_refused_before_anything_happens(world: World) -> None:
    await world.registered()
    with pytest.raises(PayloadTooLargeError):
        await world.render(RenderDocumentCommand(world.caller, "letter", b" " * (MAX_BYTES + 1)))
    assert await all_renders(world) == []


async def test_without_store_nothing_is_kept(world: World) -> None:
    await world.registered()
    blobs = dict(world.storage.blobs)
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA, store=False))
    assert finished.content == b"Dear Ada,\n"
    with pytest.raises(DataInvalidError) as refusal:
        await world.render(RenderDocumentCommand(world.caller, "letter", b"{}", store=False))
    assert refusal.value.render_id is None
    assert await all_renders(world) == []
    assert world.storage.blobs == blobs


async def test_an_unpublished_template_needs_a_version(world: World) -> None:
    await world.registered(publish=False)
    with pytest.raises(NotPublishedError):
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA, version=1))
    assert finished.request.template_version == 1


async def test_an_archived_template_renders_by_explicit_version_only(world: World) -> None:
    await world.registered()
    await world.archive(ArchiveTemplateCommand(world.caller, "letter"))
    with pytest.raises(NotPublishedError):
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    assert (await world.render(RenderDocumentCommand(world.caller, "letter", ADA, version=1))).content


async def test_an_output_that_is_not_there_names_the_possible_ones(world: World) -> None:
    await world.registered()
    with pytest.raises(UnsupportedOutputError, match="possible output is: txt"):
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA, wishes=RenderWishes(output="pdf")))
    assert await all_renders(world) == []


@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        (RenderWishes(locale="de DE"), "locale"),
        (RenderWishes(timezone="Mars"), "timezone"),
        (RenderWishes(now=datetime(2026, 1, 1)), "now"),  # noqa: DTZ001  # without an offset, as a caller may send it
    ],
)
async def test_wishes_that_mean_nothing_are_refused_by_name(world: World, wishes: RenderWishes, field: str) -> None:
    await world.registered()
    with pytest.raises(InvalidRequestError) as refusal:
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA, wishes=wishes))
    assert refusal.value.field == field


async def test_the_request_speaks_before_the_template_and_the_installation(world: World) -> None:
    await world.registered(locale="fr")
    by_template = await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    by_request = await world.render(
        RenderDocumentCommand(world.caller, "letter", ADA, wishes=RenderWishes(locale="de-DE", timezone="Asia/Tokyo"))
    )
    assert (by_template.request.options.locale, by_template.request.options.timezone) == ("fr", "UTC")
    assert (by_request.request.options.locale, by_request.request.options.timezone) == ("de-DE", "Asia/Tokyo")


async def test_now_is_the_time_of_the_request_unless_it_is_given(world: World) -> None:
    await world.registered("{{ now }}")
    given = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", b"{}", wishes=RenderWishes(now=given)))
    assert finished.content.startswith(b"2030-05-06")
    default = await world.render(RenderDocumentCommand(world.caller, "letter", b"{}"))
    assert default.request.options.now == world.clock.now()


async def test_file_names_are_made_of_data_and_harmless(world: World) -> None:
    await world.registered()
    wishes = RenderWishes(file_name="{{ name }}/offer")
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA, wishes=wishes))
    assert finished.document.file_name == "Ada-offer.txt"


async def test_a_document_expires(world: World) -> None:
    await world.registered()
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA, expires_in=60))
    world.clock.advance(timedelta(seconds=59))
    await world.document(world.caller, finished.request.id)
    world.clock.advance(timedelta(seconds=1))
    with pytest.raises(ExpiredError):
        await world.document(world.caller, finished.request.id)


@pytest.mark.parametrize("seconds", [0, -1, 10**12])
async def test_an_expiry_out_of_range_is_refused(world: World, seconds: int) -> None:
    await world.registered()
    with pytest.raises(InvalidRequestError, match="expires_in"):
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA, expires_in=seconds))


async def test_a_storage_that_is_down_leaves_no_record_without_its_document(world: World) -> None:
    await world.registered()
    await world.render(RenderDocumentCommand(world.caller, "letter", ADA, store=False))
    world.storage.down = True
    with pytest.raises(ServiceUnavailableError):
        await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    assert await all_renders(world) == []


async def test_a_lost_blob_is_said_in_words(world: World) -> None:
    await world.registered()
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", ADA))
    world.storage.blobs.clear()
    stored = await world.document(world.caller, finished.request.id)
    with pytest.raises(ServiceUnavailableError, match="render it again"):
        await whole(stored.stream())


async def test_there_is_no_such_render(world: World) -> None:
    with pytest.raises(NotFoundError):
        await world.renders.get(world.caller, RenderId("rnd_" + "0" * 32))


async def test_validation_says_what_is_needed_and_what_the_data_lacks(world: World) -> None:
    upload = TemplateUpload("note.txt", b"{{ name }} {{ city }}")
    report = await world.validate(ValidateTemplateCommand(upload))
    assert report.ok
    assert report.sample == {"name": "name", "city": "city"}
    with_data = await world.validate(ValidateTemplateCommand(upload, data=ADA))
    assert not with_data.ok
    assert len(with_data.diagnostics) == 1
    assert not world.storage.blobs


async def test_validation_of_a_broken_template_reports_its_findings(world: World) -> None:
    report = await world.validate(ValidateTemplateCommand(TemplateUpload("note.txt", b"{% if a %}"), data=ADA))
    assert not report.ok
    assert report.diagnostics


async def test_validation_refuses_more_data_than_a_render_would(world: World) -> None:
    command = ValidateTemplateCommand(TemplateUpload("note.txt", b"{{ name }}"), data=b" " * (MAX_BYTES + 1))
    with pytest.raises(PayloadTooLargeError, match="The data"):
        await world.validate(command)


async def test_all_work_on_templates_is_done_for_the_workspace_of_the_caller(world: World) -> None:
    template, _ = await world.registered("{{ name }}")
    await world.add_version(AddVersionCommand(world.caller, template.slug, TemplateUpload("new.txt", b"{{ name }}!")))
    await world.validate(
        ValidateTemplateCommand(TemplateUpload("note.txt", b"{{ name }}"), ADA, workspace_id=world.caller.workspace_id)
    )
    await world.render(RenderDocumentCommand(world.caller, template.slug, ADA))
    assert len(world.renderer.sources) == 5
    assert {source.workspace_id for source in world.renderer.sources} == {world.caller.workspace_id}


async def test_a_render_that_took_too_long_is_recorded_and_one_that_was_not_begun_is_not(world: World) -> None:
    template, _ = await world.registered("{{ name }}")
    for error in (TimeLimitError("It took too long."), QueueFullError("Try again."), OverloadedError("Try again.")):
        world.renderer.error = error
        with pytest.raises(type(error)):
            await world.render(RenderDocumentCommand(world.caller, template.slug, ADA))
    assert [record.failure.code for record in await all_renders(world) if record.failure] == ["time-limit"]
