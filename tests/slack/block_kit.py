"""Checks views and messages as Slack does: by docs.slack.dev/reference/block-kit and …/views, read in November 2026.

`faults_of_view` and `faults_of_message` list what Slack would refuse, each with its place.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_OPTIONS_OF = {
    "static_select": 100,
    "multi_static_select": 100,
    "radio_buttons": 10,
    "checkboxes": 10,
    "overflow": 5,
}
# For each element: its fields beside type and action_id.
_ELEMENTS: dict[str, set[str]] = {
    "button": {"text", "url", "value", "style", "confirm", "accessibility_label"},
    "plain_text_input": {
        "initial_value",
        "multiline",
        "min_length",
        "max_length",
        "dispatch_action_config",
        "focus_on_load",
        "placeholder",
    },
    "email_text_input": {"initial_value", "dispatch_action_config", "focus_on_load", "placeholder"},
    "url_text_input": {"initial_value", "dispatch_action_config", "focus_on_load", "placeholder"},
    "number_input": {
        "is_decimal_allowed",
        "initial_value",
        "min_value",
        "max_value",
        "dispatch_action_config",
        "focus_on_load",
        "placeholder",
    },
    "datepicker": {"initial_date", "confirm", "focus_on_load", "placeholder"},
    "timepicker": {"initial_time", "confirm", "focus_on_load", "placeholder", "timezone"},
    "datetimepicker": {"initial_date_time", "confirm", "focus_on_load"},
    "checkboxes": {"options", "initial_options", "confirm", "focus_on_load"},
    "radio_buttons": {"options", "initial_option", "confirm", "focus_on_load"},
    "static_select": {"options", "option_groups", "initial_option", "confirm", "focus_on_load", "placeholder"},
    "external_select": {"initial_option", "min_query_length", "confirm", "focus_on_load", "placeholder"},
    "multi_static_select": {
        "options",
        "option_groups",
        "initial_options",
        "confirm",
        "max_selected_items",
        "focus_on_load",
        "placeholder",
    },
    "multi_external_select": {
        "initial_options",
        "min_query_length",
        "confirm",
        "max_selected_items",
        "focus_on_load",
        "placeholder",
    },
    "users_select": {"initial_user", "confirm", "focus_on_load", "placeholder"},
    "multi_users_select": {"initial_users", "confirm", "max_selected_items", "focus_on_load", "placeholder"},
    "channels_select": {"initial_channel", "confirm", "response_url_enabled", "focus_on_load", "placeholder"},
    "multi_channels_select": {"initial_channels", "confirm", "max_selected_items", "focus_on_load", "placeholder"},
    "conversations_select": {
        "initial_conversation",
        "default_to_current_conversation",
        "confirm",
        "response_url_enabled",
        "filter",
        "focus_on_load",
        "placeholder",
    },
    "file_input": {"filetypes", "max_files"},
    "overflow": {"options", "confirm"},
}
_INPUTS = set(_ELEMENTS) - {"button", "overflow"}
_IN_ACTIONS = set(_ELEMENTS) - {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_channels_select",
}
_ACCESSORIES = set(_ELEMENTS) - {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "datetimepicker",
}
_BLOCKS: dict[str, set[str]] = {
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text"},
    "divider": set(),
    "context": {"elements"},
    "actions": {"elements"},
    "image": {"image_url", "alt_text", "title", "slack_file"},
    "file": {"external_id", "source"},
    "rich_text": {"elements"},
}


def faults_of_view(view: Json) -> list[str]:
    """List what Slack would refuse of a modal or home view."""
    return list(_view(view))


def faults_of_message(message: Json) -> list[str]:
    """List what Slack would refuse of the arguments of chat.postMessage."""
    return list(_message(message))


def faults_of_options(answer: Json) -> list[str]:
    """List what Slack would refuse of the answer to a block_suggestion."""
    found = list(_options(answer.get("options", []), 100, "options")) if "options" in answer else []
    return found if "options" in answer or "option_groups" in answer else ["neither options nor option_groups"]


def _view(view: Json) -> Iterator[str]:
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield f"type: {kind!r}"
        return
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        known |= {"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"}
        yield from _text(view.get("title"), 24, "title", ("plain_text",))
        for name in ("close", "submit"):
            if name in view:
                yield from _text(view[name], 24, name, ("plain_text",))
    yield from (f"unknown argument {name}" for name in view if name not in known)
    yield from _length(view.get("private_metadata", ""), 3000, "private_metadata")
    yield from _length(view.get("callback_id", ""), 255, "callback_id")
    blocks = view.get("blocks")
    if not isinstance(blocks, list):
        yield "blocks: no list"
        return
    yield from _blocks(blocks, 100)
    if kind == "modal" and "submit" not in view and any(block.get("type") == "input" for block in blocks):
        yield "submit: required with input blocks"
    if len(json.dumps(view)) > 250_000:
        yield f"view_too_large: {len(json.dumps(view))} bytes"


def _message(message: Json) -> Iterator[str]:
    if not message.get("text") and not message.get("blocks") and not message.get("attachments"):
        yield "no_text"
    if len(str(message.get("text", ""))) > 40_000:
        yield "msg_too_long"
    blocks = message.get("blocks", [])
    yield from _blocks(blocks, 50)
    for number, block in enumerate(blocks):
        element = block.get("element", {}).get("type")
        if element == "file_input" or block.get("type") == "input":
            yield f"blocks/{number}: no input block in a message"


def _blocks(blocks: list[Json], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"blocks: {len(blocks)}, at most {most}"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    yield from (f"block_id {each!r} twice" for each in set(ids) if ids.count(each) > 1)
    if sum(bool(block.get("element", {}).get("focus_on_load")) for block in blocks) > 1:
        yield "focus_on_load twice"
    for number, block in enumerate(blocks):
        where = f"blocks/{number}"
        kind = block.get("type")
        if kind not in _BLOCKS:
            yield f"{where}/type: {kind!r}"
            continue
        known = {"type", "block_id"} | _BLOCKS[kind]
        yield from (f"{where}: unknown field {name}" for name in block if name not in known)
        if "block_id" in block:
            yield from _length(block["block_id"], 255, f"{where}/block_id", least=1)
        yield from _CHECKS.get(kind, _nothing)(block, where)


def _nothing(_: Json, __: str) -> Iterator[str]:
    yield from ()


def _input(block: Json, where: str) -> Iterator[str]:
    yield from _text(block.get("label"), 2000, f"{where}/label", ("plain_text",))
    if "hint" in block:
        yield from _text(block["hint"], 2000, f"{where}/hint", ("plain_text",))
    element = block.get("element") or {}
    if element.get("type") == "file_input" and block.get("dispatch_action"):
        yield f"{where}: dispatch_action with a file_input"
    yield from _element(element, f"{where}/element", _INPUTS)


def _section(block: Json, where: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], 3000, f"{where}/text")
    for number, each in enumerate(block.get("fields", [])):
        yield from _text(each, 2000, f"{where}/fields/{number}")
    if len(block.get("fields", [])) > 10:
        yield f"{where}/fields: more than 10"
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}/accessory", _ACCESSORIES)


def _header(block: Json, where: str) -> Iterator[str]:
    yield from _text(block.get("text"), 150, f"{where}/text", ("plain_text",))


def _context(block: Json, where: str) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"{where}/elements: {len(elements)}"
    for number, each in enumerate(elements):
        if each.get("type") != "image":
            yield from _text(each, 3000, f"{where}/elements/{number}")


def _actions(block: Json, where: str) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield f"{where}/elements: {len(elements)}"
    ids = [each.get("action_id") for each in elements]
    if len(set(ids)) < len(ids):
        yield f"{where}: action_id twice"
    for number, each in enumerate(elements):
        yield from _element(each, f"{where}/elements/{number}", _IN_ACTIONS)


_CHECKS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "input": _input,
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
}


def _element(element: Json, where: str, allowed: set[str]) -> Iterator[str]:
    kind = str(element.get("type"))
    if kind not in allowed:
        yield f"{where}/type: {kind!r}"
        return
    known = _ELEMENTS[kind] | {"type", "action_id"}
    yield from (f"{where}: unknown field {name}" for name in element if name not in known)
    if "action_id" in element:
        yield from _length(element["action_id"], 255, f"{where}/action_id", least=1)
    if "placeholder" in element:
        yield from _text(element["placeholder"], 150, f"{where}/placeholder", ("plain_text",))
    if kind in _OPTIONS_OF:
        yield from _options(element.get("options", []), _OPTIONS_OF[kind], f"{where}/options")
    yield from _initial(element, where)
    if (check := _MORE.get(kind)) is not None:
        yield from check(element, where)


def _initial(element: Json, where: str) -> Iterator[str]:
    """Initial options have to be among the options, exactly; a list of them may not be empty."""
    several = element.get("initial_options")
    chosen = [element["initial_option"]] if "initial_option" in element else several or []
    if several is not None and not several:
        yield f"{where}/initial_options: empty"
    for each in chosen:
        if "options" in element and each not in element["options"]:
            yield f"{where}/initial_option: none of the options"
    if "options" not in element:
        yield from _options(chosen, 100, f"{where}/initial_option", least=0)
    most = element.get("max_selected_items")
    if most is not None and (most < 1 or len(chosen) > most):
        yield f"{where}/max_selected_items: {most} of {len(chosen)}"


def _options(options: list[Json], most: int, where: str, least: int = 1) -> Iterator[str]:
    if not least <= len(options) <= most:
        yield f"{where}: {len(options)}, at most {most}"
    values = [each.get("value") for each in options]
    if len(set(values)) < len(values):
        yield f"{where}: a value twice"
    for number, each in enumerate(options):
        yield from _text(each.get("text"), 75, f"{where}/{number}/text", ("plain_text",))
        yield from _length(each.get("value"), 150, f"{where}/{number}/value", least=1)


def _button(element: Json, where: str) -> Iterator[str]:
    yield from _text(element.get("text"), 75, f"{where}/text", ("plain_text",))
    yield from _length(element.get("value", ""), 2000, f"{where}/value")
    yield from _length(element.get("url", ""), 3000, f"{where}/url")
    if element.get("style") not in (None, "primary", "danger"):
        yield f"{where}/style"


def _text_input(element: Json, where: str) -> Iterator[str]:
    value = element.get("initial_value", "")
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not 0 <= least <= 3000 or not 1 <= most <= 3000 or least > most:
        yield f"{where}: min_length {least}, max_length {most}"
    yield from _length(value, most, f"{where}/initial_value")
    if not element.get("multiline") and "\n" in value:
        yield f"{where}/initial_value: several lines in a field of one"


def _number_input(element: Json, where: str) -> Iterator[str]:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"{where}/is_decimal_allowed: required"
    numbers = {}
    for name in ("initial_value", "min_value", "max_value"):
        if name not in element:
            continue
        if not isinstance(element[name], str) or not re.fullmatch(r"-?\d+(\.\d+)?", element[name]):
            yield f"{where}/{name}: {element[name]!r}"
        else:
            numbers[name] = float(element[name])
    value = numbers.get("initial_value")
    if value is not None and not numbers.get("min_value", value) <= value <= numbers.get("max_value", value):
        yield f"{where}/initial_value: beyond its limits"


def _email(element: Json, where: str) -> Iterator[str]:
    if "@" not in element.get("initial_value", "@"):
        yield f"{where}/initial_value"


def _pattern(name: str, pattern: str) -> Callable[[Json, str], Iterator[str]]:
    def check(element: Json, where: str) -> Iterator[str]:
        if name in element and not re.fullmatch(pattern, str(element[name])):
            yield f"{where}/{name}: {element[name]!r}"

    return check


def _file_input(element: Json, where: str) -> Iterator[str]:
    if not 1 <= element.get("max_files", 10) <= 10:
        yield f"{where}/max_files"


def _confirmless(element: Json, where: str) -> Iterator[str]:
    for name in ("initial_users", "initial_channels"):
        if name in element and not element[name]:
            yield f"{where}/{name}: empty"


_MORE: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "button": _button,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "email_text_input": _email,
    "datepicker": _pattern("initial_date", r"\d{4}-\d\d-\d\d"),
    "timepicker": _pattern("initial_time", r"\d\d:\d\d"),
    "datetimepicker": _pattern("initial_date_time", r"\d{10}"),
    "file_input": _file_input,
    "multi_users_select": _confirmless,
    "multi_channels_select": _confirmless,
}


def _text(text: Any, most: int, where: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"{where}: no text object of {kinds}"
        return
    known = {"type", "text"} | ({"emoji"} if text["type"] == "plain_text" else {"verbatim"})
    yield from (f"{where}: unknown field {name}" for name in text if name not in known)
    yield from _length(text.get("text"), most, where, least=1)
    if isinstance(text.get("text"), str) and not text["text"].strip():
        yield f"{where}: blank"


def _length(text: Any, most: int, where: str, least: int = 0) -> Iterator[str]:
    if not isinstance(text, str):
        yield f"{where}: no text"
        return
    count = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if not least <= count <= most:
        yield f"{where}: {count} characters, at most {most}"
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", text):
        yield f"{where}: a character that JSON of Slack does not take"
