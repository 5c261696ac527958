"""Places in data: what stands there, and the data with something else there."""

from typing import Any

from application.slack_forms.absent import ABSENT
from domain.row_path import RowPath


def at(data: Any, path: RowPath) -> Any:
    """Return what stands at a place, ABSENT where there is nothing."""
    for step in path:
        if isinstance(step, int):
            if not isinstance(data, list) or not 0 <= step < len(data):
                return ABSENT
        elif not isinstance(data, dict) or step not in data:
            return ABSENT
        data = data[step]
    return data


def put(data: Any, path: RowPath, value: Any) -> Any:
    """Return data with a value at a place, or without one there if it is ABSENT; what lies above comes into being."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(data) if isinstance(data, list) else []
        if value is ABSENT and not rest:
            return items[:step] + items[step + 1 :]
        if step < len(items):
            items[step] = put(items[step], rest, value)
        elif value is not ABSENT:
            items.append(put(None, rest, value))
        return items
    members = dict(data) if isinstance(data, dict) else {}
    if not rest and value is ABSENT:
        members.pop(step, None)
    elif value is not ABSENT or step in members:
        members[step] = put(members.get(step), rest, value)
    return members
