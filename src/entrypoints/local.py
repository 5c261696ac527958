"""The composition root of the commands without a server: plain constructors.

The container's packages take longer to import than a letter takes to render, cold start included; nothing of them is
imported here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.rendering.in_process import InProcessRenderer
from adapters.rendering.language.limits import DEFAULT_LIMITS, Limits
from adapters.rendering.rows.limits import RowLimits
from adapters.system import SystemClock
from application.defaults import RenderDefaults
from application.ports.asset_source import AssetSource
from application.ports.clock import Clock
from application.ports.row_reader import RowReader
from application.ports.template_renderer import TemplateRenderer
from application.renderer_with_assets import RendererWithAssets
from application.settings_in_force import FixedSettings, InForce
from application.use_cases.inspect_upload import InspectUpload
from application.use_cases.prepare_rows import PrepareRows
from application.use_cases.render_rows import RenderRows
from application.use_cases.validate_template import ValidateTemplate
from domain.errors import ServiceUnavailableError

if TYPE_CHECKING:
    from adapters.rendering.workers.renderer import WorkerRenderer


@dataclass(frozen=True, slots=True)
class Local:
    """What the commands without a server use."""

    renderer: TemplateRenderer
    inspect_upload: InspectUpload
    validate_template: ValidateTemplate
    defaults: RenderDefaults
    clock: Clock
    limits: Limits


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """What a batch without a server uses; `workers` has a lifetime."""

    workers: WorkerRenderer
    reader: RowReader
    inspect_upload: InspectUpload
    prepare_rows: PrepareRows
    render_rows: RenderRows
    defaults: RenderDefaults
    clock: Clock
    limits: Limits


@dataclass(frozen=True, slots=True)
class _Configuration:
    """What is set, in the words of those that it is for."""

    limits: Limits = DEFAULT_LIMITS
    defaults: RenderDefaults = field(default_factory=RenderDefaults)
    rows: RowLimits = field(default_factory=RowLimits)
    render_seconds: float = 5.0
    memory_bytes: int | None = None


# Rows that each worker has before it, so that it never waits for one.
_ROWS_AHEAD = 4
# A batch waits for itself alone.
_PATIENCE_SECONDS = 3_600


def build_local(assets: AssetSource | None = None) -> Local:
    """Build the engine with the settings of the environment; documents get their assets from `assets`.

    Raises:
        SettingsError: a setting is wrong.
    """
    configured = _configured()
    limits, defaults = configured.limits, configured.defaults
    clock = SystemClock()
    renderer: TemplateRenderer = InProcessRenderer(limits)
    if assets is not None:
        renderer = RendererWithAssets(renderer, assets, limits.output_bytes)
    settings = FixedSettings(InForce(defaults, limits.template_bytes, limits.data_bytes))
    inspect_upload = InspectUpload(renderer, settings)
    validate_template = ValidateTemplate(inspect_upload, renderer, settings, clock)
    return Local(renderer, inspect_upload, validate_template, defaults, clock, limits)


def build_local_batch(assets: AssetSource, workers: int | None = None) -> LocalBatch:
    """Build what renders rows in so many isolated processes, as many as there are processors where that is None.

    Raises:
        SettingsError: a setting is wrong.
        ServiceUnavailableError: this system has no processes of that kind.
    """
    # Only a batch has processes of its own; what starts them would take the other commands time to load.
    from adapters.rendering.workers.machine import can_fork, default_memory_bytes, processors  # noqa: PLC0415

    if not can_fork():
        message = "docgen batch renders in isolated processes, which this system cannot have: use Linux or macOS."
        raise ServiceUnavailableError("rendering", message)
    from adapters.rendering.rows.reader import IsolatedRowReader  # noqa: PLC0415  # see above
    from adapters.rendering.workers.renderer import WorkerRenderer  # noqa: PLC0415
    from adapters.rendering.workers.settings import PoolSettings  # noqa: PLC0415

    configured, busy = _configured(), workers or processors()
    limits, defaults = configured.limits, configured.defaults
    # One workspace keeps all workers but one busy.
    started = busy + 1
    memory = configured.memory_bytes or default_memory_bytes(started)
    pool = PoolSettings(started, memory, configured.render_seconds, wait_seconds=_PATIENCE_SECONDS)
    isolated = WorkerRenderer(pool, limits)
    renderer = RendererWithAssets(isolated, assets, limits.output_bytes)
    reader, at_once = IsolatedRowReader(configured.rows), busy * _ROWS_AHEAD
    return LocalBatch(
        isolated,
        reader,
        InspectUpload(renderer, FixedSettings(InForce(defaults, limits.template_bytes, limits.data_bytes))),
        PrepareRows(reader, renderer, at_once),
        RenderRows(renderer, at_once),
        defaults,
        SystemClock(),
        limits,
    )


def _configured() -> _Configuration:
    # Reading settings costs a quarter of a second of imports, so it is done only where there are some.
    if not _anything_is_set():
        return _Configuration()
    from entrypoints.settings.service import load_settings  # noqa: PLC0415  # see above

    settings = load_settings()
    return _Configuration(
        Limits(**settings.limits.of_engine()),
        RenderDefaults(**settings.defaults.model_dump()),
        RowLimits(**settings.limits.of_rows()),
        settings.limits.render_seconds,
        settings.limits.memory_bytes,
    )


def _anything_is_set() -> bool:
    return any(name.upper().startswith("DOCGEN_") for name in os.environ) or Path(".env").exists()
