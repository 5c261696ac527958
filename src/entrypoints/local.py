"""The composition root of the commands without a server: plain constructors.

The container's packages take longer to import than a letter takes to render, cold start included; nothing of them is
imported here.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import Limits
from adapters.system import SystemClock
from application.defaults import RenderDefaults
from application.ports.asset_source import AssetSource
from application.ports.clock import Clock
from application.ports.template_renderer import TemplateRenderer
from application.renderer_with_assets import RendererWithAssets
from application.settings_in_force import FixedSettings, InForce
from application.use_cases.inspect_upload import InspectUpload
from application.use_cases.validate_template import ValidateTemplate


@dataclass(frozen=True, slots=True)
class Local:
    """What the commands without a server use."""

    renderer: TemplateRenderer
    inspect_upload: InspectUpload
    validate_template: ValidateTemplate
    defaults: RenderDefaults
    clock: Clock
    limits: Limits


def build_local(assets: AssetSource | None = None) -> Local:
    """Build the engine with the settings of the environment; documents get their assets from `assets`.

    Raises:
        SettingsError: a setting is wrong.
    """
    limits, defaults = _configured() if _anything_is_set() else (Limits(), RenderDefaults())
    clock = SystemClock()
    renderer: TemplateRenderer = InProcessRenderer(limits)
    if assets is not None:
        renderer = RendererWithAssets(renderer, assets, limits.output_bytes)
    settings = FixedSettings(InForce(defaults, limits.template_bytes, limits.data_bytes))
    inspect_upload = InspectUpload(renderer, settings)
    validate_template = ValidateTemplate(inspect_upload, renderer, settings, clock)
    return Local(renderer, inspect_upload, validate_template, defaults, clock, limits)


def _anything_is_set() -> bool:
    return any(name.upper().startswith("DOCGEN_") for name in os.environ) or Path(".env").exists()


def _configured() -> tuple[Limits, RenderDefaults]:
    # Reading settings costs a quarter of a second of imports, so it is done only where there are some.
    from entrypoints.settings import load_settings  # noqa: PLC0415  # see above

    settings = load_settings()
    return Limits(**settings.limits.of_engine()), RenderDefaults(**settings.defaults.model_dump())
