"""An author's refinements: kept beside the file, held to by renders, inherited by later versions."""

from dataclasses import replace

import pytest

from application.use_cases.add_version import AddVersionCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.publish_version import PublishVersionCommand
from application.use_cases.refine_schema import RefineSchemaCommand, schema_tag
from application.use_cases.requested_renders import RenderDocumentCommand
from domain.errors import (
    BreakingChangeError,
    DataInvalidError,
    PreconditionFailedError,
    SchemaInvalidError,
    ScopeMissingError,
)
from domain.schema import JsonObject
from domain.scope import Scope
from tests.unit.application.conftest import World

TEXT = "{{ name }} {{ tone }}"
SAID: JsonObject = {"properties": {"tone": {"title": "Tone", "enum": ["kind", "strict"], "default": "kind"}}}


async def refine(world: World, said: JsonObject = SAID, version: int = 1) -> JsonObject:
    return await world.refine(RefineSchemaCommand(world.caller, "letter", version, said))


async def rendered(world: World, data: bytes, version: int | None = None) -> bytes:
    return (await world.render(RenderDocumentCommand(world.caller, "letter", data, version))).content


async def test_renders_hold_to_what_was_said_until_it_is_taken_back(world: World) -> None:
    await world.registered(TEXT)
    schema = await refine(world)
    assert schema["required"] == ["name"]
    assert schema["properties"]["tone"]["title"] == "Tone"
    assert await rendered(world, b'{"name": "Ada"}') == b"Ada kind"
    with pytest.raises(DataInvalidError, match="tone"):
        await rendered(world, b'{"name": "Ada", "tone": "odd"}')
    assert "title" not in (await refine(world, {}))["properties"]["tone"]
    assert await rendered(world, b'{"name": "Ada", "tone": "odd"}') == b"Ada odd"


async def test_what_is_wrong_changes_nothing(world: World) -> None:
    await world.registered(TEXT)
    before = await refine(world)
    for said in ({"properties": {"tome": {}}}, {"description": "x" * 4_001}):
        with pytest.raises(SchemaInvalidError):
            await refine(world, said)
    assert (await world.templates.version(world.caller, "letter", 1)).refined_schema() == before


async def test_too_much_is_refused(world: World) -> None:
    await world.registered(TEXT)
    with pytest.raises(SchemaInvalidError, match="1,000,000"):
        await refine(world, {"properties": {"tone": {"examples": ["x" * 1_000_000]}}})


async def test_later_versions_inherit_what_fits_and_say_what_does_not(world: World) -> None:
    await world.registered(TEXT)
    await refine(world)
    second = await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"{{ tone }}!")))
    assert second.version.refined_schema()["properties"]["tone"]["title"] == "Tone"
    assert second.version.diagnostics == ()
    third = await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"{{ name }}?")))
    (warning,) = third.version.diagnostics
    assert (warning.code, warning.severity) == ("refinement-dropped", "warning")
    assert "tone" in warning.message
    assert third.version.refinements is None


async def test_publishing_compares_what_was_said_too(world: World) -> None:
    await world.registered(TEXT)
    upload = TemplateUpload("b.txt", TEXT.encode() + b"!")
    await world.add_version(AddVersionCommand(world.caller, "letter", upload))
    await refine(world, version=2)
    with pytest.raises(BreakingChangeError, match="tone"):
        await world.publish(PublishVersionCommand(world.caller, "letter", 2))
    with pytest.raises(BreakingChangeError, match="tone"):
        await world.add_version(AddVersionCommand(world.caller, "letter", upload, publish=True))


async def test_what_is_published_is_changed_by_those_who_may_publish(world: World) -> None:
    await world.registered(TEXT)
    await world.add_version(AddVersionCommand(world.caller, "letter", TemplateUpload("b.txt", b"{{ tone }}!")))
    author = replace(world.caller, scopes=frozenset({Scope.TEMPLATES_WRITE}))
    await world.refine(RefineSchemaCommand(author, "letter", 2, SAID))
    with pytest.raises(ScopeMissingError):
        await world.refine(RefineSchemaCommand(author, "letter", 1, SAID))


async def test_nobody_overwrites_what_they_have_not_seen(world: World) -> None:
    await world.registered(TEXT)
    seen = {schema_tag((await world.templates.version(world.caller, "letter", 1)).refined_schema())}
    command = RefineSchemaCommand(world.caller, "letter", 1, SAID, seen)
    await world.refine(command)
    with pytest.raises(PreconditionFailedError):
        await world.refine(command)
