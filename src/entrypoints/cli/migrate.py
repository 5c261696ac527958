"""`docgen migrate`: the database in this version's schema."""

import asyncio
from argparse import Namespace

from entrypoints.cli.database import with_database
from entrypoints.cli.output import complain, say
from entrypoints.databases import migrate
from entrypoints.settings.service import load_settings


def run(_: Namespace) -> int:
    """Migrate under the owner's role, and let the service's role use the tables; repeated, it changes nothing."""
    with with_database(load_settings()) as settings:
        url = settings.database.url
        assert url is not None  # noqa: S101  # with_database yields settings that name one
        owner_url = settings.database.admin_url or url
        migrated = asyncio.run(migrate(owner_url.get_secret_value(), url.get_secret_value()))
    if migrated.newer:
        say(
            f"The database has the schema of a newer version (revision {migrated.revision}), and is left as it is: "
            "this version works with that of the next one."
        )
        return 0
    say(f"The database has the schema of this version (revision {migrated.revision}).")
    if migrated.weakness is not None:
        complain(
            f"{migrated.weakness[:1].upper()}{migrated.weakness[1:]}: docs/how-to/access.md says how to give the "
            "service a role of its own, and DOCGEN_DATABASE__ADMIN_URL the owner's."
        )
    return 0
