"""The settings of the database."""

import re
from typing import Annotated, Final
from urllib.parse import parse_qs

from pydantic import AfterValidator, Field, SecretStr

from entrypoints.settings.types import Section

_HOW: Final = "write postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_ESCAPES: Final = "/ @ : ? # % [ ] in the password as %2F %40 %3A %3F %23 %25 %5B %5D"
# See "Database Connection Control Functions" in PostgreSQL's documentation.
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def _postgresql_address(value: SecretStr) -> SecretStr:
    found = re.match(r"postgres(?:ql)?://(?P<place>[^/?]*)(?P<rest>.*)", value.get_secret_value(), re.DOTALL)
    if found is None or not any(found.groups()):
        raise ValueError(f"it is not the address of a PostgreSQL: {_HOW}")
    # There may be several, one of which is the first of a cluster.
    for host in found["place"].rpartition("@")[2].split(","):
        port = re.sub(r"^\[.*\]", "", host).partition(":")[2]
        if port and not (port.isascii() and port.isdigit()):
            raise ValueError(f"its port is no number: {_HOW}, and {_ESCAPES}")
    for mode in parse_qs(found["rest"].partition("?")[2]).get("sslmode", ()):
        if mode not in _SSL_MODES:
            raise ValueError(f"its sslmode has to be one of {', '.join(_SSL_MODES)}")
    return value


PostgresUrl = Annotated[SecretStr, AfterValidator(_postgresql_address)]


class DatabaseSettings(Section):
    """Without a URL DocGen runs a PostgreSQL of its own in the data directory, where `embedded` allows it."""

    url: PostgresUrl | None = None
    admin_url: PostgresUrl | None = None
    pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    embedded: bool = True
