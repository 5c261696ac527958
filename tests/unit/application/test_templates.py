"""Register, add versions, publish, update, archive, read."""

from dataclasses import replace

import pytest

from application.ports.template_repository import TemplateFilter
from application.preconditions import SeenTemplate
from application.use_cases.add_version import AddVersionCommand
from application.use_cases.archive_template import ArchiveTemplateCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.publish_version import PublishVersionCommand
from application.use_cases.update_template import UpdateTemplateCommand
from domain.errors import (
    BreakingChangeError,
    ConflictError,
    DocGenError,
    InvalidRequestError,
    NotFoundError,
    PayloadTooLargeError,
    PreconditionFailedError,
    ServiceUnavailableError,
    SlugTakenError,
    TemplateInvalidError,
    UnsupportedMediaTypeError,
)
from domain.identifiers import WorkspaceId
from domain.template import TemplateStatus
from tests.unit.application.conftest import MAX_BYTES, World


async def test_a_registered_template_is_stored_with_what_it_needs(world: World) -> None:
    template, version = await world.registered("Dear {{ customer.name }}", tags=("letters",))
    assert await world.templates.get(world.caller, "letter") == template
    assert [placeholder.path for placeholder in version.placeholders] == ["customer.name"]
    assert b"".join([piece async for piece in world.templates.stream_file(world.caller, version)]) == (
        b"Dear {{ customer.name }}"
    )
    assert (version.number, version.created_by) == (1, "ada")


async def test_a_template_with_errors_is_refused_with_all_findings_and_nothing_is_stored(world: World) -> None:
    with pytest.raises(TemplateInvalidError) as refusal:
        await world.registered("{% for a in b %}\n{{ x | nosuchfilter }}\n")
    assert len(refusal.value.diagnostics) >= 2
    assert not world.storage.blobs
    assert await world.templates.search(world.caller, TemplateFilter(archived=None), limit=9, after=None) == []


@pytest.mark.parametrize(
    ("file_name", "content", "error"),
    [
        ("letter.doc", b"x", UnsupportedMediaTypeError),
        ("letter", b"x", UnsupportedMediaTypeError),
        ("letter.txt", b"x" * (MAX_BYTES + 1), PayloadTooLargeError),
        ("a\nb.txt", b"x", InvalidRequestError),
        ("x" * 300 + ".txt", b"x", InvalidRequestError),
    ],
)
async def test_files_that_cannot_be_templates_are_refused(
    world: World, file_name: str, content: bytes, error: type[DocGenError]
) -> None:
    with pytest.raises(error):
        await world.registered(content.decode(), file_name=file_name)
    assert not world.storage.blobs


async def test_a_slug_belongs_to_one_template(world: World) -> None:
    await world.registered()
    with pytest.raises(SlugTakenError):
        await world.registered("other")


async def test_the_same_bytes_are_the_same_version(world: World) -> None:
    await world.registered("one")
    again = await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"one")))
    assert (again.created, again.version.number) == (False, 1)


async def test_a_new_version_is_rendered_only_once_it_is_published(world: World) -> None:
    await world.registered("one")
    added = await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"two")))
    assert (added.created, added.version.number, added.template.published_version) == (True, 2, 1)
    published = await world.publish(PublishVersionCommand(world.caller, "letter", 2))
    assert published.published_version == 2
    back = await world.publish(PublishVersionCommand(world.caller, "letter", 1))
    assert back.published_version == 1


async def test_existing_bytes_can_be_published_by_uploading_them_again(world: World) -> None:
    await world.registered("one", publish=False)
    upload = TemplateUpload("b.txt", b"one")
    added = await world.add_version(AddVersionCommand(world.caller, "letter", upload, publish=True))
    assert (added.created, added.template.published_version) == (False, 1)


