"""The database of a command: the configured one, or the embedded one for as long as the command runs."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from entrypoints.databases import prepare_embedded_database, start_embedded_database
from entrypoints.settings.service import Settings


@contextmanager
def with_database(
    settings: Settings, run: Callable[[Coroutine[Any, Any, str]], str] = asyncio.run
) -> Iterator[Settings]:
    """Yield settings that name a database; `run` runs what prepares an embedded one.

    Without one configured, the embedded PostgreSQL of the data directory is started, or attached to where another
    command runs it, and brought to this version's schema; the settings then name its owner's role and the service's.

    Raises:
        ServiceUnavailableError: it cannot be started or migrated.
    """
    if not settings.uses_embedded_database:
        yield settings
        return
    with start_embedded_database(settings) as owner_url:
        url = run(prepare_embedded_database(owner_url))
        addresses = {"url": SecretStr(url), "admin_url": SecretStr(owner_url)}
        yield settings.model_copy(update={"database": settings.database.model_copy(update=addresses)})


@contextmanager
def with_database_as_it_is(settings: Settings) -> Iterator[Settings]:
    """Yield settings that name a database by its owner's role, for what brings its schema along.

    Raises:
        ServiceUnavailableError: the embedded PostgreSQL cannot be started.
    """
    if not settings.uses_embedded_database:
        yield settings
        return
    with start_embedded_database(settings) as owner_url:
        address = SecretStr(owner_url)
        named = settings.database.model_copy(update={"url": address, "admin_url": address})
        yield settings.model_copy(update={"database": named})
