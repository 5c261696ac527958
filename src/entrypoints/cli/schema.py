"""`docgen schema`: the JSON Schema of the data that a template file needs."""

from argparse import Namespace

from application.use_cases.validate_template import ValidateTemplateCommand
from entrypoints.cli.files import read_template
from entrypoints.cli.interrupts import run_interruptibly
from entrypoints.cli.output import complain, print_diagnostics, say_json
from entrypoints.local import build_local


def run(options: Namespace) -> int:
    """Print the schema on standard output; 1 where the template does not work."""
    local = build_local()
    upload = read_template(options.template, local.limits.template_bytes)
    report = run_interruptibly(local.validate_template(ValidateTemplateCommand(upload)))
    if not report.ok:
        print_diagnostics(report.diagnostics, as_json=options.json, ok=False)
        complain(f"The template {options.template!r} does not work as it is: mend what the diagnostics name.")
        return 1
    say_json(report.schema)
    return 0
