"""`docgen schema`: the JSON Schema of the data that a template file needs."""

import asyncio
import json
from argparse import Namespace

from application.use_cases.validate_template import ValidateTemplateCommand
from entrypoints.cli.files import read_template
from entrypoints.cli.output import complain, print_diagnostics, say
from entrypoints.local import build_local


def run(options: Namespace) -> int:
    """Print the schema on standard output; 1 where the template does not work."""
    local = build_local()
    upload = read_template(options.template, local.limits.template_bytes)
    report = asyncio.run(local.validate_template(ValidateTemplateCommand(upload)))
    if not report.ok:
        print_diagnostics(report.diagnostics, as_json=options.json, ok=False)
        complain(f"The template {options.template!r} does not work as it is: mend what the diagnostics name.")
        return 1
    say(json.dumps(report.schema, indent=2, ensure_ascii=False))
    return 0
