"""The example templates of a source checkout, for a first try."""

import sys
from pathlib import Path

from application.caller import Caller
from application.ports.template_repository import TemplateFilter
from application.use_cases.inspect_upload import TemplateUpload
from application.use_cases.register_template import RegisterTemplateCommand
from domain.formats import template_format_of
from domain.scope import ALL_SCOPES
from domain.workspace import DEFAULT_WORKSPACE_ID
from entrypoints.cli.output import complain, say
from entrypoints.cli.told_to_end import run_until_told
from entrypoints.container import Container
from entrypoints.lifespan import entered
from entrypoints.settings.service import Settings

_DIRECTORY = Path("examples")
_CALLER = Caller(DEFAULT_WORKSPACE_ID, actor="examples", scopes=ALL_SCOPES)


def load_examples(settings: Settings) -> None:
    """Register and publish every example where the default workspace has no template yet, and say what to try."""
    files = sorted(path for path in _DIRECTORY.glob("*.*") if path.with_suffix(".json").exists())
    templates = [path for path in files if template_format_of(path.name)]
    if not templates:
        complain(f"There are no example templates in {_DIRECTORY.resolve()}: start DocGen where they are.")
        return
    loaded = run_until_told(_load(settings, templates))
    if loaded:
        say(f"Loaded the example templates: {', '.join(loaded)}.")
    _say_what_to_try(settings, templates[0])


async def _load(settings: Settings, templates: list[Path]) -> list[str]:
    container = Container(settings=settings)
    async with entered(container.lifetimes()):
        everything = TemplateFilter(archived=None)
        if await container.read_templates().search(_CALLER, everything, limit=1, after=None):
            return []
        for path in templates:
            command = RegisterTemplateCommand(
                caller=_CALLER,
                upload=TemplateUpload(path.name, path.read_bytes()),
                name=path.stem.replace("-", " ").capitalize(),
                description=f"Example; {path.with_suffix('.json')} has data for it.",
                tags=("example",),
                publish=True,
            )
            await container.register_template()(command)
    return [path.stem for path in templates]


def _program() -> str:
    """Name this program as the reader can type it here."""
    program = Path(sys.argv[0]).absolute()
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else program.name


def _say_what_to_try(settings: Settings, template: Path) -> None:
    address = settings.http.base_url
    say(f"""Try:
  curl {address}/v1/templates
  {_program()} render {template} --data {template.with_suffix(".json")} --output {template.name}""")
