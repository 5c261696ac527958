"""Erasing a template for good."""

from collections.abc import Awaitable, Callable

import pytest
from typing_extensions import override

from application.ports.document_storage import BlobKey
from application.preconditions import SeenTemplate
from application.use_cases.add_version import AddVersionCommand
from application.use_cases.archive_template import ArchiveTemplateCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.purge_template import PurgeTemplate, PurgeTemplateCommand
from application.use_cases.register_template import RegisterTemplate, RegisterTemplateCommand
from application.use_cases.requested_renders import RenderDocumentCommand
from domain.errors import NotFoundError, PreconditionFailedError, ServiceUnavailableError
from tests.fakes.document_storage import InMemoryDocumentStorage
from tests.unit.application.conftest import World


async def purge(world: World, template: str = "letter") -> None:
    await world.purge(PurgeTemplateCommand(world.caller, template))


@pytest.mark.parametrize("archived", [False, True])
async def test_a_template_goes_with_its_versions_and_files(world: World, archived: bool) -> None:
    await world.registered("one {{ a }}")
    await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"two")))
    if archived:
        await world.archive(ArchiveTemplateCommand(world.caller, "letter"))
    await purge(world)
    assert not world.storage.blobs
    assert not world.units.database.versions
    with pytest.raises(NotFoundError):
        await purge(world)
    await world.registered("another one with the same slug")


async def test_files_that_something_else_names_stay(world: World) -> None:
    _, kept = await world.registered("the same", name="Other")
    await world.registered("the same")
    await purge(world)
    assert [key.sha256 for key in world.storage.blobs] == [kept.sha256]


async def test_renders_outlive_the_template_they_were_made_of(world: World) -> None:
    await world.registered("as it stands")
    # Its bytes are those of the template itself.
    finished = await world.render(RenderDocumentCommand(world.caller, "letter", b"{}"))
    await purge(world)
    document = await world.document(world.caller, finished.request.id)
    assert b"".join([piece async for piece in document.stream()]) == b"as it stands"
    assert (await world.renders.get(world.caller, finished.request.id)).template_slug == "letter"


async def test_nobody_erases_what_they_have_not_seen(world: World) -> None:
    template, _ = await world.registered()
    seen = {SeenTemplate(template.id, template.revision + 1)}
    with pytest.raises(PreconditionFailedError):
        await world.purge(PurgeTemplateCommand(world.caller, "letter", seen))
    assert world.storage.blobs


async def test_a_storage_that_is_down_keeps_the_template(world: World) -> None:
    template, _ = await world.registered()
    world.storage.down = True
    with pytest.raises(ServiceUnavailableError):
        await purge(world)
    world.storage.down = False
    assert await world.templates.get(world.caller, "letter") == template


class _Interrupted(InMemoryDocumentStorage):
    """Lets somebody else act just before a blob is erased."""

    def __init__(self, register: RegisterTemplate, command: RegisterTemplateCommand) -> None:
        super().__init__()
        self.register, self.command = register, command

    @override
    async def erase(self, key: BlobKey, is_named: Callable[[], Awaitable[bool]]) -> None:
        await self.register(self.command)
        await super().erase(key, is_named)


async def test_a_file_that_is_uploaded_again_meanwhile_stays(world: World) -> None:
    await world.registered("same")
    upload = RegisterTemplateCommand(world.caller, TemplateUpload("b.txt", b"same"), "Other")
    storage = _Interrupted(world.register, upload)
    storage.blobs = world.storage.blobs
    await PurgeTemplate(world.units, storage)(PurgeTemplateCommand(world.caller, "letter"))
    version = await world.templates.version(world.caller, "other", 1)
    assert [piece async for piece in world.templates.stream_file(world.caller, version)] == [b"same"]
