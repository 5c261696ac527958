"""The tables, as ORM rows: a module for each kind of thing, with how its objects of the domain become rows, and back.

Whoever imports one has all of them, so that `Row.metadata` is the whole schema.
"""

from adapters.postgres.tables import (  # noqa: F401  # see above
    access,
    assets,
    batches,
    renders,
    requests,
    slack,
    storage,
    templates,
    usage,
    webhooks,
    workspaces,
)
