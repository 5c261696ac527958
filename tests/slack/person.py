"""A person in front of a view: what Slack would send of what they see, and of what they fill in."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.slack.schemas import exact

Json = dict[str, Any]


def untouched(view: Json) -> dict[str, Json]:
    """Return `state.values` of a view that somebody submits as it is."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _initial(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


# For each element: the name of its state, of what it shows at first, and what stands for nothing.
_STATES: dict[str, tuple[str, str, Any]] = {
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "file_input": ("files", "files", []),
}


def _initial(element: Json) -> Json:
    name, shown, nothing = _STATES.get(element["type"], ("value", "initial_value", None))
    return {"type": element["type"], name: element.get(shown, nothing)}


def filled(element: Json, value: Any, choices: list[Any] | None, *, as_json: bool) -> Json:
    """Return the state of an element into which a person puts a value; None empties it.

    `choices` are the values behind the options of menus, in their order; a box for yes has none.
    """
    kind = element["type"]
    name, _, nothing = _STATES.get(kind, ("value", "", None))
    if value is None:
        return {"type": kind, name: nothing}
    if kind == "checkboxes" and choices is None:
        return {"type": kind, name: element["options"] if value else []}
    put = _PUT.get(name, lambda given, _: given)
    return {"type": kind, name: typed(value, as_json=as_json) if name == "value" else put(value, choices or [])}


_PUT: dict[str, Callable[[Any, list[Any]], Any]] = {
    "selected_option": lambda value, choices: {"value": str(_index(choices, value))},
    "selected_options": lambda values, choices: [{"value": str(_index(choices, each))} for each in values],
    "selected_time": lambda value, _: value[:5],
    "selected_date_time": lambda value, _: int(datetime.fromisoformat(value).timestamp()),
    "selected_user": lambda value, _: value["$slack_user"],
    "selected_users": lambda values, _: [each["$slack_user"] for each in values],
    "selected_channel": lambda value, _: value["$slack_channel"],
    "selected_channels": lambda values, _: [each["$slack_channel"] for each in values],
    "files": lambda value, _: [each["$slack_file"] for each in (value if isinstance(value, list) else [value])],
}


def typed(value: Any, *, as_json: bool) -> str:
    """Write a value as a person types it."""
    if as_json or isinstance(value, dict):
        return exact(value)
    if isinstance(value, list):
        return "\n".join("Yes" if each is True else "No" if each is False else str(each) for each in value)
    if isinstance(value, (bool, int)):
        return json.dumps(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _index(choices: list[Any], value: Any) -> int:
    return next(at for at, each in enumerate(choices) if each == value and type(each) is type(value))
