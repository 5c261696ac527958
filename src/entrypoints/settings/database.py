"""The settings of the database."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from entrypoints.settings.types import Section


def _postgresql_address(value: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?://.", value.get_secret_value()):
        raise ValueError("it is not the address of a PostgreSQL: write postgresql://USER:PASSWORD@HOST:5432/DATABASE")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgresql_address)]


class DatabaseSettings(Section):
    """Without a URL DocGen runs a PostgreSQL of its own in the data directory, where `embedded` allows it."""

    url: PostgresUrl | None = None
    admin_url: PostgresUrl | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    embedded: bool = True
