"""What sections of the settings have in common."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    """Settings that belong together; a name that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def web_address(value: str) -> str:
    """Return an address of the web without a slash at its end.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(r"https?://[^\s/]\S*", value):
        raise ValueError("it is not an address: write it like https://docgen.example.org")
    return value.rstrip("/")


WebUrl = Annotated[str, AfterValidator(web_address)]
