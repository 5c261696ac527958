"""Values that are not there, and values that stand for something in Slack."""

from enum import Enum
from typing import Any, Final


class Absent(Enum):
    """What stands for a value that is not there; null is a value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

# What data in the making may hold in place of a value: `{"$slack_user": "U1"}` until the person's name is looked up.
FILE: Final = "$slack_file"
USER: Final = "$slack_user"
CHANNEL: Final = "$slack_channel"
MARKS: Final = (FILE, USER, CHANNEL)


def marked(value: Any, mark: str) -> Any:
    """Return what stands behind a mark, None where a value is nothing of the kind."""
    return value[mark] if isinstance(value, dict) and set(value) == {mark} else None


def has_marks(value: Any) -> bool:
    """Tell whether a value holds a mark anywhere; what people write may not."""
    if isinstance(value, dict):
        return any(str(key).startswith("$slack") or has_marks(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(has_marks, value))