async def test_what_breaks_callers_is_published_on_purpose_only(world: World) -> None:
    await world.registered("{{ name }}")
    upload = TemplateUpload("b.txt", b"{{ name }} {{ city }}")
    with pytest.raises(BreakingChangeError) as refusal:
        await world.add_version(AddVersionCommand(world.caller, "letter", upload, publish=True))
    assert [change.path for change in refusal.value.changes] == ["city"]
    assert len(world.storage.blobs) == 1
    added = await world.add_version(AddVersionCommand(world.caller, "letter", upload))
    with pytest.raises(BreakingChangeError, match="city is new"):
        await world.publish(PublishVersionCommand(world.caller, "letter", added.version.number))
    with pytest.raises(BreakingChangeError):
        await world.add_version(AddVersionCommand(world.caller, "letter", upload, publish=True))
    wanted = PublishVersionCommand(world.caller, "letter", added.version.number, allow_breaking=True)
    assert (await world.publish(wanted)).published_version == 2


async def test_an_archived_template_takes_no_version_and_publishes_none(world: World) -> None:
    await world.registered()
    await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"{{ new }}")))
    await world.archive(ArchiveTemplateCommand(world.caller, "letter"))
    with pytest.raises(ConflictError, match="restore"):
        await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"two")))
    with pytest.raises(ConflictError, match="restore"):
        await world.publish(PublishVersionCommand(world.caller, "letter", 2))
    assert len(world.storage.blobs) == 2


async def test_a_version_has_the_format_of_its_template(world: World) -> None:
    await world.registered()
    with pytest.raises(UnsupportedMediaTypeError, match=r"is a md file"):
        await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.md", b"x")))


async def test_only_versions_that_exist_are_published(world: World) -> None:
    await world.registered()
    with pytest.raises(NotFoundError):
        await world.publish(PublishVersionCommand(world.caller, "letter", 2))


async def test_metadata_changes_and_files_do_not(world: World) -> None:
    await world.registered()
    changed = await world.update(
        UpdateTemplateCommand(world.caller, "letter", {"slug": "note", "locale": "de_DE", "tags": ("a",)})
    )
    assert (changed.slug, changed.locale, changed.tags) == ("note", "de-DE", ("a",))
    with pytest.raises(NotFoundError):
        await world.templates.get(world.caller, "letter")


async def test_nobody_overwrites_what_they_have_not_seen(world: World) -> None:
    template, _ = await world.registered()
    seen = {SeenTemplate(template.id, template.revision)}
    await world.update(UpdateTemplateCommand(world.caller, "letter", {"name": "One"}, seen=seen))
    with pytest.raises(PreconditionFailedError):
        await world.update(UpdateTemplateCommand(world.caller, "letter", {"name": "Two"}, seen=seen))
    assert (await world.templates.get(world.caller, "letter")).name == "One"


async def test_a_template_that_has_the_slug_of_the_one_seen_is_not_it(world: World) -> None:
    other, _ = await world.registered("other", name="Other")
    await world.registered()
    seen = {SeenTemplate(other.id, other.revision)}
    with pytest.raises(PreconditionFailedError):
        await world.archive(ArchiveTemplateCommand(world.caller, "letter", seen=seen))


async def test_an_archived_template_leaves_the_lists_and_comes_back(world: World) -> None:
    await world.registered()
    await world.archive(ArchiveTemplateCommand(world.caller, "letter"))
    assert await world.templates.search(world.caller, TemplateFilter(), limit=9, after=None) == []
    with pytest.raises(ConflictError, match="restore"):
        await world.update(UpdateTemplateCommand(world.caller, "letter", {"name": "x"}))
    restored = await world.archive(ArchiveTemplateCommand(world.caller, "letter", restore=True))
    assert restored.status is TemplateStatus.ACTIVE


async def test_another_workspace_sees_nothing(world: World) -> None:
    await world.registered()
    stranger = replace(world.caller, workspace_id=WorkspaceId("wsp_" + "f" * 32))
    with pytest.raises(NotFoundError):
        await world.templates.get(stranger, "letter")


async def test_a_storage_that_is_down_leaves_no_template_without_its_file(world: World) -> None:
    world.storage.down = True
    with pytest.raises(ServiceUnavailableError):
        await world.registered()
    assert await world.templates.search(world.caller, TemplateFilter(), limit=9, after=None) == []
