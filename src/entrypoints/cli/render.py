"""`docgen render`: a document from a template file and data, without a server."""

import asyncio
from argparse import Namespace
from pathlib import Path

from application.ports.template_renderer import RenderedDocument
from entrypoints.cli.files import read_data, read_template, wishes_of, write_whole
from entrypoints.cli.output import print_diagnostics
from entrypoints.local import Local, build_local


def run(options: Namespace) -> int:
    """Render the document; its warnings go to standard error."""
    output = Path(options.output)
    rendered = asyncio.run(_render(build_local(), options, output))
    write_whole(output, rendered.content)
    print_diagnostics(rendered.diagnostics, as_json=options.json, ok=True)
    return 0


async def _render(local: Local, options: Namespace, output: Path) -> RenderedDocument:
    inspected = await local.inspect_upload(read_template(options.template, local.limits.template_bytes))
    wishes = wishes_of(options, output=output.suffix.removeprefix(".").lower())
    render_options = local.defaults.complete(wishes, inspected.source.format, None, local.clock.now())
    data = read_data(options.data, local.limits.data_bytes)
    return await local.renderer.render(inspected.source, data, render_options)
