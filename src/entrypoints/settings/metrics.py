"""The settings of metrics."""

from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr

from entrypoints.settings.types import Section

# Several processes of one service keep what they count in files below the folder that this names. prometheus_client
# reads it when it is imported.
FILES_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"

# Whoever can guess it reads how much work there is, and nothing else.
_TOKEN_CHARACTERS: Final = 16


def _long_token(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _TOKEN_CHARACTERS:
        raise ValueError(f"it has less than {_TOKEN_CHARACTERS} characters: make one with 'openssl rand -hex 16'")
    return value


class MetricsSettings(Section):
    """Whether the service and its workers count and time what they do, and say so at /metrics.

    With a `token` they say it to those alone who send `Authorization: Bearer TOKEN`. What they say names no workspace
    and no template.
    """

    enabled: bool = True
    token: Annotated[SecretStr, AfterValidator(_long_token)] | None = None
