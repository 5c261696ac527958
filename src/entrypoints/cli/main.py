"""`docgen`: the arguments of every command, and the exit codes.

0 done · 1 the template or the data is at fault · 2 wrong usage · 3 something outside is missing or down.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TypeAlias

from typing_extensions import override

from domain.errors import (
    DiagnosedError,
    DocGenError,
    PayloadTooLargeError,
    ServiceUnavailableError,
    StorageFullError,
    UnsupportedMediaTypeError,
)
from entrypoints.cli.output import (
    OutputClosedError,
    abandon_output,
    complain,
    finish_output,
    prepare_output,
    print_diagnostics,
    say,
)
from entrypoints.loading import load_for_good
from entrypoints.telemetry.propagators import VARIABLE, complaint_of

_AT_FAULT, _USAGE, _OUTSIDE, _INTERRUPTED = 1, 2, 3, 130

# The first class that fits decides; everything else that DocGen raises is a wrong argument.
_EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (DiagnosedError, _AT_FAULT),
    (UnsupportedMediaTypeError, _AT_FAULT),
    (PayloadTooLargeError, _AT_FAULT),
    (ServiceUnavailableError, _OUTSIDE),
    (StorageFullError, _OUTSIDE),
    (DocGenError, _USAGE),
    (OSError, _OUTSIDE),
)


def program() -> int:
    """Be the program `docgen`: run its command in this process, which has nothing else to do."""
    return main(load=load_for_good)


def main(arguments: Sequence[str] | None = None, load: Callable[[str], ModuleType] = import_module) -> int:
    """Run one command, whose module `load` gives, and return its exit code."""
    prepare_output()
    options = argparse.Namespace()
    try:
        argument_parser().parse_args(arguments, options)
        complaint = complaint_of(os.environ.get(VARIABLE, ""))
        if complaint is not None:
            complain(f"The setting {VARIABLE} is wrong: {complaint}.")
            return _USAGE
        command: Callable[[argparse.Namespace], int] = load(f"entrypoints.cli.{options.module}").run
        return _finished(command(options))
    except KeyboardInterrupt:
        # It may have come between the making of a coroutine and its start, which Python would tell the user of.
        warnings.simplefilter("ignore", RuntimeWarning)
        return _INTERRUPTED
    except OutputClosedError:
        return abandon_output()
    except (DocGenError, OSError) as error:
        return _explain(error, as_json=getattr(options, "json", False))
    except Exception as error:
        if type(error).__name__ != "SettingsError":  # its module imports pydantic, which most commands do without
            raise
        complain(str(error))
        return _USAGE


def _finished(code: int) -> int:
    finish_output()
    return code


def _explain(error: DocGenError | OSError, *, as_json: bool) -> int:
    if isinstance(error, DocGenError):
        print_diagnostics(error.diagnostics, as_json=as_json, ok=False)
        complain(str(error))
    else:
        complain(f"{error.filename or 'The output'}: {error.strerror or error}.")
    return next(code for kind, code in _EXIT_CODES if isinstance(error, kind))


class _ShowVersion(argparse.Action):
    @override
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415  # looking it up takes time that other commands save

        say(f"docgen {version('docgen')}")
        parser.exit()


def argument_parser() -> argparse.ArgumentParser:
    """Return what reads the command line; the result of its `parse_args` says in `module` who carries it out."""
    parser = argparse.ArgumentParser(
        prog="docgen", description="Documents from Word, Markdown and text templates.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_ShowVersion, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        *(_render, _batch, _check, _schema),
        *(_serve, _worker, _migrate, _workspace, _api_key, _slack, _storage, _backup, _restore, _jobs),
        *(_healthcheck, _config),
    ):
        add(commands)
    return parser


# What add_subparsers returns has no public name.
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  # see above


def _add(commands: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    command.set_defaults(module=name.replace("-", "_"))
    return command


def _add_template(command: argparse.ArgumentParser) -> None:
    command.add_argument("template", metavar="TEMPLATE", help="a .docx, .md or .txt file")
    command.add_argument("--json", action="store_true", help="print diagnostics as JSON on standard output")


def _add_wishes(command: argparse.ArgumentParser) -> None:
    command.add_argument("--locale", help="such as de-DE")
    command.add_argument("--timezone", help="such as Europe/Berlin")
    command.add_argument("--now", help="what now and today mean, such as 2026-01-31T09:30:00+01:00 (default: now)")
    command.add_argument(
        "--missing",
        choices=("error", "empty", "keep"),
        default="error",
        help="what a missing value does: stop (default), print nothing, or leave the tag standing",
    )
    command.add_argument(
        "--assets", metavar="DIR", help="the folder of asset:… files (default: that of the data, else of the template)"
    )


def _render(commands: _Commands) -> None:
    command = _add(commands, "render", "make a document from a template file and JSON data")
    _add_template(command)
    command.add_argument("--data", required=True, metavar="DATA.json", help="a JSON object; - reads standard input")
    command.add_argument("--output", required=True, metavar="OUT", help="the document; its extension is its format")
    _add_wishes(command)


def _batch(commands: _Commands) -> None:
    command = _add(commands, "batch", "make a document from each row of a table: CSV, Excel, JSONL or JSON")
    _add_template(command)
    command.add_argument("--rows", required=True, metavar="FILE", help="a .csv, .tsv, .xlsx, .jsonl or .json file")
    command.add_argument(
        "--output-dir",
        required=True,
        metavar="DIR",
        help="where the documents go; a run that was stopped goes on there",
    )
    command.add_argument(
        "--zip", metavar="FILE", help="put all documents into one zip as well, in the order of the rows"
    )
    command.add_argument("--format", metavar="FORMAT", help="docx, md, html or txt (default: the template's own)")
    command.add_argument(
        "--mapping",
        action="append",
        default=[],
        metavar="COLUMN=PATH",
        help="lead a column to a place in the data, such as 'First name=customer.first_name', or, with nothing behind "
        "the sign, to none; may be repeated; a name without = is a JSON file with an object of them",
    )
    command.add_argument("--key", metavar="COLUMN", help="the column that tells rows apart (default: their numbers)")
    command.add_argument(
        "--file-name", metavar="PATTERN", help="such as '{{ customer.name }}-{{ row }}' (default: template and row)"
    )
    command.add_argument(
        "--on-error",
        choices=("stop", "continue"),
        default="stop",
        help="stop: make nothing unless every row is right (default); continue: leave out the rows that fail",
    )
    command.add_argument(
        "--unknown-columns",
        choices=("error", "ignore"),
        default="error",
        help="what a column is that the template does not use (default: error)",
    )
    command.add_argument("--sheet", help="the sheet of a workbook (default: the first that shows)")
    command.add_argument("--encoding", help="of CSV, such as utf-8 or windows-1252 (default: found out)")
    command.add_argument("--delimiter", help="of CSV, such as ';' or tab (default: found out)")
    command.add_argument("--workers", type=_count, metavar="N", help="processes that render (default: all processors)")
    command.add_argument("--check", action="store_true", help="only check the rows, and make no document")
    command.add_argument(
        "--overwrite", action="store_true", help="make everything anew, also where DIR holds something else"
    )
    _add_wishes(command)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {_MOST_WORKERS}")
    return int(text)


_MOST_WORKERS = 256


def _backups(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of backups: 1 or more")
    return int(text)


def _check(commands: _Commands) -> None:
    command = _add(commands, "check", "say what is wrong with a template file, and where")
    _add_template(command)
    command.add_argument("--data", metavar="DATA.json", help="try it with this data as well; - reads standard input")
    _add_wishes(command)


def _schema(commands: _Commands) -> None:
    _add_template(_add(commands, "schema", "print the JSON Schema of the data that a template file needs"))


def _serve(commands: _Commands) -> None:
    command = _add(commands, "serve", "run the service")
    command.add_argument("--host", help="the address to listen on (default: DOCGEN_HTTP__HOST, else 127.0.0.1)")
    command.add_argument("--port", type=int, help="the port to listen on (default: DOCGEN_HTTP__PORT, else 8000)")
    command.add_argument(
        "--with-worker",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="carry out the jobs of the queue as well (default: with the embedded database)",
    )
    command.add_argument(
        "--examples", action="store_true", help="load the example templates where the workspace is empty"
    )


def _worker(commands: _Commands) -> None:
    command = _add(commands, "worker", "carry out the jobs of the queue: renders that nobody waits for")
    command.add_argument("--concurrency", type=int, metavar="N", help="how many jobs run at a time")
    command.add_argument(
        "--queue", action="append", dest="queues", metavar="QUEUE", help="a kind of jobs to take (default: all)"
    )


def _migrate(commands: _Commands) -> None:
    _add(commands, "migrate", "bring the database to this version's schema")


_WORKSPACE_SETTINGS = {
    "locale": "of documents whose request and template name none, such as de-DE",
    "timezone": "of documents whose request names none, such as Europe/Berlin",
    "retention-days": "for how long data and documents of new renders are kept",
    "template-bytes": "how large a template's file may be",
    "data-bytes": "how large the data of a render may be",
}


def _workspace(commands: _Commands) -> None:
    command = _add(commands, "workspace", "create, list, configure or delete workspaces")
    actions = command.add_subparsers(required=True, dest="action", metavar="ACTION")
    create = actions.add_parser("create", help="create a workspace")
    create.add_argument("slug")
    create.add_argument("--name")
    listing = actions.add_parser("list", help="list all workspaces")
    listing.add_argument("--deleted", action="store_true", help="those that were deleted, with when and by whom")
    show = actions.add_parser("show", help="show what a workspace has chosen, and what is in force")
    show.add_argument("slug")
    configure = actions.add_parser("configure", help="choose defaults and limits of a workspace")
    configure.add_argument("slug")
    for option, text in _WORKSPACE_SETTINGS.items():
        configure.add_argument(f"--{option}", metavar="X", help=f"{text}; 'default' for the service's own")
    delete = actions.add_parser("delete", help="delete a workspace with everything in it, for good")
    delete.add_argument("slug")
    delete.add_argument("--yes", action="store_true", help="do not ask")


def _api_key(commands: _Commands) -> None:
    command = _add(commands, "api-key", "create, list or revoke API keys")
    actions = command.add_subparsers(required=True, dest="action", metavar="ACTION")
    create = actions.add_parser("create", help="create a key and print it, this once")
    create.add_argument("--workspace", required=True, metavar="W", help="the slug of its workspace")
    create.add_argument("--name", default="command line", help="what it is for (default: command line)")
    create.add_argument(
        "--scope", action="append", dest="scopes", help="what it may do; may be repeated (default: everything)"
    )
    create.add_argument("--expires-in", type=int, metavar="DAYS", help="how long it is valid (default: for ever)")
    listing = actions.add_parser("list", help="list keys, without their secrets")
    listing.add_argument("--workspace", metavar="W", help="the slug of their workspace (default: all workspaces)")
    revoke = actions.add_parser("revoke", help="revoke a key: it opens nothing from then on")
    revoke.add_argument("key_id", metavar="KEY_ID", help="as in the list: key_…")
    revoke.add_argument("--workspace", metavar="W", help="the slug of its workspace (default: wherever it is)")


def _slack(commands: _Commands) -> None:
    command = _add(
        commands,
        "slack",
        "print the manifest of the Slack app, make a link that installs it, or name who adds templates",
    )
    actions = command.add_subparsers(required=True, dest="action", metavar="ACTION")
    manifest = actions.add_parser("manifest", help="print the manifest that Slack makes the app of")
    manifest.add_argument(
        "--base-url", metavar="URL", help="where Slack reaches the service, with https (default: over Socket Mode)"
    )
    manifest.add_argument("--json", action="store_true", help="print JSON in place of YAML")
    link = actions.add_parser("install-link", help="print a link that installs the app once, for one workspace")
    link.add_argument("--workspace", required=True, metavar="W", help="the slug of the workspace of DocGen")
    authors = actions.add_parser("authors", help="print or change who may add templates from a Slack workspace")
    authors.add_argument("place", metavar="SLACK_WORKSPACE", help="its id (T…), or that of an organisation (E…)")
    authors.add_argument("--workspace", required=True, metavar="W", help="the slug of the workspace of DocGen")
    authors.add_argument("--set", metavar="IDS", help="ids of Slack users, with commas in between; '' for nobody")


def _jobs(commands: _Commands) -> None:
    command = _add(commands, "jobs", "show the queue of jobs, or have something tried again or given up")
    actions = command.add_subparsers(required=True, dest="action", metavar="ACTION")
    status = actions.add_parser("status", help="how many jobs wait, were put off, and run, and for how long")
    status.add_argument("--json", action="store_true", help="print JSON on standard output")
    for action, text in (
        ("retry", "have renders, the failed rows of batches or messages to webhooks tried again"),
        ("discard", "cancel renders and batches, or give messages to webhooks up"),
    ):
        change = actions.add_parser(action, help=text)
        change.add_argument("ids", nargs="+", metavar="ID", help="rnd_…, bat_…, dlv_… or slm_…")
        change.add_argument("--workspace", metavar="W", help="the slug of its workspace (default: wherever it is)")


def _storage(commands: _Commands) -> None:
    command = _add(commands, "storage", "see whether the storage has what the database names")
    actions = command.add_subparsers(required=True, dest="action", metavar="ACTION")
    check = actions.add_parser("check", help="report blobs that are missing, corrupt or named by nothing")
    check.add_argument("--repair", action="store_true", help="remove those that nothing names")
    check.add_argument(
        "--no-contents",
        action="store_false",
        dest="contents",
        help="do not read them: corrupt is then only what has another size than it should",
    )
    check.add_argument("--json", action="store_true", help="print what is found as JSON")
    actions.add_parser("adopt", help="let the database take this storage for its own: it was restored, or copied")
    copy = actions.add_parser("copy", help="copy every blob to the other kind of storage")
    for option, name in (("--from", "source"), ("--to", "target")):
        copy.add_argument(option, dest=name, required=True, choices=("local", "s3"))


def _backup(commands: _Commands) -> None:
    command = _add(commands, "backup", "back up database and storage, also of a service that runs")
    command.add_argument(
        "place", metavar="DIR", help="where backups are kept; what is there already is not copied again"
    )
    command.add_argument(
        "--keep",
        type=_backups,
        metavar="N",
        help="keep the N newest backups of this place, and remove the others with all that only they hold",
    )


def _restore(commands: _Commands) -> None:
    command = _add(commands, "restore", "fill an empty database, and the storage, from a backup")
    command.add_argument("place", metavar="DIR|s3://BUCKET/PREFIX", help="where backups are kept")
    command.add_argument("--backup", metavar="NAME", help="which one (default: the newest)")
    command.add_argument("--list", action="store_true", help="list the backups, and restore nothing")


def _healthcheck(commands: _Commands) -> None:
    command = _add(commands, "healthcheck", "ask a service whether it is ready; once it was, whether it is alive")
    command.add_argument("--url", help="its address (default: the configured host and port)")
    command.add_argument("--worker", action="store_true", help="ask a worker, on its configured host and port")
    command.add_argument("--ready", action="store_true", help="ask whether it is ready, also when it was before")


def _config(commands: _Commands) -> None:
    _add(commands, "config", "print the settings in force, secrets hidden")


if __name__ == "__main__":
    sys.exit(program())
