"""`docgen render`: a document from a template file and data, without a server."""

from argparse import Namespace
from pathlib import Path

from application.defaults import RenderWishes
from application.ports.template_renderer import RenderedDocument
from application.use_cases.inspect_upload import TemplateUpload
from domain.errors import InvalidRequestError
from entrypoints.cli.assets import assets_of
from entrypoints.cli.files import is_special, read_data, read_template, require_separate, wishes_of, write_document
from entrypoints.cli.interrupts import run_interruptibly
from entrypoints.cli.output import print_diagnostics
from entrypoints.local import Local, build_local


def run(options: Namespace) -> int:
    """Render the document; its warnings go to standard error."""
    local, output = build_local(assets_of(options)), Path(options.output)
    require_separate(output, options.template, options.data)
    upload = read_template(options.template, local.limits.template_bytes)
    data = read_data(options.data, local.limits.data_bytes)
    wishes = wishes_of(options, output=_format_of(output))
    rendered = run_interruptibly(_render(local, upload, data, wishes))
    write_document(output, rendered.content)
    print_diagnostics(rendered.diagnostics, as_json=options.json, ok=True)
    return 0


def _format_of(output: Path) -> str | None:
    """Return the format that the extension names, None for a device without one: the template's own."""
    extension = output.suffix.removeprefix(".").lower()
    if extension:
        return extension
    if is_special(output):
        return None
    raise InvalidRequestError(
        "--output",
        f"{str(output)!r} has no extension, from which the document's format follows: write it like out.docx.",
    )


async def _render(local: Local, upload: TemplateUpload, data: bytes, wishes: RenderWishes) -> RenderedDocument:
    inspected = await local.inspect_upload(upload)
    render_options = local.defaults.complete(wishes, inspected.source.format, None, local.clock.now())
    return await local.renderer.render(inspected.source, data, render_options)
