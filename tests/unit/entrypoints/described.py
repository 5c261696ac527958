"""The API's description as the file docs/openapi.json: `python -m tests.unit.entrypoints.described` writes it."""

import json
from pathlib import Path
from typing import Any, Final

from entrypoints.app import create_app
from entrypoints.settings.service import Settings

FILE: Final = Path(__file__).parents[3] / "docs" / "openapi.json"


def description() -> dict[str, Any]:
    """Return what the application says of itself, with the default settings."""
    described: dict[str, Any] = create_app(Settings.model_construct()).openapi()
    return described


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(description(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
