"""`docgen config`: the settings in force, secrets hidden."""

import re
from argparse import Namespace

from pydantic import BaseModel, SecretStr

from entrypoints.cli.output import say
from entrypoints.settings.names import PREFIX
from entrypoints.settings.service import load_settings
from entrypoints.telemetry.variables import load_telemetry_settings

# Also of a password with characters that the address should have escaped, and of one among the parameters.
_PASSWORD = re.compile(r"(?<=://)([^:@/]*):.*(?=@)|([?&][a-z]*password)=[^&]*", re.IGNORECASE)


def run(_: Namespace) -> int:
    """Print a line a setting, as it would stand in `.env`."""
    for name, value in _flat(load_settings(), PREFIX):
        say(f"{name}={value}")
    for name, value in sorted(load_telemetry_settings().variables.items()):
        # Headers have what the collector knows DocGen by.
        say(f"{name}={'***' if name.endswith('_HEADERS') else value}")
    return 0


def _flat(model: BaseModel, prefix: str) -> list[tuple[str, str]]:
    lines = []
    for field in type(model).model_fields:
        name, value = f"{prefix}{field.upper()}", getattr(model, field)
        if isinstance(value, BaseModel):
            lines += _flat(value, f"{name}__")
        else:
            lines.append((name, _shown(value)))
    return lines


def _shown(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, SecretStr):
        return str(value)
    secret = value.get_secret_value()
    # Of an address with a password the rest helps to find a mistake.
    return _without_password(secret) if "://" in secret else "***"


def _without_password(address: str) -> str:
    return _PASSWORD.sub(lambda found: f"{found[2]}=***" if found[2] else f"{found[1]}:***", address)
