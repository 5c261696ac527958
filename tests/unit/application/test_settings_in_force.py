"""What a workspace chooses, and what holds by it."""

from datetime import timedelta

import pytest

from application.defaults import RenderDefaults
from application.settings_in_force import InForce, ServiceBounds
from application.use_cases.configure_workspace import ConfiguredWorkspace, ConfigureWorkspaceCommand
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.render_document import RenderDocumentCommand
from application.use_cases.validate_template import ValidateTemplateCommand
from domain.errors import InvalidRequestError, PayloadTooLargeError, PreconditionFailedError
from domain.workspace import WorkspaceSettings
from tests.unit.application.conftest import MAX_BYTES, World

SERVICE = ServiceBounds(InForce(RenderDefaults(), 1000, 500), max_retention_days=100)


async def configured(world: World, **changes: object) -> ConfiguredWorkspace:
    """Change settings of the workspace."""
    return await world.configure(ConfigureWorkspaceCommand(world.caller, changes))


def test_what_nobody_has_chosen_is_the_services() -> None:
    assert SERVICE.under(WorkspaceSettings()) == SERVICE.in_force


def test_what_is_chosen_holds_within_the_services_bounds() -> None:
    """They may have become tighter since."""
    chosen = WorkspaceSettings("de-DE", "Europe/Berlin", 7, 900, 400)
    assert SERVICE.under(chosen) == InForce(RenderDefaults("de-DE", "Europe/Berlin", 7), 900, 400)
    wider = WorkspaceSettings(retention_days=101, template_bytes=1001, data_bytes=501)
    assert SERVICE.under(wider) == InForce(RenderDefaults(retention_days=100), 1000, 500)


async def test_renders_take_the_workspaces_word_behind_the_requests_and_the_templates(world: World) -> None:
    await world.registered("{{ 1.5 | number }}", name="Plain")
    await world.registered("{{ 1.5 | number }} ", name="French", locale="fr-FR")
    before = await world.render(RenderDocumentCommand(world.caller, "plain", b"{}"))
    await configured(world, locale="de-DE", timezone="Europe/Berlin", retention_days=2)
    after = await world.render(RenderDocumentCommand(world.caller, "plain", b"{}"))
    french = await world.render(RenderDocumentCommand(world.caller, "french", b"{}"))
    assert (before.content, after.content, after.request.options.timezone) == (b"1.5", b"1,5", "Europe/Berlin")
    assert french.request.options.locale == "fr-FR"
    assert before.request.expires_at == before.request.created_at + timedelta(days=30)
    assert after.request.expires_at == after.request.created_at + timedelta(days=2)
    with pytest.raises(InvalidRequestError, match=r"expires_in.*172,800"):
        await world.render(RenderDocumentCommand(world.caller, "plain", b"{}", expires_in=172_801))


async def test_limits_hold_wherever_something_comes_in(world: World) -> None:
    await world.registered()
    await configured(world, template_bytes=20, data_bytes=14)
    large, data = TemplateUpload("large.txt", b"x" * 21), b'{"name": "Ada"}'
    with pytest.raises(PayloadTooLargeError, match="20 bytes"):
        await world.registered("x" * 21)
    with pytest.raises(PayloadTooLargeError, match="14 bytes"):
        await world.render(RenderDocumentCommand(world.caller, "letter", data))
    with pytest.raises(PayloadTooLargeError, match="20 bytes"):
        await world.render(RenderDocumentCommand(world.caller, large, b"{}"))
    for upload, given in ((large, None), (TemplateUpload("a.txt", b"{{ name }}"), data)):
        with pytest.raises(PayloadTooLargeError):
            await world.validate(ValidateTemplateCommand(upload, given))
    await configured(world, data_bytes=None)
    assert (await world.render(RenderDocumentCommand(world.caller, "letter", data))).content == b"Dear Ada,\n"


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("locale", "not a locale", "locale"),
        ("timezone", "Mars/Olympus", "timezone"),
        ("retention_days", 0, "retention_days"),
        ("retention_days", 101, "retention_days"),
        ("data_bytes", MAX_BYTES + 1, "limits.data_bytes"),
        ("template_bytes", 0, "limits.template_bytes"),
    ],
)
async def test_what_the_service_does_not_permit_is_refused_by_its_field(
    world: World, name: str, value: object, field: str
) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        await configured(world, **{name: value})
    assert refusal.value.field == field
    assert (await world.workspace(world.caller)).chosen == WorkspaceSettings()


async def test_a_change_is_for_the_state_that_was_seen(world: World) -> None:
    seen = (await world.workspace(world.caller)).tag
    changed = await world.configure(ConfigureWorkspaceCommand(world.caller, {"retention_days": 7}, {seen}))
    assert changed == await world.workspace(world.caller)
    assert changed.tag != seen
    with pytest.raises(PreconditionFailedError):
        await world.configure(ConfigureWorkspaceCommand(world.caller, {"retention_days": 8}, {seen}))
    same = await world.configure(ConfigureWorkspaceCommand(world.caller, {"retention_days": 7}, {changed.tag}))
    assert same == changed
