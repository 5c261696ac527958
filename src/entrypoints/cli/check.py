"""`docgen check`: what is wrong with a template file, with or without data."""

from argparse import Namespace

from application.use_cases.validate_template import ValidateTemplateCommand
from entrypoints.cli.assets import assets_of
from entrypoints.cli.files import read_data, read_template, wishes_of
from entrypoints.cli.interrupts import run_interruptibly
from entrypoints.cli.output import print_diagnostics, say
from entrypoints.local import build_local


def run(options: Namespace) -> int:
    """Print all findings; 1 where one of them is an error."""
    local = build_local(assets_of(options))
    command = ValidateTemplateCommand(
        upload=read_template(options.template, local.limits.template_bytes),
        data=None if options.data is None else read_data(options.data, local.limits.data_bytes),
        wishes=wishes_of(options),
    )
    report = run_interruptibly(local.validate_template(command))
    print_diagnostics(report.diagnostics, as_json=options.json, ok=report.ok)
    if not options.json:
        verdict = "works" if report.ok else "does not work"
        count = len(report.placeholders)
        say(f"{options.template} {verdict}; it has {count} placeholder{'' if count == 1 else 's'}.")
    return 0 if report.ok else 1
