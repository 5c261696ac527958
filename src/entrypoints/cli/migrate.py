"""`docgen migrate`: the database in this version's schema."""

import asyncio
from argparse import Namespace

from entrypoints.cli.database import with_database
from entrypoints.cli.output import say
from entrypoints.container import migrate
from entrypoints.settings import load_settings


def run(_: Namespace) -> int:
    """Migrate under the owner's role; repeated, it changes nothing."""
    with with_database(load_settings()) as settings:
        url = settings.database.admin_url or settings.database.url
        assert url is not None  # noqa: S101  # with_database yields settings that name one
        revision = asyncio.run(migrate(url.get_secret_value()))
    say(f"The database has the schema of this version (revision {revision}).")
    return 0
